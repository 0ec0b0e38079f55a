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
          <strong>Press Train.</strong> Small transformers start from the same weights and read the same
          sequences; they differ only in how they are told where a symbol stands.
        </li>
        <li>
          <strong>Watch the loss fall</strong> from guessing to 0 bits. Each line is the mean over seeds, the
          band around it reaches from the best seed to the worst.
        </li>
        <li>
          <strong>Look inside</strong> a run while it learns: what it predicts, and where its attention goes.
        </li>
        <li>
          <strong>Change a setting</strong> and train again. The address of this page always holds your
          settings; Copy link shares them.
        </li>
      </ol>
      <button type="button" data-testid="welcome-close" @click=${close}>Close</button>
    </section>`;
  }
}
