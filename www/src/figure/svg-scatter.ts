/** A scatter as SVG, in the colours of paper. */

import { paperColour } from './paper';
import { caption, heading, INK, MUTED, picture, RULE, short, tag, text, widthOf, type Words } from './svg';
import {
  aboveHeight,
  along,
  clipped,
  colourAt,
  cornersOf,
  groupAt,
  hasRest,
  laneOf,
  ticksOf,
  type Scatter,
  type Shape,
} from './scatter';

const WIDTH = 560;
const PLOT_HEIGHT = 340;
const REST = 34;
const RIGHT = 18;

function shapeOf(shape: Shape, [x, y]: [number, number], size: number, attributes: Record<string, string>) {
  if (shape === 'circle') return tag('circle', { cx: x, cy: y, r: size, ...attributes });
  const points = cornersOf(shape, size)
    .map(([dx, dy]) => `${short(x + dx)},${short(y + dy)}`)
    .join(' ');
  return tag('polygon', { points, ...attributes });
}

function legend(scatter: Scatter, left: number, top: number): { svg: string; height: number } {
  const groups = scatter.groups.length > 1 ? scatter.groups : [];
  let [x, y] = [left, top];
  const items: string[] = [];
  const addItem = (mark: (x: number, y: number) => string, width: number, label: string) => {
    const taken = width + 6 + widthOf(label, 11) + 18;
    if (x > left && x + taken > WIDTH - RIGHT) [x, y] = [left, y + 18];
    items.push(mark(x, y - 4) + text(x + width + 6, y, label, { class: 'label' }));
    x += taken;
  };
  for (const group of groups) {
    addItem(
      (at, middle) => shapeOf(group.shape, [at + 5, middle], 4.5, { fill: paperColour(group.colour) }),
      10,
      group.label,
    );
  }
  for (const { label, dash } of scatter.lines) {
    addItem(
      (at, middle) =>
        tag('line', { x1: at, y1: middle, x2: at + 28, y2: middle, stroke: INK, ...dashes(dash) }),
      28,
      label,
    );
  }
  return { svg: tag('g', { class: 'legend' }, items.join('')), height: items.length ? y - top + 18 : 0 };
}

const dashes = (dash: number[]) => (dash.length ? { 'stroke-dasharray': dash.join(' ') } : {});

export function scatterSvg(scatter: Scatter, words: Words): string {
  const { x, y, xs, ys } = scatter;
  const head = heading(words, 14);
  const yTicks = ticksOf(y, 6);
  const rest = hasRest(scatter) ? REST : 0;
  const labels = Math.max(0, ...yTicks.map((tick) => widthOf(y.format(tick), 11)));
  const left = 34 + labels + 8 + rest;
  const key = legend(scatter, left - rest, head.height + 12);
  const above = head.height + key.height + 8;
  const top = above + 6 + aboveHeight(scatter);
  const bottom = top + PLOT_HEIGHT;
  const right = WIDTH - RIGHT;
  const acrossTo = (share: number) => left + share * (right - left);
  const upTo = (share: number) => bottom - share * (bottom - top);
  const place = (i: number): [number, number] => {
    const [across, up] = [along(x, xs[i] ?? NaN), along(y, ys[i] ?? NaN)];
    return [
      across === null ? left - REST / 2 - 2 : acrossTo(across),
      up === null ? above + laneOf(scatter, i) : upTo(up),
    ];
  };

  const frame: string[] = [];
  for (const tick of yTicks) {
    const at = upTo(along(y, tick) ?? 0);
    frame.push(tag('line', { x1: left, y1: at, x2: right, y2: at, stroke: RULE }));
    frame.push(text(left - rest - 7, at + 4, y.format(tick), { 'text-anchor': 'end', class: 'y-tick' }));
  }
  let free = -Infinity;
  for (const tick of ticksOf(x, 8)) {
    const at = acrossTo(along(x, tick) ?? 0);
    frame.push(tag('line', { x1: at, y1: bottom, x2: at, y2: bottom + 4, stroke: INK }));
    const half = widthOf(x.format(tick), 11) / 2;
    if (at - half < free) continue;
    frame.push(text(at, bottom + 17, x.format(tick), { 'text-anchor': 'middle', class: 'x-tick' }));
    free = at + half + 6;
  }
  frame.push(
    tag('path', {
      class: 'axes',
      d: `M${short(left)} ${short(top)}V${short(bottom)}H${short(right)}`,
      fill: 'none',
      stroke: INK,
    }),
    text((left + right) / 2, bottom + 36, x.title, { 'text-anchor': 'middle' }),
    text(0, 0, y.title, {
      x: undefined,
      y: undefined,
      transform: `translate(18 ${short((top + bottom) / 2)}) rotate(-90)`,
      'text-anchor': 'middle',
    }),
  );
  if (rest) frame.push(text(left - REST / 2 - 2, bottom + 17, '≤ 0', { 'text-anchor': 'middle' }));
  if (scatter.above !== null) {
    frame.push(
      tag('line', {
        x1: left - rest,
        y1: top - 5,
        x2: right,
        y2: top - 5,
        stroke: MUTED,
        'stroke-dasharray': '2 3',
      }),
      text(left - rest, above + 11, scatter.above, { fill: MUTED, 'font-size': 10, class: 'above' }),
    );
  }

  const lines = scatter.lines.map(({ slope, dash }) => {
    const ends = clipped(scatter, slope);
    if (!ends) return '';
    return tag('line', {
      class: 'slope',
      x1: acrossTo(ends[0]),
      y1: upTo(ends[1]),
      x2: acrossTo(ends[2]),
      y2: upTo(ends[3]),
      stroke: INK,
      ...dashes(dash),
    });
  });
  const stems = scatter.stems.map((stem) => {
    const ends = stem.map(place).sort((a, b) => a[1] - b[1]);
    const [first, last] = [ends[0], ends.at(-1)];
    if (!first || !last || stem.length < 2) return '';
    return tag('line', {
      class: 'stem',
      x1: first[0],
      y1: first[1],
      x2: last[0],
      y2: last[1],
      stroke: paperColour(colourAt(scatter, stem[0] ?? 0)),
      'stroke-opacity': 0.5,
    });
  });
  const points = Array.from({ length: xs.length }, (_, i) =>
    shapeOf(groupAt(scatter, i).shape, place(i), scatter.size, {
      fill: paperColour(colourAt(scatter, i)),
      'fill-opacity': String(scatter.opacity),
      class: 'point',
    }),
  );
  const foot = caption(words, 14, bottom + 60, WIDTH - 28);
  return picture(
    WIDTH,
    bottom + 60 + foot.height,
    words,
    scatter.summary,
    head.svg + key.svg + frame.join('') + lines.join('') + stems.join('') + points.join('') + foot.svg,
  );
}
