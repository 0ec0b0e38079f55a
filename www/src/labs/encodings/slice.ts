/** "Similarity against distance" and the singular values of both encodings, as figures. */

import type { Figure, Line } from '../../figure/figure';
import { figureText } from '../../ui/text';
import type { Mark } from '../../ui/palette';
import type { Picture, Side, Spectrum } from '../../engine/types';
import { exactText, MEASURES, SIDE_NAMES, SIDES } from './maps';
import { countText, roomy, tickText, type Column } from '../../figure/charted';

/** Left and right have the same marks in all figures. */
export const SIDE_MARKS: Record<Side, Mark> = {
  left: { colour: '--series-1', dash: [] },
  right: { colour: '--series-2', dash: [6, 4] },
};

export type BySide<T> = Record<Side, T | null>;

const list = (values: ArrayLike<number>, factor = 1): (number | null)[] =>
  Array.from(values, (value) => (Number.isFinite(value) ? value * factor : null));

/** What a slice is divided by so that both begin at 1; null where a side begins at nothing. */
function self(picture: Picture | null): number | null {
  const first = picture?.mean[0];
  return first !== undefined && Number.isFinite(first) && Math.abs(first) > 0 ? first : null;
}

/** Whether the slices can be shown relative to their value at distance 0. */
export function canBeRelative(pictures: BySide<Picture>): boolean {
  const there = SIDES.filter((side) => (pictures[side]?.mean.length ?? 0) > 0);
  return (
    there.length > 0 &&
    there.every((side) => pictures[side]?.measure === 'dot' && self(pictures[side]) !== null)
  );
}

export interface Slice {
  figure: Figure;
  columns: Column[];
}

export function slice(pictures: BySide<Picture>, relative: boolean): Slice {
  const there = SIDES.filter((side) => (pictures[side]?.mean.length ?? 0) > 0);
  const length = Math.max(0, ...there.map((side) => pictures[side]?.mean.length ?? 0));
  const steps = Array.from({ length }, (_, distance) => distance);
  const lines: Line[] = there.map((side) => {
    const picture = pictures[side] as Picture;
    const factor = relative ? 1 / (self(picture) ?? 1) : 1;
    // A negative factor would turn the band upside down.
    const [min, max] = factor < 0 ? [picture.greatest, picture.least] : [picture.least, picture.greatest];
    return {
      id: side,
      label: `${SIDE_NAMES[side]}: ${picture.label}`,
      mark: SIDE_MARKS[side],
      shown: true,
      mean: list(picture.mean, factor),
      min: list(min, factor),
      max: list(max, factor),
      earlier: false,
    };
  });
  const measure = pictures[there[0] ?? 'left']?.measure ?? 'dot';
  const all = lines
    .flatMap((line) => [...line.min, ...line.max])
    .filter((value) => typeof value === 'number');
  const read = (distance: number) =>
    `Distance ${distance}: ${lines
      .map(
        (line) =>
          `${line.label} ${exactText(line.mean[distance])} (${exactText(line.min[distance])} to ${exactText(line.max[distance])})`,
      )
      .join('; ')}`;
  const what = `${MEASURES[measure].label}${relative ? ' relative to distance 0' : ''}`;
  return {
    figure: {
      steps,
      lines,
      range: roomy(all, true),
      log: false,
      reference: lines.length ? 0 : null,
      format: tickText,
      summary: lines.length
        ? `${what} against distance, 0 to ${length - 1}. ${lines
            .map(
              (line) =>
                `${line.label}: ${figureText(line.mean[0])} at distance 0, ${figureText(line.mean[1])} at 1, ${figureText(line.mean.at(-1))} at ${line.mean.length - 1}.`,
            )
            .join(' ')}`
        : 'Similarity against distance. No data.',
      empty: 'Neither encoding has a similarity to show.',
      axis: { range: [0, Math.max(1, length - 1)] },
      read,
    },
    columns: [
      { name: 'distance', label: 'Distance', values: steps, text: countText },
      ...lines.flatMap((line): Column[] => [
        {
          name: `${line.id}_mean`,
          label: line.label,
          values: line.mean as (number | null)[],
          text: exactText,
        },
        { name: `${line.id}_least`, label: 'least', values: line.min as (number | null)[], text: exactText },
        {
          name: `${line.id}_greatest`,
          label: 'greatest',
          values: line.max as (number | null)[],
          text: exactText,
        },
      ]),
    ],
  };
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A power of ten by its exponent; places between whole powers are not labelled. */
function powerText(exponent: number): string {
  if (!Number.isInteger(exponent)) return '';
  const digits = Array.from(String(Math.abs(exponent)), (digit) => SUPERSCRIPTS[Number(digit)]);
  return `10${exponent < 0 ? '⁻' : ''}${digits.join('')}`;
}

/** Singular values are roots of eigenvalues in double precision: below this share of the largest they are rounding. */
const ROUNDING = 1e-8;

export function spectra(found: BySide<Spectrum>, labels: Record<Side, string>): Slice {
  const there = SIDES.filter((side) => (found[side]?.singular.length ?? 0) > 0);
  const longest = Math.max(0, ...there.map((side) => found[side]?.singular.length ?? 0));
  const steps = Array.from({ length: longest }, (_, i) => i + 1);
  const lines: Line[] = there.map((side) => {
    const singular = found[side]?.singular ?? [];
    const floor = ROUNDING * (singular[0] ?? 0);
    const values = singular.map((value) => (value > floor ? Math.log10(value) : null));
    return {
      id: side,
      label: `${SIDE_NAMES[side]}: ${labels[side]}`,
      mark: SIDE_MARKS[side],
      shown: true,
      mean: values,
      min: values,
      max: values,
      earlier: false,
    };
  });
  const all = lines.flatMap((line) => line.mean).filter((value) => typeof value === 'number');
  const value = (side: Side, place: number) => {
    const singular = found[side]?.singular ?? [];
    const one = singular[place];
    if (one === undefined) return 'none';
    return one > ROUNDING * (singular[0] ?? 0) ? figureText(one) : `${figureText(one)}, which is rounding`;
  };
  return {
    figure: {
      steps,
      lines,
      // Drawn by their exponents: every power of ten has its line, and no others crowd them.
      range: all.length ? [Math.floor(Math.min(...all) - 1e-9), Math.ceil(Math.max(...all) + 1e-9)] : [-1, 0],
      log: false,
      reference: null,
      format: powerText,
      summary: lines.length
        ? `Singular values, largest first, on a logarithmic axis. ${there
            .map(
              (side) =>
                `${SIDE_NAMES[side]}: ${labels[side]}, ${found[side]?.singular.length} of them, largest ${figureText(found[side]?.singular[0])}, effective rank ${figureText(found[side]?.effectiveRank)}, ${found[side]?.rank} above a thousandth of the largest.`,
            )
            .join(' ')}`
        : 'Singular values. Neither encoding has any.',
      empty: 'Neither encoding has vectors, and so no singular values.',
      axis: { range: [1, Math.max(2, longest)] },
      read: (place) =>
        `Singular value ${place + 1}: ${there.map((side) => `${SIDE_NAMES[side]}: ${labels[side]} ${value(side, place)}`).join('; ')}`,
    },
    columns: [
      { name: 'index', label: 'Index', values: steps, text: countText },
      ...there.map((side): Column => ({
        name: side,
        label: `${SIDE_NAMES[side]}: ${labels[side]}`,
        values: found[side]?.singular ?? [],
        text: figureText,
      })),
    ],
  };
}
