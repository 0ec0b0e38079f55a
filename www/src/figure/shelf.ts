/** Earlier runs, kept in memory to be laid over the present one, and those read from files. */

import type { Results, Values } from '../engine/types';
import { Recording, type Curves, type Measure, type Source } from '../engine/record';

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
  /** First steps at 99 %, by arm: one entry a seed, null where none was. */
  firstSteps: Map<string, (number | null)[]>;
  curves(measure: Measure, source: Source): Curves;
}

export const MOST_RUNS = 5;

type Source99 = { arm: string; step99: number | null }[];

function firstStepsOf(runs: Source99): Map<string, (number | null)[]> {
  const found = new Map<string, (number | null)[]>();
  for (const { arm, step99 } of runs) found.set(arm, [...(found.get(arm) ?? []), step99]);
  return found;
}

export function firstStepsOfRecording(recording: Recording): Map<string, (number | null)[]> {
  return firstStepsOf(
    recording.about.runs.map(({ encoding, replica }) => ({
      arm: encoding,
      step99: recording.milestones.get(replica) ?? null,
    })),
  );
}

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
      firstSteps: firstStepsOfRecording(recording),
      curves: (measure, source) => recording.curves(measure, source),
    });
  }

  add(results: Results, file: string): void {
    const recording = recordingOf(results);
    this.insert({
      file,
      link: results.link,
      values: results.configuration,
      step: results.step,
      shown: true,
      firstSteps: firstStepsOf(results.runs.map(({ encoding: arm, step99 }) => ({ arm, step99 }))),
      // A results file has held-out curves only.
      curves: (measure, source) =>
        source === 'held-out' ? recording.curves(measure, source) : { steps: [], curves: [] },
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

/** Held-out curves of a results file, gathered as those of a run are. */
function recordingOf(results: Results): Recording {
  const { runs, evaluations, link, configuration, step } = results;
  const recording = new Recording(
    {
      lab: results.lab,
      arms: [],
      runs: runs.map(({ encoding, seed }, replica) => ({ replica, encoding, seed })),
      executor: results.executor ?? { kind: 'cpu', name: '', reason: '', matmul: '' },
      cost: results.cost ?? { parameters: 0, bytes: 0, launchesPerStep: 0, flopsPerStep: 0 },
      chanceBits: NaN,
      steps: step,
      values: configuration,
      link,
    },
    link,
  );
  const numbers = (values: (number | null)[]) => values.map((value) => value ?? NaN);
  recording.apply(
    evaluations.map((evaluation) => ({
      type: 'evaluation' as const,
      step: evaluation.step,
      loss: numbers(evaluation.loss),
      tokenAccuracy: numbers(evaluation.tokenAccuracy),
      sequenceAccuracy: numbers(evaluation.sequenceAccuracy),
    })),
  );
  return recording;
}
