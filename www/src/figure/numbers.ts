/** A figure's tables, below it, once they are opened. */

import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { Figure } from './figure';
import { saveButton } from './print';
import { csvOf, tableView, type Table } from './table';

/** The tables of so many numbers are redrawn at most so often. */
const [MANY_NUMBERS, TABLE_MS] = [1024, 1000];

export class Numbers {
  private open = false;
  /** The figure whose tables are on show. */
  private tabled: Figure | null = null;
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly figure: () => Figure,
    private readonly redraw: () => void,
  ) {}

  stop(): void {
    clearTimeout(this.later);
    this.later = undefined;
  }

  /** Large tables take long to lay out, so that a live figure changes them only now and then. */
  fill(): void {
    const figure = this.figure();
    if (!this.open) {
      this.tabled = null;
    } else if (this.tabled !== figure && this.later === undefined) {
      this.tabled = figure;
      const numbers = figure.tables.reduce((sum, { rows, columns }) => sum + rows * columns.length, 0);
      if (numbers <= MANY_NUMBERS) return;
      this.later = setTimeout(() => {
        this.later = undefined;
        this.redraw();
      }, TABLE_MS);
    }
  }

  view(empty: boolean): TemplateResult {
    const toggle = (event: Event) => {
      this.open = (event.target as HTMLDetailsElement).open;
      this.redraw();
    };
    const tables = this.tabled?.tables ?? [];
    return html`<details class="numbers" ?open=${this.open} @toggle=${toggle}>
      <summary>Numbers<span class="sr">: ${this.figure().title}</span></summary>
      ${
        !this.open
          ? nothing
          : empty
            ? html`<p class="help">None yet.</p>`
            : guard([this.tabled], () =>
                tables.map((table) => html`${tableView(table)}${this.saving(table)}`),
              )
      }
    </details>`;
  }

  private saving(table: Table): TemplateResult | typeof nothing {
    const { file, csv, title } = table;
    if (!file) return nothing;
    const now = () => this.figure().tables.find((other) => other.file === file) ?? table;
    return saveButton(
      html`Download as CSV<span class="sr">: ${title}</span>`,
      `${file}.csv`,
      csv ?? (() => csvOf(now())),
    );
  }
}
