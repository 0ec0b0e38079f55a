/** The face of the wasm module, as types. Those of what it says are written from the Rust side. */

import type {
  About,
  CheckComparison,
  Description,
  LabEvent,
  LabId,
  Results,
  Settled,
  Turn,
  Verdict,
  WeightsFile,
} from './generated';

export type * from './generated';

export type Values = Record<string, string>;

export interface LabError {
  code:
    | 'no-webgpu'
    | 'too-large'
    | 'device-lost'
    /** A worker that had a part of the runs. */
    | 'worker-lost'
    | 'out-of-memory'
    | 'shader'
    | 'config'
    | 'internal'
    /** A file that is not what it should be. */
    | 'file'
    /** A probe that cannot be read. */
    | 'probe'
    /** The settings have changed while it was worked on. */
    | 'outdated'
    /** Asked for at the wrong time, or ended by the reader. */
    | 'refused';
  /** Tells the reader what to do next. */
  message: string;
}

export type OnProgress = (fraction: number, what: string) => void;

/** A worker's part of a run that another holds. */
export interface Helper {
  /** Does what it is told; gives the buffers that it is asked for. */
  obey(order: object, values: Float32Array): Float32Array[];
}

/** One per worker: the device, the open run, and what answers questions. A call throws a LabError. */
export interface Engine {
  /** Opens the run of these settings in the place of another. */
  open(lab: LabId, values: Values, onProgress: OnProgress): Promise<void>;
  /** Opens the run of a weights file at its step; the file knows its lab. If it cannot, the other run stays. */
  restore(bytes: Uint8Array, onProgress: OnProgress): Promise<void>;
  close(): void;
  /** Lets work on the CPU be dealt out. */
  employ(crew: object): void;
  /** How many workers have runs of the open race; 0 where it is not dealt out. */
  workers(): number;
  /** Deals the open run out anew if the crew has changed; gives whether it has. */
  dealOut(): Promise<boolean>;
  about(): About;
  /** Works for about `budgetMs`, at most `maxSteps` steps (0: no limit), and says what happened. */
  advance(budgetMs: number, maxSteps: number): Promise<LabEvent[]>;
  /** Lets the run end at the steps of `values`, if nothing else differs. Gives whether it does. */
  extend(values: Values): boolean;
  /** Back to step 0 with the same initial weights. */
  reset(): Promise<void>;
  /** Certificate of the first losses; undefined before the tenth step. */
  check(): string | undefined;
  verdicts(): Verdict[];
  /** Tells again what was reported before, for a run that was restored. */
  replay(): LabEvent[];
  /**
   * A turn of an answer: of the open run if the name begins with `run.`, else of the lab. `now` are the settings by now, null
   * if they are of another lab; `stop` is the unit of work that the reader wants to end.
   */
  ask(
    id: number,
    lab: LabId,
    name: string,
    args: object,
    values: Values,
    now: Values | null,
    budgetMs: number,
    stop?: string,
  ): Promise<{ done: boolean; turn: Turn | null; answer: unknown }>;
}

export interface Module {
  describe(lab: LabId): Description;
  /** The lab is the one that the link names; the first where it names none. */
  fromLink(link: string): Settled;
  settle(lab: LabId, values: Values): Settled;
  /** Sets one value of `values`; a refused one keeps what it was. */
  change(lab: LabId, values: Values, name: string, value: string): Settled;
  /** As `change`, with what a reader typed: a number in any form that can be read in one way. */
  typeIn(lab: LabId, values: Values, name: string, text: string): Settled;
  compareChecks(expected: string, measured: string): CheckComparison;
  readWeights(bytes: Uint8Array): WeightsFile;
  /** Reads the JSON of page or command line, or the CSV of held-out curves, of a race. */
  readResults(lab: LabId, text: string): Results;
  Engine: new () => Engine;
  Helper: new () => Helper;
}
