/**
 * Figures as SVG text that stands by itself: no style sheet, no script, no font to load. Colours are those of
 * the light scheme, as paper is white; lines differ by dashes too, for print without colour.
 */

import { scaleLinear, scaleLog } from 'd3-scale';
import type { Figure, Line } from './chart';
import { colourAt } from './look/colours';
import type { HeatMap } from './look/heatmap';

export interface Words {
  title: string;
  /** Of the vertical axis of a chart. */
  yTitle?: string;
  /** Of the horizontal axis of a chart. */
  xTitle?: string;
  /** What the reference level is. */
  reference?: string;
  /** One line below the title. */
  note?: string;
  /** Address that restores the configuration. */
  address: string;
}

const INK = '#1d1f21';
const MUTED = '#4c5056';
const RULE = '#dddddd';
const FONT = 'Helvetica, Arial, "Liberation Sans", sans-serif';
/** As `--series-0` and so on in styles.css, light scheme; a test holds them together. */
const SERIES = ['#6b6b6b', '#0072b2', '#c24a00', '#857000', '#a8447d', '#00795a', '#1d1f21', '#2a8cc0'];
/** More cells than this are one picture instead of a rectangle each. */
const MOST_RECTANGLES = 64 * 64;
/** Below this many points each is marked, as on the page. */
const FEW_POINTS = 16;

/** Text for an XML document: escaped, and without the characters that XML 1.0 does not allow. */
export function escape(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/'/g, '&#39;')
  );
}

type Attributes = Record<string, string | number | undefined>;

function tag(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escape(typeof value === 'number' ? short(value) : String(value))}"`)
    .join('');
  return content ? `<${name}${written}>${content}</${name}>` : `<${name}${written}/>`;
}

/** A hundredth of a unit is finer than any printer. */
function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return tag('text', { x, y, fill: INK, 'font-size': 11, ...attributes }, escape(content));
}

/** Width of a line of Helvetica, roughly: there may be no document to measure it in. */
function widthOf(content: string, size: number): number {
  return content.length * size * 0.56;
}

/** Breaks a long address where it may be broken, so that it can be read off paper. */
function wrap(content: string, most: number): string[] {
  const lines = [''];
  for (const piece of content.split(/(?<=[&#,/ ])/)) {
    const last = lines.at(-1) ?? '';
    if (last.length + piece.length > most && last) lines.push(piece);
    else lines[lines.length - 1] = last + piece;
  }
  return lines.flatMap((line) => line.match(new RegExp(`.{1,${most}}`, 'gs')) ?? []);
}

const CAPTION_SIZE = 9;

function caption(address: string, x: number, y: number, width: number): { svg: string; height: number } {
  const lines = wrap(`Mnemoscope: ${address}`, Math.floor(width / (CAPTION_SIZE * 0.56)));
  const svg = lines
    .map((line, i) => text(x, y + i * 12, line, { fill: MUTED, 'font-size': CAPTION_SIZE, class: 'caption' }))
    .join('');
  return { svg, height: lines.length * 12 };
}

function picture(width: number, height: number, words: Words, summary: string, body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${tag(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${short(width)} ${short(height)}`,
      'font-family': FONT,
      role: 'img',
    },
    tag('title', {}, escape(words.title)) +
      tag('desc', {}, escape(`${summary} Configuration: ${words.address}`)) +
      tag('rect', { width, height, fill: '#ffffff' }) +
      body,
  )}\n`;
}

function heading(words: Words, x: number): { svg: string; height: number } {
  const title = text(x, 22, words.title, { 'font-size': 15, 'font-weight': 'bold' });
  const note = words.note ? text(x, 39, words.note, { fill: MUTED }) : '';
  return { svg: title + note, height: words.note ? 50 : 34 };
}

/* Line charts */

const CHART_WIDTH = 640;
const PLOT_HEIGHT = 270;
const LEFT = 58;
const RIGHT = 18;

type Point = [x: number, y: number];

/** Stretches of a line without a gap. */
function stretches<T>(count: number, at: (i: number) => T | null): T[][] {
  const found: T[][] = [];
  let open: T[] | null = null;
  for (let i = 0; i < count; i++) {
    const value = at(i);
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
    'stroke-width': 1.8,
    'stroke-dasharray': line.mark.dash.length ? line.mark.dash.join(' ') : undefined,
  };
}

function colourOf(line: Line): string {
  return SERIES[Number(line.mark.colour.replace('--series-', ''))] ?? INK;
}

/** A line chart with its bands, its level of reference and its legend. Lines that are hidden are left out. */
export function chartSvg(figure: Figure, words: Words): string {
  const lines = figure.lines.filter((line) => line.shown);
  const inner = CHART_WIDTH - LEFT - RIGHT;
  const head = heading(words, 14);
  const key = legend(lines, LEFT, head.height + 12, inner);
  const top = head.height + key.height + 10;
  const bottom = top + PLOT_HEIGHT;

  const x = scaleLinear([0, Math.max(10, figure.steps.at(-1) ?? 0)], [LEFT, LEFT + inner]);
  const y = figure.log ? scaleLog(figure.range, [bottom, top]) : scaleLinear(figure.range, [bottom, top]);
  const place = (step: number | undefined, value: number | null | undefined): Point | null =>
    step === undefined || value === null || value === undefined || (figure.log && value <= 0)
      ? null
      : [x(step), y(value)];

  const levels = figure.log ? logTicks(figure.range) : y.ticks(6);
  const grid = levels.map((level) =>
    tag('line', { x1: LEFT, y1: y(level), x2: LEFT + inner, y2: y(level), stroke: RULE }),
  );
  const marks = levels.map((level) =>
    text(LEFT - 7, y(level) + 4, figure.format(level), { 'text-anchor': 'end', class: 'y-tick' }),
  );
  for (const step of x.ticks(8).filter(Number.isInteger)) {
    grid.push(tag('line', { x1: x(step), y1: bottom, x2: x(step), y2: bottom + 4, stroke: INK }));
    marks.push(
      text(x(step), bottom + 17, step.toLocaleString('en'), { 'text-anchor': 'middle', class: 'x-tick' }),
    );
  }

  const bands = lines.map((line) => {
    const spread = stretches(figure.steps.length, (i) => {
      const low = place(figure.steps[i], line.min[i]);
      const high = place(figure.steps[i], line.max[i]);
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
      'fill-opacity': 0.14,
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
      points.length < FEW_POINTS
        ? points.map(([cx, cy]) => tag('circle', { cx, cy, r: 2.4, fill: colourOf(line) })).join('')
        : '';
    return path + dots;
  });

  const { reference, range } = figure;
  let level = '';
  if (reference !== null && reference >= range[0] && reference <= range[1]) {
    level = tag('line', {
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

  const foot = caption(words.address, 14, bottom + 60, CHART_WIDTH - 28);
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

/* Heat maps */

const MOST_SIDE = 420;
const BAR_WIDTH = 14;
const BAR_STOPS = 24;

/** Every `n`th label, such that they do not touch. */
function stride(count: number, cell: number, needed: number): number {
  return Math.max(1, Math.min(count, Math.ceil(needed / cell)));
}

/** Cells at least this wide hold their number, for print without colour. */
const WIDE_CELL = 30;

/** A heat map in the page's colours, with its labels, its titles and its colour bar. */
export function heatMapSvg(map: HeatMap, words: Words): string {
  const { rows, columns, range, values } = map;
  const colour = (share: number) => colourAt(map.scale, share);
  const cell = MOST_SIDE / Math.max(rows, columns, 1);
  const [width, height] = [cell * columns, cell * rows];
  const share = (value: number) =>
    range[1] > range[0] ? Math.min(1, Math.max(0, (value - range[0]) / (range[1] - range[0]))) : 0.5;

  const rowWidth = Math.max(0, ...map.rowLabels.map((label) => widthOf(label, 10)));
  const columnWidth = Math.max(0, ...map.columnLabels.map((label) => widthOf(label, 10)));
  const left = 14 + (map.rowTitle ? 18 : 0) + rowWidth + 8;
  const head = heading(words, 14);
  const top = head.height + 4;
  const bottom = top + height;

  const cells =
    rows * columns > MOST_RECTANGLES
      ? tag('image', {
          x: left,
          y: top,
          width,
          height,
          preserveAspectRatio: 'none',
          href: raster(map, (value) => colour(share(value))),
        })
      : Array.from(values.subarray(0, rows * columns), (value, i) => {
          // A hair of overlap, without which some viewers show the seams.
          const [row, column] = [Math.floor(i / columns), i % columns];
          return tag('rect', {
            x: left + column * cell,
            y: top + row * cell,
            width: column + 1 < columns ? cell + 0.3 : cell,
            height: row + 1 < rows ? cell + 0.3 : cell,
            fill: Number.isFinite(value) ? colour(share(value)) : RULE,
          });
        }).join('');
  const numbers =
    cell < WIDE_CELL
      ? ''
      : Array.from(values.subarray(0, rows * columns), (value, i) =>
          Number.isFinite(value)
            ? text(
                left + ((i % columns) + 0.5) * cell,
                top + (Math.floor(i / columns) + 0.5) * cell + 3,
                String(Number(value.toPrecision(2))),
                {
                  'text-anchor': 'middle',
                  'font-size': 9,
                  fill: isDark(colour(share(value))) ? '#ffffff' : '#000000',
                  class: 'value',
                },
              )
            : '',
        ).join('');
  const frame = tag('rect', {
    x: left,
    y: top,
    width,
    height,
    fill: 'none',
    stroke: INK,
    'stroke-width': 0.8,
  });

  const everyRow = stride(rows, cell, 12);
  const everyColumn = stride(columns, cell, columnWidth + 5);
  const labels = [
    ...map.rowLabels.flatMap((label, i) =>
      i % everyRow === 0
        ? [
            text(left - 5, top + (i + 0.5) * cell + 3.5, label, {
              'text-anchor': 'end',
              'font-size': 10,
              class: 'row',
            }),
          ]
        : [],
    ),
    ...map.columnLabels.flatMap((label, i) =>
      i % everyColumn === 0
        ? [
            text(left + (i + 0.5) * cell, bottom + 13, label, {
              'text-anchor': 'middle',
              'font-size': 10,
              class: 'column',
            }),
          ]
        : [],
    ),
  ];
  const titles =
    text(left + width / 2, bottom + 31, map.columnTitle, { 'text-anchor': 'middle' }) +
    (map.rowTitle
      ? text(0, 0, map.rowTitle, {
          x: undefined,
          y: undefined,
          transform: `translate(20 ${short(top + height / 2)}) rotate(-90)`,
          'text-anchor': 'middle',
        })
      : '');

  // The bar is never so short that its ticks touch.
  const barHeight = Math.max(height, 120);
  const barLeft = left + width + 22;
  const scale = scaleLinear(range, [top + barHeight, top]);
  const ticks = range[1] > range[0] ? scale.ticks(6) : [range[0]];
  const format = range[1] > range[0] ? scale.tickFormat(6) : String;
  const gradient = tag(
    'linearGradient',
    { id: 'scale', x1: 0, y1: 1, x2: 0, y2: 0 },
    Array.from({ length: BAR_STOPS + 1 }, (_, i) =>
      tag('stop', { offset: String(i / BAR_STOPS), 'stop-color': colour(i / BAR_STOPS) }),
    ).join(''),
  );
  const bar =
    tag('rect', {
      class: 'bar',
      x: barLeft,
      y: top,
      width: BAR_WIDTH,
      height: barHeight,
      fill: 'url(#scale)',
      stroke: INK,
      'stroke-width': 0.8,
    }) +
    ticks
      .map(
        (tick) =>
          tag('line', {
            x1: barLeft + BAR_WIDTH,
            y1: scale(tick),
            x2: barLeft + BAR_WIDTH + 4,
            y2: scale(tick),
            stroke: INK,
          }) +
          text(barLeft + BAR_WIDTH + 7, scale(tick) + 3.5, format(tick), {
            'font-size': 10,
            class: 'bar-tick',
          }),
      )
      .join('');
  const barLabels = Math.max(0, ...ticks.map((tick) => widthOf(format(tick), 10)));
  const unitLeft = barLeft + BAR_WIDTH + 7 + barLabels + 14;
  const unit = map.unit
    ? text(0, 0, map.unit, {
        x: undefined,
        y: undefined,
        transform: `translate(${short(unitLeft)} ${short(top + barHeight / 2)}) rotate(-90)`,
        'text-anchor': 'middle',
        class: 'unit',
      })
    : '';

  const total = Math.max(
    unitLeft + 14,
    28 + widthOf(words.title, 15),
    28 + widthOf(words.note ?? '', 11),
    360,
  );
  const base = Math.max(bottom + 31, top + barHeight + 6) + 24;
  const foot = caption(words.address, 14, base, total - 28);
  return picture(
    total,
    base + foot.height,
    words,
    map.summary,
    tag('defs', {}, gradient) + head.svg + cells + frame + labels.join('') + titles + bar + unit + foot.svg,
  );
}

/** Whether white is easier to read on a colour than black, by its luma (Rec. 709). */
function isDark(colour: string): boolean {
  const hex = /^#(..)(..)(..)$/
    .exec(colour)
    ?.slice(1)
    .map((pair) => parseInt(pair, 16));
  const [red = 0, green = 0, blue = 0] = hex ?? (colour.match(/[\d.]+/g) ?? []).map(Number);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 120;
}

/** The cells as a PNG, enlarged to whole pixels so that no viewer blurs them into each other. */
function raster({ rows, columns, values }: HeatMap, colour: (value: number) => string): string {
  const size = Math.max(1, Math.ceil((2 * MOST_SIDE) / Math.max(rows, columns)));
  const canvas = document.createElement('canvas');
  canvas.width = columns * size;
  canvas.height = rows * size;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gives no canvas to draw on.');
  for (let i = 0; i < rows * columns; i++) {
    const value = values[i] ?? NaN;
    context.fillStyle = Number.isFinite(value) ? colour(value) : RULE;
    context.fillRect((i % columns) * size, Math.floor(i / columns) * size, size, size);
  }
  return canvas.toDataURL('image/png');
}
