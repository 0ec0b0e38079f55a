/** A whole figure for a file: with its title, its legend, its colours, and the address that leads back to it. */

import { scaleLinear } from 'd3-scale';
import { colourAt as scaleColour } from './colours';
import { cornersOf, marksOf, type Cells, type Figure } from './figure';
import { ON_PAPER } from './inks';
import { keyOf, type Entry } from './key';
import { widthOf as labelWidth, type Layout } from './layout';
import { drawn, heightOf } from './plot';
import { widthOf } from './text-lines';
import { caption, heading, INK, picture, short, tag, SPARE, text, type Words as Frame } from './svg';

const PAPER_WIDTH = 640;
const LEAST_WIDTH = 360;
/** Room for the colour bar beside a matrix. */
const BAR_ROOM = 96;

function legend(entries: Entry[], left: number, top: number, width: number): { svg: string; height: number } {
  let [x, y] = [left, top];
  const items = entries.map(({ label, colour, dash, shape }) => {
    const taken = 34 + SPARE * labelWidth(label) + 18;
    if (x > left && x + taken > left + width) [x, y] = [left, y + 18];
    const stroke = ON_PAPER.of(colour);
    const corners = shape ? cornersOf(shape, 4.5) : [];
    const sign = !shape
      ? tag('line', {
          x1: x,
          y1: y - 4,
          x2: x + 28,
          y2: y - 4,
          stroke,
          'stroke-width': 1.8,
          'stroke-dasharray': dash?.length ? dash.join(' ') : undefined,
        })
      : corners.length
        ? tag('path', {
            d: `M${corners.map(([dx, dy]) => `${short(x + 14 + dx)} ${short(y - 4 + dy)}`).join('L')}Z`,
            fill: stroke,
          })
        : tag('circle', { cx: x + 14, cy: y - 4, r: 4.5, fill: stroke });
    const item = sign + text(x + 34, y, label, { class: 'label' });
    x += taken;
    return item;
  });
  return { svg: tag('g', { class: 'legend' }, items.join('')), height: entries.length ? y - top + 18 : 0 };
}

/** The colours of a matrix with their values. It is never so short that its labels touch. */
function colourBar(mark: Cells, { plot }: Layout): string {
  const [left, top, height] = [plot.right + 22, plot.top, Math.max(plot.bottom - plot.top, 120)];
  const { range, scale, unit } = mark;
  const at = scaleLinear(range, [top + height, top]);
  const several = range[1] > range[0];
  const ticks = several ? at.ticks(6) : [range[0]];
  const format = several ? at.tickFormat(6) : String;
  const stops = Array.from({ length: 25 }, (_, i) =>
    tag('stop', { offset: String(i / 24), 'stop-color': scaleColour(scale, i / 24) }),
  );
  const widest = Math.max(0, ...ticks.map((value) => widthOf(format(value), 10)));
  return [
    tag('defs', {}, tag('linearGradient', { id: 'scale', x1: 0, y1: 1, x2: 0, y2: 0 }, stops.join(''))),
    tag('rect', {
      class: 'bar',
      x: left,
      y: top,
      width: 14,
      height,
      fill: 'url(#scale)',
      stroke: INK,
      'stroke-width': 0.8,
    }),
    ...ticks.map(
      (value) =>
        tag('line', { x1: left + 14, y1: at(value), x2: left + 18, y2: at(value), stroke: INK }) +
        text(left + 21, at(value) + 3.5, format(value), {
          'font-size': 10,
          'text-anchor': 'start',
          class: 'bar-tick',
        }),
    ),
    unit
      ? text(0, 0, unit, {
          x: undefined,
          y: undefined,
          transform: `translate(${short(left + 21 + widest + 14)} ${short(top + height / 2)}) rotate(-90)`,
          'text-anchor': 'middle',
          class: 'unit',
        })
      : '',
  ].join('');
}

/** The whole figure for a file: with its title, its legend, and the address that leads back to it. */
export function figureSvg(figure: Figure, address: string): string {
  const frame: Frame = {
    title: figure.title,
    note: figure.note ?? '',
    remarks: [...(figure.remarks ?? [])],
    address,
  };
  const margin = 14;
  const [first] = figure.panels;
  const [matrix] = marksOf(first, 'cell');
  const room = { width: PAPER_WIDTH - 2 * margin, measure: labelWidth, right: matrix ? BAR_ROOM : 0 };
  const { group, layouts } = drawn(figure, room, { ...ON_PAPER, paper: true });
  const [layout] = layouts;
  const bar = matrix && layout ? colourBar(matrix, layout) : '';
  const beside = bar ? BAR_ROOM : 0;
  // What is square, or of whole cells, may leave room at the right.
  const narrow = layout && (bar || first.square) ? layout.plot.right + beside + 2 * margin : PAPER_WIDTH;
  const width = Math.max(narrow, 2 * margin + SPARE * widthOf(figure.title, 15, true), LEAST_WIDTH);
  const head = heading(frame, margin, width - 2 * margin);
  const key = legend(keyOf(figure), margin, head.height + 12, width - 2 * margin);
  const top = head.height + key.height + 4;
  const least = bar && layout ? Math.max(layout.plot.bottom, layout.plot.top + 120) + 12 : 0;
  const base = top + Math.max(heightOf(layouts), least) + 20;
  const foot = caption(frame, margin, base, width - 2 * margin);
  const body = new XMLSerializer().serializeToString(group);
  return picture(
    width,
    base + foot.height,
    frame,
    figure.summary,
    head.svg + key.svg + tag('g', { transform: `translate(${margin} ${top})` }, body + bar) + foot.svg,
  );
}
