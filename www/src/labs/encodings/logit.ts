/** Part `logit`: a whole attention logit taken apart, before and after Lemma 1's mapping, and the attention it leads to. */

import { selectField } from '../../ui/options';
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { count } from '../../ui/format';
import { decades } from '../../figure/axis';
import type { Figure } from '../../figure/figure';
import { figureView } from '../../figure/lab-figure';
import { matrixFigure } from '../../figure/matrix';
import { tableView, written, type Table } from '../../figure/table';
import type { RunInfo } from '../../engine/types';
import { figureText } from '../../ui/text';
import { entryOf } from '../../ui/series';
import type { EncodingsContext } from './context';
import type { Logit } from '../../engine/types';
import { field } from '../../ui/fields';
import { part } from '../../ui/part';
import { keyOf, objectId } from '../../ui/part-key';
import { precise, saveButton } from '../../figure/print';
import '../../ui/parts.css';
import { formula } from '../../ui/formula';

/** What each part multiplies, said once for those who do not read labels as formulas. */
const MEANING: Record<Logit['parts'][number]['id'], string> = {
  'content-content': 'symbol with symbol',
  'content-position': 'symbol with position',
  'position-content': 'position with symbol',
  'position-position': 'position with position',
};

const isTrained = ({ settled }: EncodingsContext) => settled.values.weights === 'trained';

/** Trained weights are those of an open run. */
const isMissing = (context: EncodingsContext) => isTrained(context) && !(context.live && context.recording);

export const logitPart = part<EncodingsContext, Logit>({
  tag: 'lab-logit',
  id: 'logit',
  title: 'A logit in four parts',
  folded: true,
  says: ({ sentence }) => sentence,
  note: () => 'where the lemma stops',
  intro: html`Attention compares sums: symbol ${formula('x')} plus position ${formula('p')}. So a logit of
  layer 1 is ${formula('(x_m + γ p_m)ᵀ M (x_n + γ p_n)')}, four products, where ${formula('γ = T∕L')} is the
  mapping's factor and ${formula('M = W_Q^T W_K ∕ √d_head')}. ${formula('γ')} multiplies each part as often as
  a position is in it: not at all, once, once, twice.`,
  ask: ({ client }) => client.ask('logit', {}),
  key: (context) => {
    if (isMissing(context)) return null;
    const { recording, step } = context;
    const trained = isTrained(context);
    const run = trained && recording ? `run ${objectId(recording)}` : '';
    return { settings: `${keyOf(context, 'logit')} ${run}`, moment: trained ? String(step) : '' };
  },
  controls: ({ context }) =>
    html`<div class="fields" role="group" aria-label="The logit's weights">
        ${field('weights', 'logit', context, { label: 'Weights' })} ${runField(context)}
        ${field('head', 'logit', context, { label: 'Head' })}
      </div>
      ${isMissing(context) ? howTo(context) : nothing}`,
  found: (logit, { context }) => found(logit, context),
  foot: limits,
});

/** Whose weights: a run of the experiment, by its name once it is open, and before by its number. */
function runField(context: EncodingsContext): TemplateResult | typeof nothing {
  const trained = isTrained(context);
  const { recording, live, stale } = context;
  // Random weights are those that the present settings begin with, which need no open run.
  const known = recording && (trained ? live : !stale);
  if (known) return runChoice(context, 'logit', recording.about.runs);
  return trained ? nothing : field('trained_run', 'logit', context, { label: 'Run' });
}

/** "sinusoidal, seed 0" with the arm's label in place of its identifier. */
function nameOf(run: string, { entries, properties }: EncodingsContext): string {
  const [, id = '', seed = ''] = /^(.*)(, seed \d+)$/.exec(run) ?? [];
  if (!id) return run;
  return `${entries.find((entry) => entry.id === id)?.label ?? entryOf(properties, id).label}${seed}`;
}

function howTo(context: EncodingsContext): TemplateResult {
  return html`<p class="finding" data-testid="logit-missing">
    Trained weights are those of a run that is open. Choose an experiment below and press Train; they are read
    as it trains. Or
    <button type="button" class="small" @click=${() => context.change('weights', 'random')}>
      use random weights
    </button>
  </p>`;
}

function found(logit: Logit, context: EncodingsContext): TemplateResult {
  const whose = `${nameOf(logit.run, context)}, ${logit.weights === 'random' ? 'initial weights' : `step ${count(logit.step)}`}`;
  const about = `${whose}, head ${logit.head}, L = ${logit.length}, γ = ${figureText(logit.scale)}`;
  return html`<p class="quiet" data-testid="logit-about">${about}</p>
    ${guard([logit], () => partsOf(logit, about, context))}
    <p class="finding" data-testid="logit-sentence">${logit.sentence}</p>
    <h3 class="spaced">Attention, before and after the mapping</h3>
    <p class="help">
      A = softmax(logits), a row for each query. Switch the content off, or undo the gain, which multiplies
      the mapped positions by L∕T again, and see when the two maps are one.
    </p>
    <div class="fields" role="group" aria-label="Attention maps">
      ${field('content', 'logit', context)} ${field('undo', 'logit', context)}
    </div>
    <div class="two">
      ${guard([logit], () => {
        const maps = mapsOf(logit, about);
        return maps.map(
          ({ id, figure }) =>
            html`<section aria-label=${figure.title}>
              <h3>${figure.title}</h3>
              <lab-figure data-testid="attention-${id}" .link=${context.link} .figure=${figure}></lab-figure>
            </section>`,
        );
      })}
    </div>
    <p class="finding" data-testid="logit-difference">${differenceText(logit)}</p>`;
}

function partsOf(logit: Logit, about: string, context: EncodingsContext): TemplateResult {
  return html`${figureView(barsOf(logit, about), context.link)} ${tableView(sizes(logit))}
    <p class="take">
      ${saveButton('Table (CSV)', 'logit-parts.csv', () => context.client.ask('csv', { table: 'logit-parts' }))}
    </p>`;
}

function limits(): TemplateResult {
  return html`<div class="limits two">
    <div>
      <h3>What the lemma promises</h3>
      <p>
        The position–position part is multiplied by one number, ${formula('γ²')}, for every pair. With the
        symbols switched off, whole logits are, unless a layer norm comes first. With the gain undone, so that
        positions are multiplied by ${formula('1∕γ')} again, nothing has changed at all.
      </p>
    </div>
    <div>
      <h3>Where it stops</h3>
      <ul>
        <li>
          With symbols in the sum, the four parts change by three different factors, 1, ${formula('γ')} and
          ${formula('γ²')}. No single factor maps the old logit to the new one: positions are drowned out.
        </li>
        <li>
          Where layer norm comes first, it divides the sum of symbol and position by its own size, which the
          mapping changes: then not even the single parts keep to these factors.
        </li>
        <li>
          Softmax is not scale-free. Even a global factor acts as a temperature: multiplying all logits by
          ${formula('γ²')} flattens attention towards even weights, though their order stays.
        </li>
      </ul>
    </div>
  </div>`;
}

/** A select of the open experiment's runs, which sets whose table and weights "trained" stands for. */
export function runChoice(context: EncodingsContext, place: string, runs: RunInfo[]): TemplateResult {
  const chosen = context.settled.values.trained_run ?? '0';
  const label = (id: string) => context.entries.find((entry) => entry.id === id)?.label ?? id;
  return selectField('Run', {
    id: `${place}-trained-run`,
    testId: `${place}-trained-run`,
    options: runs.map(({ arm, seed }, i) => ({ value: String(i), label: `${label(arm)}, seed ${seed}` })),
    value: chosen,
    change: (run) => context.change('trained_run', run),
  });
}

function sizes({ parts }: Logit): Table {
  const of = (row: number) => parts[row] as Logit['parts'][number];
  return {
    title: 'Size of each part',
    note: 'root mean square over the pairs that attention sees',
    testId: 'logit-parts',
    rows: parts.length,
    data: (row) => ({ partOfLogit: of(row).id }),
    columns: [
      written(
        'part',
        'Part',
        (row) => html`${of(row).label} <span class="quiet">${MEANING[of(row).id]}</span>`,
        true,
      ),
      written('before', 'Before', (row) => figureText(of(row).before)),
      written('after', 'After', (row) => figureText(of(row).after)),
      written('factor', html`Measured <span class="quiet">after ∕ before</span>`, (row) => {
        const { factor } = of(row);
        return factor === null ? html`<span class="quiet">nothing there</span>` : precise(factor);
      }),
      written('expected', 'Expected', (row) => {
        const { expected } = of(row);
        return expected === null ? html`<span class="quiet">none</span>` : precise(expected);
      }),
      written('power', 'Which is', (row) => (of(row).expected === null ? '' : of(row).power), true),
    ],
  };
}

const PARTS = 'Four parts of a logit';

/** Each part before and after the mapping, on a logarithmic axis. Zero has no place there: no bar. */
function barsOf({ parts }: Logit, about: string): Figure {
  const values = parts.flatMap(({ before, after }) => [before, after]);
  const range = decades(values, [0.1, 1]);
  const [least] = range;
  const end = (value: number) => (value > 0 ? value : least);
  const bars = (['before', 'after'] as const).map((id, i) => ({
    kind: 'bar' as const,
    id,
    label: id,
    mark: { colour: `--series-${i + 1}`, dash: [] },
    place: parts.map((_, part) => part + (i - 0.5) * 0.36),
    thick: 0.32,
    from: parts.map(() => least),
    to: parts.map((part) => end(part[id])),
    texts: parts.map((part) => figureText(part[id])),
  }));
  const [before, after] = bars;
  const each = (of: 'place' | 'to') =>
    parts.flatMap((_, i) => [before?.[of][i] ?? NaN, after?.[of][i] ?? NaN]);
  const factor = (value: number | null, none: string) => (value === null ? none : figureText(value));
  return {
    name: 'logit-parts',
    title: PARTS,
    note: about,
    summary: `${parts
      .map(
        (part) =>
          `${part.label}: ${figureText(part.before)}, then ${figureText(part.after)}, × ${factor(part.factor, '–')}, expected ${factor(part.expected, 'none')}`,
      )
      .join('. ')}.`,
    empty: '',
    panels: [
      {
        x: {
          title: 'Root mean square over the pairs that attention sees',
          // Room for the numbers at the ends of the bars.
          range: [least, range[1] * 10 ** (0.16 * Math.log10(range[1] / least))],
          log: true,
          format: (value) => `1e${Math.round(Math.log10(value))}`.replace('-', '−'),
          ticks: powers(range),
        },
        y: { title: '', range: [parts.length - 0.5, -0.5], names: parts.map(({ label }) => label) },
        height: 44 * parts.length,
        marks: bars,
      },
    ],
    reading: {
      by: 'point',
      x: each('to'),
      y: each('place'),
      rows: [values.map((_, i) => i)],
      role: 'bar chart',
      hint: 'Arrow keys move from bar to bar.',
      invitation: 'Point at the end of a bar, tap it, or use the arrow keys, to read it.',
      words: (i) =>
        `${parts[i >> 1]?.label}, ${i % 2 ? 'after' : 'before'} the mapping: ${figureText(values[i])}`,
    },
    tables: [],
  };
}

function powers([least, greatest]: [number, number]): number[] {
  const [from, to] = [Math.round(Math.log10(least)), Math.round(Math.log10(greatest))];
  return Array.from({ length: to - from + 1 }, (_, i) => Number(`1e${from + i}`));
}

function mapsOf(logit: Logit, about: string): { id: string; figure: Figure }[] {
  const { length, before, after, tokens } = logit;
  // One scale for both, or their colours could not be compared. A query that sees one key only has 1 there whatever the
  // weights are: it would take the colours from all others.
  let greatest = 0;
  for (const values of [before, after]) {
    values.forEach((value, i) => {
      if (i >= length || value < 1) greatest = Math.max(greatest, value);
    });
  }
  const labels = Array.from({ length }, (_, i) =>
    tokens[i] === undefined ? String(i) : `${i} · ${tokens[i]}`,
  );
  const switches = [
    logit.content ? 'with symbols' : 'positions only',
    ...(logit.undone ? ['gain undone'] : []),
  ].join(', ');
  return (['before', 'after'] as const).map((id) => ({
    id,
    figure: matrixFigure({
      name: `attention-${id}-mapping`,
      title: id === 'before' ? 'Attention before the mapping' : 'Attention after the mapping',
      note: about,
      rows: { title: 'Query', names: labels },
      columns: { title: 'Key', names: labels },
      values: id === 'before' ? before : after,
      range: [0, greatest > 0 ? greatest : 1],
      scale: 'sequential',
      unit: 'attention weight',
      summary: `Attention weights of head ${logit.head} ${id} the mapping, ${switches}, ${length} queries by ${length} keys; the greatest where there is a choice is ${figureText(greatest)}. The numbers below have them all.`,
    }),
  }));
}

/** Where the two maps differ most, and what that means under the switches. */
function differenceText(logit: Logit): string {
  const { before, after, length, largestDifference } = logit;
  let at = 0;
  for (let i = 0; i < before.length; i++) {
    if (distance(before, after, i) > distance(before, after, at)) at = i;
  }
  if (largestDifference <= 1e-6) {
    return `The two maps are the same: they differ by ${figureText(largestDifference)} at most, which is rounding.`;
  }
  const query = Math.floor(at / length);
  return (
    `Largest difference: ${figureText(largestDifference)}, where query ${query} reads key ${at % length} ` +
    `with ${figureText(before[at])} before and ${figureText(after[at])} after.`
  );
}

const distance = (a: Float32Array, b: Float32Array, i: number) => Math.abs((a[i] ?? 0) - (b[i] ?? 0));
