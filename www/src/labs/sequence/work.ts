/** How far work is that goes on in turns, and a way to end it. */

import { html, nothing, type TemplateResult } from 'lit';
import type { LabClient } from '../../engine/client';
import { count } from '../../ui/format';
import type { Report } from '../../engine/protocol';
import type { Turn } from '../../engine/types';

/** The last turn of a piece of work, where it takes more than one. */
export class Progress {
  turn: Turn | null = null;
  /** It has begun, and is not over. */
  running = false;
  /** The reader has ended it while there was nothing to show yet. */
  private stopped = false;

  constructor(
    private readonly work: string,
    private readonly changed: () => void,
  ) {}

  /** Runs `work`, which reports its turns. */
  async track<T>(work: () => Promise<T>): Promise<T> {
    this.stopped = false;
    this.running = true;
    this.changed();
    try {
      const done = await work();
      // It came to its end before it could be stopped.
      this.stopped = false;
      return done;
    } finally {
      this.running = false;
      this.turn = null;
      this.changed();
    }
  }

  readonly onReport = (report: Report): void => {
    // Others may ask too, through the client.
    if (!this.running || report.type !== 'turned' || report.turn.part !== this.work) return;
    this.turn = report.turn;
    // It went past what the reader wanted to end.
    if (this.turn.unit === 'steps') this.stopped = false;
    this.changed();
  };

  /** `stop` is what the button says; `again` goes on with what was ended before there was something to show. */
  bar(client: LabClient, stop: string, again?: () => void): TemplateResult | typeof nothing {
    const { turn, work } = this;
    if (!turn) {
      if (!this.stopped || !again) return nothing;
      return html`<p class="work">
        <button type="button" data-testid="go-on-${work}" @click=${again}>Go on</button>
      </p>`;
    }
    const steps = turn.unit === 'steps';
    const twice = !steps && (work === 'operations' || work === 'spikes');
    const label = steps ? 'Gradient steps of the transformer' : 'Symbols that the machine has taken in';
    const of = steps ? `of at most ${count(turn.of)} gradient steps` : `of ${count(turn.of)} symbols`;
    const end = () => {
      this.stopped = !steps;
      client.stop(work, turn.unit);
    };
    return html`<p class="work" data-testid="work-${work}">
      <progress max=${turn.of} value=${turn.at} aria-label=${label}></progress>
      <span class="quiet">${count(turn.at)} ${of}${twice ? ', the sequence twice' : nothing}</span>
      <button type="button" data-testid="stop-${work}" @click=${end}>${stop}</button>
    </p>`;
  }
}
