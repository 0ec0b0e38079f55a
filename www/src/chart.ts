/** A line chart with a band for the spread over seeds: uPlot, in the page's colours. */

import { html, LitElement, type PropertyValues } from 'lit';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { Draw } from './look/draw';
import type { Mark } from './palette';

export interface Line {
  id: string;
  label: string;
  mark: Mark;
  shown: boolean;
  /** By step. Null: no finite value, so the line breaks; undefined: not measured here, so it goes on. */
  mean: (number | null | undefined)[];
  min: (number | null | undefined)[];
  max: (number | null | undefined)[];
  /** A line of an earlier run: thinner and paler, without a band. */
  earlier: boolean;
}

export interface Figure {
  steps: number[];
  lines: Line[];
  /** Least and greatest value of the vertical axis. */
  range: [number, number];
  log: boolean;
  /** A level worth knowing, drawn in fine dashes behind the lines. */
  reference: number | null;
  format: (value: number) => string;
  /** The figure in words, for readers who do not see it. */
  summary: string;
  /** Shown in place of lines while there are none. */
  empty: string;
}

const FEW_POINTS = 16;
/** Lines and their bands' opacity; earlier runs stay in the background. */
const WIDTH = { present: 2, earlier: 1.25 };
const EARLIER_ALPHA = 0.7;
const BAND_ALPHA = 0.16;

export class LabChart extends LitElement {
  static override properties = { figure: { attribute: false } };
  declare figure: Figure;

  private plot: uPlot | null = null;
  private shape = '';
  private box: HTMLDivElement | null = null;
  private readonly scheme = matchMedia('(prefers-color-scheme: dark)');
  private readonly drawing = new Draw(this, () => this.draw());
  private readonly resized = new ResizeObserver(() => this.fit());
  private readonly recolour = () => this.rebuild();

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

  protected override render() {
    return html`<div class="plot" role="img" aria-label=${this.figure.summary}></div>
      ${this.figure.steps.length === 0 ? html`<p class="empty">${this.figure.empty}</p>` : ''}`;
  }

  protected override updated(_: PropertyValues) {
    this.box = this.querySelector('.plot');
    this.drawing.ask();
  }

  private draw() {
    const { lines, log } = this.figure;
    const shape = JSON.stringify([log, lines.map(({ id, mark }) => [id, mark.dash])]);
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
    this.plot.setData(this.data());
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
    const ink = colour('--muted');
    const rule = colour('--rule');
    const font = `12px ${colour('--sans')}`;
    const axis = {
      stroke: ink,
      font,
      grid: { stroke: rule, width: 1 },
      ticks: { stroke: rule, width: 1, size: 4 },
    };
    const series: uPlot.Series[] = [{}];
    const bands: uPlot.Band[] = [];
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
      if (!line.earlier) bands.push({ series: [i * 3 + 3, i * 3 + 2], fill: withAlpha(full, BAND_ALPHA) });
    });
    this.plot = new uPlot(
      {
        width: this.clientWidth,
        height: this.height(),
        legend: { show: false },
        padding: [12, 14, 0, 0],
        scales: {
          x: { time: false, range: (_plot, _min, max) => [0, Math.max(10, max ?? 0)] },
          y: {
            distr: this.figure.log ? 3 : 1,
            range: () => this.figure.range,
          },
        },
        axes: [
          {
            ...axis,
            size: 34,
            space: 60,
            values: (_plot, splits) => splits.map((v) => (v % 1 === 0 ? v.toLocaleString('en') : '')),
          },
          {
            ...axis,
            size: 48,
            space: 34,
            values: (_plot, splits) => splits.map((v) => (v === null ? '' : this.figure.format(v))),
          },
        ],
        series,
        bands,
        cursor: {
          sync: { key: 'lab', scales: ['x', null] },
          drag: { x: false, y: false },
          y: false,
          points: { size: 7 },
        },
        hooks: {
          drawAxes: [(plot) => this.drawReference(plot, ink)],
          setCursor: [(plot) => this.tellCursor(plot)],
        },
      },
      this.data(),
      this.box,
    );
  }

  private drawReference(plot: uPlot, ink: string) {
    const { reference, range } = this.figure;
    if (reference === null || reference < range[0] || reference > range[1]) return;
    const { ctx, bbox } = plot;
    const scale = devicePixelRatio;
    const y = Math.round(plot.valToPos(reference, 'y', true));
    ctx.save();
    ctx.strokeStyle = ink;
    ctx.lineWidth = scale;
    ctx.setLineDash([3 * scale, 3 * scale]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
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
