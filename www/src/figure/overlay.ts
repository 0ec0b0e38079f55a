/** Lines of earlier runs laid over the present ones, on a common grid of steps. */

import uPlot from 'uplot';
import type { Line } from './chart';
import { earlierMark, type Mark } from '../ui/palette';
import type { Curves, Measure, Source } from '../engine/record';
import type { EarlierRun } from './shelf';

/** The present run's lines and those of `earlier`, by one list of steps. */
export function overlay(
  present: { steps: number[]; lines: Line[] },
  earlier: EarlierRun[],
  measure: Measure,
  source: Source,
  hidden: ReadonlySet<string>,
  markOf: (arm: string) => { label: string; mark: Mark },
): { steps: number[]; lines: Line[] } {
  const others = earlier
    .filter((run) => run.shown)
    .map((run) => ({ run, curves: run.curves(measure, source) }))
    .filter(({ curves }) => curves.steps.length > 0);
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

/** The greatest and least value that earlier runs bring into a figure. */
export function reach(earlier: EarlierRun[], measure: Measure, source: Source): Curves['curves'] {
  return earlier.filter((run) => run.shown).flatMap((run) => run.curves(measure, source).curves);
}
