/** A sheet for a file: words and figures in rows of columns. It is data, as a figure is; its parts are drawn as figures are. */

import type { Figure } from '../../figure/figure';
import { paperColour } from '../../figure/paper';
import { panelsSvg } from '../../figure/plot';
import { caption, heading, MUTED, picture, tag, text, type Words } from '../../figure/svg';
import { linesOf, widthOf } from '../../figure/text-lines';

/** Below what stands above it in its column. */
export type Item = {
  /** Before the next one. */
  room?: number;
} & ({ words: string; size: number; bold?: boolean; muted?: boolean } | { figure: Figure });

export interface Row {
  /** In the file. */
  id: string;
  /** Name of the colour of a line above it. */
  rule?: string;
  /** Across all columns. */
  head?: readonly Item[];
  /** Beside each other. */
  columns?: readonly (readonly Item[])[];
  /** Before the next row. */
  room: number;
}

export interface Sheet {
  words: Words;
  summary: string;
  rows: readonly Row[];
}

const COLUMN = 236;
const GAP = 18;
const MARGIN = 16;

interface Block {
  svg: string;
  height: number;
}

function block(item: Item, x: number, y: number, width: number): Block {
  if ('figure' in item) {
    const { svg, height } = panelsSvg(item.figure, width);
    return { svg: tag('g', { transform: `translate(${x} ${y})` }, svg), height };
  }
  const { words, size, bold, muted } = item;
  const leading = Math.round(size * 1.3);
  const lines = linesOf(words, width, (line) => widthOf(line, size));
  const look = {
    'font-size': size,
    ...(bold ? { 'font-weight': 'bold' } : {}),
    ...(muted ? { fill: MUTED } : {}),
  };
  const svg = lines.map((line, i) => text(x, y + size + i * leading, line, look)).join('');
  return { svg, height: lines.length * leading };
}

function stack(items: readonly Item[], x: number, top: number, width: number): Block {
  let y = top;
  const parts = items.map((item) => {
    const { svg, height } = block(item, x, y, width);
    y += height + (item.room ?? 0);
    return svg;
  });
  return { svg: parts.join(''), height: y - top };
}

export function sheetSvg({ words, summary, rows }: Sheet): string {
  const columns = Math.max(1, ...rows.map(({ columns = [] }) => columns.length));
  const inside = columns * COLUMN + (columns - 1) * GAP;
  const title = heading(words, MARGIN, inside);
  let y = title.height + 4;
  const drawn = rows.map(({ id, rule, head = [], columns = [], room }) => {
    const line = rule
      ? tag('line', {
          x1: MARGIN,
          y1: y,
          x2: MARGIN + inside,
          y2: y,
          stroke: paperColour(rule),
          'stroke-width': 2,
        })
      : '';
    const over = stack(head, MARGIN, y + (rule ? 5 : 0), inside);
    const top = y + (rule ? 5 : 0) + over.height;
    const cells = columns.map((items, i) => stack(items, MARGIN + i * (COLUMN + GAP), top, COLUMN));
    y = top + Math.max(0, ...cells.map(({ height }) => height)) + room;
    return tag('g', { class: id }, line + over.svg + cells.map(({ svg }) => svg).join(''));
  });
  const foot = caption(words, MARGIN, y, inside);
  const body = title.svg + drawn.join('') + foot.svg;
  return picture(2 * MARGIN + inside, y + foot.height, words, summary, body);
}
