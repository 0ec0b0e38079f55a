/** An experiment as a part of the page: which one, the presets, what starting it would do, and what the open one has found. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { ChoiceOption } from '../engine/types';
import { propertyOf } from '../ui/fields';
import type { Recording } from '../engine/record';
import { part, type Asking } from '../ui/part';
import type { PartContext } from '../ui/part-context';
import { runKey } from '../ui/part-key';
import type { LinkedPreset } from '../engine/protocol';
import type { RunWords } from '../ui/words';

/** The experiments of a lab. */
export function experimentKinds(context: Pick<PartContext, 'properties'>): ChoiceOption[] {
  const kind = propertyOf(context, 'experiment')?.kind;
  return kind?.type === 'choice' ? kind.options : [];
}

/** The name of an experiment in the reader's words. */
export function experimentLabel(context: Pick<PartContext, 'properties'>, id: string | undefined): string {
  return experimentKinds(context).find((option) => option.value === id)?.label ?? id ?? '';
}

/** What is drawn below, and what starting would do. */
function statusText(context: PartContext, start: string): string {
  const { recording, settled, stale, live: open } = context;
  const chosen = experimentLabel(context, settled.values.experiment);
  if (!recording) return `Press ${start} to begin “${chosen}”.`;
  const shown = experimentLabel(context, recording.about.values.experiment);
  if (stale) {
    return shown === chosen
      ? `Below is the run with the earlier settings. ${start} begins “${chosen}” anew with the present ones.`
      : `Below is “${shown}”. ${start} begins “${chosen}”.`;
  }
  return open ? '' : `Below is what “${shown}” found; its run is no longer open. ${start} begins it anew.`;
}

/** What was found last of a run: a refusal, or a run that was closed, does not take it away. */
interface Found<T> {
  of: Recording | null;
  found: T;
}

interface State<T> {
  last: Found<T> | null;
}

export type Experiment<C extends PartContext, T, S> = Asking<C, Found<T>, S & State<T>>;

interface Declared<C extends PartContext, T, S> {
  tag: string;
  /** What it is about, beside the heading. */
  about: string;
  presets?: (context: C) => LinkedPreset[];
  /** Before a preset's name, so that other buttons may have that. */
  testId: string;
  words: RunWords;
  state: () => S;
  /** What the chosen experiment does with these settings, and about how long that takes. */
  plan?: (found: T | null, context: C) => unknown;
  /** What is shown of the run on show. */
  below: (found: T | null, part: Experiment<C, T, S>) => unknown;
}

export function experiment<C extends PartContext, T, S>(
  declared: Declared<C, T, S>,
): (context: C) => TemplateResult {
  const { presets = ({ presets }: C) => presets, plan = () => nothing } = declared;
  const found = ({ context, state }: Experiment<C, T, S>) =>
    state.last?.of === context.recording ? (state.last?.found ?? null) : null;
  return part<C, Found<T>, S & State<T>>({
    tag: declared.tag,
    id: 'experiment',
    title: 'Experiment',
    note: () => declared.about,
    state: () => ({ ...declared.state(), last: null }),
    ask: async ({ client, recording }, state) => {
      state.last = { of: recording, found: (await client.ask('run.found', {})) as T };
      return state.last;
    },
    key: runKey,
    bar: { part: 'run', names: ['run.found'] },
    controls: (own) => {
      const { context } = own;
      return choices(context, presets(context), declared, plan(found(own), context));
    },
    below: (own) => declared.below(found(own), own),
  });
}

function choices(
  context: PartContext,
  presets: LinkedPreset[],
  { testId, words }: { testId: string; words: RunWords },
  plan: unknown,
): TemplateResult {
  const { settled, change, settle } = context;
  const present = presets.find((preset) => preset.link === settled.link);
  return html`<fieldset>
      <legend class="sr">${propertyOf(context, 'experiment')?.label ?? 'Experiment'}</legend>
      <div class="kinds two">
        ${experimentKinds(context).map(
          (option) =>
            html`<label class="kind">
              <input
                type="radio"
                name="experiment-kind"
                value=${option.value}
                aria-describedby="experiment-${option.value}"
                .checked=${live(settled.values.experiment === option.value)}
                @change=${() => change('experiment', option.value)}
              />
              <strong>${option.label}</strong>
              <span class="help" id="experiment-${option.value}">${option.help}</span>
            </label>`,
        )}
      </div>
    </fieldset>
    <div class="presets" role="group" aria-label="Presets">
      <span class="quiet">Or start from</span>
      ${presets.map(
        (preset) =>
          html`<button
            type="button"
            data-testid="${testId}${preset.id}"
            aria-pressed=${preset === present ? 'true' : 'false'}
            title=${preset.help}
            @click=${() => settle(Object.fromEntries(preset.values))}
          >
            ${preset.label}
          </button>`,
      )}
    </div>
    ${present ? html`<p class="help" data-testid="preset-help">${present.help}</p>` : nothing} ${plan}
    <p class="told" role="status" data-testid="experiment-told">${statusText(context, words.start)}</p>`;
}
