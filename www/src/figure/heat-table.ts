/** The numbers of a heat map, as a table and as a file. */

import { html, type TemplateResult } from 'lit';
import type { HeatMap } from './heatmap';
import { figureText } from '../ui/text';

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
  const text = map.text ?? figureText;
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
                (column) => html`<td class="n">${text(map.values[row * map.columns + column] ?? NaN)}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Lines of a file are written for this long before the page gets its turn. */
const TURN_MS = 12;

/** Every value, a line a row, with the labels in front and on top. Of a large matrix the page is not held up. */
export async function matrixCsv(map: HeatMap): Promise<Blob> {
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const encoder = new TextEncoder();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let lines = `${[`${map.rowTitle} \\ ${map.columnTitle}`, ...map.columnLabels].map(quote).join(',')}\n`;
  let since = performance.now();
  for (let row = 0; row < map.rows; row++) {
    const values = map.values.subarray(row * map.columns, (row + 1) * map.columns);
    const cells = Array.from(values, (value) => (Number.isFinite(value) ? single(value) : ''));
    lines += `${[quote(map.rowLabels[row] ?? String(row)), ...cells].join(',')}\n`;
    if (performance.now() - since < TURN_MS) continue;
    parts.push(encoder.encode(lines));
    lines = '';
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  }
  return new Blob([...parts, encoder.encode(lines)], { type: 'text/csv' });
}

/** The shortest decimal that a reader of single precision takes for the same number: 0.3, not 0.30000001192092896. */
export function single(value: number): number {
  for (const digits of [7, 8]) {
    const near = Number(value.toPrecision(digits));
    if (Math.fround(near) === value) return near;
  }
  return Number(value.toPrecision(9));
}
