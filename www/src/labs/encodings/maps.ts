/** Similarity matrices as heat maps. */

import type { Figure } from '../../figure/figure';
import { matrixFigure } from '../../figure/matrix';
import { count } from '../../ui/format';
import { figureText } from '../../ui/text';
import type { Picture, Side } from '../../engine/types';

export const SIDES: readonly Side[] = ['left', 'right'];
export const SIDE_NAMES: Record<Side, string> = { left: 'Left', right: 'Right' };

/** What is computed of every pair of positions. */
export type Similarity = Picture['measure'];

export const MEASURES: Record<Similarity, { label: string; of: string; formula: string }> = {
  dot: { label: 'Dot product', of: 'dot product', formula: '⟨t_p, t_q⟩' },
  cosine: { label: 'Cosine', of: 'cosine', formula: '⟨t_p, t_q⟩ ∕ (‖t_p‖ ‖t_q‖)' },
  distance: { label: 'Distance', of: 'Euclidean distance', formula: '‖t_p − t_q‖' },
};

/** A value in single precision, as exact as it is: neighbours under compression differ in the fifth figure. */
export function exactText(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return 'no value';
  const rounded = Number(value.toPrecision(7));
  const far = rounded !== 0 && (Math.abs(rounded) < 1e-4 || Math.abs(rounded) >= 1e7);
  return (far ? rounded.toExponential() : String(rounded)).replaceAll('-', '−');
}

export interface Extent {
  least: number;
  greatest: number;
}

/** Least and greatest finite value; null where there is none. */
export function extentOf(values: Float32Array): Extent | null {
  let [least, greatest] = [Infinity, -Infinity];
  // A plain loop: a million values are gone through while a slider moves.
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    // Comparisons with what is not a number are false.
    if (value < least && value !== -Infinity) least = value;
    if (value > greatest && value !== Infinity) greatest = value;
  }
  return least <= greatest ? { least, greatest } : null;
}

export function union(extents: (Extent | null)[]): Extent | null {
  const known = extents.filter((extent) => extent !== null);
  if (known.length === 0) return null;
  return {
    least: Math.min(...known.map(({ least }) => least)),
    greatest: Math.max(...known.map(({ greatest }) => greatest)),
  };
}

/** Labels of positions, one list for each length, so that two maps of one length share it. */
const lists = new Map<number, string[]>();
function positions(length: number): string[] {
  let list = lists.get(length);
  if (!list) {
    if (lists.size > 4) lists.clear();
    list = Array.from({ length }, (_, position) => String(position));
    lists.set(length, list);
  }
  return list;
}

/**
 * The map of a picture in the colours of `extent`. Where values have both signs, zero is white and signs have colours
 * of their own; else the scale runs from the least to the greatest value.
 */
export function similarityMap(picture: Picture, extent: Extent | null): Figure | null {
  const { matrix: values, length, label, measure, side, width, step } = picture;
  if (!values) return null;
  const own = extentOf(values);
  const { least, greatest } = extent ?? own ?? { least: 0, greatest: 1 };
  const most = Math.max(Math.abs(least), Math.abs(greatest));
  const signed = least < 0 && greatest > 0;
  const names = positions(length);
  const { of, formula } = MEASURES[measure];
  const after = step === null ? '' : `, after ${step} training steps`;
  return matrixFigure({
    name: `similarity-${side}`,
    title: `${SIDE_NAMES[side]}: ${label}, ${of}`,
    note: [
      `${formula}, length ${length}`,
      ...(width ? [`width ${width}`] : []),
      ...(step === null ? [] : [`after ${count(step)} training steps`]),
    ].join(', '),
    rows: { title: 'position p', names },
    columns: { title: 'position q', names },
    values,
    range: signed ? [-most, most] : [least, greatest],
    scale: signed ? 'diverging' : 'sequential',
    unit: '',
    text: exactText,
    summary: `${MEASURES[measure].label} of ${length} positions with each other under ${label}${after}. ${
      own
        ? `Values from ${figureText(own.least)} to ${figureText(own.greatest)}.`
        : 'No value is a finite number.'
    } The numbers below have them as a table and as a file.`,
  });
}
