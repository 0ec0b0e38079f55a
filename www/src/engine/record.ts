/** What a run has reported so far, gathered into curves: one per arm, over its seeds. */

import type { About, LabEvent, RunInfo } from './types';

export type Measure = 'loss' | 'token' | 'sequence';
export type Source = 'held-out' | 'training';

/** Mean and spread over the seeds at each point; null where no seed has a finite value. */
export interface Curve {
  arm: string;
  mean: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
}

export interface Curves {
  steps: number[];
  curves: Curve[];
}

export interface Stop {
  run: RunInfo;
  step: number;
  reason: string;
}

export interface Evaluation {
  step: number;
  loss: number[];
  token: number[];
  sequence: number[];
}

/** The device was lost: why, and the step from which the run went on. */
export interface Recovery {
  step: number;
  reason: string;
}

/** Training batches, by run; each point averages `stepsPerPoint` steps that end at its step. */
export interface TrainingCurve {
  stepsPerPoint: number;
  steps: number[];
  loss: (number | null)[][];
  tokenAccuracy: (number | null)[][];
}

/** A recording as plain data, for storage and for messages between threads. */
export interface Snapshot {
  about: About;
  link: string;
  /** Left out by pages of the time when every setting concerned the run. */
  key?: string;
  step: number;
  finished: boolean;
  check: string | null;
  evaluations: Evaluation[];
  stops: Stop[];
  recoveries: Recovery[];
  milestones: [replica: number, step: number][];
  bins: Bin[];
  binSteps: number;
}

/** A stretch of training steps: sums by replica, and how many steps they add up. */
interface Bin {
  last: number;
  count: number;
  loss: Float64Array;
  token: Float64Array;
}

/** Above this many points the training curve is averaged, two neighbours into one. */
const MOST_BINS = 400;
/** Above this many evaluations the charts leave some out; the CSV has them all. */
const MOST_EVALUATIONS = 1000;

export class Recording {
  step = 0;
  stepMs = 0;
  finished = false;
  evaluations: Evaluation[] = [];
  stops: Stop[] = [];
  recoveries: Recovery[] = [];
  /** Certificate of the first losses, once there is one. */
  check: string | null = null;
  /** First step at 99 %, by replica. */
  milestones = new Map<number, number>();
  readonly arms: { id: string; runs: RunInfo[] }[] = [];
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
    for (const run of about.runs) {
      const known = this.arms.find(({ id }) => id === run.encoding);
      if (known) known.runs.push(run);
      else this.arms.push({ id: run.encoding, runs: [run] });
    }
  }

  static from(snapshot: Snapshot): Recording {
    const { about, link, key, step, finished, check, milestones, binSteps } = snapshot;
    const recording = new Recording(about, link, key);
    // A message is a copy already; lists are copied all the same, so that two recordings never share one.
    return Object.assign(recording, {
      step,
      finished,
      check,
      binSteps,
      evaluations: [...snapshot.evaluations],
      stops: [...snapshot.stops],
      recoveries: [...snapshot.recoveries],
      milestones: new Map(milestones),
      bins: snapshot.bins.map((bin) => ({ ...bin, loss: bin.loss.slice(), token: bin.token.slice() })),
    });
  }

  snapshot(): Snapshot {
    const { about, link, key, step, finished, check, evaluations, stops, recoveries, bins, binSteps } = this;
    const milestones = [...this.milestones];
    return structuredClone({
      about,
      link,
      key,
      step,
      finished,
      check,
      evaluations,
      stops,
      recoveries,
      milestones,
      bins,
      binSteps,
    });
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
          event.steps.forEach((step, i) => this.addStep(step, i, event.loss, event.accuracy));
          break;
        case 'evaluation': {
          const { step, loss, tokenAccuracy: token, sequenceAccuracy: sequence } = event;
          const last = this.evaluations.at(-1)?.step ?? -1;
          // A run that went on from an earlier state may pass a step again; its numbers are known.
          if (step > last) this.evaluations.push({ step, loss, token, sequence });
          this.step = Math.max(this.step, step);
          break;
        }
        case 'milestone':
          if (!this.milestones.has(event.replica)) this.milestones.set(event.replica, event.step);
          break;
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

  curves(measure: Measure, source: Source): Curves {
    if (source === 'training' && measure !== 'sequence') {
      return this.gather(
        this.bins.map((bin) => bin.last),
        (point, replica) => (this.bins[point]?.[measure][replica] ?? NaN) / (this.bins[point]?.count ?? 1),
      );
    }
    const stride = Math.ceil(this.evaluations.length / MOST_EVALUATIONS);
    const last = this.evaluations.length - 1;
    const shown = this.evaluations.filter((_, i) => i % stride === 0 || i === last);
    return this.gather(
      shown.map((evaluation) => evaluation.step),
      (point, replica) => shown[point]?.[measure][replica] ?? NaN,
    );
  }

  private gather(steps: number[], value: (point: number, replica: number) => number): Curves {
    const curves = this.arms.map(({ id, runs }): Curve => {
      const curve: Curve = { arm: id, mean: [], min: [], max: [] };
      for (let point = 0; point < steps.length; point++) {
        let sum = 0;
        let count = 0;
        let min = Infinity;
        let max = -Infinity;
        for (const run of runs) {
          const v = value(point, run.replica);
          if (!Number.isFinite(v)) continue;
          sum += v;
          count += 1;
          min = Math.min(min, v);
          max = Math.max(max, v);
        }
        curve.mean.push(count ? sum / count : null);
        curve.min.push(count ? min : null);
        curve.max.push(count ? max : null);
      }
      return curve;
    });
    return { steps, curves };
  }

  private addStep(step: number, i: number, loss: number[][], accuracy: number[][]): void {
    // Passed already, before the run went on from an earlier state.
    if (step <= (this.bins.at(-1)?.last ?? 0)) return;
    this.step = Math.max(this.step, step);
    let bin = this.bins.at(-1);
    if (!bin || bin.count >= this.binSteps) {
      if (this.bins.length >= MOST_BINS) this.halve();
      const replicas = this.about.runs.length;
      bin = { last: step, count: 0, loss: new Float64Array(replicas), token: new Float64Array(replicas) };
      this.bins.push(bin);
    }
    bin.last = step;
    bin.count += 1;
    for (let replica = 0; replica < this.about.runs.length; replica++) {
      bin.loss[replica] = (bin.loss[replica] ?? 0) + (loss[replica]?.[i] ?? NaN);
      bin.token[replica] = (bin.token[replica] ?? 0) + (accuracy[replica]?.[i] ?? NaN);
    }
  }

  private halve(): void {
    const halved: Bin[] = [];
    for (let i = 0; i + 1 < this.bins.length; i += 2) {
      const a = this.bins[i] as Bin;
      const b = this.bins[i + 1] as Bin;
      const add = (x: Float64Array, y: Float64Array) => x.map((v, k) => v + (y[k] ?? NaN));
      halved.push({
        last: b.last,
        count: a.count + b.count,
        loss: add(a.loss, b.loss),
        token: add(a.token, b.token),
      });
    }
    this.bins = halved;
    this.binSteps *= 2;
  }

  training(): TrainingCurve {
    const of = (measure: 'loss' | 'token') =>
      this.about.runs.map(({ replica }) =>
        this.bins.map((bin) => {
          const mean = (bin[measure][replica] ?? NaN) / bin.count;
          return Number.isFinite(mean) ? mean : null;
        }),
      );
    const steps = this.bins.map((bin) => bin.last);
    return { stepsPerPoint: this.binSteps, steps, loss: of('loss'), tokenAccuracy: of('token') };
  }

  /** Every held-out value of every run, one row each. */
  csv(): string {
    const rows = ['encoding,seed,step,loss_bits,token_accuracy,sequence_accuracy'];
    for (const { step, loss, token, sequence } of this.evaluations) {
      for (const { replica, encoding, seed } of this.about.runs) {
        // A run that has stopped has no numbers: its cells stay empty.
        const numbers = [loss, token, sequence].map((values) => values[replica] ?? NaN);
        const cells = numbers.map((value) => (Number.isFinite(value) ? value : ''));
        rows.push([encoding, seed, step, ...cells].join(','));
      }
    }
    return `${rows.join('\n')}\n`;
  }
}
