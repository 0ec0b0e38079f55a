/** How the numbers of an experiment read. */

import { figureText } from '../../ui/text';
import type { Spread } from '../../figure/curves';
import type { Curves, Measure } from '../../engine/types';

type Kind = Measure['kind'];

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
  return value.toLocaleString('en', { maximumFractionDigits, signDisplay: 'negative' }).replace('-', '−');
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

/** Whether anything has been measured yet. */
export function anyFound({ points }: Curves): boolean {
  return points.some(({ values }) => values.some((row) => row.some(Number.isFinite)));
}
