/** What a first visitor needs to know. It stands in the page, covers nothing, and stays away once closed. */

import { html, nothing, type TemplateResult } from 'lit';
import { recall, remember } from './memory';

export class Welcome {
  open = recall('welcome') !== 'closed';

  constructor(private readonly redraw: () => void) {}

  show(open: boolean): void {
    this.open = open;
    remember('welcome', open ? 'open' : 'closed');
    this.redraw();
  }

  panel(close: () => void): TemplateResult | typeof nothing {
    if (!this.open) return nothing;
    return html`<section class="welcome" aria-labelledby="title-welcome" data-testid="welcome">
      <h2 id="title-welcome" tabindex="-1">How to read this page</h2>
      <ol>
        <li>
          <strong>Press Train.</strong> Small transformers start from the same weights and read the same data;
          they differ only in how they are told where a symbol stands.
        </li>
        <li>
          <strong>Watch the loss fall</strong> from guessing towards 0 bits: a line is the mean over seeds,
          its band their spread.
        </li>
        <li><strong>Look inside</strong> a run while it learns: its answers, its attention.</li>
        <li>
          <strong>Change a setting</strong>, train again, compare. The page's address always holds your
          settings.
        </li>
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
