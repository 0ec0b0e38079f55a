/** A line chart with its exports and the table of its numbers. */

import { html, nothing, type TemplateResult } from 'lit';
import { labAddress } from '../ui/address';
import './chart';
import { swatch } from '../ui/controls';
import type { Figure } from './figure';
import { exportButtons } from '../ui/download';
import { count } from '../ui/format';
import { saveButton } from './print';

/** A table with more rows is thinned to about this many. */
const MOST_ROWS = 200;

export interface Column {
  /** As in a file's first line. */
  name: string;
  /** As a reader has it. */
  label: string;
  values: ArrayLike<number | null>;
  /** How a value reads. */
  text: (value: number | null | undefined) => string;
}

/** A figure's columns as CSV; what is not a finite number is left empty. */
function columnsCsv(columns: Column[]): string {
  const rows = Math.max(0, ...columns.map(({ values }) => values.length));
  const cell = (value: number | null | undefined) => (Number.isFinite(value) ? String(value) : '');
  const lines = Array.from({ length: rows }, (_, row) => columns.map(({ values }) => cell(values[row])));
  return [columns.map(({ name }) => name), ...lines].map((line) => `${line.join(',')}\n`).join('');
}

export function columnsTable(title: string, columns: Column[]): TemplateResult {
  const rows = Math.max(0, ...columns.map(({ values }) => values.length));
  const stride = Math.max(1, Math.ceil(rows / MOST_ROWS));
  const places = Array.from({ length: Math.ceil(rows / stride) }, (_, i) => i * stride);
  const cell = ({ values, text }: Column, row: number) => text(values[row]);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}, table">
    <table>
      <caption>
        ${title}${stride > 1 ? html` <span class="quiet">one row in ${stride}; the file has all</span>` : nothing}
      </caption>
      <thead>
        <tr>
          ${columns.map(({ label }) => html`<th scope="col" class="n">${label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${places.map(
          (row) =>
            html`<tr>
              ${columns.map((column, i) =>
                i === 0
                  ? html`<th scope="row" class="n">${cell(column, row)}</th>`
                  : html`<td class="n">${cell(column, row)}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

export interface Charted {
  /** In files' names and test identifiers. */
  name: string;
  title: string;
  note: string;
  xTitle: string;
  yTitle: string;
  figure: Figure;
  columns: Column[];
  /** Settings as a link's fragment. */
  link: string;
  /** The lines are named elsewhere. */
  named?: boolean;
  /** Whether the table is open, and who is told. */
  open: boolean;
  toggle: (open: boolean) => void;
}

export function charted(shown: Charted): TemplateResult {
  const { name, title, note, xTitle, yTitle, figure, columns, link } = shown;
  const any = figure.steps.length > 0;
  const onPaper = async () => {
    const { chartSvg } = await import('./svg-chart');
    return chartSvg(figure, { title, note, xTitle, yTitle, address: labAddress(link) });
  };
  return html`<div class="charted">
    ${shown.named ? nothing : legend(figure)}
    <lab-chart .figure=${figure} data-testid="chart-${name}"></lab-chart>
    ${exportButtons(onPaper, name, title, any)}
    <details
      class="numbers"
      @toggle=${(event: Event) => shown.toggle((event.target as HTMLDetailsElement).open)}
    >
      <summary>Numbers<span class="sr">: ${title}</span></summary>
      ${
        shown.open && any
          ? html`${columnsTable(title, columns)}
            ${saveButton('Download as CSV', `${name}.csv`, () => columnsCsv(columns))}`
          : nothing
      }
      ${shown.open && !any ? html`<p class="help">None yet.</p>` : nothing}
    </details>
  </div>`;
}

function legend({ lines }: Figure): TemplateResult {
  return html`<ul class="lines">
    ${lines.filter(({ earlier }) => !earlier).map(({ label, mark }) => html`<li>${swatch(mark)} ${label}</li>`)}
  </ul>`;
}

/** A range that holds all values with some room; of equal values it has room all the same. */
export function roomy(values: Iterable<number>, withZero = false): [number, number] {
  let [least, greatest] = withZero ? [0, 0] : [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  if (!(least <= greatest)) return [0, 1];
  const room = greatest > least ? (greatest - least) * 0.06 : Math.abs(greatest) * 0.1 || 1;
  return [least - room, greatest + room];
}

/** A number on an axis: short, with a true minus sign. */
export function tickText(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const far = rounded !== 0 && (Math.abs(rounded) < 1e-3 || Math.abs(rounded) >= 1e5);
  return (far ? rounded.toExponential() : String(rounded)).replaceAll('-', '−').replace('e+', 'e');
}

export const countText = (value: number | null | undefined) =>
  value === null || value === undefined ? '–' : count(value);
