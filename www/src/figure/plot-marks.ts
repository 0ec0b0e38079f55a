/** How each mark of a figure is drawn by Observable Plot. */

import * as Plot from '@observablehq/plot';
import { along } from './axis';
import { colourAt as scaleColour, pixels } from './colours';
import {
  colourAt,
  cornersOf,
  FEW_POINTS,
  groupAt,
  type Bars,
  type Cells,
  type Dots,
  type Line,
  type Links,
  type Mark,
  type Numbers,
  type Rule,
  type Vectors,
  type Words,
} from './figure';
import type { Inks } from './inks';
import { FONT_PX, place, type Layout } from './layout';
import { RULE, short } from './svg';

/** Elements are made in a document of its own, where no policy of the page forbids Plot's style sheet. It is taken out again. */
export const workshop = document.implementation.createHTMLDocument('');
const SVG = 'http://www.w3.org/2000/svg';

/** More cells than this are one picture instead of a rectangle each. */
const MOST_RECTANGLES = 64 * 64;
/** Cells at least this wide hold their number on paper, for print without colour. */
const WIDE_CELL = 30;

export interface Ink extends Inks {
  paper: boolean;
}

export type Drawn = Plot.Markish;

/** Marks a group of the drawing, so that a reader of the file finds it, and each thing in it that says where it stands in space. */
const named = (
  kind: string,
  id = '',
  { items, space = {} }: { items?: readonly number[]; space?: Record<string, Numbers> | undefined } = {},
): { render: Plot.RenderFunction } => ({
  render(index, scales, values, dimensions, context, next) {
    const node = next?.(index, scales, values, dimensions, context) ?? null;
    node?.setAttribute('data-mark', kind);
    if (id) node?.setAttribute('data-series', id);
    const drawn = node?.querySelectorAll('path, circle');
    for (const [name, places] of Object.entries(space)) {
      index.forEach((at, one) =>
        drawn?.[one]?.setAttribute(`data-${name}`, String(places[items?.[at] ?? at] ?? '')),
      );
    }
    return node;
  },
});

const indices = (count: number, keep: (i: number) => boolean = () => true) =>
  Array.from({ length: count }, (_, i) => i).filter(keep);
const of = (values: Numbers) => (i: number) => values[i] ?? NaN;

export function element(name: string, attributes: Record<string, string | number>, content = ''): SVGElement {
  const made = workshop.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, typeof value === 'number' ? short(value) : value);
  }
  if (content) made.textContent = content;
  return made;
}

function lines(mark: Line, alpha: number, log: boolean, inks: Ink): Drawn[] {
  if (mark.shown === false) return [];
  const { id, x, y, low, high, earlier } = mark;
  const stroke = inks.of(mark.mark.colour);
  const safe = (values: Numbers) => (i: number) => {
    const value = values[i];
    return typeof value === 'number' && !(log && value <= 0) ? value : NaN;
  };
  const there = indices(x.length, (i) => y[i] !== undefined);
  const spread = low && high && !earlier && there.some((i) => low[i] !== high[i]);
  return [
    spread
      ? Plot.areaY(there, {
          x: of(x),
          y1: safe(low),
          y2: safe(high),
          fill: stroke,
          fillOpacity: alpha,
          clip: true,
          ...named('band', id),
        })
      : null,
    Plot.line(there, {
      x: of(x),
      y: safe(y),
      stroke,
      strokeWidth: earlier ? 1.1 : 1.8,
      strokeOpacity: earlier ? 0.75 : 1,
      ...(mark.mark.dash.length ? { strokeDasharray: mark.mark.dash.join(' ') } : {}),
      strokeLinejoin: 'round',
      clip: true,
      ...named('line', id),
    }),
    there.length < FEW_POINTS && !earlier
      ? Plot.dot(there, { x: of(x), y: safe(y), r: 2.4, fill: stroke, ...named('point', id) })
      : null,
  ];
}

function dots(mark: Dots, layout: Layout, inks: Ink): Drawn[] {
  const { panel } = layout;
  const placed = (i: number) => along(panel.x, mark.x[i]) !== null && along(panel.y, mark.y[i]) !== null;
  return mark.groups.flatMap((group, number) => {
    const own = indices(mark.x.length, (i) => groupAt(mark, i) === group && placed(i));
    const beside = indices(mark.x.length, (i) => groupAt(mark, i) === group && !placed(i));
    const fill = (i: number) => inks.of(colourAt(mark, i));
    return [
      Plot.dot(own, {
        x: of(mark.x),
        y: of(mark.y),
        r: mark.size,
        symbol: group.shape,
        [mark.hollow ? 'stroke' : 'fill']: { value: fill, scale: null },
        ...(mark.hollow ? {} : { fillOpacity: mark.opacity ?? 1, stroke: 'none' }),
        ...named('dot', group.label, { items: own, space: mark.space }),
      }),
      beside.length
        ? () => {
            const all = element('g', { 'data-mark': 'beside', 'data-series': group.label });
            for (const i of beside) {
              const [x, y] = place(layout, mark.x[i], mark.y[i], number);
              const corners = cornersOf(group.shape, mark.size);
              all.append(
                corners.length
                  ? element('path', {
                      d: `M${corners.map(([dx, dy]) => `${short(x + dx)} ${short(y + dy)}`).join('L')}Z`,
                      fill: fill(i),
                    })
                  : element('circle', { cx: x, cy: y, r: mark.size, fill: fill(i) }),
              );
            }
            return all;
          }
        : null,
    ];
  });
}

function links(mark: Links, inks: Ink): Drawn[] {
  const style = (i: number) => mark.style(i);
  const all = indices(mark.x1.length);
  const dashes = [...new Set(all.map((i) => (style(i).dash ?? []).join(' ')))];
  return dashes.map((dash) => {
    const items = all.filter((i) => (style(i).dash ?? []).join(' ') === dash);
    return Plot.link(items, {
      x1: of(mark.x1),
      y1: of(mark.y1),
      x2: of(mark.x2),
      y2: of(mark.y2),
      stroke: { value: (i: number) => inks.of(style(i).colour), scale: null },
      strokeWidth: (i: number) => style(i).width ?? 1.25,
      strokeOpacity: (i: number) => style(i).opacity ?? 1,
      ...(dash ? { strokeDasharray: dash } : {}),
      clip: true,
      ...named('link', mark.id, { items, space: mark.space }),
    } as Plot.LinkOptions);
  });
}

function vectors(mark: Vectors, inks: Ink): Drawn[] {
  return indices(mark.x.length).map((i) => {
    const { colour, width, dash, opacity } = mark.style(i);
    return Plot.vector([i], {
      x: of(mark.x),
      y: of(mark.y),
      length: mark.length,
      rotate: 360 * (mark.turns[i] ?? NaN),
      anchor: 'start',
      shape: 'spike',
      r: 0.01,
      stroke: inks.of(colour),
      strokeWidth: width ?? 2,
      strokeOpacity: opacity ?? 1,
      ...(dash?.length ? { strokeDasharray: dash.join(' ') } : {}),
      ...named('vector', mark.id),
    } as Plot.VectorOptions);
  });
}

function rules({ axis, at, until, label }: Rule, layout: Layout, inks: Ink): Drawn[] {
  const { range } = layout.panel[axis];
  if (at < Math.min(...range) || at > Math.max(...range)) return [];
  const look = { stroke: inks.muted, strokeWidth: 0.9, strokeDasharray: '3 3', ...named('rule', label) };
  const shade = { fill: inks.rule, fillOpacity: 0.35, ...named('shade', label) };
  const words = {
    fill: inks.muted,
    fontSize: 10,
    stroke: inks.ground,
    strokeWidth: 3,
    text: () => label ?? '',
  };
  if (axis === 'x') {
    return [
      until === undefined ? null : Plot.rect([0], { x1: () => at, x2: () => until, ...shade }),
      Plot.ruleX([at], look),
      label
        ? Plot.text([at], {
            x: (d: number) => d,
            frameAnchor: 'top',
            textAnchor: at > (range[0] + range[1]) / 2 ? 'end' : 'start',
            dx: at > (range[0] + range[1]) / 2 ? -4 : 4,
            dy: 4,
            ...words,
          })
        : null,
    ];
  }
  return [
    until === undefined ? null : Plot.rect([0], { y1: () => at, y2: () => until, ...shade }),
    Plot.ruleY([at], look),
    label
      ? Plot.text([at], {
          y: (d: number) => d,
          frameAnchor: 'right',
          textAnchor: 'end',
          dx: -4,
          dy: -8,
          ...words,
        })
      : null,
  ];
}

function bars(mark: Bars, inks: Ink): Drawn[] {
  if (mark.shown === false) return [];
  const colour = inks.of(mark.mark.colour);
  const all = indices(mark.place.length);
  const { texts, thick } = mark;
  return [
    Plot.rect(all, {
      x1: of(mark.from),
      x2: of(mark.to),
      y1: (i: number) => (mark.place[i] ?? NaN) - thick / 2,
      y2: (i: number) => (mark.place[i] ?? NaN) + thick / 2,
      fill: { value: (i: number) => (mark.hollow?.(i) ? inks.ground : colour), scale: null },
      stroke: colour,
      strokeWidth: 0.8,
      clip: true,
      ...named('bar', mark.id),
    } as Plot.RectOptions),
    texts
      ? Plot.text(all, {
          x: (i: number) => Math.max(mark.from[i] ?? NaN, mark.to[i] ?? NaN),
          y: of(mark.place),
          text: (i: number) => texts[i] ?? '',
          textAnchor: 'start',
          dx: 5,
          fill: inks.ink,
          fontSize: 10,
        })
      : null,
  ];
}

function cells(mark: Cells, layout: Layout, inks: Ink): Drawn[] {
  const { rows, columns, values, range } = mark;
  const { plot } = layout;
  const across = plot.right - plot.left;
  const frame = () =>
    element('rect', {
      x: plot.left,
      y: plot.top,
      width: across,
      height: plot.bottom - plot.top,
      fill: 'none',
      stroke: inks.ink,
      'stroke-width': 0.8,
    });
  if (rows * columns > MOST_RECTANGLES) {
    return [
      Plot.image([0], {
        x: () => (columns - 1) / 2,
        y: () => (rows - 1) / 2,
        src: () => raster(mark, inks),
        width: across,
        height: plot.bottom - plot.top,
        preserveAspectRatio: 'none',
        ...named('cell'),
      }),
      frame,
    ];
  }
  const share = (value: number) =>
    range[1] > range[0] ? Math.min(1, Math.max(0, (value - range[0]) / (range[1] - range[0]))) : 0.5;
  const colour = (i: number) => {
    const value = values[i] ?? NaN;
    return Number.isFinite(value) ? scaleColour(mark.scale, share(value)) : inks.rule;
  };
  const all = indices(rows * columns);
  const [column, row] = [(i: number) => i % columns, (i: number) => Math.floor(i / columns)];
  return [
    Plot.rect(all, {
      x1: (i: number) => column(i) - 0.5,
      x2: (i: number) => column(i) + 0.5,
      y1: (i: number) => row(i) - 0.5,
      y2: (i: number) => row(i) + 0.5,
      fill: { value: colour, scale: null },
      // A hair of overlap, without which some viewers show the seams.
      insetRight: -0.3,
      insetBottom: -0.3,
      ...named('cell'),
    } as Plot.RectOptions),
    frame,
    inks.paper && across / columns >= WIDE_CELL
      ? Plot.text(
          all.filter((i) => Number.isFinite(values[i])),
          {
            x: column,
            y: row,
            text: (i: number) => String(Number((values[i] ?? NaN).toPrecision(2))).replace('-', '−'),
            fill: { value: (i: number) => (isDark(colour(i)) ? '#ffffff' : '#000000'), scale: null },
            fontSize: 9,
            ...named('value'),
          } as Plot.TextOptions,
        )
      : null,
  ];
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
function raster(mark: Cells, inks: Ink): string {
  const { rows, columns } = mark;
  const size = Math.max(1, Math.ceil(840 / Math.max(rows, columns)));
  const image = pixels(mark);
  const [small, canvas] = [document.createElement('canvas'), document.createElement('canvas')];
  [small.width, small.height] = [columns, rows];
  [canvas.width, canvas.height] = [columns * size, rows * size];
  const context = canvas.getContext('2d');
  if (!context || !image) throw new Error('This browser gives no canvas to draw on.');
  small.getContext('2d')?.putImageData(image, 0, 0);
  // Cells without a value are left out, and show the ground.
  context.fillStyle = inks.paper ? RULE : '#dddddd';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png');
}

function written(mark: Words, inks: Ink): Drawn[] {
  const looks = indices(mark.x.length).map((i) => mark.style?.(i) ?? {});
  // Anchor, weight and size are one for a mark of Plot.
  const kinds = [
    ...new Set(
      looks.map(({ anchor, bold, size }) => `${anchor ?? 'middle'} ${bold ? 1 : 0} ${size ?? FONT_PX}`),
    ),
  ];
  return kinds.map((kind) => {
    const [anchor, bold, size] = kind.split(' ') as ['start' | 'middle' | 'end', string, string];
    return Plot.text(
      indices(mark.x.length, (i) => {
        const look = looks[i] ?? {};
        return `${look.anchor ?? 'middle'} ${look.bold ? 1 : 0} ${look.size ?? FONT_PX}` === kind;
      }),
      {
        x: of(mark.x),
        y: of(mark.y),
        text: (i: number) => mark.texts[i] ?? '',
        textAnchor: anchor,
        fontSize: Number(size),
        ...(mark.halo ? { stroke: inks.ground, strokeWidth: 3 } : {}),
        ...(bold === '1' ? { fontWeight: 'bold' } : {}),
        fill: { value: (i: number) => (looks[i]?.colour ? inks.of(looks[i].colour) : inks.ink), scale: null },
        ...named('text', mark.id),
      } as Plot.TextOptions,
    );
  });
}

export function drawMark(mark: Mark, layout: Layout, alpha: number, inks: Ink): Drawn[] {
  switch (mark.kind) {
    case 'line':
      return lines(mark, alpha, layout.panel.y.log ?? false, inks);
    case 'dot':
      return dots(mark, layout, inks);
    case 'link':
      return links(mark, inks);
    case 'vector':
      return vectors(mark, inks);
    case 'rule':
      return rules(mark, layout, inks);
    case 'bar':
      return bars(mark, inks);
    case 'cell':
      return cells(mark, layout, inks);
    case 'text':
      return written(mark, inks);
  }
}
