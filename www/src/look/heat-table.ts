/** The numbers of a heat map, as a table and as a file. */

import { html, type TemplateResult } from 'lit';
import type { HeatMap } from './heatmap';
import { figureText } from './words';

/** A table with more rows or columns is thinned. */
const MOST = 64;

/** Every `stride`th index, so that at most `MOST` are left. */
function thin(count: number): { stride: number; places: number[] } {
  const stride = Math.max(1, Math.ceil(count / MOST));
  return { stride, places: Array.from({ length: Math.ceil(count / stride) }, (_, i) => i * stride) };
}

export function heatTable(map: HeatMap): TemplateResult {
  const rows = thin(map.rows);
  const columns = thin(map.columns);
  const thinned = [
    rows.stride > 1 ? `one row in ${rows.stride}` : '',
    columns.stride > 1 ? `one column in ${columns.stride}` : '',
  ].filter(Boolean);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${map.title}, table">
    <table class="matrix">
      <caption>
        ${map.title}${map.unit ? `, ${map.unit}` : ''}: ${map.rowTitle} down, ${map.columnTitle} across
        ${thinned.length ? html`<span class="quiet">${thinned.join(' and ')}; the file has all</span>` : ''}
      </caption>
      <thead>
        <tr>
          <td></td>
          ${columns.places.map((column) => html`<th scope="col" class="n">${map.columnLabels[column]}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.places.map(
          (row) =>
            html`<tr>
              <th scope="row" class="n">${map.rowLabels[row]}</th>
              ${columns.places.map(
                (column) => html`<td class="n">${figureText(map.values[row * map.columns + column])}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Every value, a line a row, with the labels in front and on top. */
export function matrixCsv(map: HeatMap): string {
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [[`${map.rowTitle} \\ ${map.columnTitle}`, ...map.columnLabels].map(quote).join(',')];
  for (let row = 0; row < map.rows; row++) {
    const values = map.values.subarray(row * map.columns, (row + 1) * map.columns);
    const cells = Array.from(values, (value) => (Number.isFinite(value) ? String(value) : ''));
    lines.push([quote(map.rowLabels[row] ?? String(row)), ...cells].join(','));
  }
  return `${lines.join('\n')}\n`;
}
