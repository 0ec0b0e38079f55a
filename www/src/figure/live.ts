/** Lines that change many times a second: uPlot, laid out like every other figure. */

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { writeTitles } from './canvas';
import { bandAlpha, FEW_POINTS, marksOf, type Figure, type Line, type Numbers, type Panel } from './figure';
import { FONT_PX, layOutAll, place, type Layout } from './layout';
import type { Renderer, Screen } from './renderer';

/** Earlier runs stay in the background. */
const WIDTH = { present: 2, earlier: 1.25 };
const EARLIER_ALPHA = 0.7;
/** While one line is picked out, the others are drawn so pale. */
const BEHIND_ALPHA = 0.25;

/** Room that a rule's label needs above it, and beside it. */
const [LABEL_PX, LABEL_GAP_PX] = [16, 4];

/** `#rrggbb` with an opacity. */
function withAlpha(colour: string, alpha: number): string {
  const byte = Math.round(alpha * 255);
  return `${colour}${byte.toString(16).padStart(2, '0')}`;
}

export class LiveRenderer implements Renderer {
  private plot: uPlot | null = null;
  private shape = '';
  private panel: Panel | null = null;
  private layout: Layout | null = null;

  draw(figure: Figure, screen: Screen): Layout[] {
    const layouts = layOutAll(figure, screen);
    const [layout] = layouts;
    const [panel] = figure.panels;
    if (!layout) return layouts;
    const lines = marksOf(panel, 'line');
    const before = this.layout;
    [this.panel, this.layout] = [panel, layout];
    const shape = JSON.stringify([
      panel.x.log,
      panel.y.log,
      layout.plot.left,
      screen.scheme,
      lines.map(({ id, mark, earlier, low }) => [id, mark, earlier, low !== undefined]),
    ]);
    if (!this.plot || shape !== this.shape) {
      this.shape = shape;
      this.build(lines, screen);
    } else {
      if (before?.plot.right !== layout.plot.right || before.height !== layout.height) {
        this.plot.setSize({ width: screen.width, height: layout.height });
      }
      lines.forEach((line, i) => {
        const show = line.shown !== false;
        for (const series of [1, 2, 3].map((offset) => i * 3 + offset)) {
          if (this.plot?.series[series]?.show !== show) this.plot?.setSeries(series, { show });
        }
      });
    }
    this.pickOut(lines, screen.spotlight);
    this.plot?.setData(dataOf(lines, panel));
    return layouts;
  }

  destroy(): void {
    this.plot?.destroy();
    this.plot = null;
  }

  /** The others step back; without a line to pick out all are as they were. */
  private pickOut(lines: Line[], spotlight: string | null) {
    const chosen = lines.findIndex(({ id, shown }) => id === spotlight && shown !== false);
    this.plot?.series.forEach((series, i) => {
      series.alpha = chosen < 0 || Math.floor((i - 1) / 3) === chosen ? 1 : BEHIND_ALPHA;
    });
  }

  private build(lines: Line[], { host, width, colour }: Screen) {
    this.plot?.destroy();
    const { panel, layout } = this;
    if (!panel || !layout) return;
    const [ink, muted, rule, ground] = ['--ink', '--muted', '--rule', '--card'].map(colour) as [
      string,
      string,
      string,
      string,
    ];
    const font = `${FONT_PX}px ${colour('--sans')}`;
    const look = {
      stroke: muted,
      font,
      ticks: { stroke: rule, width: 1, size: 4 },
      gap: 3,
    };
    const alpha = bandAlpha(lines);
    const series: uPlot.Series[] = [{}];
    const bands: uPlot.Band[] = [];
    lines.forEach((line, i) => {
      const full = colour(line.mark.colour);
      const stroke = line.earlier ? withAlpha(full, EARLIER_ALPHA) : full;
      const show = line.shown !== false;
      series.push({
        label: line.label,
        show,
        stroke,
        width: line.earlier ? WIDTH.earlier : WIDTH.present,
        dash: [...line.mark.dash],
        points: {
          size: line.earlier ? 3 : 5,
          fill: stroke,
          show: (_plot, _index, from, to) => to - from < FEW_POINTS,
        },
      });
      const edge: uPlot.Series = { show, width: 0, points: { show: false } };
      series.push({ ...edge }, { ...edge });
      if (!line.earlier && line.low)
        bands.push({ series: [i * 3 + 3, i * 3 + 2], fill: withAlpha(full, alpha) });
    });
    const axis = (of: 'x' | 'y', size: () => number): uPlot.Axis => ({
      ...look,
      grid: { stroke: rule, width: 1, show: of === 'y' },
      size,
      // The ticks are ours; uPlot draws no axis for which it finds no step, of those below five only one that it knows.
      incrs: () => [stepOf(this.panel?.[of].range ?? [0, 1])],
      space: 1,
      splits: () => this.layout?.[of].map(({ value }) => value) ?? [],
      values: () => this.layout?.[of].map(({ text }) => text) ?? [],
    });
    this.plot = new uPlot(
      {
        width,
        height: layout.height,
        legend: { show: false },
        padding: [layout.plot.top, width - layout.plot.right, 0, 0],
        scales: {
          x: {
            time: false,
            distr: panel.x.log ? 3 : 1,
            range: () => [...(this.panel?.x.range ?? [0, 1])] as [number, number],
          },
          y: {
            distr: panel.y.log ? 3 : 1,
            range: () => [...(this.panel?.y.range ?? [0, 1])] as [number, number],
          },
        },
        axes: [
          axis('x', () => (this.layout ? this.layout.height - this.layout.plot.bottom : 0)),
          axis('y', () => this.layout?.plot.left ?? 0),
        ],
        series,
        bands,
        cursor: { show: false },
        hooks: {
          drawAxes: [(plot) => this.rules(plot, muted), (plot) => this.titles(plot, muted, font)],
          draw: [(plot) => this.labels(plot, muted, ground, font)],
        },
      },
      dataOf(lines, panel),
      host,
    );
    this.plot.root.style.color = ink;
  }

  /** A title may have several lines, which uPlot's have not. */
  private titles({ ctx }: uPlot, ink: string, font: string) {
    const { layout } = this;
    if (!layout) return;
    ctx.save();
    ctx.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    ctx.fillStyle = ink;
    ctx.font = font;
    writeTitles(ctx, layout);
    ctx.restore();
  }

  private rules({ ctx }: uPlot, ink: string) {
    const { layout } = this;
    if (!layout) return;
    const scale = devicePixelRatio;
    const { plot, panel } = layout;
    for (const { axis, at } of marksOf(panel, 'rule')) {
      const [x, y] = axis === 'x' ? place(layout, at, panel.y.range[0]) : place(layout, panel.x.range[0], at);
      const outside = axis === 'x' ? x < plot.left || x > plot.right : y < plot.top || y > plot.bottom;
      if (!Number.isFinite(x + y) || outside) continue;
      const ends = axis === 'x' ? [x, plot.top, x, plot.bottom] : [plot.left, y, plot.right, y];
      const [x0, y0, x1, y1] = ends.map((px) => Math.round(px * scale)) as [number, number, number, number];
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
  }

  /** What stands at the rules, on whatever lies below: as on paper. */
  private labels({ ctx }: uPlot, ink: string, ground: string, font: string) {
    const { layout } = this;
    if (!layout) return;
    const { plot, panel } = layout;
    ctx.save();
    ctx.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    Object.assign(ctx, { font, fillStyle: ink, strokeStyle: ground, lineWidth: 3, lineJoin: 'round' });
    for (const { axis, at, label } of marksOf(panel, 'rule')) {
      const upright = axis === 'x';
      const [x, y] = upright ? place(layout, at, panel.y.range[0]) : place(layout, panel.x.range[0], at);
      const outside = upright ? x < plot.left || x > plot.right : y < plot.top || y > plot.bottom;
      if (!label || !Number.isFinite(x + y) || outside) continue;
      const leftward = !upright || x > (plot.left + plot.right) / 2;
      const low = upright || y - LABEL_PX < plot.top;
      ctx.textAlign = leftward ? 'right' : 'left';
      ctx.textBaseline = low ? 'top' : 'bottom';
      const across = upright ? x + (leftward ? -LABEL_GAP_PX : LABEL_GAP_PX) : plot.right - LABEL_GAP_PX;
      const down = upright ? plot.top + 2 : y + (low ? 3 : -3);
      ctx.strokeText(label, across, down);
      ctx.fillText(label, across, down);
    }
    ctx.restore();
  }
}

/** A power of ten below the length of a range. */
function stepOf([from, to]: readonly [number, number]): number {
  const power = Math.floor(Math.log10(Math.abs(to - from) / 4));
  return Number.isFinite(power) ? Number(`1e${power}`) : 1;
}

/** All lines by one list of places: those that share one as they are, others joined. */
function dataOf(lines: Line[], { y }: Panel): uPlot.AlignedData {
  // A logarithm has no place for zero.
  const safe = (values: Numbers) =>
    y.log
      ? Array.from(values, (v) => (typeof v === 'number' && v <= 0 ? null : v))
      : Array.isArray(values)
        ? values
        : Array.from(values);
  const tables = new Map<Numbers, Line[]>();
  for (const line of lines) tables.set(line.x, [...(tables.get(line.x) ?? []), line]);
  const columns = (own: Line[]) =>
    own.flatMap(({ y: mean, low, high }) => [safe(mean), safe(low ?? mean), safe(high ?? mean)]);
  // A line without a point has no place in the join.
  const filled = [...tables].filter(([x]) => x.length > 0);
  const joined =
    filled.length > 1
      ? uPlot.join(filled.map(([x, own]) => [x, ...columns(own)] as unknown as uPlot.AlignedData))
      : filled[0] && ([filled[0][0], ...columns(filled[0][1])] as unknown as uPlot.AlignedData);
  if (!joined) return [[], ...lines.flatMap(() => [[], [], []])];
  const order = filled.flatMap(([, own]) => own);
  const none = Array.from(joined[0], () => undefined);
  return [
    joined[0],
    ...lines.flatMap((line) => {
      const at = order.indexOf(line);
      return [1, 2, 3].map((offset) => (at < 0 ? none : joined[at * 3 + offset]));
    }),
  ] as uPlot.AlignedData;
}
