/** Lines of earlier runs laid over the present ones, on a common grid of steps. */

import uPlot from 'uplot';
import type { Line } from './chart';
import { armCurves, type ArmCurves } from './curves';
import { earlierMark, type Mark } from '../ui/palette';
import type { Measure } from '../engine/types';
import type { EarlierRun } from './shelf';

/** An earlier run that is shown, and what it has of a measure. */
export interface Laid {
  run: EarlierRun;
  curves: ArmCurves;
}

/** Those of the earlier runs that have something to lay over. */
export function laidOver(earlier: EarlierRun[], { id, phase }: Measure): Laid[] {
  return earlier
    .filter((run) => run.shown)
    .map((run) => ({ run, curves: armCurves(run.curves(phase), id) }))
    .filter(({ curves }) => curves.steps.length > 0);
}

/** The present run's lines and those of `others`, by one list of steps. */
export function overlay(
  present: { steps: number[]; lines: Line[] },
  others: Laid[],
  hidden: ReadonlySet<string>,
  markOf: (arm: string) => { label: string; mark: Mark },
): { steps: number[]; lines: Line[] } {
  if (!others.length) return present;
  const lines: Line[] = others.flatMap(({ run, curves }) =>
    curves.curves.map(({ arm, mean, min, max }): Line => {
      const { label, mark } = markOf(arm);
      return {
        id: `${run.id}/${arm}`,
        label,
        mark: { ...mark, dash: earlierMark(run.slot).dash },
        shown: !hidden.has(arm),
        mean,
        min,
        max,
        earlier: true,
      };
    }),
  );
  const table = (steps: number[], of: Pick<Line, 'mean' | 'min' | 'max'>[]) =>
    [steps, ...of.flatMap(({ mean, min, max }) => [mean, min, max])] as uPlot.AlignedData;
  // A run without data yet has no place in the join, only among the lines.
  const started = present.steps.length > 0;
  const joined = uPlot.join([
    ...(started ? [table(present.steps, present.lines)] : []),
    ...others.map(({ curves }) => table(curves.steps, curves.curves)),
  ]);
  const steps = [...(joined[0] as number[])];
  const all = [...(started ? present.lines : []), ...lines].map((line, i) => ({
    ...line,
    mean: [...(joined[i * 3 + 1] as Line['mean'])],
    min: [...(joined[i * 3 + 2] as Line['min'])],
    max: [...(joined[i * 3 + 3] as Line['max'])],
  }));
  return { steps, lines: started ? all : [...present.lines, ...all] };
}
