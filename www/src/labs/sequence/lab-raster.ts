/** The raster of spikes on the page, read by pointer, touch and keyboard. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { ON_PAGE } from '../../figure/inks';
import { tag } from '../../figure/svg';
import type { Spikes } from '../../engine/types';
import { dotWords, drawRaster, rasterSummary, type Clock, type Dot, type Raster } from './raster';

const WIDTH = 640;
/** A pointer farther from every spike than this reads none, in pixels. */
const NEAR = 24;

export class SequenceRaster extends LitElement {
  static override properties = {
    spikes: { attribute: false },
    clock: { attribute: false },
    at: { state: true },
    width: { state: true },
  };
  declare spikes: Spikes;
  declare clock: Clock;
  /** The spike that is read. */
  declare at: Pick<Dot, 'layer' | 'neuron'> | null;
  declare width: number;

  private drawn: Raster | null = null;
  /** The keyboard's spike, to go back to when the pointer leaves. */
  private kept: Pick<Dot, 'layer' | 'neuron'> | null = null;
  private spoken = '';
  private readonly resized = new ResizeObserver(() => this.measure());

  constructor() {
    super();
    this.clock = 'own';
    this.at = null;
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
    if (!changed.has('spikes')) return;
    const fires = (at: Pick<Dot, 'layer' | 'neuron'> | null) =>
      this.spikes.layers.some(
        ({ id, spikes, late }) =>
          id === at?.layer && [...spikes, ...late].some(({ neuron }) => neuron === at.neuron),
      );
    if (!fires(this.at)) this.at = null;
    if (!fires(this.kept)) this.kept = null;
  }

  private measure() {
    const width = this.querySelector('.raster')?.clientWidth ?? 0;
    if (width > 0) this.width = width;
  }

  protected override render(): TemplateResult {
    const { spikes, clock, at } = this;
    const width = Math.max(260, this.width || WIDTH);
    const drawn = drawRaster(spikes, width, ON_PAGE, clock, at);
    this.drawn = drawn;
    const summary = rasterSummary(spikes);
    const dot = at && this.find(at);
    return html`<div
        class="raster"
        role="application"
        aria-roledescription="raster of spikes"
        aria-label="Spikes of every layer. Left and right move in the order of time, up and down between layers."
        tabindex="0"
        @keydown=${(event: KeyboardEvent) => this.key(event)}
        @focus=${() => this.focused()}
        @blur=${() => this.left()}
        @pointerdown=${(event: PointerEvent) => this.point(event)}
        @pointermove=${(event: PointerEvent) => this.point(event)}
        @pointerleave=${(event: PointerEvent) => event.pointerType === 'mouse' && (this.at = this.kept)}
      >
        ${guard([drawn.svg, summary], () =>
          unsafeHTML(
            tag(
              'svg',
              {
                width,
                height: drawn.height,
                viewBox: `0 0 ${width} ${drawn.height}`,
                role: 'img',
                'aria-label': summary,
              },
              drawn.svg,
            ),
          ),
        )}
      </div>
      <p class="reading" data-testid="raster-reading">
        ${
          dot
            ? this.words(dot)
            : html`<span class="quiet">Point at a spike, tap it, or use the arrow keys, to read it.</span>`
        }
      </p>
      <p class="sr" role="status">${this.spoken || nothing}</p>`;
  }

  private words(dot: Dot): string {
    return dotWords(
      this.spikes.layers.find(({ id }) => id === dot.layer),
      dot,
    );
  }

  private find(at: Pick<Dot, 'layer' | 'neuron'>): Dot | undefined {
    return this.drawn?.dots.flat().find(({ layer, neuron }) => layer === at.layer && neuron === at.neuron);
  }

  private point(event: PointerEvent) {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let nearest: { dot: Dot; distance: number } | null = null;
    for (const dot of this.drawn?.dots.flat() ?? []) {
      const distance = Math.hypot(dot.x - x, dot.y - y);
      if (distance < (nearest?.distance ?? NEAR)) nearest = { dot, distance };
    }
    this.at = nearest?.dot ?? null;
  }

  private focused() {
    // A press of the pointer focuses too, and has chosen its own spike.
    if (!this.querySelector('.raster:focus-visible')) return;
    this.choose(this.kept ?? this.at ?? this.drawn?.dots.flat()[0] ?? null);
  }

  private left() {
    this.at = null;
    this.spoken = '';
    this.requestUpdate();
  }

  private choose(at: Pick<Dot, 'layer' | 'neuron'> | null) {
    this.kept = at;
    this.at = at;
    const dot = at && this.find(at);
    this.spoken = dot ? this.words(dot) : '';
  }

  private key(event: KeyboardEvent) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const layers = (this.drawn?.dots ?? []).filter((dots) => dots.length);
    const now = this.at ?? this.kept;
    const row = Math.max(
      0,
      layers.findIndex((dots) => dots[0]?.layer === now?.layer),
    );
    const column = Math.max(0, layers[row]?.findIndex(({ neuron }) => neuron === now?.neuron) ?? 0);
    const to = (r: number, c: number): Dot | undefined => {
      const dots = layers[Math.min(layers.length - 1, Math.max(0, r))];
      return dots?.[Math.min(dots.length - 1, Math.max(0, c))];
    };
    const moves: Record<string, () => Dot | undefined> = {
      ArrowLeft: () => to(row, column - 1),
      ArrowRight: () => to(row, column + 1),
      ArrowUp: () => to(row - 1, column),
      ArrowDown: () => to(row + 1, column),
      Home: () => to(row, 0),
      End: () => to(row, Infinity),
    };
    const dot = moves[event.key]?.();
    if (!dot) return;
    event.preventDefault();
    this.choose(dot);
  }
}

customElements.define('sequence-raster', SequenceRaster);
