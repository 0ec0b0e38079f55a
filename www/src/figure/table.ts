/** Tables: one description for the page and for the file. */

import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';

export type Value = number | string | null | undefined;

export interface Column {
  /** As in a file's first line. */
  name: string;
  /** As a reader has it. */
  label: string | TemplateResult;
  value: (row: number) => Value;
  /** How a value reads; words stand as they are. */
  text?: (value: Value, row: number) => string | TemplateResult;
  /** Words stand on the left. */
  words?: boolean;
  /** Only the file has it. */
  filed?: boolean;
}

export interface Table {
  title: string;
  /** Behind the title. */
  note?: string;
  rows: number;
  columns: readonly Column[];
  /** The file that it is saved as, without its ending; one that is saved elsewhere has none. */
  file?: string;
  /** Where the engine writes it: the page's file is then the command line's. */
  csv?: () => Promise<string>;
  /** `matrix` for many columns of numbers, `facts` for a few that need no width. */
  look?: 'matrix' | 'facts';
  /** For tests: the table's, and the `data-*` of a row. A cell has its column's name in `data-value`. */
  testId?: string;
  data?: (row: number) => Record<string, string>;
}

/** A table with more rows, or more columns, is thinned on the page. */
const MOST_ROWS = 200;
const MOST_COLUMNS = 64;

/** A column of numbers. */
export function numbers(
  name: string,
  label: string,
  values: ArrayLike<number | null | undefined>,
  text: (value: number) => string,
): Column {
  return {
    name,
    label,
    value: (row) => values[row],
    text: (value) => (typeof value === 'number' ? text(value) : '–'),
  };
}

/** A column whose cells are written already, for a table that is saved elsewhere. */
export const written = (
  name: string,
  label: string | TemplateResult,
  text: (row: number) => string | TemplateResult,
  words = false,
): Column => ({ name, label, value: () => undefined, text: (_, row) => text(row), words });

const finite = (value: Value) => (typeof value === 'number' && !Number.isFinite(value) ? null : value);

function cellText({ value, text }: Column, row: number): string | TemplateResult {
  const found = value(row);
  if (text) return text(found, row);
  return found === null || found === undefined ? '–' : String(found);
}

/** Every so-manieth, and the last. */
function thinned(count: number, most: number, withLast: boolean): { stride: number; places: number[] } {
  const stride = Math.max(1, Math.ceil(count / most));
  const places = Array.from({ length: Math.ceil(count / stride) }, (_, i) => i * stride);
  if (withLast && count > 0 && places.at(-1) !== count - 1) places.push(count - 1);
  return { stride, places };
}

export function tableView(table: Table): TemplateResult {
  const { title, note, look } = table;
  const rows = thinned(table.rows, look === 'matrix' ? MOST_COLUMNS : MOST_ROWS, look !== 'matrix');
  const [first, ...others] = table.columns.filter(({ filed }) => !filed);
  const columns = thinned(others.length, MOST_COLUMNS, false);
  const shown = first ? [first, ...columns.places.flatMap((place) => others[place] ?? [])] : [];
  const left = [
    rows.stride > 1 ? `one row in ${rows.stride}` : '',
    columns.stride > 1 ? `one column in ${columns.stride}` : '',
  ].filter(Boolean);
  const side = ({ words }: Column) => (words ? '' : 'n');
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}, table">
    <table class=${look ?? nothing} data-testid=${table.testId ?? nothing}>
      <caption>
        ${title}${note ? html` <span class="quiet">${note}</span>` : nothing}
        ${left.length ? html`<span class="quiet">${left.join(' and ')}; the file has all</span>` : nothing}
      </caption>
      <thead>
        <tr>
          ${shown.map((column) => (column.label ? html`<th scope="col" class=${side(column)}>${column.label}</th>` : html`<td></td>`))}
        </tr>
      </thead>
      <tbody>
        ${rows.places.map((row) => {
          const data = table.data?.(row);
          const dataset = (element?: Element) =>
            Object.assign((element as HTMLElement | undefined)?.dataset ?? {}, data);
          return html`<tr ${ref(dataset)}>
            ${shown.map((column, i) =>
              i === 0
                ? html`<th scope="row" class=${side(column)} data-value=${column.name}>
                    ${cellText(column, row)}
                  </th>`
                : html`<td class=${side(column)} data-value=${column.name}>${cellText(column, row)}</td>`,
            )}
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

/** Lines of a file are written for this long before the page gets its turn. */
const TURN_MS = 12;

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A table as CSV (RFC 4180 with line feeds); what is not a finite number is left empty. Of a large one the page is not held up. */
export async function csvOf(table: Table): Promise<Blob> {
  const encoder = new TextEncoder();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let lines = `${table.columns.map(({ name }) => quoted(name)).join(',')}\n`;
  let since = performance.now();
  for (let row = 0; row < table.rows; row++) {
    lines += `${table.columns.map(({ value }) => quoted(String(finite(value(row)) ?? ''))).join(',')}\n`;
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

/** A matrix with the names of its rows in front and of its columns on top. */
export function matrixTable(
  title: string,
  note: string,
  rows: { title: string; names: readonly string[] },
  columns: { title: string; names: readonly string[] },
  values: Float32Array,
  text: (value: number) => string,
): Table {
  const across = columns.names.length;
  return {
    title,
    note: `${note ? `${note}: ` : ''}${rows.title} down, ${columns.title} across`,
    rows: rows.names.length,
    look: 'matrix',
    columns: [
      {
        name: `${rows.title} \\ ${columns.title}`,
        label: '',
        value: (row) => rows.names[row] ?? String(row),
      },
      ...columns.names.map((name, column): Column => {
        const at = (row: number) => values[row * across + column] ?? NaN;
        return { name, label: name, value: (row) => single(at(row)), text: (_, row) => text(at(row)) };
      }),
    ],
  };
}
