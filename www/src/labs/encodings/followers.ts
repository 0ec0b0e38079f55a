/** What the shared-weights control has found: how far each follower's held-out loss strays from the reference's. */

import { html, type TemplateResult } from 'lit';
import { decades, wholeText } from '../../figure/axis';
import type { Figure, Line } from '../../figure/figure';
import { figureView } from '../../figure/lab-figure';
import { numbers, tableView, written, type Table } from '../../figure/table';
import { count } from '../../ui/format';
import { figureText } from '../../ui/text';
import type { Recording } from '../../engine/record';
import type { Entry } from '../../ui/series';
import { runsOf, spreadOf, valuesOf } from '../../figure/curves';
import type { Outcome } from '../../engine/types';
import { saveButton, spreadText } from '../../figure/print';

export type Control = Extract<Outcome, { experiment: 'control' }>;

export interface FollowersContext {
  /** A table of the experiment, as CSV. */
  csv: (id: string) => Promise<string>;
  recording: Recording;
  entries: Entry[];
  hidden: ReadonlySet<string>;
  link: string;
}

const TITLE = 'Difference from the reference';

interface Row {
  id: string;
  mean: (number | null)[];
  least: (number | null)[];
  greatest: (number | null)[];
}

interface Differences {
  steps: number[];
  rows: Row[];
}

/** What the followers are held against. */
const LOSS = 'loss';

/** |held-out loss of a follower − that of the reference of the same seed|, by step: mean and spread over the seeds. */
function differencesOf(control: Control, recording: Recording): Differences {
  const curves = recording.curves('evaluation');
  const place = curves.measures.findIndex(({ id }) => id === LOSS);
  const seeds = (arm: string) => runsOf(curves, arm).map((run) => curves.runs[run]?.seed);
  const theirs = seeds(control.reference);
  const rows = control.rows.map(({ id }): Row => {
    const pairs = seeds(id).map((seed) => theirs.indexOf(seed));
    const spreads = curves.points.map((_, point) => {
      const [own, other] = [id, control.reference].map((arm) => valuesOf(curves, point, place, arm));
      return spreadOf((own ?? []).map((value, i) => Math.abs(value - (other?.[pairs[i] ?? -1] ?? NaN))));
    });
    const each = (of: 'mean' | 'least' | 'greatest') => spreads.map((spread) => spread?.[of] ?? null);
    return { id, mean: each('mean'), least: each('least'), greatest: each('greatest') };
  });
  return { steps: curves.points.map(({ x }) => x), rows };
}

function figureOf(
  { steps, rows }: Differences,
  reference: string,
  { entries, hidden }: FollowersContext,
): Figure {
  const shown = rows.filter(({ id }) => !hidden.has(id));
  const range = decades(
    shown.flatMap(({ least, greatest }) => [...least, ...greatest]),
    [1e-8, 1],
  );
  // A logarithm has no place for zero: no difference at all stands at the lower edge.
  const drawn = (values: (number | null)[]) =>
    values.map((value) => (value === null ? null : Math.max(value, range[0])));
  const labelOf = (id: string) => entries.find((entry) => entry.id === id)?.label ?? id;
  const read = (point: number) =>
    `Step ${count(steps[point] ?? 0)}: ${shown
      .map(({ id, mean }) => `${labelOf(id)} ${figureText(mean[point])}`)
      .join(', ')} bits`;
  return {
    name: 'control',
    title: TITLE,
    note: `|held-out loss − that of ${reference} with the same seed|, bits per token`,
    summary: steps.length
      ? `Difference of held-out loss from the reference by step, up to step ${steps.at(-1)}. ${read(steps.length - 1)}.`
      : 'Difference of held-out loss from the reference by step. No data yet.',
    empty: 'The first numbers are on their way.',
    panels: [
      {
        x: { title: 'Training step', range: [0, Math.max(10, steps.at(-1) ?? 0)], format: wholeText },
        y: {
          title: 'Difference (bits per token)',
          range,
          log: true,
          format: (value) => `1e${Math.round(Math.log10(value))}`.replace('-', '−'),
        },
        marks: rows.flatMap(({ id, mean, least, greatest }): Line[] => {
          const entry = entries.find((known) => known.id === id);
          if (!entry) return [];
          const [low, high] = [drawn(least), drawn(greatest)];
          return [{ kind: 'line', ...entry, shown: !hidden.has(id), x: steps, y: drawn(mean), low, high }];
        }),
      },
    ],
    reading: { by: 'x', x: steps, words: read },
    tables: [
      {
        title: 'Difference by step',
        note: 'bits per token, mean over seeds',
        testId: 'control-numbers',
        rows: steps.length,
        columns: [
          numbers('step', 'Step', steps, count),
          ...rows.map(({ id, mean }) => numbers(id, labelOf(id), mean, figureText)),
        ],
      },
    ],
  };
}

export function followersView(control: Control, context: FollowersContext): TemplateResult {
  const { recording, entries, link } = context;
  const found = differencesOf(control, recording);
  const reference = entries.find(({ id }) => id === control.reference)?.label ?? control.reference;
  const figure = figureOf(found, reference, context);
  return html`<section class="card part figure followers" aria-labelledby="title-control">
    <header>
      <h2 id="title-control">${TITLE}</h2>
      <p class="quiet">|held-out loss − loss of ${reference}, same seed|, bits per token, log</p>
    </header>
    <p class="help">
      All start from the same weights and see the same batches. A follower that computes the same thing stays
      with it, or departs by rounding only, which training then amplifies. No difference at all stands at the
      lower edge.
    </p>
    ${figureView(figure, link)} ${tableView(largest(control, reference))}
    <p class="take">
      ${saveButton('Differences (CSV)', 'control.csv', () => context.csv('control'))}
      ${saveButton('Largest (CSV)', 'control-largest.csv', () => context.csv('control-largest'))}
    </p>
  </section>`;
}

function largest({ rows }: Control, reference: string): Table {
  const of = (row: number) => rows[row] as Control['rows'][number];
  return {
    title: `Largest difference from ${reference}`,
    note: 'bits per token, over all steps so far',
    testId: 'control-table',
    rows: rows.length,
    data: (row) => ({ arm: of(row).id }),
    columns: [
      written('follower', 'Follower', (row) => of(row).label, true),
      written('mean', html`Mean <span class="quiet">least to greatest over seeds</span>`, (row) => {
        const { largest: spread } = of(row);
        return spread ? spreadText(spread, figureText) : '–';
      }),
      written('at', 'At step', (row) => {
        const { at } = of(row);
        return at === null ? '–' : count(at);
      }),
      written('by-seed', 'By seed', (row) =>
        of(row)
          .bySeed.map((value) => (value === null ? '–' : figureText(value)))
          .join(', '),
      ),
    ],
  };
}
