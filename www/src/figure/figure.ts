/**
 * A figure is data: what is drawn, read out, listed and saved is in here, and nothing else is. `<lab-figure>` shows it.
 */

import type { Mark as Style } from '../ui/palette';
import type { Numbers, Reading } from './reading';
import type { Table } from './table';

export type { Numbers } from './reading';

/** Of colours: from little to much, or from one sign to the other through white. */
export type Scale = 'sequential' | 'diverging';

export interface Axis {
  title: string;
  /** Values at the two ends; an axis that falls has the greater first. On a logarithmic axis both are above zero. */
  range: readonly [number, number];
  log?: boolean;
  /** Only these are labelled; by default round numbers are. */
  ticks?: readonly number[];
  format?: (value: number) => string;
  /** What stands at the places 0, 1, 2 and so on, where the axis has names and no numbers. */
  names?: readonly string[];
  /** What is said of points that have no place on the axis, as in "not within 400"; they stand in a row of their own. */
  beyond?: string;
  /** Drawn without ticks and title. */
  bare?: boolean;
}

export type Shape = 'circle' | 'square' | 'triangle' | 'diamond';

interface Named {
  /** In exported files. */
  id: string;
  label: string;
  mark: Style;
  /** Hidden where it is false. */
  shown?: boolean;
}

/** A line, with the spread around it as a band. */
export interface Line extends Named {
  kind: 'line';
  x: Numbers;
  y: Numbers;
  low?: Numbers;
  high?: Numbers;
  /** Of an earlier run, or only for comparison: thinner and paler, without a band. */
  earlier?: boolean;
}

/** Points that belong together. */
export interface Group {
  label: string;
  /** Name of a CSS custom property. */
  colour: string;
  shape: Shape;
}

export interface Dots {
  kind: 'dot';
  x: Numbers;
  y: Numbers;
  /** In a panel with a third axis. */
  z?: Numbers;
  groups: readonly Group[];
  /** Group of each point; all are of the first where it is left out. */
  groupOf?: ArrayLike<number>;
  /** A colour of its own for a point, where its group's does not say enough. */
  colourOf?: (point: number) => string;
  /** Radius in CSS pixels. */
  size: number;
  opacity?: number;
  /** Circles that are not filled. */
  hollow?: boolean;
  /** Of what is drawn flat but stands in space: where, which a file says of each. */
  space?: Record<string, Numbers>;
}

/** How a stretch or a word is drawn. */
export interface Stroke {
  /** Name of a CSS custom property. */
  colour: string;
  width?: number;
  opacity?: number;
  dash?: readonly number[];
}

/** Stretches from one place to another: stems, spikes, hands. */
export interface Links {
  kind: 'link';
  /** In exported files, and in the legend if it is not empty. */
  id: string;
  label?: string;
  x1: Numbers;
  y1: Numbers;
  x2: Numbers;
  y2: Numbers;
  /** In a panel with a third axis. */
  z1?: Numbers;
  z2?: Numbers;
  style: (link: number) => Stroke;
  /** As of dots. */
  space?: Record<string, Numbers>;
}

/** Hands and arrows of one length, which begin at a point. */
export interface Vectors {
  kind: 'vector';
  /** In exported files. */
  id: string;
  x: Numbers;
  y: Numbers;
  /** Clockwise from upright, as a share of the whole. */
  turns: Numbers;
  /** In CSS pixels. */
  length: number;
  style: (vector: number) => Stroke;
}

/** A level or a place worth knowing, in fine dashes; with `until` the stretch up to there is shaded. */
export interface Rule {
  kind: 'rule';
  axis: 'x' | 'y';
  at: number;
  until?: number;
  label?: string;
}

/** Bars from one value to another, lying beside the names of the vertical axis. */
export interface Bars extends Named {
  kind: 'bar';
  /** Middle and thickness of each, on the vertical axis. */
  place: Numbers;
  thick: number;
  from: Numbers;
  to: Numbers;
  /** At the end of each. */
  texts?: readonly string[];
  /** Those that are not filled. */
  hollow?: (bar: number) => boolean;
}

/** A matrix, a coloured cell for each value. */
export interface Cells {
  kind: 'cell';
  rows: number;
  columns: number;
  /** Row after row, `rows` × `columns`. */
  values: Float32Array;
  /** Values at the two ends of the colour scale. */
  range: readonly [number, number];
  scale: Scale;
  /** Of a value, as in "probability"; empty for a pure number. */
  unit: string;
}

export interface Words {
  kind: 'text';
  /** In exported files. */
  id?: string;
  x: Numbers;
  y: Numbers;
  /** In a panel with a third axis; the words stand above their place. */
  z?: Numbers;
  texts: readonly string[];
  /** They are to be read on whatever lies below. */
  halo?: boolean;
  style?: (word: number) => {
    colour?: string;
    size?: number;
    bold?: boolean;
    anchor?: 'start' | 'middle' | 'end';
  };
}

export type Mark = Line | Dots | Links | Vectors | Rule | Bars | Cells | Words;

/** One pair of axes, and what is drawn between them. */
export interface Panel {
  title?: string;
  /** At the right end of the title's line. */
  note?: string;
  x: Axis;
  y: Axis;
  /** With it the panel is of points and links in space, and is turned by its reader. */
  z?: Axis;
  marks: readonly Mark[];
  /** Height of the plot in CSS pixels, where its width does not settle it. */
  height?: number;
  /** As wide as high: a unit is of one length on both axes, if their ranges are as long. */
  square?: boolean;
}

export interface Figure {
  /** In files' names and test identifiers. */
  name: string;
  title: string;
  /** One line under the title of a saved figure. */
  note?: string;
  /** The figure in words, for readers who do not see it. */
  summary: string;
  /** Shown in place of marks while there are none. */
  empty: string;
  /** From the top down. */
  panels: readonly [Panel, ...Panel[]];
  /** How its values are read one after another; null where it cannot be read so. */
  reading: Reading | null;
  /** The point of the reading that is dragged along the plane of the first two axes; `pulled` tells where to. */
  handle?: number;
  /** Every number that is drawn. */
  tables: readonly Table[];
  /** Its lines are named elsewhere on the page. */
  named?: boolean;
  /** Below a saved figure, a line each. */
  remarks?: readonly string[];
}

/** How many things a mark draws. */
export function sizeOf(mark: Mark): number {
  switch (mark.kind) {
    case 'line':
      return mark.x.length;
    case 'dot':
    case 'text':
    case 'vector':
      return mark.x.length;
    case 'link':
      return mark.x1.length;
    case 'bar':
      return mark.place.length;
    case 'cell':
      return mark.rows * mark.columns;
    case 'rule':
      return 0;
  }
}

export const isEmpty = ({ panels }: Figure) =>
  panels.every(({ marks }) => marks.every((mark) => sizeOf(mark) === 0));

/** There is something to draw, and the reader has hidden all of it. */
export const isHidden = (figure: Figure) =>
  !isEmpty(figure) &&
  figure.panels.every(({ marks }) =>
    marks.every((mark) => sizeOf(mark) === 0 || ('shown' in mark && mark.shown === false)),
  );

export function marksOf<K extends Mark['kind']>({ marks }: Panel, kind: K): Extract<Mark, { kind: K }>[] {
  return marks.filter((mark): mark is Extract<Mark, { kind: K }> => mark.kind === kind);
}

export function groupAt(dots: Dots, point: number): Group {
  const group = dots.groups[dots.groupOf?.[point] ?? 0] ?? dots.groups[0];
  return group ?? { label: '', colour: '--series-0', shape: 'circle' };
}

export const colourAt = (dots: Dots, point: number) => dots.colourOf?.(point) ?? groupAt(dots, point).colour;

const BAND_ALPHA = 0.16;
const FEW_BANDS = 8;

/** Opacity of the bands: many of them, one upon another, would hide the lines. */
export function bandAlpha(lines: readonly Line[]): number {
  const bands = lines.filter((line) => line.low && line.shown !== false && !line.earlier).length;
  return BAND_ALPHA * Math.min(1, FEW_BANDS / Math.max(1, bands));
}

/** Below this many points each is marked. */
export const FEW_POINTS = 16;

/** A matrix's axes: its rows from the top down, its columns from left to right. */
export function cellAxes(
  rows: { title: string; names: readonly string[] },
  columns: { title: string; names: readonly string[] },
): { x: Axis; y: Axis } {
  return {
    x: { ...columns, range: [-0.5, columns.names.length - 0.5] },
    y: { ...rows, range: [rows.names.length - 0.5, -0.5] },
  };
}

/** Corners of a mark around 0, 0; a circle has none. Sizes give all shapes about the same area. */
export function cornersOf(shape: Shape, size: number): [number, number][] {
  const s = { circle: 1, square: 0.89, triangle: 1.35, diamond: 1.25 }[shape] * size;
  switch (shape) {
    case 'circle':
      return [];
    case 'square':
      return [
        [-s, -s],
        [s, -s],
        [s, s],
        [-s, s],
      ];
    case 'triangle':
      return [
        [0, -s],
        [s * 0.87, s * 0.5],
        [-s * 0.87, s * 0.5],
      ];
    case 'diamond':
      return [
        [0, -s],
        [s, 0],
        [0, s],
        [-s, 0],
      ];
  }
}
