/** Measures of discriminability of both encodings, with their formulas. */

import { html, nothing, type TemplateResult } from 'lit';
import { labAddress } from '../../ui/address';
import { swatch } from '../../ui/controls';
import { count } from '../../ui/format';
import { figureText } from '../../ui/text';
import type { EncodingsContext } from './context';
import type { MeasureRow, Side } from '../../engine/types';
import '../../ui/inspect.css';
import { sideKey } from './keys';
import { part } from '../../ui/part';
import { SIDE_NAMES, SIDES } from './maps';
import '../../ui/parts.css';
import { saveButton } from '../../figure/print';
import { SIDE_MARKS } from './slice';
import { formula } from '../../ui/formula';

/** What a measure tells, in a sentence. */
const MEANINGS: Record<string, string> = {
  norm: 'How large a position is beside the tokens that it is added to.',
  neighbourDistance: 'How far one step of position moves the vector.',
  neighbourCosine: 'At 1, neighbours point the same way and cannot be told apart by direction.',
  endCosine: 'How alike the two ends of the sequence are.',
  margin:
    'By how much a position is more similar to itself than to the position most similar to it. At 0 or below, the dot product finds the wrong one.',
  leastMargin: 'The same for the position that is worst off.',
  monotoneRange: 'Up to this distance, further away means less similar.',
  aliasing: 'From this distance on a position may be taken for a neighbour.',
  effectiveRank: 'In how many directions the positions spread, counted by how evenly.',
  rank: 'In how many directions they spread at all.',
  toeplitz: 'At 1, only the distance of two positions counts, not where they are.',
};

function valueText(row: MeasureRow, side: Side): string {
  const value = row[side];
  return value === null ? row[`${side}Text`] || '–' : notOne(value);
}

/** To four significant figures, but what is not quite 1 does not read as 1: there lies the difference of two encodings. */
function notOne(value: number): string {
  const short = Math.abs(1 - value);
  if (value > 1 || short < 1e-12 || short > 5e-5) return figureText(value);
  if (short < 1e-6) return `1 − ${short.toExponential(1).replace('-', '−')}`;
  return value.toFixed(Math.ceil(-Math.log10(short)) + 1);
}

function labelOf({ properties, settled }: EncodingsContext, side: Side): string {
  const kind = properties.find(({ name }) => name === side)?.kind;
  const id = settled.values[side] ?? '';
  const options = kind?.type === 'choice' ? kind.options : [];
  return options.find(({ value }) => value === id)?.label ?? id;
}

export const measuresPart = part<EncodingsContext, MeasureRow[]>({
  tag: 'lab-encodings-measures',
  id: 'measures',
  title: 'Measures of discriminability',
  folded: true,
  says: (rows) => {
    const row = rows.find(({ id }) => id === 'neighbourCosine');
    return row && html`${row.label}: ${SIDES.map((side) => valueText(row, side)).join(' and ')}`;
  },
  note: ({ live, settled, step }) => {
    const follows = live && SIDES.some((side) => settled.values[side] === 'trained');
    return `How well positions can be told apart by a dot product${follows ? `, at step ${count(step)}` : ''}`;
  },
  intro: html`${formula('t_p')} is the vector of position ${formula('p')} as a model adds it,
  ${formula('s(k)')} the mean of ${formula('⟨t_p, t_q⟩')} over all pairs at distance ${formula('k')}, and
  ${formula('σ_i')} are the singular values of the table.`,
  ask: ({ client }) => client.ask('measures', {}),
  key: (context) => {
    const keys = SIDES.map((side) => sideKey(side, 'measures', context));
    return {
      settings: keys.map(({ settings }) => settings).join(),
      moment: keys.map(({ moment }) => moment).join(),
    };
  },
  patient: true,
  waits: 'Measured while this part of the page is in view.',
  found: (rows, { context, fresh }) => table(rows, context, fresh),
  foot: ({ context, answer: rows }) => {
    const { length, width } = context.settled.values;
    const record = () => ({
      link: labAddress(context.link),
      length: Number(length),
      width: Number(width),
      left: labelOf(context, 'left'),
      right: labelOf(context, 'right'),
      measures: rows,
    });
    return html`<p class="take">
      ${saveButton('Measures as CSV', 'measures.csv', () => context.client.ask('csv', { table: 'measures' }), !!rows)}
      ${saveButton('Measures as JSON', 'measures.json', () => `${JSON.stringify(record(), null, 2)}\n`, !!rows)}
    </p>`;
  },
});

function table(rows: MeasureRow[], context: EncodingsContext, fresh: boolean): TemplateResult {
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label="Measures, table">
    <table class="measured" data-testid="measures" aria-busy=${fresh ? 'false' : 'true'}>
      <caption class="sr">
        Measures of discriminability
      </caption>
      <thead>
        <tr>
          <th scope="col">Measure</th>
          ${SIDES.map(
            (side) =>
              html`<th scope="col" class="n words">
                ${SIDE_NAMES[side]} ${swatch(SIDE_MARKS[side])}<span class="quiet"
                  >${labelOf(context, side)}</span
                >
              </th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr data-measure=${row.id}>
                <th scope="row">
                  ${row.label}${row.unit ? html` <span class="quiet">(${row.unit})</span>` : nothing}
                </th>
                ${SIDES.map((side) => html`<td class="n words">${valueText(row, side)}</td>`)}
              </tr>
              <tr class="about">
                <td colspan="3">
                  <span class="formula">${formula(row.formula)}</span>
                  ${MEANINGS[row.id] ? html`<span class="meaning">${MEANINGS[row.id]}</span>` : nothing}
                </td>
              </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
