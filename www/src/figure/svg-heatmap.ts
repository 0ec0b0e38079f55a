/** A heat map as SVG. */

import { scaleLinear } from 'd3-scale';
import { colourAt, pixels } from './colours';
import type { HeatMap } from './heatmap';
import { caption, heading, INK, picture, RULE, short, tag, text, widthOf, type Words } from './svg';

/** More cells than this are one picture instead of a rectangle each. */
const MOST_RECTANGLES = 64 * 64;
const MOST_SIDE = 420;
const BAR_WIDTH = 14;
const BAR_STOPS = 24;

/** Every how many-th label there is room for: 1, 2, 5, 10 and so on. */
function stride(count: number, cell: number, needed: number): number {
  let [step, power] = [1, 1];
  for (let i = 1; step * cell < needed && step < count; i++) {
    if (i % 3 === 0) power *= 10;
    step = ([1, 2, 5][i % 3] ?? 1) * power;
  }
  return step;
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
          href: raster(map),
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
                String(Number(value.toPrecision(2))).replace('-', '\u2212'),
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
  const foot = caption(words, 14, base, total - 28);
  return picture(
    total,
    base + foot.height,
    words,
    map.summary,
    tag('defs', {}, gradient) +
      head.svg +
      cells +
      numbers +
      frame +
      labels.join('') +
      titles +
      bar +
      unit +
      foot.svg,
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
function raster(map: HeatMap): string {
  const { rows, columns } = map;
  const size = Math.max(1, Math.ceil((2 * MOST_SIDE) / Math.max(rows, columns)));
  const cells = pixels(map);
  const [small, canvas] = [document.createElement('canvas'), document.createElement('canvas')];
  [small.width, small.height] = [columns, rows];
  [canvas.width, canvas.height] = [columns * size, rows * size];
  const context = canvas.getContext('2d');
  if (!context || !cells) throw new Error('This browser gives no canvas to draw on.');
  small.getContext('2d')?.putImageData(cells, 0, 0);
  // Cells without a value are left out, and show the ground.
  context.fillStyle = RULE;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png');
}
