/** What is read in a figure, marked over its drawing and named on its axes. */

import { labelAt } from './axis';
import { marksOf } from './figure';
import { place, widthOf, type Layout } from './layout';
import type { Reading } from './reading';

const SVG = 'http://www.w3.org/2000/svg';

type Add = (name: string, attributes: Record<string, string | number>, content?: string) => void;

/** Of the point a place belongs to: points of one kind may stand in lanes. */
export const groupOf = ({ panel }: Layout, point: number) => marksOf(panel, 'dot')[0]?.groupOf?.[point] ?? 0;

/** Draws into `canvas`, and gives where the point stands. */
export function cursor(
  reading: Reading,
  shown: number,
  layouts: readonly Layout[],
  canvas: Element,
): [number, number] | null {
  const add: Add = (name, attributes, content = '') => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    made.textContent = content;
    canvas.append(made);
  };
  switch (reading.by) {
    case 'x':
      return upright(reading, shown, layouts, add);
    case 'point': {
      const layout = layouts[reading.panel?.[shown] ?? 0];
      if (!layout) return null;
      const at = place(layout, reading.x[shown], reading.y[shown], groupOf(layout, shown));
      const size = Math.max(4, ...marksOf(layout.panel, 'dot').map((mark) => mark.size)) + 4;
      const looks = marksOf(layout.panel, 'cell').length ? ['outside', 'inside'] : ['ring'];
      for (const look of looks) add('circle', { class: look, cx: at[0], cy: at[1], r: size });
      return at;
    }
    case 'cell': {
      const [layout] = layouts;
      if (!layout) return null;
      const [row, column] = [Math.floor(shown / reading.columns), shown % reading.columns];
      const [left, top] = place(layout, column, row);
      const { plot, panel } = layout;
      const size = Math.max(5, (plot.right - plot.left) / reading.columns);
      const box = { x: left - size / 2, y: top - size / 2, width: size, height: size };
      // It shows on any colour: white outside, black inside.
      add('rect', { class: 'outside', ...box });
      add('rect', { class: 'inside', ...box });
      tag(add, layout, 'x', left, labelAt(panel.x, column));
      tag(add, layout, 'y', top, labelAt(panel.y, row));
      return [left, top];
    }
  }
}

/** A line across every panel, with a dot on each line that has a value there. */
function upright(
  reading: Extract<Reading, { by: 'x' }>,
  shown: number,
  layouts: readonly Layout[],
  add: Add,
): [number, number] | null {
  const x = reading.x[shown];
  let at: [number, number] | null = null;
  for (const layout of layouts) {
    const { panel, plot } = layout;
    const [left] = place(layout, x, panel.y.range[0]);
    if (!Number.isFinite(left)) continue;
    const { top, bottom } = plot;
    add('line', { class: 'upright', x1: left, y1: top, x2: left, y2: bottom });
    for (const line of marksOf(panel, 'line')) {
      const [, y] = place(layout, x, line.y[shown]);
      const there = line.x === reading.x && line.shown !== false && y >= top && y <= bottom;
      if (there) add('circle', { cx: left, cy: y, r: 3.5, fill: `var(${line.mark.colour})` });
    }
    if (typeof x === 'number' && !panel.x.bare) tag(add, layout, 'x', left, labelAt(panel.x, x));
    at = [left, top];
  }
  return at;
}

/** What is read, over the labels of an axis. */
function tag(add: Add, { plot }: Layout, axis: 'x' | 'y', at: number, words: string) {
  if (!words) return;
  const width = widthOf(words) + 8;
  const [left, top] = axis === 'x' ? [at - width / 2, plot.bottom + 5] : [plot.left - 4 - width, at - 8];
  add('rect', { class: 'tag', x: left, y: top, width, height: 16, rx: 2 });
  add('text', { x: left + width / 2, y: top + 12 }, words);
}
