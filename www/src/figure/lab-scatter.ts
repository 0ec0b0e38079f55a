/** A scatter on a canvas, its exact values under pointer, finger and keyboard. */

import { html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import { labAddress } from '../ui/address';
import { exportButtons } from '../ui/download';
import { Draw } from '../ui/draw';
import {
  aboveHeight,
  along,
  clipped,
  colourAt,
  cornersOf,
  groupAt,
  hasRest,
  laneOf,
  orderOf,
  ticksOf,
  type Scatter,
  type Shape,
} from './scatter';
import './scatter.css';

const FONT_PX = 12;
const GAP_PX = 6;
/** Width of the column for points that have no place on a logarithmic axis. */
const REST_PX = 34;
/** A finger or pointer this far from a point still reads it. */
const NEAR_PX = 24;

interface Layout {
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Top of the row above the plot. */
  aboveY: number;
  /** Middle of the column to the left; NaN where there is none. */
  restX: number;
}

export class LabScatter extends LitElement {
  static override properties = {
    scatter: { attribute: false },
    file: { type: String },
    link: { type: String },
    note: { type: String },
    point: { state: true },
  };
  declare scatter: Scatter;
  /** Name of the file that the figure is saved under, without its ending. */
  declare file: string;
  /** Configuration that a saved figure names. */
  declare link: string;
  /** One line under a saved figure's title. */
  declare note: string;
  declare point: number | null;

  private layout: Layout | null = null;
  private order: { of: Scatter; points: number[] } | null = null;
  private readonly drawing = new Draw(this, () => this.draw());
  private readonly scheme = matchMedia('(prefers-color-scheme: dark)');
  private readonly resized = new ResizeObserver(() => this.drawing.ask());
  private readonly redraw = () => this.drawing.ask();
  /** The point that the keyboard chose, to go back to when the pointer leaves. */
  private kept: number | null = null;
  /** Only the keyboard is answered aloud: a moving pointer would chatter. */
  private spoken = '';

  constructor() {
    super();
    this.file = 'scatter';
    this.link = '';
    this.note = '';
    this.point = null;
  }

  protected override createRenderRoot() {
    return this;
  }

  override connectedCallback() {
    super.connectedCallback();
    this.drawing.start();
    this.resized.observe(this);
    this.scheme.addEventListener('change', this.redraw);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.drawing.stop();
    this.resized.disconnect();
    this.scheme.removeEventListener('change', this.redraw);
  }

  protected override willUpdate() {
    const inside = (point: number | null) =>
      point !== null && point < this.scatter.xs.length ? point : null;
    this.point = inside(this.point);
    this.kept = inside(this.kept);
  }

  protected override updated() {
    const canvas = this.querySelector('canvas');
    if (canvas) canvas.dataset.point = this.point === null ? '' : this.place(this.point).join(' ');
    this.drawing.ask();
  }

  protected override render(): TemplateResult {
    const { scatter, point } = this;
    const any = scatter.xs.length > 0;
    return html`
      <div
        class="points"
        role="application"
        aria-roledescription="scatter plot"
        aria-label="${scatter.title}. Left and right arrow keys move from point to point."
        tabindex="0"
        @keydown=${(event: KeyboardEvent) => this.key(event)}
        @focus=${() => this.focused()}
        @blur=${() => this.left()}
      >
        <canvas
          role="img"
          aria-label=${scatter.summary}
          @pointerdown=${(event: PointerEvent) => this.aim(event, true)}
          @pointermove=${(event: PointerEvent) => this.aim(event, false)}
          @pointerleave=${(event: PointerEvent) => event.pointerType === 'mouse' && (this.point = this.kept)}
        ></canvas>
        ${any ? nothing : html`<p class="empty">${scatter.empty}</p>`}
      </div>
      <p class="reading" data-testid="reading">
        ${
          point !== null
            ? scatter.read(point)
            : any
              ? html`<span class="quiet">Point at a dot, tap it, or use the arrow keys, to read it.</span>`
              : nothing
        }
      </p>
      <p class="sr" role="status">${this.spoken}</p>
      ${this.legend()} ${exportButtons(() => this.onPaper(), this.file, scatter.title, any)}
    `;
  }

  private legend(): TemplateResult | typeof nothing {
    const { groups, lines } = this.scatter;
    if (groups.length < 2 && !lines.length) return nothing;
    return html`<ul class="key">
      ${
        groups.length > 1
          ? groups.map(
              (group) =>
                html`<li>
                  <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
                    ${shapeSvg(group.shape, 5, group.colour)}
                  </svg>
                  ${group.label}
                </li>`,
            )
          : nothing
      }
      ${lines.map(
        (line) =>
          html`<li>
            <svg width="30" height="10" viewBox="0 0 30 10" aria-hidden="true">
              <line x1="1" y1="5" x2="29" y2="5" stroke-dasharray=${line.dash.join(' ') || nothing} />
            </svg>
            ${line.label}
          </li>`,
      )}
    </ul>`;
  }

  private async onPaper(): Promise<string> {
    const { scatterSvg } = await import('./svg-scatter');
    const { scatter, note, link } = this;
    return scatterSvg(scatter, { title: scatter.title, note, address: labAddress(link) });
  }

  private points(): number[] {
    if (this.order?.of !== this.scatter) this.order = { of: this.scatter, points: orderOf(this.scatter) };
    return this.order.points;
  }

  private choose(point: number) {
    this.kept = point;
    this.point = point;
    this.spoken = this.scatter.read(point);
  }

  private focused() {
    const [first] = this.points();
    // A press of the pointer focuses too, and has chosen its own point.
    if (!this.querySelector('.points:focus-visible') || first === undefined) return;
    this.choose(this.kept ?? first);
  }

  private left() {
    this.point = null;
    this.spoken = '';
  }

  private key(event: KeyboardEvent) {
    const points = this.points();
    const last = points.length - 1;
    const chosen = this.point ?? this.kept;
    const from = chosen === null ? -1 : points.indexOf(chosen);
    const leap = Math.max(10, Math.round(points.length / 20));
    const moves: Record<string, number> = {
      ArrowLeft: from - 1,
      ArrowDown: from - 1,
      ArrowRight: from + 1,
      ArrowUp: from + 1,
      PageUp: from - leap,
      PageDown: from + leap,
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (to === undefined || last < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.choose(points[Math.min(last, Math.max(0, to))] ?? 0);
  }

  /** The point nearest to a place, if one is near enough. */
  private nearest(x: number, y: number): number | null {
    let found: number | null = null;
    let least = NEAR_PX ** 2;
    for (let i = 0; i < this.scatter.xs.length; i++) {
      const [px, py] = this.place(i);
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < least) [found, least] = [i, distance];
    }
    return found;
  }

  private aim(event: PointerEvent, pressed: boolean) {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const found = this.nearest(event.clientX - box.left, event.clientY - box.top);
    if (pressed && found !== null) this.kept = found;
    this.point = found ?? this.kept;
  }

  private place(point: number): [number, number] {
    const { layout, scatter } = this;
    if (!layout) return [NaN, NaN];
    const { left, top, right, bottom, aboveY, restX } = layout;
    const x = along(scatter.x, scatter.xs[point] ?? NaN);
    const y = along(scatter.y, scatter.ys[point] ?? NaN);
    return [
      x === null ? restX : left + x * (right - left),
      y === null ? aboveY + laneOf(scatter, point) : bottom - y * (bottom - top),
    ];
  }

  private draw() {
    const canvas = this.querySelector('canvas');
    const context = canvas?.getContext('2d');
    const { scatter } = this;
    const width = Math.min(this.clientWidth, 620);
    if (!canvas || !context || width === 0) return;
    const height = Math.round(Math.min(380, Math.max(250, width * 0.72)));
    const ratio = devicePixelRatio;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const style = getComputedStyle(this);
    const colours = new Map<string, string>();
    const colour = (name: string) => {
      const known = colours.get(name) ?? style.getPropertyValue(name).trim();
      colours.set(name, known);
      return known;
    };
    context.font = `${FONT_PX}px ${colour('--sans')}`;

    const yTicks = ticksOf(scatter.y, 6);
    const rest = hasRest(scatter);
    const labels = Math.max(0, ...yTicks.map((tick) => context.measureText(scatter.y.format(tick)).width));
    const left = Math.round(FONT_PX + 8 + labels + GAP_PX + (rest ? REST_PX : 0));
    const top = 8 + aboveHeight(scatter);
    const layout: Layout = {
      left,
      top,
      right: width - 12,
      bottom: height - FONT_PX * 2 - 18,
      aboveY: 2,
      restX: rest ? left - REST_PX / 2 - 3 : NaN,
    };
    this.layout = layout;
    canvas.dataset.plot = [left, top, layout.right, layout.bottom].join(' ');
    this.drawAxes(context, layout, yTicks, colour);
    this.drawPoints(context, colour);
    this.drawLines(context, layout, colour);
    if (this.point !== null) this.drawCursor(context, this.point, colour);
  }

  private drawAxes(
    context: CanvasRenderingContext2D,
    { left, top, right, bottom, aboveY, restX }: Layout,
    yTicks: number[],
    colour: (name: string) => string,
  ) {
    const { scatter } = this;
    const outer = Number.isNaN(restX) ? left : left - REST_PX;
    context.lineWidth = 1;
    context.strokeStyle = colour('--rule');
    context.fillStyle = colour('--muted');
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (const tick of yTicks) {
      const y = Math.round(bottom - (along(scatter.y, tick) ?? 0) * (bottom - top)) + 0.5;
      line(context, left, y, right, y);
      context.fillText(scatter.y.format(tick), outer - GAP_PX, y);
    }
    context.textAlign = 'center';
    context.textBaseline = 'top';
    // As many labels as there is room for.
    const xTicks = ticksOf(scatter.x, Math.max(2, Math.floor((right - left) / 45)));
    let free = -Infinity;
    for (const tick of xTicks) {
      const x = Math.round(left + (along(scatter.x, tick) ?? 0) * (right - left)) + 0.5;
      line(context, x, top, x, bottom + 4);
      const words = scatter.x.format(tick);
      const half = context.measureText(words).width / 2;
      if (x - half < free) continue;
      context.fillText(words, x, bottom + 7);
      free = x + half + 8;
    }
    context.strokeStyle = colour('--edge');
    line(context, left + 0.5, top, left + 0.5, bottom);
    line(context, left, bottom + 0.5, right, bottom + 0.5);
    context.fillText(scatter.x.title, (left + right) / 2, bottom + 12 + FONT_PX);
    if (!Number.isNaN(restX)) context.fillText('≤ 0', restX, bottom + 7);
    context.save();
    context.translate(FONT_PX / 2 + 1, (top + bottom) / 2);
    context.rotate(-Math.PI / 2);
    context.textBaseline = 'middle';
    context.fillText(scatter.y.title, 0, 0);
    context.restore();
    if (scatter.above === null) return;
    context.save();
    context.setLineDash([2, 3]);
    line(context, outer, top - 4.5, right, top - 4.5);
    context.restore();
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillText(scatter.above, outer, aboveY + 8);
  }

  private drawLines(
    context: CanvasRenderingContext2D,
    { left, top, right, bottom }: Layout,
    colour: (name: string) => string,
  ) {
    const [width, height] = [right - left, bottom - top];
    context.save();
    context.strokeStyle = colour('--ink');
    context.lineWidth = 1.25;
    for (const { slope, dash } of this.scatter.lines) {
      const ends = clipped(this.scatter, slope);
      if (!ends) continue;
      context.setLineDash(dash);
      line(
        context,
        left + ends[0] * width,
        bottom - ends[1] * height,
        left + ends[2] * width,
        bottom - ends[3] * height,
      );
    }
    context.restore();
  }

  private drawPoints(context: CanvasRenderingContext2D, colour: (name: string) => string) {
    const { scatter } = this;
    context.save();
    context.lineWidth = 1.25;
    for (const stem of scatter.stems) {
      const ends = stem.map((point) => this.place(point)).sort((a, b) => a[1] - b[1]);
      const [first, last] = [ends[0], ends.at(-1)];
      if (!first || !last || stem.length < 2) continue;
      context.strokeStyle = colour(colourAt(scatter, stem[0] ?? 0));
      context.globalAlpha = 0.5;
      line(context, ...first, ...last);
    }
    context.globalAlpha = scatter.opacity;
    for (let i = 0; i < scatter.xs.length; i++) {
      context.fillStyle = colour(colourAt(scatter, i));
      trace(context, groupAt(scatter, i).shape, this.place(i), scatter.size);
      context.fill();
    }
    context.restore();
  }

  private drawCursor(context: CanvasRenderingContext2D, point: number, colour: (name: string) => string) {
    const at = this.place(point);
    const { scatter } = this;
    const size = Math.max(scatter.size, 4);
    trace(context, groupAt(scatter, point).shape, at, size);
    context.fillStyle = colour(colourAt(scatter, point));
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = colour('--ink');
    trace(context, 'circle', at, size + 4);
    context.stroke();
  }
}

function line(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function trace(context: CanvasRenderingContext2D, shape: Shape, [x, y]: [number, number], size: number) {
  context.beginPath();
  if (shape === 'circle') context.arc(x, y, size, 0, 2 * Math.PI);
  cornersOf(shape, size).forEach(([dx, dy], i) =>
    i ? context.lineTo(x + dx, y + dy) : context.moveTo(x + dx, y + dy),
  );
  context.closePath();
}

/** A mark for a legend, in a colour that the style sheet knows. */
function shapeSvg(shape: Shape, size: number, colour: string): TemplateResult {
  const style = `fill: var(${colour})`;
  if (shape === 'circle') return svg`<circle r=${size} style=${style} />`;
  const corners = cornersOf(shape, size)
    .map((corner) => corner.join(','))
    .join(' ');
  return svg`<polygon points=${corners} style=${style} />`;
}

customElements.define('lab-scatter', LabScatter);
