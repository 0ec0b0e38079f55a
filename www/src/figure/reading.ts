/** How a figure's values are read one after another: by keyboard, pointer and touch. Places among the values are indices. */

/** Null: no finite value, so that a line breaks; undefined: not measured here, so that it goes on. */
export type Numbers = ArrayLike<number | null | undefined>;

/** Upright: all lines at one place of the horizontal axis. */
interface Along {
  by: 'x';
  x: Numbers;
}

/** Point by point. */
interface Points {
  by: 'point';
  x: Numbers;
  y: Numbers;
  /** In a panel with a third axis. */
  z?: Numbers;
  /** Of points in space that are seen from somewhere: how near each is, from 0 to 1. */
  near?: ArrayLike<number>;
  /** Panel of each point; all are in the first where it is left out. */
  panel?: ArrayLike<number>;
  /** The points in rows: left and right move within one, up and down from one to the next. */
  rows: readonly (readonly number[])[];
  /** Up and down follow this order instead. */
  upDown?: readonly number[];
  /** Of a press at a place, in the units of the axes; by default the nearest that is near enough. */
  at?: (x: number, y: number) => number | null;
}

/** Cell by cell; the index is row × columns + column. */
interface ByCell {
  by: 'cell';
  rows: number;
  columns: number;
}

export type Reading = (Along | Points | ByCell) & {
  /** The exact values there, in words. */
  words: (index: number) => string;
  /** What the keyboard begins with; by default the first, and along an axis the last. */
  start?: number;
  /** What is read, as in "chart"; and how, where the usual words do not do. */
  role?: string;
  hint?: string;
  invitation?: string;
};

export function countOf(reading: Reading): number {
  switch (reading.by) {
    case 'x':
    case 'point':
      return reading.x.length;
    case 'cell':
      return reading.rows * reading.columns;
  }
}

export function startOf(reading: Reading): number | null {
  const count = countOf(reading);
  if (count === 0) return null;
  if (reading.start !== undefined) return reading.start;
  if (reading.by === 'point') return reading.rows.find((row) => row.length)?.[0] ?? null;
  return reading.by === 'x' ? count - 1 : 0;
}

/** In the words of screen readers, and what a reader who has read nothing yet is told. */
export function wordsOf(reading: Reading): { role: string; hint: string; invitation: string } {
  const usual = {
    x: {
      role: 'chart',
      hint: 'Arrow keys move from point to point.',
      invitation: 'Point at the chart, tap it, or use the arrow keys, to read its values.',
    },
    point: {
      role: 'scatter plot',
      hint: 'Left and right arrow keys move from point to point.',
      invitation: 'Point at a dot, tap it, or use the arrow keys, to read it.',
    },
    cell: {
      role: 'heat map',
      hint: 'Arrow keys move from cell to cell.',
      invitation: 'Point at a cell, tap it, or use the arrow keys, to read its value.',
    },
    space: {
      role: 'scatter plot in space',
      hint: 'Left and right arrow keys move from point to point. With Shift, arrow keys turn it, and Home turns it back.',
      invitation:
        'Drag to turn it. Point at a dot, tap it, or use the arrow keys, to read it; with Shift they turn it, Shift and Home turn it back.',
    },
  }[reading.by === 'point' && reading.z ? 'space' : reading.by];
  const { role, hint, invitation } = reading;
  return { role: role ?? usual.role, hint: hint ?? usual.hint, invitation: invitation ?? usual.invitation };
}

const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));

/** Where a key leads; undefined for a key that does nothing here. `whole` is Ctrl or Command. */
export function moved(reading: Reading, key: string, from: number, whole = false): number | undefined {
  if (countOf(reading) === 0) return undefined;
  switch (reading.by) {
    case 'cell':
      return movedCell(reading, key, from, whole);
    case 'x':
      return whole ? undefined : step(reading.x.length, key, from, 10);
    case 'point':
      return whole ? undefined : movedPoint(reading, key, from);
  }
}

function step(count: number, key: string, from: number, page: number): number | undefined {
  const moves: Record<string, number> = {
    ArrowLeft: from - 1,
    ArrowRight: from + 1,
    PageUp: from - page,
    PageDown: from + page,
    Home: 0,
    End: count - 1,
  };
  const to = moves[key];
  return to === undefined ? undefined : clamp(to, count - 1);
}

function movedPoint({ rows, upDown }: Points, key: string, from: number): number | undefined {
  const filled = rows.filter((row) => row.length);
  const place = Math.max(
    0,
    filled.findIndex((row) => row.includes(from)),
  );
  const row = filled[place];
  if (!row) return undefined;
  const column = row.indexOf(from);
  const upright = { ArrowUp: 1, ArrowDown: -1 }[key];
  if (upright !== undefined) {
    // In a list of its own the first stands at the top.
    if (upDown) return upDown[clamp(upDown.indexOf(from) - upright, upDown.length - 1)];
    if (filled.length === 1) return row[clamp(column + upright, row.length - 1)];
    const next = filled[clamp(place - upright, filled.length - 1)] ?? row;
    return next[clamp(column, next.length - 1)];
  }
  const to = step(row.length, key, column, Math.max(10, Math.round(row.length / 10)));
  return to === undefined ? undefined : row[to];
}

function movedCell({ rows, columns }: ByCell, key: string, from: number, whole: boolean): number | undefined {
  const [row, column] = [Math.floor(from / columns), from % columns];
  const moves: Record<string, [number, number]> = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    PageUp: [row - 10, column],
    PageDown: [row + 10, column],
    Home: [whole ? 0 : row, 0],
    End: [whole ? rows - 1 : row, columns - 1],
  };
  const to = moves[key];
  return to && clamp(to[0], rows - 1) * columns + clamp(to[1], columns - 1);
}

/** Of points in no order of their own: from left to right, those at the same place from the bottom up. */
export function leftToRight(x: Numbers, y: Numbers): number[] {
  const height = (point: number) => {
    const value = y[point] ?? NaN;
    return Number.isFinite(value) ? value : Infinity;
  };
  const between = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);
  return Array.from({ length: x.length }, (_, i) => i).sort(
    (a, b) => between(x[a] ?? 0, x[b] ?? 0) || between(height(a), height(b)),
  );
}
