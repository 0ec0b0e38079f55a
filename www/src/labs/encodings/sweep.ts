/** What a sweep has found: steps to 99 % against what the measures of discriminability say. */

import { html, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { count, percent } from '../../ui/format';
import { figureText } from '../../ui/text';
import type { Recording } from '../../engine/record';
import type { Entry } from '../../ui/series';
import { FAMILIES } from '../../figure/arms';
import type { Correlation, Outcome, SweepArm } from '../../engine/types';
import { roomyLog, tick } from '../../figure/axis';
import type { Figure, Group } from '../../figure/figure';
import { figureView } from '../../figure/lab-figure';
import { saveButton, spreadText } from '../../figure/print';
import { leftToRight } from '../../figure/reading';
import { tableView, written, type Table } from '../../figure/table';

export type Sweep = Extract<Outcome, { experiment: 'sweep' }>;

export interface SweepContext {
  /** A table of the experiment, as CSV. */
  csv: (id: string) => Promise<string>;
  recording: Recording;
  entries: Entry[];
  /** Configuration that saved figures name. */
  link: string;
}

const SHAPES: Record<SweepArm['family'], Group['shape']> = {
  compression: 'circle',
  gain: 'square',
  random: 'triangle',
};

const MEASURES = [
  {
    id: 'margin',
    title: 'Self-margin of a position (log)',
    name: 'margin',
    heading: 'against margin',
    of: (arm: SweepArm) => arm.margin,
  },
  {
    id: 'effective-rank',
    title: 'Effective rank of the table (log)',
    name: 'effective rank',
    heading: 'against effective rank',
    of: (arm: SweepArm) => arm.effectiveRank,
  },
] as const;

/** Why a run has no step at 99 %: it stopped, or it has not got there. */
function missing(recording: Recording, arm: string, seed: number): string {
  const stop = recording.stops.find(({ run }) => run.arm === arm && run.seed === seed);
  if (stop) return `stopped at ${count(stop.step)}`;
  return `not within ${count(recording.step)}${recording.finished ? '' : ' so far'}`;
}

function figureOf(
  sweep: Sweep,
  measure: (typeof MEASURES)[number],
  note: string,
  context: SweepContext,
): Figure {
  const { recording, entries } = context;
  const points = sweep.arms.flatMap((arm) =>
    sweep.seeds.map((seed, i) => ({ arm, seed, step: arm.steps[i] ?? null })),
  );
  const families = [...new Set(sweep.arms.map(({ family }) => family))];
  const x = points.map(({ arm }) => measure.of(arm));
  const y = points.map(({ step }) => step ?? NaN);
  const reached = y.filter(Number.isFinite);
  const missed = points.length - reached.length;
  const so = recording.finished ? '' : ' so far';
  const colourOf = (point: number) =>
    entries.find(({ id }) => id === points[point]?.arm.id)?.mark.colour ?? `--${points[point]?.arm.family}-4`;
  // Runs of one table are joined.
  const stems = sweep.arms.flatMap((_, i) => {
    const own = sweep.seeds
      .map((_, j) => i * sweep.seeds.length + j)
      .filter((point) => Number.isFinite(y[point]))
      .sort((a, b) => (y[a] ?? 0) - (y[b] ?? 0));
    const [from, to] = [own[0], own.at(-1)];
    return from === undefined || to === undefined || from === to ? [] : [{ from, to }];
  });
  return {
    name: `sweep-${measure.id}`,
    title: `Steps to 99 % ${measure.heading}`,
    note,
    summary:
      `Steps to 99 % of held-out tokens against ${measure.name}, ${count(points.length)} runs of ` +
      `${count(sweep.arms.length)} tables. ${count(reached.length)} got there, ${count(missed)} not within ` +
      `${count(recording.step)} steps${so}. The table below has every number.`,
    empty: 'Nothing measured yet.',
    panels: [
      {
        x: { title: measure.title, log: true, range: roomyLog(x), format: tick, beyond: '≤ 0' },
        y: {
          title: 'Steps to 99 %',
          range: [0, (reached.length ? Math.max(...reached) : Math.max(1, recording.step)) * 1.06],
          format: count,
          beyond: `not within ${count(recording.step)} steps${so}`,
        },
        marks: [
          {
            kind: 'link',
            id: 'stem',
            x1: stems.map(({ from }) => x[from]),
            y1: stems.map(({ from }) => y[from]),
            x2: stems.map(({ to }) => x[to]),
            y2: stems.map(({ to }) => y[to]),
            style: (stem) => ({ colour: colourOf(stems[stem]?.from ?? 0), opacity: 0.5 }),
          },
          {
            kind: 'dot',
            x,
            y,
            groups: families.map((family) => ({
              label: FAMILIES[family] ?? family,
              colour: `--${family}-4`,
              shape: SHAPES[family],
            })),
            groupOf: points.map(({ arm }) => families.indexOf(arm.family)),
            colourOf,
            size: 5,
            opacity: 0.85,
          },
        ],
      },
    ],
    reading: {
      by: 'point',
      x,
      y,
      rows: [leftToRight(x, y)],
      words: (point) => {
        const found = points[point];
        if (!found) return '';
        const { arm, seed, step } = found;
        const when = step === null ? missing(recording, arm.id, seed) : `99 % at step ${count(step)}`;
        return `${arm.label}, seed ${seed}: ${measure.name} ${figureText(measure.of(arm))}, ${when}`;
      },
    },
    tables: [],
  };
}

export function sweepView(sweep: Sweep, context: SweepContext): TemplateResult {
  const { recording, link } = context;
  const seeds = `${count(sweep.seeds.length)} ${sweep.seeds.length === 1 ? 'seed' : 'seeds'}`;
  const note = `${count(sweep.arms.length)} tables, ${seeds}, step ${count(recording.step)}`;
  return html`<section class="card part sweep" aria-labelledby="title-sweep">
    <header>
      <h2 id="title-sweep">Does discriminability predict learning?</h2>
      <p class="quiet">${note}</p>
    </header>
    <p class="help">
      Each dot is one run: how far its table tells positions apart, and when it first had 99&nbsp;% of
      held-out tokens right. Darker or brighter means a greater value within a family; dots of one table and
      several seeds are joined.
    </p>
    <div class="two">
      ${MEASURES.map(
        (measure) =>
          html`<section aria-labelledby="title-sweep-${measure.id}">
            <h3 id="title-sweep-${measure.id}">Steps ${measure.heading}</h3>
            ${guard([sweep, recording.finished], () =>
              figureView(figureOf(sweep, measure, note, context), link),
            )}
          </section>`,
      )}
    </div>
    <p class="finding" data-testid="sweep-sentence">${sweep.sentence}</p>
    ${guard([sweep, recording.finished], () => [correlations(sweep), arms(sweep, context)].map(tableView))}
    <p class="take">
      ${saveButton('Arms (CSV)', 'sweep.csv', () => context.csv('sweep'))}
      ${saveButton('Correlations (CSV)', 'sweep-correlations.csv', () => context.csv('sweep-correlations'))}
      ${saveButton('All of it (JSON)', 'sweep.json', () => `${JSON.stringify({ link, step: recording.step, ...sweep }, null, 1)}\n`)}
    </p>
  </section>`;
}

function familyText(family: string): string {
  return family === 'all' ? 'All tables' : (FAMILIES[family] ?? family);
}

function correlations({ correlations: rows }: Sweep): Table {
  const text = (rho: number) => (Math.round(rho * 100) / 100 + 0).toFixed(2).replace('-', '−');
  const of = (row: number) => rows[row] as Correlation;
  return {
    title: 'Rank correlation with steps to 99 %',
    note: 'Spearman’s ρ, mean (least to greatest over seeds); −1: the greater, the sooner',
    testId: 'sweep-correlations',
    rows: rows.length,
    data: (row) => ({ measure: of(row).measure, family: of(row).family }),
    columns: [
      written('family', 'Tables', (row) => familyText(of(row).family), true),
      written('measure', 'Measure', (row) => of(row).label, true),
      written(
        'learned',
        'Learned, by seed',
        (row) => `${of(row).learned.join(', ')} of ${count(of(row).arms)}`,
      ),
      written('rho', 'ρ', (row) => {
        const { spread } = of(row);
        return spread ? spreadText(spread, text) : html`<span class="quiet">undefined</span>`;
      }),
      written('by-seed', 'By seed', (row) =>
        of(row)
          .bySeed.map((value) => (value === null ? '–' : text(value)))
          .join(', '),
      ),
    ],
  };
}

function arms({ arms: rows, seeds }: Sweep, { recording }: SweepContext): Table {
  const of = (row: number) => rows[row] as SweepArm;
  return {
    title: 'Every table of the sweep',
    note: `steps and accuracy: seed ${seeds.join(', ')}, in turn`,
    testId: 'sweep-arms',
    rows: rows.length,
    data: (row) => ({ arm: of(row).id }),
    columns: [
      written('family', 'Family', (row) => FAMILIES[of(row).family] ?? of(row).family, true),
      written('value', 'Value', (row) => figureText(of(row).value)),
      written('margin', 'Margin', (row) => figureText(of(row).margin)),
      written('effective-rank', 'Effective rank', (row) => figureText(of(row).effectiveRank)),
      written('norm', 'Norm', (row) => figureText(of(row).norm)),
      written('steps', 'Steps to 99 %', (row) => stepsText(of(row), seeds, recording)),
      written('tokens', 'Tokens right (%)', (row) =>
        seeds.map((_, i) => percent(of(row).accuracy[i])).join(', '),
      ),
    ],
  };
}

/** Steps to 99 % seed by seed; where none has got there, that once. */
function stepsText(arm: SweepArm, seeds: number[], recording: Recording): string {
  const texts = seeds.map((seed, i) => {
    const step = arm.steps[i] ?? null;
    return step === null ? missing(recording, arm.id, seed) : count(step);
  });
  const alike = texts.every((text) => text === texts[0]) && texts[0]?.startsWith('not within');
  return alike && texts.length > 1 ? (texts[0] ?? '').replace('not', 'none') : texts.join(', ');
}
