/** What an evaluation at other lengths has found: accuracy and loss against the length, for each encoding that allows it. */

import { html, type TemplateResult } from 'lit';
import '../../figure/chart';
import { labAddress } from '../../ui/address';
import { exportButtons } from '../../ui/download';
import type { Figure, Line } from '../../figure/figure';
import { bits, count, percent } from '../../ui/format';
import type { Entry } from '../../ui/series';
import { lineKey } from '../../figure/arms';
import type { Outcome } from './engine';
import { csv, saveButton, spreadText } from '../../figure/print';

export type Lengths = Extract<Outcome, { experiment: 'lengths' }>;

export interface LengthsContext {
  entries: Entry[];
  hidden: ReadonlySet<string>;
  /** What a guess has, in bits. */
  chanceBits: number;
  link: string;
}

const MEASURES = [
  { id: 'accuracy', title: 'Tokens right, by length', unit: '% of judged tokens', text: percent },
  { id: 'bits', title: 'Loss, by length', unit: 'bits per token, lower is better', text: bits },
] as const;

type Measure = (typeof MEASURES)[number];

/** "1.5×": how many times the length that was trained at. */
function times(length: number, trained: number): string {
  return `${Number((length / trained).toPrecision(3))}×`;
}

function figureOf(lengths: Lengths, measure: Measure, context: LengthsContext): Figure {
  const { entries, hidden, chanceBits } = context;
  // One that stops at its own length still has a point there.
  const allowed = lengths.rows.filter((row) => row[measure.id].some((spread) => spread !== null));
  const lines = allowed.flatMap((row): Line[] => {
    const entry = entries.find(({ id }) => id === row.id);
    if (!entry) return [];
    const values = row[measure.id];
    return [
      {
        ...entry,
        shown: !hidden.has(row.id),
        mean: values.map((spread) => spread?.mean ?? null),
        min: values.map((spread) => spread?.least ?? null),
        max: values.map((spread) => spread?.greatest ?? null),
        earlier: false,
      },
    ];
  });
  const loss = measure.id === 'bits';
  const most = Math.max(
    chanceBits,
    ...lines.filter(({ shown }) => shown).flatMap(({ max }) => max.map((value) => value ?? 0)),
  );
  const last = lengths.lengths.at(-1) ?? 1;
  const read = (point: number) => {
    const length = lengths.lengths[point] ?? 0;
    const values = lines
      .filter(({ shown }) => shown)
      .map(({ label, mean }) => `${label} ${measure.text(mean[point])}`);
    return `Length ${count(length)} (${times(length, lengths.trained)}): ${values.join(', ')}${loss ? ' bits' : ' %'}`;
  };
  return {
    steps: lengths.lengths,
    lines,
    range: loss ? [0, most * 1.08] : [0, 1.02],
    log: false,
    reference: loss ? chanceBits : 2 ** -chanceBits,
    format: (value) => String(Number((loss ? value : value * 100).toPrecision(3))),
    summary: `${measure.title}, ${measure.unit}, trained at ${lengths.trained}. ${lengths.lengths.map((_, i) => read(i)).join('. ')}.`,
    empty: 'The first evaluation is on its way.',
    axis: {
      range: [Math.min(lengths.trained, lengths.lengths[0] ?? 0) * 0.9, last * 1.03],
      ticks: lengths.lengths,
      mark: lengths.trained,
    },
    read,
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
      ${MEASURES.map((measure) => {
        const figure = figureOf(lengths, measure, context);
        const paper = async () => {
          const { chartSvg } = await import('../../figure/svg-chart');
          return chartSvg(figure, {
            title: measure.title,
            note: `${measure.unit} · trained at ${lengths.trained}, step ${count(lengths.step)}`,
            xTitle: 'Length at evaluation (positions)',
            yTitle: measure.id === 'bits' ? 'Loss (bits per token)' : 'Tokens right (%)',
            reference: 'guessing',
            address: labAddress(context.link),
          });
        };
        return html`<section class="figure" aria-labelledby="title-lengths-${measure.id}">
          <h3 id="title-lengths-${measure.id}">
            ${measure.title} <span class="quiet">${measure.unit}</span>
          </h3>
          <lab-chart data-testid="lengths-${measure.id}" .figure=${figure}></lab-chart>
          ${lineKey(figure)} ${exportButtons(paper, `lengths-${measure.id}`, measure.title)}
        </section>`;
      })}
    </div>
    ${MEASURES.map((measure) => table(lengths, measure))}
    <p class="take">${saveButton('Table (CSV)', 'lengths.csv', () => lengthsCsv(lengths))}</p>
  </section>`;
}

function table(lengths: Lengths, measure: Measure): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${measure.title}, table">
    <table data-testid="lengths-table-${measure.id}">
      <caption>
        ${measure.title}
        <span class="quiet">${measure.unit}: mean (least to greatest over seeds)</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">Encoding</th>
          ${lengths.lengths.map(
            (length) =>
              html`<th scope="col" class="n">
                ${count(length)} <span class="quiet">${times(length, lengths.trained)}</span>
              </th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${lengths.rows.map(
          (row) =>
            html`<tr data-arm=${row.id}>
              <th scope="row">
                ${row.label}${row.why ? html` <span class="quiet why">${row.why}</span>` : ''}
              </th>
              ${row[measure.id].map(
                (spread) =>
                  html`<td class="n">
                    ${spread ? spreadText(spread, measure.text) : html`<span title=${row.why}>–</span>`}
                  </td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function lengthsCsv(lengths: Lengths): string {
  return csv(
    [
      'encoding',
      'length',
      'trained_length',
      'step',
      'accuracy_mean',
      'accuracy_least',
      'accuracy_greatest',
      'bits_mean',
      'bits_least',
      'bits_greatest',
      'why_not',
    ],
    lengths.rows.flatMap((row) =>
      lengths.lengths.map((length, i) => {
        const [accuracy, loss] = [row.accuracy[i], row.bits[i]];
        return [
          row.id,
          length,
          lengths.trained,
          lengths.step,
          accuracy?.mean,
          accuracy?.least,
          accuracy?.greatest,
          loss?.mean,
          loss?.least,
          loss?.greatest,
          accuracy ? '' : row.why,
        ];
      }),
    ),
  );
}
