/** A line chart with a band for the spread over seeds: uPlot, in the page's colours. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './chart.css';
import { bandAlpha, type Figure, type Line } from './figure';
import { Draw } from '../ui/draw';

export type { Figure, Line } from './figure';

const FEW_POINTS = 16;
/** Earlier runs stay in the background. */
const WIDTH = { present: 2, earlier: 1.25 };
const EARLIER_ALPHA = 0.7;
/** While one line is picked out, the others are drawn so pale. */
const BEHIND_ALPHA = 0.25;

export class LabChart extends LitElement {
  static override properties = {
    figure: { attribute: false },
    spotlight: { attribute: 'data-spotlight', reflect: true },
    point: { state: true },
  };
  declare figure: Figure;
  /** The line that is picked out, if any; the others step back. */
  declare spotlight: string | null;
  /** The point that is read: under the pointer, or the one that the keyboard chose. */
  declare point: number | null;

  private plot: uPlot | null = null;
  private shape = '';
  private box: HTMLDivElement | null = null;
  private readonly scheme = matchMedia('(prefers-color-scheme: dark)');
  private readonly drawing = new Draw(this, () => this.draw());
  private readonly resized = new ResizeObserver(() => this.fit());
  private readonly recolour = () => this.rebuild();
  /** The keyboard's point, to go back to when the pointer leaves. */
  private kept: number | null = null;
  /** Only the keyboard is answered aloud: a moving pointer would chatter. */
  private spoken = '';

  constructor() {
    super();
    this.spotlight = null;
    this.point = null;
  }

  protected override createRenderRoot() {
    return this;
  }

  override connectedCallback() {
    super.connectedCallback();
    this.scheme.addEventListener('change', this.recolour);
    this.resized.observe(this);
    this.drawing.start();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.scheme.removeEventListener('change', this.recolour);
    this.resized.disconnect();
    this.drawing.stop();
    this.plot?.destroy();
    this.plot = null;
  }

  protected override willUpdate() {
    const last = this.figure.steps.length - 1;
    const inside = (point: number | null) => (point !== null && point <= last ? point : null);
    this.point = inside(this.point);
    this.kept = inside(this.kept);
  }

  protected override render(): TemplateResult {
    const { figure } = this;
    const empty = figure.steps.length === 0 ? html`<p class="empty">${figure.empty}</p>` : nothing;
    const plot = html`<div class="plot" role="img" aria-label=${figure.summary}></div>`;
    if (!figure.read) return html`${plot}${empty}`;
    return html`<div
        class="readable"
        role="application"
        aria-roledescription="chart"
        aria-label="${figure.summary} Arrow keys move from point to point."
        tabindex="0"
        @keydown=${(event: KeyboardEvent) => this.key(event)}
        @focus=${() => this.focused()}
        @blur=${() => this.left()}
      >
        ${plot}
      </div>
      ${empty}
      <p class="reading" data-testid="reading">
        ${
          this.point === null
            ? html`<span class="quiet"
                >Point at the chart, tap it, or use the arrow keys, to read its values.</span
              >`
            : figure.read(this.point)
        }
      </p>
      <p class="sr" role="status">${this.spoken}</p>`;
  }

  protected override updated(_: PropertyValues) {
    this.box = this.querySelector('.plot');
    this.dataset.lines = this.figure.lines
      .filter(({ shown }) => shown)
      .map(({ id }) => id)
      .join(' ');
    this.drawing.ask();
  }

  private choose(point: number) {
    this.kept = point;
    this.point = point;
    this.spoken = this.figure.read?.(point) ?? '';
    const left = this.plot?.valToPos(this.figure.steps[point] ?? 0, 'x');
    if (left !== undefined) this.plot?.setCursor({ left, top: 0 }, false);
  }

  private focused() {
    // A press of the pointer focuses too, and has chosen its own point.
    if (!this.querySelector('.readable:focus-visible') || !this.figure.steps.length) return;
    this.choose(this.kept ?? this.figure.steps.length - 1);
  }

  private left() {
    this.point = null;
    this.spoken = '';
    this.plot?.setCursor({ left: -10, top: -10 }, false);
  }

  private key(event: KeyboardEvent) {
    const last = this.figure.steps.length - 1;
    const from = this.point ?? this.kept ?? last;
    const moves: Record<string, number> = {
      ArrowLeft: from - 1,
      ArrowRight: from + 1,
      PageUp: from - 10,
      PageDown: from + 10,
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (to === undefined || last < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.choose(Math.min(last, Math.max(0, to)));
  }

  private draw() {
    const { lines, log, axis } = this.figure;
    const shape = JSON.stringify([log, axis, lines.map(({ id, mark }) => [id, mark])]);
    if (!this.plot || shape !== this.shape) {
      this.shape = shape;
      this.rebuild();
      return;
    }
    lines.forEach((line, i) => {
      for (const series of [1, 2, 3].map((offset) => i * 3 + offset)) {
        if (this.plot?.series[series]?.show !== line.shown)
          this.plot?.setSeries(series, { show: line.shown });
      }
    });
    this.pickOut();
    this.plot.setData(this.data());
  }

  /** The others step back; without a line to pick out all are as they were. */
  private pickOut() {
    const { plot, spotlight } = this;
    const place = this.figure.lines.findIndex((line) => line.id === spotlight && line.shown);
    plot?.series.forEach((series, i) => {
      series.alpha = place < 0 || Math.floor((i - 1) / 3) === place ? 1 : BEHIND_ALPHA;
    });
  }

  private data(): uPlot.AlignedData {
    const { steps, lines, log } = this.figure;
    // A logarithm has no place for zero.
    const safe = (values: Line['mean']) =>
      log ? values.map((v) => (typeof v === 'number' && v <= 0 ? null : v)) : values;
    return [
      steps,
      ...lines.flatMap((line) => [safe(line.mean), safe(line.min), safe(line.max)]),
    ] as uPlot.AlignedData;
  }

  private height(): number {
    return this.clientWidth < 480 ? 200 : Math.round(Math.min(300, Math.max(200, this.clientWidth * 0.42)));
  }

  private fit() {
    if (this.clientWidth > 0) this.plot?.setSize({ width: this.clientWidth, height: this.height() });
  }

  private rebuild() {
    if (!this.box || !this.figure || this.clientWidth === 0) return;
    this.plot?.destroy();
    const style = getComputedStyle(this);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const { axis } = this.figure;
    const ticks = axis?.ticks;
    const ink = colour('--muted');
    const rule = colour('--rule');
    const font = `12px ${colour('--sans')}`;
    const look = {
      stroke: ink,
      font,
      grid: { stroke: rule, width: 1 },
      ticks: { stroke: rule, width: 1, size: 4 },
    };
    const series: uPlot.Series[] = [{}];
    const bands: uPlot.Band[] = [];
    const alpha = bandAlpha(this.figure.lines);
    this.figure.lines.forEach((line, i) => {
      const full = colour(line.mark.colour);
      const stroke = line.earlier ? withAlpha(full, EARLIER_ALPHA) : full;
      series.push({
        label: line.label,
        show: line.shown,
        stroke,
        width: line.earlier ? WIDTH.earlier : WIDTH.present,
        dash: [...line.mark.dash],
        points: {
          size: line.earlier ? 3 : 5,
          fill: stroke,
          show: (_plot, _index, from, to) => to - from < FEW_POINTS,
        },
      });
      const edge: uPlot.Series = { show: line.shown, width: 0, points: { show: false } };
      series.push({ ...edge }, { ...edge });
      if (!line.earlier) bands.push({ series: [i * 3 + 3, i * 3 + 2], fill: withAlpha(full, alpha) });
    });
    this.plot = new uPlot(
      {
        width: this.clientWidth,
        height: this.height(),
        legend: { show: false },
        padding: [12, 14, 0, 0],
        scales: {
          x: {
            time: false,
            range: (_plot, _min, max) => this.figure.axis?.range ?? [0, Math.max(10, max ?? 0)],
          },
          y: {
            distr: this.figure.log ? 3 : 1,
            range: () => this.figure.range,
          },
        },
        axes: [
          {
            ...look,
            size: 34,
            space: 60,
            ...(ticks ? { splits: () => ticks } : {}),
            values: (_plot, splits) => splits.map((v) => (v % 1 === 0 ? v.toLocaleString('en') : '')),
          },
          {
            ...look,
            size: 48,
            space: 34,
            values: (_plot, splits) => splits.map((v) => (v === null ? '' : this.figure.format(v))),
          },
        ],
        series,
        bands,
        cursor: {
          ...(axis ? {} : { sync: { key: 'lab', scales: ['x', null] } }),
          drag: { x: false, y: false },
          y: false,
          points: { size: 7 },
        },
        hooks: {
          drawAxes: [(plot) => this.drawReference(plot, ink), (plot) => this.drawMark(plot, ink)],
          setCursor: [(plot) => this.tellCursor(plot)],
        },
      },
      this.data(),
      this.box,
    );
    if (this.spotlight !== null) {
      this.pickOut();
      this.plot.redraw(false);
    }
  }

  private drawReference(plot: uPlot, ink: string) {
    const { reference, range } = this.figure;
    if (reference === null || reference < range[0] || reference > range[1]) return;
    const { left, width } = plot.bbox;
    const y = Math.round(plot.valToPos(reference, 'y', true));
    this.dashes(plot, ink, [left, y, left + width, y]);
  }

  private drawMark(plot: uPlot, ink: string) {
    const mark = this.figure.axis?.mark;
    if (mark === undefined) return;
    const { top, height } = plot.bbox;
    const x = Math.round(plot.valToPos(mark, 'x', true));
    this.dashes(plot, ink, [x, top, x, top + height]);
  }

  private dashes({ ctx }: uPlot, ink: string, [x0, y0, x1, y1]: [number, number, number, number]) {
    const scale = devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = ink;
    ctx.lineWidth = scale;
    ctx.setLineDash([3 * scale, 3 * scale]);
    ctx.beginPath();
    ctx.moveTo(x0, y0);
    ctx.lineTo(x1, y1);
    ctx.stroke();
    ctx.restore();
  }

  /** The pointed-at step, or null once the pointer has left. */
  private tellCursor(plot: uPlot) {
    const index = plot.cursor.idx;
    const left = plot.cursor.left ?? -1;
    const away = left < 0;
    // Charts move their cursors together; only the one under the pointer speaks.
    if (!away && !this.matches(':hover')) return;
    if (this.figure.read && (away || typeof index === 'number'))
      this.point = away ? this.kept : (index ?? null);
    const step = away || index === null || index === undefined ? null : (this.figure.steps[index] ?? null);
    this.dispatchEvent(new CustomEvent<number | null>('cursor', { detail: step, bubbles: true }));
  }
}

/** `#rrggbb` with an opacity. */
function withAlpha(colour: string, alpha: number): string {
  return `${colour}${Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0')}`;
}

customElements.define('lab-chart', LabChart);
