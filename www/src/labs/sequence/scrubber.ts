/** Walks along the symbols of the sequence: a slider with the symbols written out, step by step, or by itself. */

import { html, LitElement, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import './scrubber.css';
import { symbolText, spoken } from './symbols';

/** A symbol is shown for so long while it plays; longer for readers who asked for less motion. */
const TICK_MS = 900;
const CALM_TICK_MS = 2000;
/** Of a longer sequence only the neighbourhood is written out. */
const MOST_SYMBOLS = 240;
const NEIGHBOURS = 60;

const stillness = matchMedia('(prefers-reduced-motion: reduce)');

export class SequenceScrubber extends LitElement {
  static override properties = {
    symbols: { attribute: false },
    at: { type: Number },
    ready: { type: Boolean },
    place: { type: String },
    playing: { state: true },
  };
  declare symbols: string[];
  /** From 0. */
  declare at: number;
  /** What is shown is for `at`: playing waits for it, so that no symbol is left out. */
  declare ready: boolean;
  /** The part of the page it stands in, so that no two have one test identifier. */
  declare place: string;
  declare playing: boolean;

  private timer: ReturnType<typeof setInterval> | undefined;
  private centred = '';

  constructor() {
    super();
    this.symbols = [];
    this.at = 0;
    this.ready = true;
    this.place = '';
    this.playing = false;
  }

  protected override createRenderRoot() {
    return this;
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  /** Stands still: nobody looks. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.playing = false;
  }

  private get last(): number {
    return Math.max(0, this.symbols.length - 1);
  }

  private go(to: number) {
    const wanted = Math.min(this.last, Math.max(0, to));
    if (wanted !== this.at) this.dispatchEvent(new CustomEvent<number>('scrub', { detail: wanted }));
  }

  private play() {
    if (this.last === 0) return;
    if (this.at >= this.last) this.go(0);
    this.playing = true;
    this.timer = setInterval(() => this.tick(), stillness.matches ? CALM_TICK_MS : TICK_MS);
  }

  private tick() {
    if (!this.ready) return;
    if (this.at >= this.last) this.stop();
    else this.go(this.at + 1);
  }

  /** By hand: whoever takes hold of it stops it. */
  private pick(to: number) {
    this.stop();
    this.go(to);
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
    this.pick(to);
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
          @click=${() => this.pick(at - 1)}
        >
          <span aria-hidden="true">◀</span><span class="sr">Previous symbol</span>
        </button>
        <button
          type="button"
          data-testid="${place}-play"
          data-playing=${playing ? 'true' : 'false'}
          aria-disabled=${last === 0 ? 'true' : 'false'}
          @click=${() => (playing ? this.stop() : this.play())}
        >
          ${playing ? 'Pause' : html`Play<span class="sr"> through the symbols</span>`}
        </button>
        <button
          type="button"
          data-testid="${place}-next"
          aria-disabled=${at >= last ? 'true' : 'false'}
          @click=${() => this.pick(at + 1)}
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
        @input=${(event: Event) => this.pick(Number((event.target as HTMLInputElement).value))}
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
                @click=${() => this.pick(one.at)}
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
