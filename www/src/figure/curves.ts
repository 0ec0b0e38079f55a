/** Numbers over seeds: of races by training step, of experiments by whatever their axis is. */

import type { Numbers } from '../engine/record';
import type { RunInfo } from '../engine/types';

/** What the seeds of an arm have at one place. */
export interface Spread {
  mean: number;
  least: number;
  greatest: number;
  /** Seeds that have a number. */
  measured: number;
}

/** Of those runs that have a finite number, of all or of those at `places`; null where none has. */
export function spreadOf(values: readonly number[], places?: readonly number[]): Spread | null {
  let [sum, measured, least, greatest] = [0, 0, Infinity, -Infinity];
  const count = places ? places.length : values.length;
  for (let i = 0; i < count; i++) {
    const value = values[places ? (places[i] as number) : i] ?? NaN;
    if (!Number.isFinite(value)) continue;
    sum += value;
    measured += 1;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return measured ? { mean: sum / measured, least, greatest, measured } : null;
}

/** The runs of an arm, as places among all runs. */
export function runsOf({ runs }: { runs: RunInfo[] }, arm: string): number[] {
  return runs.flatMap((run, place) => (run.arm === arm ? [place] : []));
}

/** What the seeds of an arm have at a point, in their order; NaN where there is nothing. */
export function valuesOf(numbers: Numbers, point: number, measure: number, arm: string): number[] {
  const values = numbers.points[point]?.values[measure];
  return runsOf(numbers, arm).map((place) => values?.[place] ?? NaN);
}

/** The seeds of all arms. */
export function seedsOf({ runs }: { runs: RunInfo[] }): number[] {
  return [...new Set(runs.map(({ seed }) => seed))];
}

/** Mean and spread of an arm at each point; null where no seed has a finite value. */
export interface Curve {
  arm: string;
  mean: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
}

export interface ArmCurves {
  steps: number[];
  curves: Curve[];
}

/** A chart leaves some points out beyond this many. */
const MOST_POINTS = 1000;

/** A measure by arm; nothing where it is not among the measures. */
export function armCurves(numbers: Numbers, id: string): ArmCurves {
  const place = numbers.measures.findIndex((measure) => measure.id === id);
  if (place < 0) return { steps: [], curves: [] };
  const { runs, points } = numbers;
  const stride = Math.ceil(points.length / MOST_POINTS);
  const shown = points.filter((_, i) => i % stride === 0 || i === points.length - 1);
  const curves = [...new Set(runs.map(({ arm }) => arm))].map((arm): Curve => {
    const own = runsOf(numbers, arm);
    const spreads = shown.map(({ values }) => spreadOf(values[place] ?? [], own));
    return {
      arm,
      mean: spreads.map((spread) => spread?.mean ?? null),
      min: spreads.map((spread) => spread?.least ?? null),
      max: spreads.map((spread) => spread?.greatest ?? null),
    };
  });
  return { steps: shown.map(({ x }) => x), curves };
}

/** Place of the last point at or before `step`. */
export function lastAt(steps: number[], step: number | null): number {
  if (step === null) return steps.length - 1;
  const after = steps.findIndex((candidate) => candidate > step);
  return after === -1 ? steps.length - 1 : Math.max(0, after - 1);
}
