/** A scatter of points: what `<lab-scatter>` draws on the page, and `svg-scatter.ts` on paper. */

export type Shape = 'circle' | 'square' | 'triangle' | 'diamond';

export interface Axis {
  title: string;
  log: boolean;
  /** Least and greatest value; on a logarithmic axis both above zero. */
  range: [number, number];
  format: (value: number) => string;
}

/** Points that belong together; the legend names them unless there is only one such group. */
export interface Group {
  label: string;
  /** Name of a CSS custom property. */
  colour: string;
  shape: Shape;
}

export interface Scatter {
  title: string;
  /** The figure in words, for readers who do not see it. */
  summary: string;
  /** Shown while there are no points. */
  empty: string;
  x: Axis;
  y: Axis;
  /** By point. On a logarithmic axis a value of zero or less stands in a column of its own. */
  xs: ArrayLike<number>;
  /** By point; NaN where there is no number: such points stand in a row of their own. */
  ys: ArrayLike<number>;
  groups: Group[];
  /** Group of each point; all are of the first where it is left out. */
  groupOf?: ArrayLike<number>;
  /** A colour of its own for a point, where its group's does not say enough. */
  colourOf?: (point: number) => string;
  /** Radius in CSS pixels. */
  size: number;
  opacity: number;
  /** Lines through the origin, on linear axes. */
  lines: { slope: number; label: string; dash: number[] }[];
  /** What the row above the plot holds, as in "not within 400"; null where every point has a number. */
  above: string | null;
  /** Points of the same thing, joined by an upright line. */
  stems: number[][];
  /** The exact values of a point, in words. */
  read: (point: number) => string;
}

export function groupAt(scatter: Scatter, point: number): Group {
  const group = scatter.groups[scatter.groupOf?.[point] ?? 0] ?? scatter.groups[0];
  return group ?? { label: '', colour: '--series-0', shape: 'circle' };
}

export function colourAt(scatter: Scatter, point: number): string {
  return scatter.colourOf?.(point) ?? groupAt(scatter, point).colour;
}

/** Least and greatest of the finite values, with air around them; above zero only, if the axis is logarithmic. */
export function rangeOf(values: ArrayLike<number>, log = false): [number, number] {
  let [least, greatest] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  if (least > greatest) return log ? [0.1, 1] : [0, 1];
  if (log) {
    const air = Math.max(1.15, (greatest / least) ** 0.06);
    return [least / air, greatest * air];
  }
  const air = greatest > least ? (greatest - least) * 0.05 : Math.abs(greatest) * 0.05 || 1;
  return [least - air, greatest + air];
}

/** Where a value lies on an axis, from 0 to 1; null where it has no place there. */
export function along(axis: Axis, value: number): number | null {
  const [least, greatest] = axis.range;
  if (!Number.isFinite(value) || (axis.log && value <= 0)) return null;
  if (!(greatest > least)) return 0.5;
  return axis.log
    ? Math.log(value / least) / Math.log(greatest / least)
    : (value - least) / (greatest - least);
}

/** Round values at even distances, about `wanted` of them; on a logarithmic axis powers of ten, and 1-2-5 where few. */
export function ticksOf({ range: [least, greatest], log }: Axis, wanted: number): number[] {
  const found: number[] = [];
  if (log) {
    const decades = Math.log10(greatest / least);
    const factors = decades <= 1.2 ? [1, 2, 3, 5, 7] : decades <= 3 ? [1, 2, 5] : [1];
    const every = decades > wanted ? Math.ceil(decades / wanted) : 1;
    for (let power = Math.floor(Math.log10(least)); 10 ** power <= greatest; power++) {
      for (const factor of power % every === 0 ? factors : []) {
        const value = Number(`${factor}e${power}`);
        if (value >= least && value <= greatest) found.push(value);
      }
    }
    return found;
  }
  const span = greatest - least;
  if (!(span > 0)) return [least];
  const power = 10 ** Math.floor(Math.log10(span / wanted));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => span / size <= wanted) ?? span;
  for (let i = Math.ceil(least / step); i * step <= greatest + step * 1e-9; i++) {
    // Without the last digits' noise of 3 × 0.1.
    found.push(Number((i * step).toPrecision(12)));
  }
  return found;
}

/** Whether a column left of the plot is needed for values that a logarithm has no place for. */
export function hasRest({ x, xs }: Scatter): boolean {
  if (!x.log) return false;
  for (let i = 0; i < xs.length; i++) if ((xs[i] ?? NaN) <= 0) return true;
  return false;
}

/** The points from left to right; those at the same place from the bottom up. */
export function orderOf({ xs, ys }: Scatter): number[] {
  const height = (point: number) => {
    const value = ys[point] ?? NaN;
    return Number.isFinite(value) ? value : Infinity;
  };
  const between = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);
  return Array.from({ length: xs.length }, (_, i) => i).sort(
    (a, b) => between(xs[a] ?? 0, xs[b] ?? 0) || between(height(a), height(b)),
  );
}

/** The ends of a line through the origin within the plot, as shares of its width and height; null if it misses it. */
export function clipped({ x, y }: Scatter, slope: number): [number, number, number, number] | null {
  if (!Number.isFinite(slope) || x.log || y.log) return null;
  // From and to which x both coordinates are inside.
  const [a, b] =
    slope === 0 ? x.range : (y.range.map((value) => value / slope).sort((p, q) => p - q) as [number, number]);
  const [from, to] = [Math.max(x.range[0], a), Math.min(x.range[1], b)];
  if (!(from < to)) return null;
  const ends = [along(x, from), along(y, from * slope), along(x, to), along(y, to * slope)];
  return ends.map((share) => Math.min(1, Math.max(0, share ?? 0))) as [number, number, number, number];
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

/** Height of the row above the plot: its words, and a lane for each group, so that their points do not hide each other. */
export const LANE_PX = 9;
export const ABOVE_WORDS_PX = 17;

export function aboveHeight(scatter: Scatter): number {
  return scatter.above === null ? 0 : ABOVE_WORDS_PX + LANE_PX * Math.max(1, scatter.groups.length) + 8;
}

/** How far below the top of that row a point's lane lies. */
export function laneOf(scatter: Scatter, point: number): number {
  return ABOVE_WORDS_PX + LANE_PX * ((scatter.groupOf?.[point] ?? 0) + 0.5);
}
