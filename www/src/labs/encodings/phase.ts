/** Part `phase`: one clock, two readings. A position as phases and as a spike time, and what a spike time may stand for. */

import { selectField } from '../../ui/options';
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { shortened } from '../../ui/format';
import { numberControl, wholeNumber } from '../../ui/number-control';
import { figureView } from '../../figure/lab-figure';
import { tableView } from '../../figure/table';
import { clockFigure, DIALS, MOST_DIALS, sentence } from './clock';
import type { EncodingsContext } from './context';
import type { Phase } from '../../engine/types';
import { field } from '../../ui/fields';
import '../../ui/inspect.css';
import { part, type Asking } from '../../ui/part';
import { Player } from '../../ui/player';
import '../../ui/parts.css';
import './phase.css';
import { slider } from '../../ui/slider';
import { figureText } from '../../ui/text';
import { entriesTable, substitutions, type Form } from './substitutions';
import { formula } from '../../ui/formula';

const FIRST_DIALS = 6;
/** A position is shown for so long while the clock runs. */
const MS = { tick: 220, calm: 1000 };

/** Where a figure was pressed. */
interface Pressed {
  panel: number;
  x: number;
}

interface State {
  /** How many pairs have a dial. */
  dials: number;
  /** The pair whose substitutions are shown. */
  chosen: number;
  /** What was typed for the pair, where that is none. */
  strange: string;
  forms: { of: Phase; chosen: number; forms: Form[] } | null;
  player: Player;
}

type Own = Asking<EncodingsContext, Phase, State>;

const lastOf = ({ settled }: EncodingsContext) => Math.max(0, Number(settled.values.length) - 1);

export const phasePart = part<EncodingsContext, Phase, State>({
  tag: 'lab-phase',
  id: 'phase',
  title: 'One clock, two readings',
  folded: true,
  says: ({ position, spikeTime }) => html`Position ${position} is a spike at t = ${figureText(spikeTime)}`,
  note: () => 'A position as phases, and as the time of a spike',
  intro: ({ settled }) =>
    html`Position p turns the hand of pair i to the phase φ = ω p, with ω = ${settled.values.left_base}<sup
        >−2i∕d</sup
      >
      (the base of the encoding on the left). The same p is a spike at t = (T∕L) p in a window T. So φ = (ω
      L∕T) t: each pair is a line through the origin, and either reading gives the other.`,
  state: (now) => {
    const course = () => {
      const { context, fresh } = now();
      return {
        at: Number(context.settled.values.position),
        last: lastOf(context),
        ready: fresh,
        go: (at: number) => context.change('position', String(at)),
      };
    };
    const player = new Player(course, () => now().redraw(), MS);
    return { dials: FIRST_DIALS, chosen: 0, strange: '', forms: null, player };
  },
  ask: ({ client }) => client.ask('phase', {}),
  left: ({ state }) => state.player.stop(),
  controls,
  found: readings,
  waits: () =>
    html`<div class="clock"><p class="help">Computed while this part of the page is in view.</p></div>`,
});

function controls({ context, sliders, state, set }: Own): TemplateResult {
  const { dials, chosen, strange, player } = state;
  const pairs = Math.floor(Number(context.settled.values.width) / 2);
  const choose = (text: string) => {
    const wanted = wholeNumber(text);
    if (wanted !== null && wanted < pairs) set({ chosen: wanted, strange: '' });
    else set({ strange: text });
  };
  return html`<div class="dialling">
    ${slider('position', sliders, { most: lastOf(context) })}
    <button
      type="button"
      data-testid="play"
      data-playing=${player.playing ? 'true' : 'false'}
      @click=${() => player.toggle()}
    >
      ${player.playing ? 'Stop' : html`Play<span class="sr"> through the positions</span>`}
    </button>
    <div class="fields">
      ${field('length', 'phase', context, { label: 'Length L' })}
      ${field('window', 'phase', context, { label: 'Window T' })}
      ${selectField('Dials', {
        id: 'phase-dials',
        testId: 'dials',
        options: Array.from({ length: MOST_DIALS }, (_, i) => ({
          value: String(i + 1),
          label: i ? `the ${i + 1} fastest` : 'the fastest',
        })),
        value: String(dials),
        change: (many) => set({ dials: Number(many) }),
      })}
      <span class="field">
        <label for="phase-pair">Pair i</label>
        ${numberControl({
          id: 'phase-pair',
          testId: 'pair',
          kind: { type: 'integer', min: 0, max: Math.max(0, pairs - 1) },
          value: String(Math.min(chosen, Math.max(0, pairs - 1))),
          bad: strange !== '',
          described: strange ? 'phase-pair-wrong' : undefined,
          change: choose,
        })}
        <span class="quiet">of ${pairs}, from 0</span>
        ${
          strange
            ? html`<span class="wrong" id="phase-pair-wrong" role="status">
                “${shortened(strange)}” is not allowed. Allowed: a whole number from 0 to ${pairs - 1}.
              </span>`
            : nothing
        }
      </span>
    </div>
  </div>`;
}

/** The fastest pairs, and the chosen one if it is not among them. */
function dialled(phase: Phase, dials: number, chosen: number): number[] {
  const first = phase.pairs.slice(0, dials).map(({ index }) => index);
  return first.includes(chosen) ? first : [...first.slice(0, MOST_DIALS - 1), chosen];
}

function readings(phase: Phase, own: Own): TemplateResult {
  const { context, state } = own;
  const chosen = Math.min(state.chosen, phase.pairs.length - 1);
  const pair = phase.pairs[chosen];
  if (!pair) return html`<div class="clock"></div>`;
  const csv = () => context.client.ask('csv', { table: 'phase' });
  if (state.forms?.of !== phase || state.forms.chosen !== chosen) {
    state.forms = { of: phase, chosen, forms: substitutions(phase, pair) };
  }
  const { forms } = state.forms;
  return html`<p class="reading" data-testid="phase-reading">${sentence(phase, chosen)}</p>
    <div class="clock" @pressed=${({ detail }: CustomEvent<Pressed>) => point(detail, own)}>
      ${guard([phase, state.dials, chosen, context.link], () =>
        figureView(clockFigure(phase, dialled(phase, state.dials, chosen), chosen, csv), context.link),
      )}
    </div>
    <section class="view" aria-labelledby="title-substitutions">
      <h3 id="title-substitutions">Two substitutions, which are not the same</h3>
      ${tableView(entriesTable(phase, pair, forms))}
      <div class="forms">
        ${forms.map(
          (form) =>
            html`<section aria-labelledby="title-${form.id}">
              <h3 id="title-${form.id}">
                ${form.title} <span class="formula">${formula(form.formula)}</span>
              </h3>
              <p class="help" data-testid="sentence-${form.id}">${form.sentence}</p>
              ${figureView(form.figure, context.link)}
            </section>`,
        )}
      </div>
    </section>`;
}

/** A press or a drag along the spike times moves the position. */
function point({ panel, x }: Pressed, { context, sliders }: Own) {
  if (panel === DIALS) return;
  const { window, length, position = '0' } = context.settled.values;
  const wanted = Math.round((x / Number(window)) * Number(length));
  const to = String(Math.min(lastOf(context), Math.max(0, wanted)));
  if (sliders.edits.shown('position', position) !== to) sliders.edits.release('position', to);
}
