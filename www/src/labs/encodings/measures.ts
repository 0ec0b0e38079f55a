/** Measures of discriminability of both encodings, with their formulas. */

import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { labAddress } from '../../ui/address';
import { swatch } from '../../ui/controls';
import { count } from '../../ui/format';
import { figureText } from '../../ui/text';
import { Question } from '../../ui/ask';
import type { EncodingsContext } from './context';
import type { MeasureRow, Side } from '../../engine/types';
import '../../ui/inspect.css';
import { sideKey } from './keys';
import { VisiblePart } from '../../ui/visible-part';
import { SIDE_NAMES, SIDES } from './maps';
import '../../ui/parts.css';
import { saveButton } from '../../figure/print';
import { SIDE_MARKS } from './slice';

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

class LabEncodingsMeasures extends VisiblePart<EncodingsContext> {
  private readonly question = new Question<MeasureRow[]>(
    () => this.context.client.ask('measures', {}),
    () => this.requestUpdate(),
    true,
  );
  protected readonly questions = [this.question];

  protected override willUpdate(changed: PropertyValues<this>) {
    const before = changed.get('context') as EncodingsContext | undefined;
    if (before?.activity === 'compiling' && this.context.activity !== 'compiling') this.question.retry();
  }

  protected override request() {
    const keys = SIDES.map((side) => sideKey(side, 'measures', this.context));
    this.question.request(
      keys.map(({ settings }) => settings).join(),
      keys.map(({ moment }) => moment).join(),
    );
  }

  private labelOf(side: Side): string {
    const { properties, settled } = this.context;
    const kind = properties.find(({ name }) => name === side)?.kind;
    const id = settled.values[side] ?? '';
    const options = kind?.type === 'choice' ? kind.options : [];
    return options.find(({ value }) => value === id)?.label ?? id;
  }

  protected override render(): TemplateResult {
    const { context, question } = this;
    const rows = question.answer;
    const { length, width } = context.settled.values;
    const live = context.live && SIDES.some((side) => context.settled.values[side] === 'trained');
    return html`<section class="card part measures" aria-labelledby="title-measures">
      <header>
        <h2 id="title-measures">Measures of discriminability</h2>
        <p class="quiet">
          How well positions can be told apart by a dot
          product${live ? html`, at step ${count(context.step)}` : nothing}
        </p>
      </header>
      <p class="help">
        t_p is the vector of position p as a model adds it, s(k) the mean of ⟨t_p, t_q⟩ over all pairs at
        distance k, and σ_i are the singular values of the table.
      </p>
      <p class="refused" role="status">
        ${question.refused ? html`<span class="wrong">${question.refused}</span>` : nothing}
      </p>
      ${
        rows
          ? this.table(rows)
          : question.refused
            ? nothing
            : html`<p class="help">Measured while this part of the page is in view.</p>`
      }
      <p class="take">
        ${saveButton('Measures as CSV', 'measures.csv', () => this.context.client.ask('csv', { table: 'measures' }), !!rows)}
        ${saveButton(
          'Measures as JSON',
          'measures.json',
          () =>
            `${JSON.stringify(
              {
                link: labAddress(context.link),
                length: Number(length),
                width: Number(width),
                left: this.labelOf('left'),
                right: this.labelOf('right'),
                measures: rows,
              },
              null,
              2,
            )}\n`,
          !!rows,
        )}
      </p>
    </section>`;
  }

  private table(rows: MeasureRow[]): TemplateResult {
    return html`<div class="scroll tall" tabindex="0" role="region" aria-label="Measures, table">
      <table class="measured" data-testid="measures" aria-busy=${this.question.fresh ? 'false' : 'true'}>
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
                    >${this.labelOf(side)}</span
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
                    <span class="formula">${row.formula}</span>
                    ${MEANINGS[row.id] ? html`<span class="meaning">${MEANINGS[row.id]}</span>` : nothing}
                  </td>
                </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}

customElements.define('lab-encodings-measures', LabEncodingsMeasures);

export function measuresPart(context: EncodingsContext): TemplateResult {
  return html`<lab-encodings-measures .context=${context}></lab-encodings-measures>`;
}
