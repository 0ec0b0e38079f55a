/** What a first visitor needs to know. It stands in the page, covers nothing, and stays away once closed. */

import { html, nothing, type TemplateResult } from 'lit';
import { recall, remember, type Remembered } from '../engine/memory';

export class Welcome {
  open: boolean;

  constructor(
    /** Under which name it is remembered that the reader has closed it. */
    private readonly name: Remembered,
    private readonly steps: readonly TemplateResult[],
    private readonly redraw: () => void,
    /** What the lab is about. */
    private readonly about: TemplateResult | typeof nothing = nothing,
  ) {
    this.open = recall(name) !== 'closed';
  }

  show(open: boolean): void {
    this.open = open;
    remember(this.name, open ? 'open' : 'closed');
    this.redraw();
  }

  panel(close: () => void): TemplateResult | typeof nothing {
    if (!this.open) return nothing;
    return html`<section class="welcome" aria-labelledby="title-welcome" data-testid="welcome">
      <h2 id="title-welcome" tabindex="-1">How to read this page</h2>
      ${this.about}
      <ol>
        ${this.steps.map((step) => html`<li>${step}</li>`)}
      </ol>
      <button type="button" data-testid="welcome-close" @click=${close}>Close</button>
    </section>`;
  }
}

/** Where help is found, at any time. */
export function helpBar(explain: () => void, shortcuts: () => void): TemplateResult {
  return html`<p class="helpers">
    <button type="button" data-testid="explain" @click=${explain}>How to read this page</button>
    <button type="button" data-testid="open-shortcuts" @click=${shortcuts}>Keyboard shortcuts</button>
  </p>`;
}
