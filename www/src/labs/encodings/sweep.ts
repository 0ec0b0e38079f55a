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
    ${guard([sweep, recording.finished], () => [correlations(sweep), arms(sweep, context)])}
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

function correlations(sweep: Sweep): TemplateResult {
  const text = (rho: number) => (Math.round(rho * 100) / 100 + 0).toFixed(2).replace('-', '−');
  const mean = ({ spread }: Correlation) =>
    spread ? spreadText(spread, text) : html`<span class="quiet">undefined</span>`;
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label="Rank correlations, table">
    <table data-testid="sweep-correlations">
      <caption>
        Rank correlation with steps to 99&nbsp;%
        <span class="quiet"
          >Spearman’s ρ, mean (least to greatest over seeds); −1: the greater, the sooner</span
        >
      </caption>
      <thead>
        <tr>
          <th scope="col">Tables</th>
          <th scope="col">Measure</th>
          <th scope="col" class="n">Learned, by seed</th>
          <th scope="col" class="n">ρ</th>
          <th scope="col" class="n">By seed</th>
        </tr>
      </thead>
      <tbody>
        ${sweep.correlations.map(
          (row) =>
            html`<tr data-measure=${row.measure} data-family=${row.family}>
              <th scope="row">${familyText(row.family)}</th>
              <td>${row.label}</td>
              <td class="n">${row.learned.join(', ')} of ${count(row.arms)}</td>
              <td class="n">${mean(row)}</td>
              <td class="n">${row.bySeed.map((value) => (value === null ? '–' : text(value))).join(', ')}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function arms(sweep: Sweep, { recording }: SweepContext): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Arms of the sweep, table">
    <table data-testid="sweep-arms">
      <caption>
        Every table of the sweep
        <span class="quiet">steps and accuracy: seed ${sweep.seeds.join(', ')}, in turn</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">Family</th>
          <th scope="col" class="n">Value</th>
          <th scope="col" class="n">Margin</th>
          <th scope="col" class="n">Effective rank</th>
          <th scope="col" class="n">Norm</th>
          <th scope="col" class="n">Steps to 99&nbsp;%</th>
          <th scope="col" class="n">Tokens right <span class="quiet">%</span></th>
        </tr>
      </thead>
      <tbody>
        ${sweep.arms.map(
          (arm) =>
            html`<tr data-arm=${arm.id}>
              <th scope="row">${FAMILIES[arm.family] ?? arm.family}</th>
              <td class="n">${figureText(arm.value)}</td>
              <td class="n">${figureText(arm.margin)}</td>
              <td class="n">${figureText(arm.effectiveRank)}</td>
              <td class="n">${figureText(arm.norm)}</td>
              <td class="n">${stepsText(arm, sweep.seeds, recording)}</td>
              <td class="n">${sweep.seeds.map((_, i) => percent(arm.accuracy[i])).join(', ')}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
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
