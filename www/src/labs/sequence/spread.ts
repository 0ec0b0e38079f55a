/** Numbers of an experiment over its seeds: mean, least, greatest, and how they read. */

import { figureText } from '../../ui/text';
import type { Study, StudyMeasure } from './engine';

/** Curves over one horizontal axis: those of a study, or its second set. */
export type Curves = NonNullable<Study['second']>;
export type StudyArm = Study['arms'][number];
export type Kind = StudyMeasure['kind'];

export interface Spread {
  mean: number;
  least: number;
  greatest: number;
  /** Seeds that have a number so far. */
  measured: number;
}

/** Null where no seed has a number yet. */
export function spreadOf(values: (number | null)[] | undefined): Spread | null {
  const there = (values ?? []).filter((value) => value !== null && Number.isFinite(value)) as number[];
  if (!there.length) return null;
  return {
    mean: there.reduce((sum, value) => sum + value, 0) / there.length,
    least: Math.min(...there),
    greatest: Math.max(...there),
    measured: there.length,
  };
}

/** A share in per cent, with the digits that it takes not to read as all or nothing where it is neither. */
function shareText(value: number): string {
  const percent = value * 100;
  const misleads = (text: string) =>
    (percent < 100 && Number(text) === 100) || (percent > 0 && Number(text) === 0);
  const digits = [1, 2, 3, 4].find((wanted) => !misleads(percent.toFixed(wanted))) ?? 5;
  return `${percent.toFixed(Number.isInteger(percent) ? 0 : digits)} %`;
}

/** Counts have commas; the mean of a few of them has what decimals it needs. */
function countText(value: number): string {
  const size = Math.abs(value);
  const maximumFractionDigits = size < 100 ? 2 : size < 10_000 ? 1 : 0;
  return value.toLocaleString('en', { maximumFractionDigits }).replace('-', '−');
}

export function valueText(value: number | null | undefined, kind: Kind): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  return kind === 'share' ? shareText(value) : kind === 'count' ? countText(value) : figureText(value);
}

/** "3.4 (2 to 6)". */
export function spreadText(spread: Spread | null, kind: Kind): string {
  if (!spread) return '–';
  const [mean, least, greatest] = [spread.mean, spread.least, spread.greatest].map((value) =>
    valueText(value, kind),
  );
  return least === greatest ? `${mean}` : `${mean} (${least} to ${greatest})`;
}

/** Places on the horizontal axis, those of all arms together. */
export function placesOf({ arms }: Curves): number[] {
  const all = new Set(arms.flatMap(({ points }) => points.map(({ x }) => x)));
  return [...all].sort((a, b) => a - b);
}

/** What one arm has at one place: undefined where it is not measured there at all, null where it is still to come. */
export function foundAt(arm: StudyArm, x: number, measure: number): Spread | null | undefined {
  const point = arm.points.find((candidate) => candidate.x === x);
  return point && spreadOf(point.values[measure]);
}

/** Whether anything has been measured yet. */
export function anyFound({ arms }: Curves): boolean {
  return arms.some(({ points }) =>
    points.some(({ values }) => values.some((row) => row.some((value) => value !== null))),
  );
}
