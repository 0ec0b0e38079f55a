/** A line chart as SVG. Colours are those of the light scheme, as paper is white; dashes tell lines apart without colour. */

import { scaleLinear, scaleLog } from 'd3-scale';
import { bandAlpha, type Figure, type Line } from './figure';
import { paperColour } from './paper';
import {
  caption,
  heading,
  INK,
  MUTED,
  picture,
  RULE,
  short,
  tag,
  text,
  widthOf,
  type Attributes,
  type Words,
} from './svg';
/** Below this many points each is marked, as on the page. */
const FEW_POINTS = 16;

const CHART_WIDTH = 640;
const PLOT_HEIGHT = 270;
const LEFT = 58;
const RIGHT = 18;

type Point = [x: number, y: number];

/** Stretches of a line without a gap: null breaks it, undefined is passed over. */
function stretches<T>(count: number, at: (i: number) => T | null | undefined): T[][] {
  const found: T[][] = [];
  let open: T[] | null = null;
  for (let i = 0; i < count; i++) {
    const value = at(i);
    if (value === undefined) continue;
    if (value === null) {
      open = null;
    } else if (open) {
      open.push(value);
    } else {
      found.push((open = [value]));
    }
  }
  return found;
}

const polyline = (points: Point[]) => `M${points.map(([x, y]) => `${short(x)} ${short(y)}`).join('L')}`;

function legend(lines: Line[], left: number, top: number, width: number): { svg: string; height: number } {
  let [x, y] = [left, top];
  const items = lines.map((line) => {
    const taken = 34 + widthOf(line.label, 11) + 18;
    if (x > left && x + taken > left + width) [x, y] = [left, y + 18];
    const item =
      tag('line', {
        x1: x,
        y1: y - 4,
        x2: x + 28,
        y2: y - 4,
        ...stroke(line),
      }) + text(x + 34, y, line.label, { class: 'label' });
    x += taken;
    return item;
  });
  return {
    svg: tag('g', { class: 'legend' }, items.join('')),
    height: lines.length ? y - top + 18 : 0,
  };
}

function stroke(line: Line): Attributes {
  return {
    stroke: colourOf(line),
    'stroke-width': line.earlier ? 1.1 : 1.8,
    'stroke-opacity': line.earlier ? 0.75 : undefined,
    'stroke-dasharray': line.mark.dash.length ? line.mark.dash.join(' ') : undefined,
  };
}

function colourOf(line: Line): string {
  return paperColour(line.mark.colour);
}

/** A line chart with its bands, its level of reference and its legend. Lines that are hidden are left out. */
export function chartSvg(figure: Figure, words: Words): string {
  const lines = figure.lines.filter((line) => line.shown);
  const inner = CHART_WIDTH - LEFT - RIGHT;
  const head = heading(words, 14);
  const key = legend(lines, LEFT, head.height + 12, inner);
  const top = head.height + key.height + 10;
  const bottom = top + PLOT_HEIGHT;

  const { axis } = figure;
  const x = scaleLinear(axis?.range ?? [0, Math.max(10, figure.steps.at(-1) ?? 0)], [LEFT, LEFT + inner]);
  const y = figure.log ? scaleLog(figure.range, [bottom, top]) : scaleLinear(figure.range, [bottom, top]);
  const place = (step: number | undefined, value: number | null | undefined): Point | null | undefined => {
    if (step === undefined || value === undefined) return undefined;
    return value === null || (figure.log && value <= 0) ? null : [x(step), y(value)];
  };

  const levels = figure.log ? logTicks(figure.range) : y.ticks(6);
  const grid = levels.map((level) =>
    tag('line', { x1: LEFT, y1: y(level), x2: LEFT + inner, y2: y(level), stroke: RULE }),
  );
  const marks = levels.map((level) =>
    text(LEFT - 7, y(level) + 4, figure.format(level), { 'text-anchor': 'end', class: 'y-tick' }),
  );
  for (const step of axis?.ticks ?? x.ticks(8).filter(Number.isInteger)) {
    grid.push(tag('line', { x1: x(step), y1: bottom, x2: x(step), y2: bottom + 4, stroke: INK }));
    marks.push(
      text(x(step), bottom + 17, step.toLocaleString('en'), { 'text-anchor': 'middle', class: 'x-tick' }),
    );
  }

  const alpha = bandAlpha(lines);
  const bands = lines.map((line) => {
    if (line.earlier) return '';
    const spread = stretches(figure.steps.length, (i) => {
      const low = place(figure.steps[i], line.min[i]);
      const high = place(figure.steps[i], line.max[i]);
      if (low === undefined || high === undefined) return undefined;
      return low && high ? { low, high } : null;
    }).filter((stretch) => stretch.some(({ low, high }) => low[1] !== high[1]));
    if (spread.length === 0) return '';
    const d = spread
      .map(
        (stretch) =>
          `${polyline([...stretch.map(({ high }) => high), ...stretch.map(({ low }) => low).reverse()])}Z`,
      )
      .join('');
    return tag('path', {
      class: 'band',
      'data-series': line.id,
      d,
      fill: colourOf(line),
      'fill-opacity': alpha,
    });
  });
  const curves = lines.map((line) => {
    const parts = stretches(figure.steps.length, (i) => place(figure.steps[i], line.mean[i]));
    if (parts.length === 0) return '';
    const path = tag('path', {
      class: 'line',
      'data-series': line.id,
      d: parts.map(polyline).join(''),
      fill: 'none',
      'stroke-linejoin': 'round',
      ...stroke(line),
    });
    const points = parts.flat();
    const dots =
      points.length < FEW_POINTS && !line.earlier
        ? points.map(([cx, cy]) => tag('circle', { cx, cy, r: 2.4, fill: colourOf(line) })).join('')
        : '';
    return path + dots;
  });

  const { reference, range } = figure;
  let level = '';
  if (axis?.mark !== undefined) {
    level += tag('line', {
      class: 'mark',
      x1: x(axis.mark),
      y1: top,
      x2: x(axis.mark),
      y2: bottom,
      stroke: MUTED,
      'stroke-width': 0.9,
      'stroke-dasharray': '3 3',
    });
  }
  if (reference !== null && reference >= range[0] && reference <= range[1]) {
    level += tag('line', {
      class: 'reference',
      x1: LEFT,
      y1: y(reference),
      x2: LEFT + inner,
      y2: y(reference),
      stroke: MUTED,
      'stroke-width': 0.9,
      'stroke-dasharray': '3 3',
    });
    if (words.reference) {
      level += text(LEFT + inner - 4, y(reference) - 4, words.reference, {
        'text-anchor': 'end',
        fill: MUTED,
        'font-size': 10,
        // Lines may pass behind the words.
        stroke: '#ffffff',
        'stroke-width': 3,
        'paint-order': 'stroke',
      });
    }
  }

  const axes =
    tag('path', {
      class: 'axes',
      d: `M${short(LEFT)} ${short(top)}V${short(bottom)}H${short(LEFT + inner)}`,
      fill: 'none',
      stroke: INK,
    }) +
    text(LEFT + inner / 2, bottom + 36, words.xTitle ?? 'Training step', { 'text-anchor': 'middle' }) +
    (words.yTitle
      ? text(0, 0, words.yTitle, {
          x: undefined,
          y: undefined,
          transform: `translate(15 ${short(top + PLOT_HEIGHT / 2)}) rotate(-90)`,
          'text-anchor': 'middle',
        })
      : '');

  const foot = caption(words, 14, bottom + 60, CHART_WIDTH - 28);
  const clip = tag(
    'clipPath',
    { id: 'plot' },
    tag('rect', { x: LEFT, y: top - 2, width: inner + 3, height: PLOT_HEIGHT + 4 }),
  );
  return picture(
    CHART_WIDTH,
    bottom + 60 + foot.height,
    words,
    figure.summary,
    tag('defs', {}, clip) +
      head.svg +
      key.svg +
      grid.join('') +
      tag('g', { 'clip-path': 'url(#plot)' }, bands.join('') + curves.join('')) +
      // Over the lines, so that its words can be read.
      level +
      axes +
      marks.join('') +
      foot.svg,
  );
}

/** Powers of ten, and twice and five times them where there are few. */
function logTicks([least, greatest]: [number, number]): number[] {
  const factors = Math.log10(greatest / least) <= 2.5 ? [1, 2, 5] : [1];
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(least)); 10 ** power <= greatest; power++) {
    for (const factor of factors) {
      const value = Number(`${factor}e${power}`);
      if (value >= least * (1 - 1e-9) && value <= greatest) found.push(value);
    }
  }
  return found;
}
