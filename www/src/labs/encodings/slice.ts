/** "Similarity against distance" and the singular values of both encodings, as figures. */

import { roomy, wholeText } from '../../figure/axis';
import type { Figure } from '../../figure/figure';
import { numbers } from '../../figure/table';
import { count } from '../../ui/format';
import { figureText } from '../../ui/text';
import type { Mark } from '../../ui/palette';
import type { Picture, Side, Spectrum } from '../../engine/types';
import { exactText, MEASURES, SIDE_NAMES, SIDES } from './maps';

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

export function slice(pictures: BySide<Picture>, relative: boolean): Figure {
  const there = SIDES.filter((side) => (pictures[side]?.mean.length ?? 0) > 0);
  const length = Math.max(0, ...there.map((side) => pictures[side]?.mean.length ?? 0));
  const steps = Array.from({ length }, (_, distance) => distance);
  const lines = there.map((side) => {
    const picture = pictures[side] as Picture;
    const factor = relative ? 1 / (self(picture) ?? 1) : 1;
    // A negative factor would turn the band upside down.
    const [min, max] = factor < 0 ? [picture.greatest, picture.least] : [picture.least, picture.greatest];
    return {
      kind: 'line' as const,
      id: side,
      label: `${SIDE_NAMES[side]}: ${picture.label}`,
      mark: SIDE_MARKS[side],
      x: steps,
      y: list(picture.mean, factor),
      low: list(min, factor),
      high: list(max, factor),
    };
  });
  const measure = pictures[there[0] ?? 'left']?.measure ?? 'dot';
  const { label } = MEASURES[measure];
  const what = `${label}${relative ? ' relative to distance 0' : ''}`;
  return {
    name: 'slice',
    title: 'Similarity against distance',
    note: `${what}: mean, and least to greatest, over all pairs of a distance`,
    summary: lines.length
      ? `${what} against distance, 0 to ${length - 1}. ${lines
          .map(
            (line) =>
              `${line.label}: ${figureText(line.y[0])} at distance 0, ${figureText(line.y[1])} at 1, ${figureText(line.y.at(-1))} at ${line.y.length - 1}.`,
          )
          .join(' ')}`
      : 'Similarity against distance. No data.',
    empty: 'Neither encoding has a similarity to show.',
    panels: [
      {
        x: { title: 'Distance |p − q|', range: [0, Math.max(1, length - 1)], format: wholeText },
        y: {
          title: label,
          range: roomy(
            lines.flatMap(({ low, high }) => [...low, ...high]),
            true,
          ),
        },
        marks: [...(lines.length ? [{ kind: 'rule' as const, axis: 'y' as const, at: 0 }] : []), ...lines],
      },
    ],
    reading: {
      by: 'x',
      x: steps,
      words: (distance) =>
        `Distance ${distance}: ${lines
          .map(
            ({ label, y, low, high }) =>
              `${label} ${exactText(y[distance])} (${exactText(low[distance])} to ${exactText(high[distance])})`,
          )
          .join('; ')}`,
    },
    tables: [
      {
        title: 'Similarity against distance',
        rows: length,
        file: 'slice',
        columns: [
          numbers('distance', 'Distance', steps, count),
          ...lines.flatMap(({ id, label, y, low, high }) => [
            numbers(`${id}_mean`, label, y, exactText),
            numbers(`${id}_least`, 'least', low, exactText),
            numbers(`${id}_greatest`, 'greatest', high, exactText),
          ]),
        ],
      },
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

export function spectra(found: BySide<Spectrum>, labels: Record<Side, string>): Figure {
  const there = SIDES.filter((side) => (found[side]?.singular.length ?? 0) > 0);
  const longest = Math.max(0, ...there.map((side) => found[side]?.singular.length ?? 0));
  const steps = Array.from({ length: longest }, (_, i) => i + 1);
  const named = (side: Side) => `${SIDE_NAMES[side]}: ${labels[side]}`;
  const lines = there.map((side) => {
    const singular = found[side]?.singular ?? [];
    const floor = ROUNDING * (singular[0] ?? 0);
    return {
      kind: 'line' as const,
      id: side,
      label: named(side),
      mark: SIDE_MARKS[side],
      x: steps,
      y: singular.map((value) => (value > floor ? Math.log10(value) : null)),
    };
  });
  const all = lines.flatMap(({ y }) => y).filter((value) => value !== null);
  const value = (side: Side, place: number) => {
    const singular = found[side]?.singular ?? [];
    const one = singular[place];
    if (one === undefined) return 'none';
    return one > ROUNDING * (singular[0] ?? 0) ? figureText(one) : `${figureText(one)}, which is rounding`;
  };
  return {
    name: 'singular-values',
    title: 'Singular values',
    note: SIDES.filter((side) => found[side])
      .map(
        (side) =>
          `${SIDE_NAMES[side].toLowerCase()}: effective rank ${figureText(found[side]?.effectiveRank)}`,
      )
      .join(', '),
    named: true,
    summary: lines.length
      ? `Singular values, largest first, on a logarithmic axis. ${there
          .map(
            (side) =>
              `${named(side)}, ${found[side]?.singular.length} of them, largest ${figureText(found[side]?.singular[0])}, effective rank ${figureText(found[side]?.effectiveRank)}, ${found[side]?.rank} above a thousandth of the largest.`,
          )
          .join(' ')}`
      : 'Singular values. Neither encoding has any.',
    empty: 'Neither encoding has vectors, and so no singular values.',
    panels: [
      {
        x: { title: 'Index, largest first', range: [1, Math.max(2, longest)], format: wholeText },
        y: {
          title: 'Singular value (logarithmic)',
          // Drawn by their exponents: every power of ten has its line, and no others crowd them.
          range: all.length
            ? [Math.floor(Math.min(...all) - 1e-9), Math.ceil(Math.max(...all) + 1e-9)]
            : [-1, 0],
          format: powerText,
        },
        marks: lines,
      },
    ],
    reading: {
      by: 'x',
      x: steps,
      words: (place) =>
        `Singular value ${place + 1}: ${there.map((side) => `${named(side)} ${value(side, place)}`).join('; ')}`,
    },
    tables: [
      {
        title: 'Singular values',
        rows: longest,
        file: 'singular-values',
        columns: [
          numbers('index', 'Index', steps, count),
          ...there.map((side) => numbers(side, named(side), found[side]?.singular ?? [], figureText)),
        ],
      },
    ],
  };
}
