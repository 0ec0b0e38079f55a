/** Where values lie on an axis, and which of them are labelled. */

import { count } from '../ui/format';
import { figureText } from '../ui/text';
import type { Axis } from './figure';

/** Where a value lies on an axis, from 0 to 1; null where it has no place there. */
export function along(
  { range, log }: Pick<Axis, 'range' | 'log'>,
  value: number | null | undefined,
): number | null {
  const [from, to] = range;
  if (value === null || value === undefined || !Number.isFinite(value) || (log && value <= 0)) return null;
  if (from === to) return 0.5;
  return log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
}

/** The value at a place from 0 to 1. */
export function valueAt({ range: [from, to], log }: Pick<Axis, 'range' | 'log'>, share: number): number {
  return log ? from * (to / from) ** share : from + (to - from) * share;
}

/** A range that holds all values with some room; of equal values it has room all the same. */
export function roomy(values: Iterable<number | null | undefined>, withZero = false): [number, number] {
  let [least, greatest] = withZero ? [0, 0] : [Infinity, -Infinity];
  for (const value of values) {
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  if (!(least <= greatest)) return [0, 1];
  const room = greatest > least ? (greatest - least) * 0.06 : Math.abs(greatest) * 0.1 || 1;
  return [least - room, greatest + room];
}

/** The same on a logarithmic axis, for which only what is above zero counts. */
export function roomyLog(values: Iterable<number | null | undefined>): [number, number] {
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null || value === undefined || !Number.isFinite(value) || value <= 0) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  if (!(least <= greatest)) return [0.1, 1];
  const room = Math.max(1.15, (greatest / least) ** 0.06);
  return [least / room, greatest * room];
}

/** Whole decades around what is above zero. */
export function decades(
  values: Iterable<number | null | undefined>,
  none: [number, number],
): [number, number] {
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null || value === undefined || !Number.isFinite(value) || value <= 0) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  if (!(least <= greatest)) return none;
  const floor = Math.floor(Math.log10(least) + 1e-9);
  return [10 ** floor, 10 ** Math.max(floor + 1, Math.ceil(Math.log10(greatest) - 1e-9))];
}

/** A number on an axis: short, with a true minus sign. */
export function tickText(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const far = rounded !== 0 && (Math.abs(rounded) < 1e-3 || Math.abs(rounded) >= 1e5);
  return (far ? rounded.toExponential() : String(rounded)).replaceAll('-', '−').replace('e+', 'e');
}

/** Of an axis that counts: whole numbers only. */
export const wholeText = (value: number) => (value % 1 === 0 ? count(value) : '');

/** The same to four digits. */
export function tick(value: number): string {
  return figureText(value);
}

/** What stands at a value: a name where the axis has names. */
export function labelAt(axis: Axis, value: number): string {
  if (axis.names) return axis.names[Math.round(value)] ?? '';
  return (axis.format ?? tickText)(value);
}

/** The least of 1, 2, 5, 10, 20 and so on that is no less. */
export function roundStride(least: number): number {
  let power = 1;
  while (power * 10 <= least) power *= 10;
  return ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10) * power;
}

/** Round values, about `wanted` of them; of names every so-manieth; on a logarithmic axis powers of ten, and 1-2-5 where few. */
export function ticksOf({ range, log, ticks, names }: Axis, wanted: number): number[] {
  const [least, greatest] = range[0] <= range[1] ? range : [range[1], range[0]];
  if (ticks) return ticks.filter((value) => value >= least && value <= greatest);
  if (names) {
    const stride = roundStride(names.length / Math.max(1, wanted));
    return Array.from({ length: Math.ceil(names.length / stride) }, (_, i) => i * stride);
  }
  return log ? logTicks(least, greatest, wanted) : roundTicks(least, greatest, wanted);
}

function logTicks(least: number, greatest: number, wanted: number): number[] {
  const found: number[] = [];
  const orders = Math.log10(greatest / least);
  const factors = orders <= 1.2 ? [1, 2, 3, 5, 7] : orders <= 3 ? [1, 2, 5] : [1];
  const every = orders > wanted ? Math.ceil(orders / wanted) : 1;
  for (let power = Math.floor(Math.log10(least)); 10 ** power <= greatest * (1 + 1e-9); power++) {
    for (const factor of power % every === 0 ? factors : []) {
      const value = Number(`${factor}e${power}`);
      if (value >= least * (1 - 1e-9) && value <= greatest * (1 + 1e-9)) found.push(value);
    }
  }
  return found;
}

function roundTicks(least: number, greatest: number, wanted: number): number[] {
  const span = greatest - least;
  if (!(span > 0)) return [least];
  const power = 10 ** Math.floor(Math.log10(span / wanted));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => span / size <= wanted) ?? span;
  const decimals = Math.min(100, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
  const found: number[] = [];
  for (let i = Math.ceil(least / step - 1e-9); i * step <= greatest + step * 1e-9; i++) {
    // Without the last digits' noise of 3 × 0.1.
    found.push(Number((i * step).toFixed(decimals)));
  }
  return found;
}
