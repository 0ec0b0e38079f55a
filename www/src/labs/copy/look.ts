/** Part `look`: one run of the race on one sequence, as it trains. */

import { check, select } from '../../ui/options';
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { live } from 'lit/directives/live.js';
import { Refusal } from '../../engine/client';
import type { About, Inspection, Subject } from '../../engine/types';
import { paintSmall } from '../../figure/colours';
import type { Figure } from '../../figure/figure';
import '../../figure/lab-figure';
import { count, shortened } from '../../ui/format';
import { part, type Asking } from '../../ui/part';
import type { PartContext } from '../../ui/part-context';
import { runKey } from '../../ui/part-key';
import '../../ui/parts.css';
import { NormHistory, normsTable } from './norms';
import { probeTable, strip, tally } from './probe';
import { attentionMap, attentionValues, judgedGreatest, readings, similarityMap, source } from './views';
import './look.css';
import { formula } from '../../ui/formula';

interface Seen {
  subject: Subject;
  inspection: Inspection;
}

/** What a head that solves the task may show, by task. */
const LOOK_FOR: Record<string, string> = {
  'causal-copy':
    'A head that copies shows a line parallel to the diagonal, half a sequence to its left: each judged position reads the symbol it has to name, or the one before.',
  'previous-token': 'A head that solves the task shows a line just left of the diagonal.',
  reversal: 'A head that solves the task shows the other diagonal, from bottom left to top right.',
  'half-shift': 'A head that solves the task shows two lines, half a sequence away from the diagonal.',
  'associative-recall':
    'Two heads, one after the other: in the first layer each value reads the key just before it, and in the next the key that is asked, last, reads the value of its pair (an induction head).',
  increment: 'The task needs no position: any pattern will do.',
};

/** Where the sequence on show comes from, in words. */
const ORIGIN = {
  'held-out': 'The one shown is held out: it cannot occur in training.',
  own: 'The one shown is yours; training may have shown it.',
};

const kindOf = ({ probe }: Subject): keyof typeof ORIGIN =>
  probe === '' || probe.startsWith('#') ? 'held-out' : 'own';

/** Symbols named in full up to this many. */
const FEW_SYMBOLS = 12;
/** A small map is at most this many pixels wide; of a longer sequence it shows every so many positions. */
const SMALL = 96;

interface State {
  /** The link that the run began with. What was seen of it stays when it goes on to a later end. */
  run: string;
  subject: Subject;
  /** Number of the held-out sequence that was asked for last. */
  heldOut: number;
  /** What stands in the field of the probe, and whether the reader has typed it. */
  text: string;
  typed: boolean;
  /** The last look that there was. */
  seen: Seen | null;
  /** Why the last look was refused; empty if it was not. */
  refused: string;
  /** No look can be had of the subject, until another is asked for. */
  declined: boolean;
  histories: Map<number, NormHistory>;
  layer: number;
  head: number;
  stretched: boolean;
  position: number;
  tableOpen: boolean;
  /** The last similarity map: its picture is drawn again only when it is another. */
  similar: { of: Inspection; map: Figure | null } | null;
  /** What the small maps were painted from. */
  painted: { of: Inspection | null; stretched: boolean };
}

type Own = Asking<PartContext, Inspection | null, State>;

/** What a run begins with that nobody has looked into. */
const blank = () => ({
  heldOut: 0,
  typed: false,
  seen: null,
  refused: '',
  declined: false,
  histories: new Map<number, NormHistory>(),
});

export const lookPart = part<PartContext, Inspection | null, State>({
  tag: 'lab-inspector',
  id: 'look',
  title: 'Look inside',
  note: (context, { state }) => {
    const inspection = fitted(context, state).seen?.inspection;
    return inspection
      ? html`${nameOf(inspection.replica, context)} at step
          <span data-testid="look-step">${count(inspection.step)}</span>`
      : nothing;
  },
  state: () => ({
    ...blank(),
    run: '',
    subject: { replica: 0, probe: '' },
    text: '',
    layer: -1,
    head: 0,
    stretched: false,
    position: -1,
    tableOpen: false,
    similar: null,
    painted: { of: null, stretched: false },
  }),
  ask: look,
  key: (context, state) => {
    const key = runKey(context);
    const { subject, declined } = fitted(context, state);
    if (!key || declined || context.activity === 'compiling') return null;
    return { ...key, settings: `${key.settings} ${subject.replica} ${subject.probe}` };
  },
  drawn: (element, { state }) => paint(element, state),
  foot: (own) => {
    const about = aboutOf(own.context);
    const inspection = own.state.seen?.inspection ?? null;
    if (!about)
      return html`<p class="help">
        Press Train. Then this shows what a run predicts, where its attention goes, and what its positions
        look like, as it learns.
      </p>`;
    return html`${form(about, inspection, own)}
    ${inspection ? views(inspection, about, own) : html`<p class="help" data-testid="look-waits">${waits(own)}</p>`}`;
  },
});

/** Only a run that the worker holds can be looked into. */
const aboutOf = ({ live, recording }: PartContext): About | null =>
  live && recording ? recording.about : null;

/** The state of the run on show; what was seen of another is forgotten. */
function fitted(context: PartContext, state: State): State {
  const run = aboutOf(context) ? (context.recording?.origin ?? '') : '';
  if (run === state.run) return state;
  const runs = context.recording?.about.runs.length ?? 0;
  const { replica } = state.subject;
  return Object.assign(state, blank(), {
    run,
    subject: { replica: replica < runs ? replica : 0, probe: '' },
  });
}

async function look({ client }: PartContext, state: State): Promise<Inspection | null> {
  const { subject, run } = state;
  try {
    const inspection = await client.ask('run.inspect', subject);
    if (run === state.run) take({ subject, inspection }, state);
    return inspection;
  } catch (thrown) {
    if (thrown instanceof Refusal && thrown.code === 'outdated') throw thrown;
    if (subject === state.subject) decline(thrown instanceof Error ? thrown.message : String(thrown), state);
    return null;
  }
}

function take(seen: Seen, state: State): void {
  const { inspection } = seen;
  const { replica, layers, heads } = inspection;
  const history = state.histories.get(replica) ?? new NormHistory();
  history.add(inspection);
  state.histories.set(replica, history);
  state.seen = seen;
  // The last layer's heads show what the answer is read from.
  state.layer = state.layer < 0 ? layers - 1 : Math.min(state.layer, layers - 1);
  state.head = Math.min(state.head, heads - 1);
  if (!state.typed) state.text = source(inspection).text;
}

function decline(refused: string, state: State): void {
  const { replica, probe } = state.subject;
  state.refused = refused;
  // The last good sequence stays in view, and goes on.
  const good = state.seen?.subject;
  state.subject = { replica, probe: good && good.probe !== probe ? good.probe : '' };
  // Where that very look was refused, asking for it again and again does not help.
  state.declined = state.subject.probe === probe;
}

/** Asks for a look at another subject, or at the same again. */
function want(subject: Partial<Subject>, { state, asked, set }: Own) {
  if (state.declined) asked.one.anew();
  set({ subject: { ...state.subject, ...subject }, refused: '', declined: false });
}

function anotherHeldOut(own: Own, about: About) {
  const heldOut = own.state.heldOut + 1;
  const all = Math.max(1, Number(about.values.held_out ?? 1));
  own.set({ heldOut, typed: false });
  want({ probe: `#${heldOut % all}` }, own);
}

function paint(element: HTMLElement, { seen, stretched, painted }: State): void {
  const inspection = seen?.inspection ?? null;
  if (!inspection || (painted.of === inspection && painted.stretched === stretched)) return;
  Object.assign(painted, { of: inspection, stretched });
  const { length } = inspection;
  const stride = Math.ceil(length / SMALL);
  for (const canvas of element.querySelectorAll<HTMLCanvasElement>('canvas.small')) {
    const values = attentionValues(inspection, Number(canvas.dataset.layer), Number(canvas.dataset.head));
    const range: [number, number] = [0, stretched ? judgedGreatest(inspection, values) : 1];
    // What is no number is not painted, and the style sheet hatches what lies behind.
    const visible = inspection.masked
      ? values.map((value, i) => (i % length > Math.floor(i / length) ? NaN : value))
      : values;
    paintSmall(
      canvas,
      { rows: length, columns: length, values: visible, range, scale: 'sequential' },
      stride,
    );
  }
}

/** Why there is nothing to see yet. */
function waits({ state, asked }: Own): string {
  if (state.declined) return 'There is nothing to show: this look was refused.';
  return asked.one.fresh
    ? 'Looks are taken while this part of the page is in view.'
    : 'The first look is on its way.';
}

function nameOf(replica: number, { recording, entries }: PartContext): string {
  const run = recording?.about.runs.find((candidate) => candidate.replica === replica);
  if (!run) return '';
  const label = entries.find((entry) => entry.id === run.arm)?.label ?? run.arm;
  return `${label}, seed ${run.seed}`;
}

function form(about: About, inspection: Inspection | null, own: Own): TemplateResult {
  const { context, state, set } = own;
  const { subject, seen, refused } = state;
  const allowed = inspection ? source(inspection) : null;
  const symbols = allowed
    ? allowed.symbols.length > FEW_SYMBOLS
      ? `${allowed.symbols[0]} to ${allowed.symbols.at(-1)}`
      : allowed.symbols.join(', ')
    : '';
  return html`<form
    class="probe"
    aria-label="What to look at"
    @submit=${(event: Event) => {
      event.preventDefault();
      want({ probe: state.text.trim() }, own);
    }}
  >
    <p class="field">
      <label for="look-run">Run</label>
      ${select({
        id: 'look-run',
        testId: 'look-run',
        options: about.runs.map((run) => ({
          value: String(run.replica),
          label: nameOf(run.replica, context),
        })),
        value: String(subject.replica),
        change: (replica) => want({ replica: Number(replica) }, own),
      })}
    </p>
    <p class="field wide">
      <label for="look-probe">Probe</label>
      <input
        id="look-probe"
        data-testid="look-probe"
        type="text"
        autocomplete="off"
        spellcheck="false"
        aria-invalid=${refused ? 'true' : 'false'}
        aria-describedby="look-help look-refused"
        .value=${live(state.text)}
        @input=${(event: Event) => {
          set({ typed: true, text: (event.target as HTMLInputElement).value });
        }}
      />
    </p>
    <p class="field">
      <button type="submit" data-testid="look-submit">Look</button>
      <button type="button" data-testid="look-another" @click=${() => anotherHeldOut(own, about)}>
        Another held-out sequence
      </button>
    </p>
    <p class="help" id="look-help">
      ${allowed ? html`${count(allowed.count)} symbols, of ${symbols}, with spaces between.` : nothing}
      ${seen ? ORIGIN[kindOf(seen.subject)] : nothing}
    </p>
    <p class="refused" role="status" id="look-refused">
      ${
        refused
          ? html`<span class="wrong">${refused}</span>${
                allowed && seen
                  ? html` Still shown: <b data-testid="look-still">${shortened(allowed.text)}</b>,
                      ${kindOf(seen.subject) === 'own' ? 'which is yours' : 'which is held out'}.`
                  : nothing
              }`
          : nothing
      }
    </p>
  </form>`;
}

function views(inspection: Inspection, { link, values }: About, own: Own): TemplateResult {
  const { context, state, set } = own;
  const { layer, head, stretched, position } = state;
  const judged = readings(inspection);
  const note = `${nameOf(inspection.replica, context)}, step ${count(inspection.step)}`;
  if (state.similar?.of !== inspection)
    state.similar = { of: inspection, map: similarityMap(inspection, note) };
  const similarity = state.similar.map;
  const history = state.histories.get(inspection.replica) ?? new NormHistory();
  return html`
    <section class="view" aria-labelledby="title-probe">
      <h3 id="title-probe">
        Prediction against truth<span class="quiet" data-testid="tally"> · ${tally(judged)}</span>
      </h3>
      <p class="help">
        Top: the input. Below it: the most probable answer, its probability as a bar, ✓ where it is right, and
        after ≠ the truth where it is not. p(s) = softmax<sub>s</sub>(W h), with h the last layer's output at
        that position.
      </p>
      ${strip(inspection, judged, { shown: position, show: (position) => set({ position }) })}
      <details
        class="more"
        @toggle=${(event: Event) => set({ tableOpen: (event.target as HTMLDetailsElement).open })}
      >
        <summary>Numbers<span class="sr">: Predictions</span></summary>
        ${state.tableOpen ? probeTable(judged) : nothing}
      </details>
    </section>
    <section class="view" aria-labelledby="title-attention">
      <h3 id="title-attention">Attention</h3>
      <p class="help">
        Each row says how much a query position reads from each key position:
        ${formula('A = softmax(Q K^T ∕ √d)')}, by head; a row sums to 1.
        ${LOOK_FOR[values.task ?? ''] ?? nothing}
      </p>
      <div class="attention">
        ${heads(inspection, own)}
        ${guard(
          [inspection, layer, head, stretched],
          () =>
            html`<lab-figure
              data-testid="attention"
              .link=${link}
              .figure=${attentionMap(inspection, layer, head, stretched, note)}
            ></lab-figure>`,
        )}
      </div>
    </section>
    <section class="view" aria-labelledby="title-similarity">
      <h3 id="title-similarity">Similarity of positions</h3>
      <p class="help">
        ${inspection.similarityKind}
        ${
          similarity
            ? 'A sharp diagonal tells each position from its neighbours; a flat map tells none apart. A learned encoding changes as it trains.'
            : nothing
        }
      </p>
      ${
        similarity
          ? html`<lab-figure data-testid="similarity" .link=${link} .figure=${similarity}></lab-figure>`
          : nothing
      }
    </section>
    <section class="view" aria-labelledby="title-norms">
      <h3 id="title-norms">Weights and gradients</h3>
      <p class="help">
        ${formula('‖w‖ = √Σ w²')} over the parameters of a group, and the same of the last step's gradient,
        before clipping. A gradient many decades below the others has stopped learning; one that grows without
        end is about to diverge.
      </p>
      ${normsTable(inspection, history)}
    </section>
  `;
}

function heads({ layers, heads }: Inspection, { state, set }: Own): TemplateResult {
  return html`<div class="heads">
    <div class="scroll" role="group" aria-label="Attention heads">
      <table class="maps">
        <thead>
          <tr>
            <td></td>
            ${Array.from({ length: heads }, (_, head) => html`<th scope="col">Head ${head + 1}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${Array.from(
            { length: layers },
            (_, layer) =>
              html`<tr>
                <th scope="row">Layer ${layer + 1}</th>
                ${Array.from(
                  { length: heads },
                  (_, head) =>
                    html`<td>
                      <button
                        type="button"
                        class="map"
                        aria-label="Layer ${layer + 1}, head ${head + 1}"
                        aria-pressed=${layer === state.layer && head === state.head ? 'true' : 'false'}
                        @click=${() => set({ layer, head })}
                      >
                        <canvas class="small" data-layer=${layer} data-head=${head}></canvas>
                      </button>
                    </td>`,
                )}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${check("Stretch the colours to each map's greatest judged value", state.stretched, (stretched) =>
      set({ stretched }),
    )}
  </div>`;
}
