/** Single keys that act on the lab, and the sheet that lists them. */

import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { recall, remember } from '../engine/memory';

export interface Shortcut {
  key: string;
  label: string;
  act: () => void;
}

/** Fields that take text, and lists that jump to what is typed, keep their keys. */
const TEXT = 'input:not([type=checkbox], [type=radio], [type=file]), textarea, select, [contenteditable]';

export class Shortcuts {
  on = recall('shortcuts') !== 'off';

  constructor(
    private readonly table: readonly Shortcut[],
    private readonly redraw: () => void,
  ) {}

  /** Acts on a key unless it is meant for something else. */
  readonly press = (event: KeyboardEvent): void => {
    if (
      !this.on ||
      event.defaultPrevented ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.repeat
    ) {
      return;
    }
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest(TEXT) || document.querySelector('dialog[open]')) return;
    const shortcut = this.table.find(({ key }) => key === event.key.toLowerCase());
    if (!shortcut) return;
    event.preventDefault();
    shortcut.act();
  };

  switch(on: boolean): void {
    this.on = on;
    remember('shortcuts', on ? 'on' : 'off');
    this.redraw();
  }

  /** A modal dialog: the browser keeps the focus inside, closes it on Escape and gives the focus back. */
  sheet(): TemplateResult {
    const close = (event: Event) => (event.currentTarget as HTMLElement).closest('dialog')?.close();
    return html`<dialog
      class="sheet"
      id="shortcuts"
      data-testid="shortcuts"
      aria-labelledby="title-shortcuts"
      @click=${(event: Event) => event.target === event.currentTarget && close(event)}
    >
      <div class="inside">
        <h2 id="title-shortcuts">Keyboard shortcuts</h2>
        <table>
          <thead class="sr">
            <tr>
              <th scope="col">Key</th>
              <th scope="col">What it does</th>
            </tr>
          </thead>
          <tbody>
            ${this.table.map(
              ({ key, label }) =>
                html`<tr>
                  <th scope="row"><kbd>${key.toUpperCase()}</kbd></th>
                  <td>${label}</td>
                </tr>`,
            )}
          </tbody>
        </table>
        <p class="help">
          They act outside text fields and lists. In a heat map or chart the arrow keys move, Tab leaves it;
          what stands in space they turn with Shift, and Shift and Home turns it back.
        </p>
        <label class="check">
          <input
            type="checkbox"
            data-testid="shortcuts-on"
            .checked=${live(this.on)}
            @change=${(event: Event) => this.switch((event.target as HTMLInputElement).checked)}
          />Single keys act on the lab
        </label>
        <p class="take"><button type="button" data-testid="shortcuts-close" @click=${close}>Close</button></p>
      </div>
    </dialog>`;
  }

  static open(root: ParentNode): void {
    const sheet = root.querySelector<HTMLDialogElement>('#shortcuts');
    if (sheet && !sheet.open) sheet.showModal();
  }
}
