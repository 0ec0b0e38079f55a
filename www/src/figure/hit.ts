/** What is read at a place of a drawing. */

import { groupOf } from './cursor';
import { place, valuesAt, type Layout } from './layout';
import type { Reading } from './reading';

/** A finger or pointer this far from a point still reads it. */
const NEAR_PX = 24;
/** Of points in space that are so close to the pointer the nearest to the reader hides the others. */
const COVER_PX = 6;

export function nearestOf(count: number, most: number, distance: (i: number) => number): number | null {
  let [found, least]: [number | null, number] = [null, most];
  for (let i = 0; i < count; i++) {
    const own = distance(i);
    if (own < least) [found, least] = [i, own];
  }
  return found;
}

/** The panel that a height of the drawing belongs to. */
export const layoutAt = (layouts: readonly Layout[], top: number): Layout | undefined =>
  layouts.find(({ height }) => top <= height) ?? layouts.at(-1);

/** The index of what is read there, if anything is. */
export function readAt(
  reading: Reading | null,
  layouts: readonly Layout[],
  left: number,
  top: number,
): number | null {
  const layout = layoutAt(layouts, top);
  if (!reading || !layout) return null;
  switch (reading.by) {
    case 'cell': {
      const [x, y] = valuesAt(layout, left, top);
      const [row, column] = [Math.round(y), Math.round(x)];
      const there = row >= 0 && row < reading.rows && column >= 0 && column < reading.columns;
      return there ? row * reading.columns + column : null;
    }
    case 'x':
      return nearestOf(reading.x.length, Infinity, (i) => {
        const [x] = place(layout, reading.x[i], layout.panel.y.range[0]);
        return Math.abs(x - left);
      });
    case 'point': {
      const { x, y, panel, near } = reading;
      if (reading.at) return reading.at(...valuesAt(layout, left, top));
      return nearestOf(x.length, NEAR_PX, (i) => {
        const own = layouts[panel?.[i] ?? 0];
        if (!own) return Infinity;
        const at = place(own, x[i], y[i], groupOf(own, i));
        const distance = Math.hypot(at[0] - left, at[1] - top);
        return near && distance <= COVER_PX ? -(near[i] ?? 0) : distance;
      });
    }
  }
}
