/** Earlier runs, kept in memory to be laid over the present one, and those read from files. */

import type { Measure, MeasurePhase, Results, Values } from '../engine/types';
import { armCurves, type ArmCurves } from './curves';
import type { Numbers, Recording } from '../engine/record';

export interface EarlierRun {
  id: number;
  /** Place among the dash patterns; free again when the run is removed. */
  slot: number;
  /** Name of the file that it was read from; null for a run of this visit. */
  file: string | null;
  link: string;
  values: Values;
  step: number;
  shown: boolean;
  /** What became of each run. */
  runs: Reached[];
  curves(phase: MeasurePhase): Numbers;
}

/** An arm with a seed, and the first step at each threshold. */
export interface Reached {
  arm: string;
  reached: Record<string, number | null>;
}

export const MOST_RUNS = 5;

/** An earlier run that is shown, and what it has of a measure. */
export interface Laid {
  run: EarlierRun;
  curves: ArmCurves;
}

/** Those of the earlier runs that have something to lay over the present one. */
export function laidOver(earlier: EarlierRun[], { id, phase }: Measure): Laid[] {
  return earlier
    .filter((run) => run.shown)
    .map((run) => ({ run, curves: armCurves(run.curves(phase), id) }))
    .filter(({ curves }) => curves.steps.length > 0);
}

/** First steps at a measure's threshold, by arm: one entry a seed, null where none was. */
export function firstSteps(runs: Reached[], measure: string): Map<string, (number | null)[]> {
  const found = new Map<string, (number | null)[]>();
  for (const { arm, reached } of runs) found.set(arm, [...(found.get(arm) ?? []), reached[measure] ?? null]);
  return found;
}

export const reachedBy = ({ about, reached }: Recording): Reached[] =>
  about.runs.map(({ arm, replica }) => ({ arm, reached: reached[replica] ?? {} }));

export class Shelf {
  runs: EarlierRun[] = [];
  private next = 1;

  /** Keeps a recording that is about to be replaced. One without any training is not worth it. */
  keep(recording: Recording | null): void {
    if (!recording || recording.step < 1 || recording.evaluations.length < 2) return;
    // The same configuration gives the same numbers: only the longest of such runs is kept.
    const twin = this.runs.find((run) => run.file === null && run.link === recording.link);
    if (twin && twin.step > recording.step) return;
    if (twin) this.remove(twin.id);
    this.insert({
      file: null,
      link: recording.link,
      values: recording.about.values,
      step: recording.step,
      shown: twin?.shown ?? true,
      runs: reachedBy(recording),
      curves: (phase) => recording.curves(phase),
    });
  }

  add(results: Results, file: string): void {
    const { link, settings, step, runs, measures, curves: points } = results;
    const text = ([key, value]: [string, unknown]) => [key, String(value)];
    this.insert({
      file,
      link,
      values: Object.fromEntries(Object.entries(settings).map(text)) as Values,
      step,
      shown: true,
      runs,
      // A results file has held-out curves only.
      curves: (phase) => ({
        measures: phase === 'evaluation' ? measures : [],
        runs: runs.map(({ arm, seed }, replica) => ({ replica, arm, seed })),
        points,
      }),
    });
  }

  remove(id: number): void {
    this.runs = this.runs.filter((run) => run.id !== id);
  }

  toggle(id: number): void {
    this.runs = this.runs.map((run) => (run.id === id ? { ...run, shown: !run.shown } : run));
  }

  private insert(run: Omit<EarlierRun, 'id' | 'slot'>): void {
    if (this.runs.length >= MOST_RUNS) this.runs = this.runs.slice(1 - MOST_RUNS);
    const taken = new Set(this.runs.map(({ slot }) => slot));
    const slot = Array.from({ length: MOST_RUNS }, (_, i) => i).find((place) => !taken.has(place)) ?? 0;
    this.runs = [...this.runs, { ...run, id: this.next++, slot }];
  }
}
