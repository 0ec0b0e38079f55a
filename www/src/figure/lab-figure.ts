/**
 * Draws a figure, names its lines and axes, reads its values out by pointer, finger and keyboard, shows them as tables, and
 * saves it as SVG, PNG and CSV.
 *
 * For tests and pages around: `figure` is what is drawn. The drawing has `data-plot`, the edges of each plot in CSS pixels
 * (left, top, right, bottom; panels divided by a comma), and the surface around it `data-point`, the place of what is read, and
 * in space `data-view`, the degrees of its turn. `point` tells what is read, `chosen` what was pressed or reached by a key,
 * `pressed` where the pointer is down, `pulled` to where the figure's handle is dragged, and whether it was let go.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { labAddress } from '../ui/address';
import { exportButtons, save } from '../ui/download';
import { Draw } from '../ui/draw';
import { Appearance } from '../ui/appearance';
import { CanvasRenderer } from './canvas';
import { cursor } from './cursor';
import { isEmpty, isHidden, marksOf, type Figure } from './figure';
import './figure.css';
import { layoutAt, nearestOf, readAt } from './hit';
import { colourLegend, keyView } from './key';
import { FONT_PX, layOutAll, valuesAt, widthOf, type Layout } from './layout';
import { LiveRenderer } from './live';
import { Numbers } from './numbers';
import { countOf, moved, startOf, wordsOf, type Reading } from './reading';
import type { Renderer, Screen } from './renderer';
import {
  draggedBy,
  FIRST_VIEW,
  inPlane,
  isSpatial,
  seenFrom,
  turnedByKey,
  viewText,
  type View,
} from './space';

/** A pointer that moves less between down and up has pressed, and not turned. */
const STILL_PX = 4;
/** Points and matrices are no wider than this, so that their shape can be seen. */
const SQUARE_PX = 620;

/** Where the handle is dragged to, in the units of the first two axes, and whether it was let go. */
export interface Pulled {
  place: readonly [number, number];
  done: boolean;
}

type Kind = 'live' | 'canvas' | 'plot';

function kindOf(figure: Figure): Kind {
  const { panels } = figure;
  if (isSpatial(figure)) return 'canvas';
  const kinds = new Set(panels.flatMap(({ marks }) => marks.map(({ kind }) => kind)));
  const only = (...allowed: string[]) => [...kinds].every((kind) => allowed.includes(kind));
  if (panels.length === 1 && only('line', 'rule')) return 'live';
  return panels.length === 1 && only('cell', 'dot', 'link') ? 'canvas' : 'plot';
}

export class LabFigure extends LitElement {
  static override properties = {
    figure: { attribute: false },
    link: { type: String },
    compact: { type: Boolean },
    pointed: { attribute: false },
    spotlight: { attribute: 'data-spotlight', reflect: true },
    point: { state: true },
  };
  declare figure: Figure;
  /** Settings as a link's fragment, which a saved figure names. */
  declare link: string;
  /** Only the drawing and what is read: a small figure among others, whose numbers and files are theirs. */
  declare compact: boolean;
  /** What another figure reads; it is read here as long as nothing is pointed at here. */
  declare pointed: number | null;
  /** The line that is picked out, if any; the others step back. */
  declare spotlight: string | null;
  /** What is read: under the pointer, or chosen by the keyboard. */
  declare point: number | null;

  private renderer: { kind: Kind; renderer: Renderer } | null = null;
  private loading: Promise<unknown> | null = null;
  private layouts: Layout[] = [];
  private readonly pen = document.createElement('canvas').getContext('2d');
  private font = '';
  private readonly drawing = new Draw(this, () => this.draw());
  private readonly appearance = new Appearance(() => this.drawing.ask());
  private readonly resized = new ResizeObserver(() => this.drawing.ask());
  /** What the keyboard chose, to go back to when the pointer leaves. */
  private kept: number | null = null;
  /** Where a mouse points, which stays under it when the figure changes. */
  private pointer: [number, number] | null = null;
  private view: View = FIRST_VIEW;
  /** The figure as it is seen from there. */
  private seen: { of: Figure; from: View; figure: Figure } | null = null;
  /** Where a pointer went down that may turn it, and how it was turned then; or that drags the handle. */
  private grip: { left: number; top: number; view: View; turning: boolean; handle: boolean } | null = null;
  private readonly numbers = new Numbers(
    () => this.figure,
    () => this.requestUpdate(),
  );
  /** Only the keyboard is answered aloud: what is live, or a moving pointer, would chatter. */
  private spoken = '';

  constructor() {
    super();
    this.link = '';
    this.compact = false;
    this.pointed = null;
    this.spotlight = null;
    this.point = null;
  }

  protected override createRenderRoot() {
    return this;
  }

  override connectedCallback() {
    super.connectedCallback();
    this.appearance.start();
    this.resized.observe(this);
    this.drawing.start();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.appearance.stop();
    this.resized.disconnect();
    this.drawing.stop();
    this.numbers.stop();
    this.renderer?.renderer.destroy();
    this.renderer = null;
  }

  /** What is drawn, pointed at and saved. */
  private get flat(): Figure {
    const { figure, view } = this;
    if (this.seen?.of !== figure || this.seen.from !== view)
      this.seen = { of: figure, from: view, figure: seenFrom(figure, view) };
    return this.seen.figure;
  }

  private inside(point: number | null): number | null {
    const { reading } = this.figure;
    return reading && point !== null && point < countOf(reading) ? point : null;
  }

  /** What is on show: read here, or else in the figure that this one follows. */
  private get shown(): number | null {
    return this.point ?? this.inside(this.pointed);
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    const before = changed.get('figure') as Figure | undefined;
    if (before) this.follow(before);
    this.point = this.inside(this.point);
    this.kept = this.inside(this.kept);
    this.numbers.fill();
  }

  /** A curve that grows may leave points out: what is read stays where it was on the axis. */
  private follow({ reading: before }: Figure) {
    const { reading } = this.figure;
    if (before?.by !== 'x' || reading?.by !== 'x') return;
    const moved = (point: number | null) => {
      const x = point === null ? null : before.x[point];
      if (typeof x !== 'number' || (point !== null && reading.x[point] === x)) return point;
      return nearestOf(reading.x.length, Infinity, (i) => Math.abs((reading.x[i] ?? Infinity) - x));
    };
    [this.point, this.kept] = [moved(this.point), moved(this.kept)];
  }

  protected override updated(changed: PropertyValues<this>) {
    const lines = this.figure.panels.flatMap((panel) => marksOf(panel, 'line'));
    this.dataset.lines = lines
      .filter(({ shown }) => shown !== false)
      .map(({ id }) => id)
      .join(' ');
    this.reserve();
    // What is only read anew needs no new drawing.
    if (changed.has('figure') || changed.has('spotlight')) this.drawing.ask();
    else this.drawCursor();
  }

  /** What is below must not move when the figure comes into view and is drawn. */
  private reserve() {
    const host = this.querySelector<HTMLElement>('.drawing');
    if (!host || this.layouts.length || this.drawing.visible || this.clientWidth === 0) return;
    const layouts = layOutAll(this.flat, this.screen(host, kindOf(this.figure)));
    host.style.minHeight = `${Math.ceil(Math.max(...layouts.map(({ height }) => height)))}px`;
  }

  protected override render(): TemplateResult {
    const { figure, shown, compact } = this;
    const { reading, name, title } = figure;
    const empty = isEmpty(figure);
    const absent = empty ? figure.empty : isHidden(figure) ? 'All lines are hidden.' : '';
    const drawing = html`<div class="drawing" translate="no" role="img" aria-label=${figure.summary}></div>
      <svg class="cursor" translate="no" aria-hidden="true"></svg>
      ${absent ? html`<p class="empty">${absent}</p>` : nothing}`;
    return html`
      ${figure.named || compact ? nothing : guard([figure], () => keyView(figure))}
      ${reading ? this.readable(reading, drawing) : html`<div class="surface">${drawing}</div>`}
      ${
        reading
          ? html`<p class="reading" data-testid="reading">
                ${
                  shown !== null
                    ? reading.words(shown)
                    : empty
                      ? nothing
                      : html`<span class="quiet">${wordsOf(reading).invitation}</span>`
                }
              </p>
              <p class="sr" role="status">${this.spoken}</p>`
          : nothing
      }
      ${
        compact
          ? nothing
          : html`${guard([figure], () => colourLegend(figure))}
            ${exportButtons(() => this.onPaper(), name, title, !empty)}
            ${figure.tables.length ? this.numbers.view(empty) : nothing}`
      }
    `;
  }

  private readable(reading: Reading, drawing: TemplateResult): TemplateResult {
    const { role, hint } = wordsOf(reading);
    const { summary, title } = this.figure;
    return html`<div
      class="surface readable ${isSpatial(this.figure) ? 'spatial' : ''}"
      role="application"
      aria-roledescription=${role}
      aria-label=${reading.by === 'x' ? `${summary} ${hint}` : `${title}. ${hint}`}
      tabindex="0"
      @keydown=${(event: KeyboardEvent) => this.key(event)}
      @focus=${() => this.focused()}
      @blur=${() => this.left()}
      @pointerdown=${(event: PointerEvent) => this.aim(event, true)}
      @pointermove=${(event: PointerEvent) => this.aim(event, false)}
      @pointerup=${(event: PointerEvent) => this.release(event)}
      @pointercancel=${() => this.giveUp()}
      @pointerleave=${(event: PointerEvent) => this.leave(event)}
      @touchstart=${(event: TouchEvent) => this.grip?.handle && event.preventDefault()}
    >
      ${drawing}
    </div>`;
  }

  private async onPaper(): Promise<string> {
    const { figureSvg } = await import('./figure-svg');
    return figureSvg(this.flat, labAddress(this.link));
  }

  /** Saves the figure without a press of its buttons, for a part with a button of its own. */
  async saveSvg(): Promise<void> {
    save(new Blob([await this.onPaper()], { type: 'image/svg+xml' }), `mnemoscope-${this.figure.name}.svg`);
  }

  // Reading

  private show(point: number | null) {
    if (point === this.point) return;
    this.point = point;
    this.dispatchEvent(new CustomEvent<number | null>('point', { detail: point, bubbles: true }));
  }

  private keep(point: number) {
    this.kept = point;
    this.dispatchEvent(new CustomEvent<number>('chosen', { detail: point, bubbles: true }));
  }

  private choose(point: number) {
    this.keep(point);
    this.spoken = this.figure.reading?.words(point) ?? '';
    this.show(point);
    this.requestUpdate();
  }

  private focused() {
    const { reading } = this.figure;
    // A press of the pointer focuses too, and has chosen its own point.
    if (!reading || !this.querySelector('.readable:focus-visible')) return;
    const first = this.kept ?? this.shown ?? startOf(reading);
    if (first !== null) this.choose(first);
  }

  private left() {
    this.spoken = '';
    this.show(null);
    this.requestUpdate();
  }

  private key(event: KeyboardEvent) {
    const { reading } = this.figure;
    if (!reading || event.altKey) return;
    const view = event.shiftKey && isSpatial(this.figure) ? turnedByKey(this.view, event.key) : undefined;
    if (view) {
      event.preventDefault();
      this.spoken = viewText(view);
      this.turn(view);
      this.requestUpdate();
      return;
    }
    const from = this.shown ?? this.kept;
    const first = startOf(reading);
    if (first === null) return;
    const to = moved(reading, event.key, from ?? first, event.ctrlKey || event.metaKey);
    if (to === undefined) return;
    event.preventDefault();
    this.choose(from === null && reading.by === 'point' && event.key === 'ArrowRight' ? first : to);
  }

  private aim(event: PointerEvent, pressed: boolean) {
    const box = this.querySelector('.drawing')?.getBoundingClientRect();
    if (!box) return;
    const [left, top] = [event.clientX - box.left, event.clientY - box.top];
    this.pointer = event.pointerType === 'mouse' ? [left, top] : null;
    const held = pressed ? this.onHandle(left, top) : this.grip !== null;
    if (held || (isSpatial(this.figure) && pressed)) {
      this.drag(event, left, top, pressed);
      return;
    }
    const found = this.read(left, top, pressed);
    this.show(found ?? this.kept);
    const layout = layoutAt(this.layouts, top);
    if (!layout || !(pressed || event.buttons === 1)) return;
    const [x, y] = valuesAt(layout, left, top);
    const detail = { panel: this.layouts.indexOf(layout), x, y, pressed };
    this.dispatchEvent(new CustomEvent('pressed', { detail, bubbles: true }));
  }

  /** A drag turns what stands in space; of a finger only one that sets out sideways, since others scroll the page. */
  private drag(event: PointerEvent, left: number, top: number, pressed: boolean) {
    if (pressed) {
      if (event.button !== 0) return;
      this.grip = { left, top, view: this.view, turning: false, handle: this.onHandle(left, top) };
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      return;
    }
    const { grip } = this;
    if (!grip) return;
    if (grip.handle) {
      Object.assign(grip, { left, top, turning: true });
      this.pull(left, top, false);
      return;
    }
    const [across, down] = [left - grip.left, top - grip.top];
    if (!grip.turning && Math.hypot(across, down) < STILL_PX) return;
    if (!grip.turning && event.pointerType === 'touch' && Math.abs(down) > Math.abs(across)) {
      this.grip = null;
      return;
    }
    grip.turning = true;
    this.turn(draggedBy(grip.view, across, down));
  }

  private onHandle(left: number, top: number): boolean {
    const { handle } = this.figure;
    return handle !== undefined && readAt(this.flat.reading, this.layouts, left, top) === handle;
  }

  private pull(left: number, top: number, done: boolean) {
    const [layout] = this.layouts;
    if (!layout) return;
    const at = valuesAt(layout, left, top);
    const place = isSpatial(this.figure) ? inPlane(this.figure, this.view, ...at) : at;
    if (place)
      this.dispatchEvent(new CustomEvent<Pulled>('pulled', { detail: { place, done }, bubbles: true }));
  }

  private release(event: PointerEvent) {
    const { grip } = this;
    this.grip = null;
    const box = this.querySelector('.drawing')?.getBoundingClientRect();
    if (grip?.handle && grip.turning && box)
      this.pull(event.clientX - box.left, event.clientY - box.top, true);
    if (!grip || grip.turning) return;
    if (box) this.show(this.read(event.clientX - box.left, event.clientY - box.top, true) ?? this.kept);
  }

  /** The browser scrolls instead. */
  private giveUp() {
    const { grip } = this;
    this.grip = null;
    if (grip?.handle) this.pull(grip.left, grip.top, true);
    else if (grip) this.turn(grip.view);
  }

  private turn(view: View) {
    this.view = view;
    this.drawing.ask();
  }

  /** What is at a place; a press chooses it. */
  private read(left: number, top: number, pressed: boolean): number | null {
    const found = readAt(this.flat.reading, this.layouts, left, top);
    if (pressed && found !== null) this.keep(found);
    return found;
  }

  private leave(event: PointerEvent) {
    if (event.pointerType !== 'mouse') return;
    this.pointer = null;
    this.show(this.kept);
  }

  // Drawing

  private draw() {
    const host = this.querySelector<HTMLElement>('.drawing');
    if (!host || this.clientWidth === 0) return;
    const kind = kindOf(this.figure);
    if (this.renderer?.kind !== kind) {
      this.renderer?.renderer.destroy();
      this.renderer = null;
      host.replaceChildren();
      if (kind === 'plot') {
        this.loading ??= import('./plot').then(({ PlotRenderer }) => {
          this.loading = null;
          this.renderer = { kind, renderer: new PlotRenderer() };
          this.drawing.ask();
        });
        return;
      }
      this.renderer = { kind, renderer: kind === 'live' ? new LiveRenderer() : new CanvasRenderer() };
    }
    host.style.minHeight = '';
    this.layouts = this.renderer?.renderer.draw(this.flat, this.screen(host, kind)) ?? [];
    host.dataset.plot = this.layouts
      .map(({ plot: { left, top, right, bottom } }) => [left, top, right, bottom].join(' '))
      .join(',');
    if (this.pointer && !this.grip) this.show(this.read(...this.pointer, false) ?? this.kept);
    this.drawCursor();
  }

  private screen(host: HTMLElement, kind: Kind): Screen {
    const style = getComputedStyle(this);
    const colour = (property: string) => style.getPropertyValue(property).trim();
    const font = `${FONT_PX}px ${colour('--sans')}`;
    const { pen } = this;
    if (pen && this.font !== font) pen.font = this.font = font;
    return {
      host,
      width: kind === 'canvas' ? Math.min(this.clientWidth, SQUARE_PX) : this.clientWidth,
      measure: (text) => pen?.measureText(text).width ?? widthOf(text),
      ratio: devicePixelRatio,
      colour,
      scheme: `${colour('--ink')} ${this.appearance.forcedColours}`,
      spotlight: this.spotlight,
    };
  }

  /** What is read is marked, and named on its axes. */
  private drawCursor() {
    const canvas = this.querySelector('.cursor');
    const surface = this.querySelector<HTMLElement>('.surface');
    if (!canvas || !surface) return;
    canvas.replaceChildren();
    const { shown } = this;
    const { reading } = this.flat;
    const at = reading && shown !== null ? cursor(reading, shown, this.layouts, canvas) : null;
    surface.dataset.point = at ? at.join(' ') : '';
    if (isSpatial(this.figure)) surface.dataset.view = `${this.view.around} ${this.view.above}`;
  }
}

customElements.define('lab-figure', LabFigure);

/** A figure in the page. `spotlight` is the line that is picked out. */
export function figureView(
  figure: Figure,
  link: string,
  { spotlight = null }: { spotlight?: string | null } = {},
): TemplateResult {
  return html`<lab-figure
    data-testid="figure-${figure.name}"
    .figure=${figure}
    .link=${link}
    .spotlight=${spotlight}
  ></lab-figure>`;
}
