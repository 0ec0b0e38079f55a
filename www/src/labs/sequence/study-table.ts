/** Tables of a study: its arms with what they come to, every number, and the summary that an experiment brings along. */

import { html, nothing, type TemplateResult } from 'lit';
import { lineButton, type Lines } from '../../figure/line-button';
import { saveButton } from '../../figure/print';
import { count, plural } from '../../ui/format';
import type { Entry } from '../../ui/series';
import type { Curves, Measure } from '../../engine/types';
import { seedsOf, spreadOf, valuesOf } from '../../figure/curves';
import type { Study } from '../../engine/types';
import { spreadText } from './spread';

export interface ArmsContext extends Lines {
  entries: Entry[];
  /** The point that the numbers are for; null before there are any. */
  at: number | null;
  /** Whether that is the last point of all, and not only for now. */
  done: boolean;
}

function heading({ label, unit, kind }: Measure): TemplateResult {
  const small = kind === 'share' ? '' : unit;
  return html`${label}${small ? html` <span class="quiet">${small}</span>` : nothing}`;
}

/** Legend and latest numbers in one: each row switches its arm on and off in the charts. */
export function armsTable(curves: Curves, context: ArmsContext): TemplateResult {
  const { entries, hidden, at, done } = context;
  const seeds = seedsOf(curves).length;
  const x = at === null ? undefined : curves.points[at]?.x;
  return html`<div class="scroll arms-table" tabindex="0" role="region" aria-label="What is compared, table">
    <table data-testid="study-arms">
      <caption>
        ${x === undefined ? 'What is compared' : html`${curves.x.label} ${count(x)}`}
        <span class="quiet"
          >${
            at === null
              ? nothing
              : html`${done ? 'the last' : 'the last so far'}; mean (least to greatest) of
                ${plural(seeds, 'seed')}; `
          }press
          a name to hide or show it</span
        >
      </caption>
      <thead>
        <tr>
          <th scope="col">Arm</th>
          ${curves.measures.map((measure) => html`<th scope="col" class="n">${heading(measure)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${curves.arms.map((arm, i) => {
          const entry = entries[i];
          const on = !hidden.has(arm.id);
          return html`<tr data-arm=${arm.id} class=${on ? '' : 'off'}>
            <th scope="row">
              ${entry ? lineButton(entry, context, { row: true }) : arm.label}
              <span class="help">${arm.help}</span>
            </th>
            ${curves.measures.map(({ kind }, place) => {
              const spread = at === null ? null : spreadOf(valuesOf(curves, at, place, arm.id));
              const some = spread && spread.measured < seeds;
              return html`<td class="n" data-label=${curves.measures[place]?.label ?? ''}>
                ${spreadText(spread, kind)}${
                  some ? html` <span class="quiet">${spread.measured} of ${seeds} seeds</span>` : nothing
                }
              </td>`;
            })}
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

/** Buttons for the lines of a chart whose arms are others than those of the table above. */
export function armsButtons(context: Lines & { entries: Entry[] }): TemplateResult {
  return html`<div class="arms buttons-row" role="group" aria-label="Lines; press one to hide or show it">
    ${context.entries.map((entry) => lineButton(entry, context))}
  </div>`;
}

/** A cell that is right-aligned with others of its column. */
const NUMERIC = /^[−-]?[\d.,\s]+(\s?%|\sof\s[\d.,]+)?$|^[–—]?$/;

export function summaryTable(rows: Study['rows'], file: string, make: () => Promise<string>): TemplateResult {
  const columns = rows.head.length;
  // A row with fewer cells ends with words that take the rest of the width.
  const whole = rows.body.filter((row) => row.length === columns);
  const numeric = rows.head.map((_, column) =>
    whole.every((row) => NUMERIC.test((row[column] ?? '').trim())),
  );
  const side = (column: number) => (numeric[column] ? 'n' : '');
  const cells = (row: string[]) =>
    row.map((cell, column) => {
      if (column === 0)
        return html`<th scope="row" class=${row.length === columns ? side(0) : ''}>${cell}</th>`;
      const rest = column === row.length - 1 ? columns - column : 1;
      return rest > 1
        ? html`<td class="words" colspan=${rest}>${cell}</td>`
        : html`<td class=${side(column)}>${cell}</td>`;
    });
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label="Summary, table">
      <table class="summary" data-testid="study-rows">
        <caption>
          Summary
        </caption>
        <thead>
          <tr>
            ${rows.head.map((cell, column) => html`<th scope="col" class=${side(column)}>${cell}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.body.map(
            (row) =>
              html`<tr>
                ${cells(row)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="take">${saveButton('Summary (CSV)', file, make)}</p>`;
}
