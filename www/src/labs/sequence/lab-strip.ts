/** A vector as a strip whose entries can be read by pointer, touch and keyboard. */

import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { ON_PAGE } from '../../figure/inks';
import { tag } from '../../figure/svg';
import type { VectorView } from '../../engine/types';
import { byPlace, entryAt, entryWords, STRIP_HEIGHT, stripSvg, stripWords } from './strip';

const WIDTH = 160;

export class SequenceStrip extends LitElement {
  static override properties = {
    view: { attribute: false },
    entry: { state: true },
    width: { state: true },
  };
  declare view: VectorView;
  /** The entry that is read. */
  declare entry: number | null;
  declare width: number;

  /** The keyboard's entry, to go back to when the pointer leaves. */
  private kept: number | null = null;
  /** Only the keyboard is answered aloud. */
  private spoken = '';
  private readonly resized = new ResizeObserver(() => this.measure());

  constructor() {
    super();
    this.entry = null;
    this.width = 0;
  }

  protected override createRenderRoot() {
    return this;
  }

  override connectedCallback() {
    super.connectedCallback();
    this.resized.observe(this);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has('view')) return;
    // Of the next symbol's code the same neuron may not fire.
    const lost = (index: number | null) =>
      index === null ||
      index >= this.view.values.length ||
      (this.view.kind === 'code' && !this.view.order.includes(index));
    if (lost(this.entry)) this.entry = null;
    if (lost(this.kept)) this.kept = null;
  }

  private measure() {
    const width = this.querySelector('.bar')?.clientWidth ?? 0;
    if (width > 0) this.width = width;
  }

  protected override render(): TemplateResult {
    const { view, entry } = this;
    const width = Math.max(40, this.width || WIDTH);
    const words = `${view.label}: ${stripWords(view)}`;
    return html`<p class="name" aria-hidden="true">${view.label}</p>
      <div
        class="bar"
        role="application"
        aria-roledescription="vector"
        aria-label="${words}. Arrow keys move from entry to entry${view.kind === 'code' ? '; up and down in the order of firing' : ''}."
        tabindex="0"
        @keydown=${(event: KeyboardEvent) => this.key(event)}
        @focus=${() => this.focused()}
        @blur=${() => this.left()}
        @pointerdown=${(event: PointerEvent) => this.point(event)}
        @pointermove=${(event: PointerEvent) => this.point(event)}
        @pointerleave=${(event: PointerEvent) => event.pointerType === 'mouse' && (this.entry = this.kept)}
      >
        ${guard([view, width, entry], () =>
          unsafeHTML(
            tag(
              'svg',
              {
                width,
                height: STRIP_HEIGHT,
                viewBox: `0 0 ${width} ${STRIP_HEIGHT}`,
                role: 'img',
                'aria-label': words,
              },
              stripSvg(view, width, ON_PAGE, entry),
            ),
          ),
        )}
      </div>
      <p class="words ${entry === null ? '' : 'read'}" data-testid="reading">
        ${entry === null ? stripWords(view) : entryWords(view, entry)}
      </p>
      <p class="sr" role="status">${this.spoken}</p>`;
  }

  private point(event: PointerEvent) {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    this.entry = entryAt(this.view, event.clientX - box.left, box.width);
  }

  private focused() {
    // A press of the pointer focuses too, and has chosen its own entry.
    if (!this.querySelector('.bar:focus-visible')) return;
    this.choose(this.kept ?? this.entry ?? this.start());
  }

  private left() {
    this.entry = null;
    this.spoken = '';
    this.requestUpdate();
  }

  private start(): number | null {
    const { kind, order, values } = this.view;
    return kind === 'code' ? (order[0] ?? null) : values.length ? 0 : null;
  }

  private choose(index: number | null) {
    this.kept = index;
    this.entry = index;
    this.spoken = index === null ? '' : entryWords(this.view, index);
  }

  private key(event: KeyboardEvent) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = this.view.kind === 'code' ? this.alongCode(event.key) : this.alongValues(event.key);
    if (to === undefined) return;
    event.preventDefault();
    this.choose(to);
  }

  private alongCode(key: string): number | undefined {
    const { order } = this.view;
    const places = byPlace(this.view);
    const now = this.entry ?? this.kept ?? order[0];
    if (now === undefined) return undefined;
    const step = (list: number[], by: number) =>
      list[Math.min(list.length - 1, Math.max(0, list.indexOf(now) + by))];
    switch (key) {
      case 'ArrowLeft':
        return step(places, -1);
      case 'ArrowRight':
        return step(places, 1);
      case 'ArrowUp':
        return step(order, -1);
      case 'ArrowDown':
        return step(order, 1);
      case 'Home':
        return places[0];
      case 'End':
        return places.at(-1);
      default:
        return undefined;
    }
  }

  private alongValues(key: string): number | undefined {
    const last = this.view.values.length - 1;
    const now = this.entry ?? this.kept ?? 0;
    const moves: Record<string, number> = {
      ArrowLeft: now - 1,
      ArrowRight: now + 1,
      PageUp: now - Math.ceil(last / 10),
      PageDown: now + Math.ceil(last / 10),
      Home: 0,
      End: last,
    };
    const to = moves[key];
    return to === undefined || last < 0 ? undefined : Math.min(last, Math.max(0, to));
  }
}

customElements.define('sequence-strip', SequenceStrip);
