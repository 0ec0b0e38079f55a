/**
 * Figures as SVG, on the page and in files: Observable Plot draws the marks, laid out like every other figure. The code is
 * loaded when it is first needed.
 */

import * as Plot from '@observablehq/plot';
import { bandAlpha, marksOf, type Figure } from './figure';
import { ON_PAGE, ON_PAPER } from './inks';
import { FONT_PX, layOutAll, widthOf, type Layout, type Room } from './layout';
import { drawMark, element, workshop, type Drawn, type Ink } from './plot-marks';
import type { Renderer, Screen } from './renderer';
import { short } from './svg';

/** Title, note and what stands beside the plot. */
function surroundings(layout: Layout, width: number, inks: Ink): SVGElement {
  const { panel, plot, edge, restX, aboveY, titles } = layout;
  const all = element('g', { 'data-mark': 'surroundings' });
  const write = (words: string, attributes: Record<string, string | number>) =>
    all.append(element('text', { fill: inks.ink, 'font-size': FONT_PX, ...attributes }, words));
  for (const axis of ['x', 'y'] as const) {
    const lines = titles[axis];
    if (!lines.length) continue;
    // One text for a reader of the file, however many lines it has.
    const title = element('text', {
      fill: inks.muted,
      'font-size': FONT_PX,
      'text-anchor': 'middle',
      'data-title': axis,
    });
    lines.forEach(({ text, x, y }, i) => {
      const at: Record<string, number> = axis === 'x' ? { x, y } : { x: -y, y: x + FONT_PX * 0.35 };
      title.append(element('tspan', at, i < lines.length - 1 ? `${text} ` : text));
    });
    if (axis === 'y') title.setAttribute('transform', 'rotate(-90)');
    all.append(title);
  }
  const top = plot.top - 14;
  if (panel.title)
    write(panel.title, { x: 0, y: top, 'text-anchor': 'start', 'font-size': 12, 'font-weight': 'bold' });
  if (panel.note) write(panel.note, { x: width, y: top, 'text-anchor': 'end', fill: inks.muted });
  if (!Number.isNaN(aboveY)) {
    const left = Number.isNaN(restX) ? plot.left : edge;
    const dashes = { stroke: inks.muted, 'stroke-dasharray': '2 3' };
    all.append(element('line', { x1: left, y1: plot.top - 4, x2: plot.right, y2: plot.top - 4, ...dashes }));
    write(panel.y.beyond ?? '', {
      x: left,
      y: aboveY + 12,
      'text-anchor': 'start',
      fill: inks.muted,
      class: 'beyond',
    });
  }
  if (!Number.isNaN(restX))
    write(panel.x.beyond ?? '', { x: restX, y: plot.bottom + 16, 'text-anchor': 'middle', fill: inks.muted });
  return all;
}

function axes(layout: Layout, inks: Ink): Drawn[] {
  const { panel, plot, x, y, upright } = layout;
  const framed = marksOf(panel, 'cell').length > 0;
  const look = { fontSize: FONT_PX, fill: inks.muted, stroke: inks.rule };
  const ticks = { tickSize: framed ? 0 : 4, tickPadding: framed ? 5 : 3 };
  return [
    panel.y.bare || framed
      ? null
      : Plot.gridY(
          y.map(({ value }) => value),
          { stroke: inks.rule, strokeOpacity: 1 },
        ),
    panel.x.bare
      ? null
      : Plot.axisX(
          x.map(({ value }) => value),
          {
            ...look,
            ...ticks,
            anchor: 'bottom',
            text: (_: unknown, i: number) => x[i]?.text ?? '',
            ...(upright ? { tickRotate: -90 } : {}),
            label: null,
          },
        ),
    panel.y.bare
      ? null
      : Plot.axisY(
          y.map(({ value }) => value),
          {
            ...look,
            ...ticks,
            anchor: 'left',
            text: (_: unknown, i: number) => y[i]?.text ?? '',
            label: null,
          },
        ),
    framed || (panel.x.bare && panel.y.bare)
      ? null
      : () =>
          element('path', {
            'data-mark': 'axes',
            d: `M${short(plot.left)} ${short(plot.top)}V${short(plot.bottom)}H${short(plot.right)}`,
            fill: 'none',
            stroke: inks.ink,
          }),
  ];
}

function drawPanel(layout: Layout, width: number, inks: Ink): Node[] {
  const { panel, plot } = layout;
  const { x, y } = panel;
  const alpha = bandAlpha(marksOf(panel, 'line'));
  const svg = Plot.plot({
    document: workshop,
    width,
    height: layout.height,
    marginLeft: plot.left,
    marginRight: width - plot.right,
    marginTop: plot.top,
    marginBottom: layout.height - plot.bottom,
    x: { type: x.log ? 'log' : 'linear', domain: x.range, axis: null },
    y: { type: y.log ? 'log' : 'linear', domain: y.range, axis: null },
    r: { type: 'identity' },
    symbol: { type: 'identity' } as Plot.ScaleOptions,
    marks: [
      ...axes(layout, inks),
      ...panel.marks.flatMap((mark) => drawMark(mark, layout, alpha, inks)),
      () => surroundings(layout, width, inks),
    ],
  });
  // Plot's names of its groups would be read aloud in place of the figure's summary.
  for (const group of svg.querySelectorAll('[aria-label]')) {
    group.setAttribute('data-axis', group.getAttribute('aria-label') ?? '');
    group.removeAttribute('aria-label');
    group.removeAttribute('aria-hidden');
  }
  return [...svg.childNodes].filter((node) => node.nodeName !== 'style');
}

/** All panels in one group, and where everything stands. */
export function drawn(figure: Figure, room: Room, inks: Ink): { group: SVGElement; layouts: Layout[] } {
  const layouts = layOutAll(figure, room);
  const group = element('g', { 'font-size': FONT_PX, 'text-anchor': 'middle', fill: inks.ink });
  for (const layout of layouts) group.append(...drawPanel(layout, room.width, inks));
  return { group, layouts };
}

/** All panels for a file that stands them among other things, without title, legend and address. */
export function panelsSvg(figure: Figure, width: number): { svg: string; height: number } {
  const { group, layouts } = drawn(figure, { width, measure: widthOf }, { ...ON_PAPER, paper: true });
  return { svg: new XMLSerializer().serializeToString(group), height: heightOf(layouts) };
}

export const heightOf = (layouts: Layout[]) => Math.max(0, ...layouts.map(({ height }) => height));

export class PlotRenderer implements Renderer {
  draw(figure: Figure, { host, width, measure }: Screen): Layout[] {
    const { group, layouts } = drawn(figure, { width, measure }, { ...ON_PAGE, paper: false });
    const height = heightOf(layouts);
    const svg = element('svg', { width, height, viewBox: `0 0 ${width} ${height}` });
    svg.append(group);
    host.replaceChildren(document.adoptNode(svg));
    return layouts;
  }

  destroy(): void {
    // What is drawn goes with its host.
  }
}
