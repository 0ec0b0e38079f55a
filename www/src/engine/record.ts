/** What a run has reported so far, as numbers by measure and run. */

import type { About, Curves, LabEvent, Measure, MeasurePhase, Point, RunInfo } from './types';

export type Source = 'held-out' | 'training';

/** Numbers without the names of what they are of. */
export type Numbers = Pick<Curves, 'measures' | 'runs' | 'points'>;

export interface Stop {
  run: RunInfo;
  step: number;
  reason: string;
}

/** The device was lost: why, and the step from which the run went on. */
export interface Recovery {
  step: number;
  reason: string;
}

/** Training batches; each point averages `stepsPerPoint` steps that end at it. */
export interface TrainingCurve {
  stepsPerPoint: number;
  measures: Measure[];
  curves: Point[];
}

/** A stretch of training steps: means of so many steps up to its place. */
interface Bin extends Point {
  count: number;
}

/** Rises when the shape of a snapshot changes. */
const VERSION = 2;

/** A recording as plain data, for storage and for messages between threads. */
export interface Snapshot {
  version: number;
  about: About;
  link: string;
  key: string;
  step: number;
  finished: boolean;
  check: string | null;
  evaluations: Point[];
  stops: Stop[];
  recoveries: Recovery[];
  reached: Record<string, number>[];
  bins: Bin[];
  binSteps: number;
}

/** Above this many points the training curve is averaged, two neighbours into one. */
const MOST_BINS = 400;

export class Recording {
  step = 0;
  stepMs = 0;
  finished = false;
  evaluations: Point[] = [];
  stops: Stop[] = [];
  recoveries: Recovery[] = [];
  /** Certificate of the first losses, once there is one. */
  check: string | null = null;
  /** By replica and measure, the first step that reached the measure's threshold. */
  reached: Record<string, number>[] = [];
  /** The link it began with; that of a run which goes on to a later end changes. */
  readonly origin: string;
  private bins: Bin[] = [];
  private binSteps = 1;

  constructor(
    public about: About,
    public link: string,
    /** The settings that it depends on, as `runKey` has them. */
    public key: string = link,
  ) {
    this.origin = link;
  }

  /**
   * Null where an earlier version of the page has kept it. The state that is kept beside it knows its evaluations,
   * first steps and stops; only the curve of the training batches, which no file holds, is lost.
   */
  static from(snapshot: Snapshot): Recording | null {
    if (snapshot.version !== VERSION) return null;
    const { about, link, key, version: _, ...rest } = snapshot;
    // A message is a copy already; it is copied all the same, so that two recordings never share a list.
    return Object.assign(new Recording(about, link, key), structuredClone(rest));
  }

  snapshot(): Snapshot {
    const { about, link, key, step, finished, check, evaluations, stops, recoveries, reached } = this;
    const { bins, binSteps } = this;
    const told = { about, link, key, step, finished, check, evaluations, stops, recoveries, reached };
    return structuredClone({ version: VERSION, ...told, bins, binSteps });
  }

  /** Steps that one point of the training curve averages. */
  get stepsPerPoint(): number {
    return this.binSteps;
  }

  /** The run goes on to another end, under the link that says so. */
  extend(about: About, link: string, key: string): void {
    this.about = about;
    this.link = link;
    this.key = key;
    this.finished = false;
  }

  apply(events: LabEvent[]): void {
    for (const event of events) {
      switch (event.type) {
        case 'training':
          event.steps.forEach((step, i) => this.addStep(step, i, event.values));
          break;
        case 'evaluation': {
          const { step, values } = event;
          const last = this.evaluations.at(-1)?.x ?? -1;
          // A run that went on from an earlier state may pass a step again; its numbers are known.
          if (step > last) this.evaluations.push({ x: step, values });
          this.step = Math.max(this.step, step);
          break;
        }
        case 'reached': {
          const own = (this.reached[event.replica] ??= {});
          own[event.measure] ??= event.step;
          break;
        }
        case 'stopped': {
          const run = this.about.runs.find((candidate) => candidate.replica === event.replica);
          if (run && !this.stops.some((stop) => stop.run.replica === event.replica)) {
            this.stops.push({ run, step: event.step, reason: event.reason });
          }
          break;
        }
        case 'recovered':
          this.recoveries.push({ step: event.step, reason: event.reason });
          break;
        case 'progress':
          this.step = Math.max(this.step, event.step);
          this.stepMs = event.stepMs;
          break;
        case 'finished':
          this.step = event.step;
          this.finished = true;
          break;
      }
    }
  }

  /** The curves of a phase, over training steps. */
  curves(phase: MeasurePhase): Numbers {
    const { measures, runs } = this.about;
    return {
      measures: measures.filter((measure) => measure.phase === phase),
      runs,
      points: phase === 'training' ? this.bins : this.evaluations,
    };
  }

  private addStep(step: number, i: number, values: number[][][]): void {
    let bin = this.bins.at(-1);
    // Passed already, before the run went on from an earlier state.
    if (step <= (bin?.x ?? 0)) return;
    this.step = Math.max(this.step, step);
    if (!bin || bin.count >= this.binSteps) {
      if (this.bins.length >= MOST_BINS) this.halve();
      bin = { x: step, count: 0, values: values.map((runs) => runs.map(() => 0)) };
      this.bins.push(bin);
    }
    bin.x = step;
    bin.count += 1;
    for (const [m, means] of bin.values.entries()) {
      for (const [run, mean] of means.entries()) {
        means[run] = mean + ((values[m]?.[run]?.[i] ?? NaN) - mean) / bin.count;
      }
    }
  }

  private halve(): void {
    const halved: Bin[] = [];
    for (let i = 0; i + 1 < this.bins.length; i += 2) {
      const a = this.bins[i] as Bin;
      const b = this.bins[i + 1] as Bin;
      const count = a.count + b.count;
      const mean = (x: number, y = NaN) => (x * a.count + y * b.count) / count;
      const values = a.values.map((runs, m) => runs.map((value, run) => mean(value, b.values[m]?.[run])));
      halved.push({ x: b.x, count, values });
    }
    this.bins = halved;
    this.binSteps *= 2;
  }

  training(): TrainingCurve {
    const { measures, points } = this.curves('training');
    return { stepsPerPoint: this.binSteps, measures, curves: points.map(({ x, values }) => ({ x, values })) };
  }
}
