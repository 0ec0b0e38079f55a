/** Under a lab: what of it goes on in another. A lab's folder says what it gives and takes (`labs/onward.rs`). */

import { html, nothing, type TemplateResult } from 'lit';
import { ONWARDS } from '../engine/generated';
import type { Destination, Gives } from '../engine/types';
import { selectField } from '../ui/options';
import { parts, type Part } from '../ui/part';
import type { PartContext } from '../ui/part-context';
import '../ui/parts.css';
import { runPicker } from '../ui/run-picker';
import type { OtherLab } from './files';

/** Which run, and which head of it, counted from 0. */
interface State {
  run: number;
  layer: number;
  head: number;
  refused: string;
}

type Own = Part<PartContext, State, object>;

const onwards = ({ settled }: PartContext) => ONWARDS[settled.lab];

const onwardPart = parts<PartContext, State, object>({
  tag: 'lab-onward',
  id: 'onward',
  title: 'Take it to another lab',
  note: () => '',
  state: () => ({ run: 0, layer: 0, head: 0, refused: '' }),
  asks: {},
  body: (own) => {
    const { context, state } = own;
    return html`${chooser(own)}
      ${onwards(context).map(
        ({ gives, to: all }, at) =>
          html`<p class="take">
            ${gives.label}:
            ${all.map(
              (to) =>
                html`<button
                  type="button"
                  class="small"
                  data-testid="onward-${at}-${to.lab}"
                  @click=${({ currentTarget }: Event) => void take(gives, to, own, currentTarget as HTMLElement)}
                >
                  ${to.name}: ${to.label}
                </button>`,
            )}
          </p>`,
      )}
      <p class="refused" role="status" data-testid="onward-refused">
        ${state.refused ? html`<span class="wrong">${state.refused}</span>` : nothing}
      </p>`;
  },
});

/** What another lab takes, if there is any. */
export const onward = (context: PartContext | null) =>
  context && onwards(context).length ? onwardPart(context) : nothing;

/** The choice, as far as the open run has as many. */
function chosen({ context: { recording }, state }: Own) {
  const { runs = [], values = {} } = recording?.about ?? {};
  const [layers, heads] = [Number(values.layers ?? 1), Number(values.heads ?? 1)];
  const within = (at: number, most: number) => (at < most ? at : 0);
  const head = { layer: within(state.layer, layers), head: within(state.head, heads) };
  return { run: within(state.run, runs.length), head, most: { layer: layers, head: heads } };
}

/** Of which run, and which head of it, where there are several. */
function chooser(own: Own): TemplateResult | typeof nothing {
  const { context, set } = own;
  const has = (of: Gives['of']) => onwards(context).some(({ gives }) => gives.of === of);
  if (!context.recording || !(has('run') || has('head'))) return nothing;
  const { run, head, most } = chosen(own);
  const one = (name: 'layer' | 'head', label: string) =>
    selectField(label, {
      id: `onward-${name}`,
      testId: `onward-${name}`,
      options: Array.from({ length: most[name] }, (_, i) => ({ value: String(i), label: String(i + 1) })),
      value: String(head[name]),
      change: (value) => set({ [name]: Number(value) }),
    });
  return html`<div class="fields">
    ${runPicker({ ...context, run, look: (run) => set({ run }) }, 'onward', 'Run')}
    ${has('head') ? html`${one('layer', 'Layer')} ${one('head', 'Head')}` : nothing}
  </div>`;
}

/** Takes it there, if it fits; else it is said here why not, and nothing has changed. */
async function take(gives: Gives, to: Destination, own: Own, button: HTMLElement): Promise<void> {
  const { client, settled } = own.context;
  const { run, head } = chosen(own);
  const { kind, of, question } = gives;
  own.set({ refused: '' });
  try {
    const which = { run, ...(of === 'head' ? head : {}) };
    const { about, text } = await client.ask(question as 'run.hands', which);
    const values = await client.ask('onward.fits', { lab: to.lab, kind, text });
    const from = `${about} (${settled.lab} lab)`;
    const file = to.file ? { file: new File([text], `${from}.csv`) } : {};
    const detail = { lab: to.lab, ...file, handed: { kind, values, part: to.part, about: from } };
    const asked: OtherLab = new CustomEvent('other-lab', { bubbles: true, cancelable: true, detail });
    // The reader may have gone elsewhere meanwhile.
    if (button.isConnected) button.dispatchEvent(asked);
  } catch (thrown) {
    own.set({ refused: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}
