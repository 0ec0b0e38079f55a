/** What an evaluation at other lengths has found: accuracy and loss against the length, for each encoding that allows it. */

import { html, type TemplateResult } from 'lit';
import type { Figure, Line } from '../../figure/figure';
import { figureView } from '../../figure/lab-figure';
import { tableView, written, type Table } from '../../figure/table';
import { count } from '../../ui/format';
import type { Entry } from '../../ui/series';
import { armCurves, spreadOf, valuesOf } from '../../figure/curves';
import { axisTitle, shortUnit, unitOf, valueText } from '../../figure/measured';
import type { Measure } from '../../engine/types';
import type { Outcome } from '../../engine/types';
import { saving, spreadText } from '../../figure/print';

export type Lengths = Extract<Outcome, { experiment: 'lengths' }>;

export interface LengthsContext {
  entries: Entry[];
  hidden: ReadonlySet<string>;
  link: string;
  live: boolean;
  saveCurves: () => void;
}

/** What is drawn of what is measured at each length, in this order. */
const DRAWN = ['token-accuracy', 'loss'];

const drawn = ({ curves }: Lengths) =>
  DRAWN.flatMap((wanted) => curves.measures.find(({ id }) => id === wanted) ?? []);
const titleOf = ({ label }: Measure) => `${label}, by length`;
const lengthsOf = ({ curves }: Lengths) => curves.points.map(({ x }) => x);

/** "1.5×": how many times the length that was trained at. */
function times(length: number, trained: number): string {
  return `${Number((length / trained).toPrecision(3))}×`;
}

function figureOf(lengths: Lengths, measure: Measure, context: LengthsContext): Figure {
  const title = titleOf(measure);
  const { entries, hidden } = context;
  const { trained } = lengths;
  const { kind, chance = 0 } = measure;
  const { steps, curves } = armCurves(lengths.curves, measure.id);
  const lines = curves.flatMap(({ arm, ...curve }): Line[] => {
    const entry = entries.find(({ id }) => id === arm);
    // One that stops at its own length still has a point there.
    if (!entry || curve.mean.every((value) => value === null)) return [];
    const { mean: y, min: low, max: high } = curve;
    return [{ kind: 'line', ...entry, shown: !hidden.has(arm), x: steps, y, low, high }];
  });
  const most = Math.max(
    chance,
    ...curves.filter(({ arm }) => !hidden.has(arm)).flatMap(({ max }) => max.map((value) => value ?? 0)),
  );
  const last = steps.at(-1) ?? 1;
  const read = (point: number) => {
    const length = steps[point] ?? 0;
    const values = lines
      .filter(({ shown }) => shown)
      .map(({ label, y }) => `${label} ${valueText(measure, y[point])}`);
    return `Length ${count(length)} (${times(length, trained)}): ${values.join(', ')} ${shortUnit(measure)}`;
  };
  return {
    name: `lengths-${measure.id}`,
    title,
    note: `${unitOf(measure)} · trained at ${trained}, step ${count(lengths.step)}`,
    summary: `${title}, ${unitOf(measure)}, trained at ${trained}. ${steps.map((_, i) => read(i)).join('. ')}.`,
    empty: 'The first evaluation is on its way.',
    panels: [
      {
        x: {
          title: 'Length at evaluation (positions)',
          range: [Math.min(trained, steps[0] ?? 0) * 0.9, last * 1.03],
          ticks: steps,
          format: count,
        },
        y: {
          title: axisTitle(measure),
          range: kind === 'share' ? [0, 1.02] : [0, most * 1.08],
          format: (value) => String(Number((kind === 'share' ? value * 100 : value).toPrecision(3))),
        },
        marks: [
          { kind: 'rule', axis: 'x', at: trained, label: 'trained' },
          ...(measure.chance === undefined
            ? []
            : [{ kind: 'rule' as const, axis: 'y' as const, at: measure.chance, label: 'guessing' }]),
          ...lines,
        ],
      },
    ],
    reading: { by: 'x', x: steps, words: read },
    // The table below has every number, and its file.
    tables: [],
  };
}

export function lengthsView(lengths: Lengths, context: LengthsContext): TemplateResult {
  return html`<section class="card part lengths" aria-labelledby="title-lengths">
    <header>
      <h2 id="title-lengths">Beyond the length it was trained at</h2>
      <p class="quiet">trained at ${count(lengths.trained)} positions, ${count(lengths.step)} steps</p>
    </header>
    <p class="help">
      The same weights, judged on longer sequences. The upright dashes are the length of training, the level
      ones what a guess has. <span data-testid="lengths-sentence">${lengths.sentence}</span>
    </p>
    <div class="two">
      ${drawn(lengths).map((measure) => {
        const title = titleOf(measure);
        return html`<section class="figure" aria-labelledby="title-lengths-${measure.id}">
          <h3 id="title-lengths-${measure.id}">${title} <span class="quiet">${unitOf(measure)}</span></h3>
          ${figureView(figureOf(lengths, measure, context), context.link)}
        </section>`;
      })}
    </div>
    ${drawn(lengths).map((measure) => tableView(table(lengths, measure)))}
    <p class="take">${saving('All numbers (CSV)', 'save-lengths', context.saveCurves, context.live)}</p>
  </section>`;
}

function table(lengths: Lengths, measure: Measure): Table {
  const { curves, trained } = lengths;
  const place = curves.measures.indexOf(measure);
  const of = (row: number) => curves.arms[row] as Lengths['curves']['arms'][number];
  return {
    title: titleOf(measure),
    note: `${unitOf(measure)}: mean (least to greatest over seeds)`,
    testId: `lengths-table-${measure.id}`,
    rows: curves.arms.length,
    data: (row) => ({ arm: of(row).id }),
    columns: [
      written(
        'encoding',
        'Encoding',
        (row) => {
          const { label, help } = of(row);
          return html`${label}${help ? html` <span class="quiet why">${help}</span>` : ''}`;
        },
        true,
      ),
      ...lengthsOf(lengths).map((length, point) =>
        written(
          `length-${length}`,
          html`${count(length)} <span class="quiet">${times(length, trained)}</span>`,
          (row) => {
            const spread = spreadOf(valuesOf(curves, point, place, of(row).id));
            if (spread) return spreadText(spread, (value) => valueText(measure, value));
            return html`<span title=${of(row).help ?? ''}>–</span>`;
          },
        ),
      ),
    ],
  };
}
