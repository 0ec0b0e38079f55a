/** Walks along the symbols of the sequence: a slider with the symbols written out, step by step, or by itself. */

import { html, LitElement, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Player } from '../../ui/player';
import './scrubber.css';
import { symbolText, spoken } from './symbols';

/** Of a longer sequence only the neighbourhood is written out. */
const MOST_SYMBOLS = 240;
const NEIGHBOURS = 60;

class SequenceScrubber extends LitElement {
  static override properties = {
    symbols: { attribute: false },
    at: { attribute: false },
    place: { attribute: false },
    player: { attribute: false },
    playing: { attribute: false },
  };
  declare symbols: string[];
  /** From 0. */
  declare at: number;
  /** The part of the page it stands in, so that no two have one test identifier. */
  declare place: string;
  declare player: Player;
  declare playing: boolean;

  private centred = '';

  protected override createRenderRoot() {
    return this;
  }

  private get last(): number {
    return Math.max(0, this.symbols.length - 1);
  }

  /** The slider knows its keys; the same ones work from the buttons beside it. */
  private key(event: KeyboardEvent) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target instanceof HTMLInputElement) return;
    const moves: Record<string, number> = {
      ArrowLeft: this.at - 1,
      ArrowRight: this.at + 1,
      Home: 0,
      End: this.last,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.player.pick(to);
  }

  protected override updated() {
    this.centre();
  }

  /** The present symbol in the middle of the strip, without moving the page. */
  private centre() {
    const strip = this.querySelector<HTMLElement>('.symbols');
    const now = strip?.querySelector<HTMLElement>('[aria-current=true]');
    const key = `${this.at} ${this.symbols.length} ${strip?.clientWidth ?? 0}`;
    if (!strip || !now || key === this.centred) return;
    this.centred = key;
    strip.scrollLeft += now.getBoundingClientRect().left - strip.getBoundingClientRect().left;
    strip.scrollLeft -= (strip.clientWidth - now.clientWidth) / 2;
  }

  private written(): { symbol: string; at: number }[] {
    const { symbols, at } = this;
    const all = symbols.length <= MOST_SYMBOLS;
    const from = all ? 0 : Math.max(0, at - NEIGHBOURS);
    const to = all ? symbols.length : Math.min(symbols.length, at + NEIGHBOURS + 1);
    return symbols.slice(from, to).map((symbol, i) => ({ symbol, at: from + i }));
  }

  protected override render(): TemplateResult {
    const { symbols, at, last, place, playing } = this;
    const symbol = symbols[at] ?? '';
    const words = `Symbol ${at + 1} of ${symbols.length}: ${spoken(symbol)}`;
    return html`<div
      class="scrubber"
      role="group"
      aria-label="Symbol of the sequence"
      @keydown=${(event: KeyboardEvent) => this.key(event)}
    >
      <p class="told" data-testid="${place}-at" data-at=${at}>
        Symbol <b>${at + 1}</b> of ${symbols.length}: <b class="symbol">${symbolText(symbol)}</b>
      </p>
      <span class="steps">
        <button
          type="button"
          data-testid="${place}-previous"
          aria-disabled=${at <= 0 ? 'true' : 'false'}
          @click=${() => this.player.pick(at - 1)}
        >
          <span aria-hidden="true">◀</span><span class="sr">Previous symbol</span>
        </button>
        <button
          type="button"
          data-testid="${place}-play"
          data-playing=${playing ? 'true' : 'false'}
          aria-disabled=${last === 0 ? 'true' : 'false'}
          @click=${() => this.player.toggle()}
        >
          ${playing ? 'Pause' : html`Play<span class="sr"> through the symbols</span>`}
        </button>
        <button
          type="button"
          data-testid="${place}-next"
          aria-disabled=${at >= last ? 'true' : 'false'}
          @click=${() => this.player.pick(at + 1)}
        >
          <span aria-hidden="true">▶</span><span class="sr">Next symbol</span>
        </button>
      </span>
      <input
        type="range"
        data-testid="${place}-slide"
        aria-label="Symbol of the sequence, slider"
        aria-valuetext=${words}
        min="0"
        max=${last}
        step="1"
        .value=${live(String(at))}
        @input=${(event: Event) => this.player.pick(Number((event.target as HTMLInputElement).value))}
      />
      <ol class="symbols" aria-label="The sequence" start=${(this.written()[0]?.at ?? 0) + 1}>
        ${this.written().map(
          (one) =>
            html`<li>
              <button
                type="button"
                tabindex="-1"
                aria-current=${one.at === at ? 'true' : 'false'}
                title="Symbol ${one.at + 1}"
                @click=${() => this.player.pick(one.at)}
              >
                <span>${symbolText(one.symbol)}</span>
              </button>
            </li>`,
        )}
      </ol>
    </div>`;
  }
}

customElements.define('sequence-scrubber', SequenceScrubber);
