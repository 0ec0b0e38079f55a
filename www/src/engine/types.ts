/** The face of the wasm module, as types. The Rust side is the source of every name and value here. */

import type { Encodings, Trained } from '../labs/encodings/engine';
import type { Sequence } from '../labs/sequence/engine';

/** Each lab has a table of settings, presets and parts of its own. */
export type LabId = 'copy' | 'encodings' | 'sequence';

export interface ChoiceOption {
  value: string;
  label: string;
  help: string;
}

export type Kind =
  | { type: 'choice'; options: ChoiceOption[] }
  | { type: 'many'; options: ChoiceOption[] }
  | { type: 'integer'; min: number; max: number }
  | { type: 'number'; min: number; max: number }
  /** Any text of at most so many characters. */
  | { type: 'text'; most: number }
  | { type: 'flag' };

/** What a setting is for: a run's numbers depend on it, only what is looked at does, or it says where the work is done. */
export type Scope = 'run' | 'look' | 'machine';

/** A row of the property table. */
export interface Property {
  name: string;
  scope: Scope;
  /** Heading in the panel. Nothing follows from it. */
  group: string;
  label: string;
  unit: string;
  help: string;
  kind: Kind;
  default: string;
}

export interface Preset {
  id: string;
  label: string;
  help: string;
  values: [name: string, value: string][];
}

/** A value that was refused or mended; `used` is empty where it was ignored. */
export interface Problem {
  field: string;
  given: string;
  allowed: string;
  used: string;
}

export type Values = Record<string, string>;

export interface Settled {
  lab: LabId;
  values: Values;
  problems: Problem[];
  /** Fragment without '#': the configuration, nothing else. */
  link: string;
  /** What a race of these settings measures; empty where nothing races. */
  measures: Measure[];
  /** Parts and settings that a link hides. Filled by `fromLink` only. */
  hide: string[];
  /** Certificate of the first losses that a link carries. Filled by `fromLink` only. */
  check: string | null;
}

/** A part of the page that `hide` can leave out. */
export interface Part {
  /** Its name in a link. */
  id: string;
  label: string;
  help: string;
  /** Names of the settings that its answer depends on. */
  settings: string[];
}

export interface RunInfo {
  replica: number;
  /** Identifier of its arm. */
  arm: string;
  seed: number;
}

export type Phase = 'training' | 'evaluation';

/** What is measured. It is told from others of its phase by its identifier. */
export interface Measure {
  /** As in files. */
  id: string;
  /** Names its figure, as in "Tokens right". */
  label: string;
  /** Heads its column, as in "Tokens". */
  short: string;
  /** As in "bits per token", or "of judged tokens" of a share; may be empty. */
  unit: string;
  /** A share is 0 … 1 and read as per cent; a count is a number of things; an amount is anything from zero. */
  kind: 'share' | 'count' | 'amount' | 'number';
  better: 'lower' | 'higher' | 'neither';
  phase: Phase;
  /** The first step that reaches it is reported for each run. */
  threshold?: number;
  /** What a model reaches that guesses. */
  chance?: number;
}

/** A horizontal axis. */
export interface Axis {
  /** As in files. */
  id: string;
  label: string;
  unit: string;
}

/** Numbers at one place of an axis. */
export interface Point {
  x: number;
  /** `values[measure][run]`; NaN where there is none, which is null in JSON. */
  values: number[][];
}

export interface Curves {
  id: string;
  label: string;
  x: Axis;
  measures: Measure[];
  arms: ArmInfo[];
  runs: RunInfo[];
  points: Point[];
}

export interface ExecutorInfo {
  kind: 'cpu' | 'webgpu';
  name: string;
  reason: string;
  matmul: string;
}

export interface Cost {
  parameters: number;
  bytes: number;
  launchesPerStep: number;
  flopsPerStep: number;
}

/** A line of the charts: runs that differ in nothing but the seed. In the copy lab it is an encoding. */
export interface ArmInfo {
  id: string;
  label: string;
  /** What is special about it, in a sentence. */
  help?: string;
}

export interface About {
  lab: LabId;
  arms: ArmInfo[];
  runs: RunInfo[];
  measures: Measure[];
  executor: ExecutorInfo;
  cost: Cost;
  steps: number;
  values: Values;
  link: string;
}

export type LabEvent =
  /** `values[measure][run][i]` belongs to `steps[i]`; the measures are those of the phase training, in order. */
  | { type: 'training'; steps: number[]; values: number[][][] }
  /** `values[measure][run]`, the measures of the phase evaluation in order. */
  | { type: 'evaluation'; step: number; values: number[][] }
  /** A run reached a measure's threshold for the first time. */
  | { type: 'reached'; replica: number; measure: string; step: number }
  | { type: 'stopped'; replica: number; step: number; reason: string }
  | { type: 'progress'; step: number; steps: number; stepMs: number }
  /** The device was lost; the run went on from its state at `step`. Nothing is reported twice. */
  | { type: 'recovered'; step: number; reason: string }
  | { type: 'finished'; step: number };

export interface LabError {
  code:
    | 'no-webgpu'
    | 'too-large'
    | 'device-lost'
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
    /** Asked for at the wrong time. */
    | 'refused';
  /** Tells the reader what to do next. */
  message: string;
}

/** A claim of the paper that the configuration tests, and what was measured. */
export interface Verdict {
  id: string;
  claim: string;
  source: string;
  verdict: 'holds' | 'fails' | 'open' | 'untested';
  /** Why it is open, in a few words. */
  why?: string;
  measured: string;
  /** Seeds behind it; 0 where nothing is drawn. */
  seeds: number;
  /** Training steps after which it was judged. */
  steps?: number;
  /** What would decide it, as far as that is known: so many seeds, so many steps in all. */
  decides?: { seeds?: number; steps?: number };
}

/** A look inside one run, on one sequence. */
export interface Inspection {
  step: number;
  replica: number;
  length: number;
  layers: number;
  heads: number;
  vocabulary: number;
  /** Input, `length` of them. */
  tokens: number[];
  /** Text of each token id. */
  names: string[];
  /** By position; -1 where nothing is judged. */
  targets: number[];
  firstJudged: number;
  /** Shape [length - firstJudged][vocabulary]. */
  probabilities: Float32Array;
  /** Shape [layers][heads][query][key]. */
  attention: Float32Array;
  /** Shape [length][length]; null where the encoding adds nothing. */
  similarity: Float32Array | null;
  /** One sentence: what `similarity` holds. */
  similarityKind: string;
  norms: { name: string; label: string; parameters: number; weight: number; gradient: number }[];
}

/** One kernel's share of a step, summed over its launches. */
export interface KernelCost {
  name: string;
  launches: number;
  ms: number;
  mflop: number;
  mbytes: number;
  boundMs: number;
  bound: 'arithmetic' | 'memory' | 'launch';
}

/** Where the time of a step goes. */
export interface Profile {
  executor: 'cpu' | 'webgpu';
  /** A sentence: how it was timed. */
  method: string;
  steps: number;
  peakGflops: number;
  peakGbps: number;
  kernels: KernelCost[];
  totalMs: number;
  boundMs: number;
}

/** What became of one run. */
export interface RunResult {
  arm: string;
  seed: number;
  /** By measure that has a threshold: the first step that reached it, null if none did. */
  reached: Record<string, number | null>;
  stopped: { step: number; reason: string } | null;
}

/** What the command line writes with `--out`. */
export interface Results {
  format: number;
  lab: LabId;
  version: string;
  link: string;
  check: string | null;
  /** Those of a file of an earlier version are texts. */
  settings: Record<string, string | number | boolean | string[]>;
  executor: ExecutorInfo | null;
  cost: Cost | null;
  /** Seconds of work, without the time that it stood still; null if the first steps were trained elsewhere. */
  seconds: number | null;
  step: number;
  steps: number;
  arms: ArmInfo[];
  runs: RunResult[];
  x: Axis;
  measures: Measure[];
  curves: Point[];
  /** Why numbers are not there; `run` is a place among the runs, and all measures are meant where none is named. */
  absent: { run: number; measure?: string; from: number; to: number; reason: string }[];
  verdicts: Verdict[];
  /** Curves over other axes. */
  more?: Curves[];
  /** What a lab has found besides: an Outcome of the encodings lab, a summary of the sequence lab. */
  found?: unknown;
}

export interface CheckComparison {
  same: boolean;
  difference: number | null;
  sentence: string;
}

/** What a weights file holds. */
export interface WeightsFile {
  settled: Settled;
  step: number;
  runs: number;
  optimiser: boolean;
}

export type OnProgress = (fraction: number, what: string) => void;

/**
 * A run of any lab. In the sequence lab it is an experiment over many machines: a step is a unit of its work, it is
 * never saved, and nothing in it can be inspected, timed or taken; those calls throw a LabError of code 'config'.
 */
export interface Run {
  about(): About;
  /** Works for about `budgetMs`, at most `maxSteps` steps (0: no limit), and says what happened. */
  advance(budgetMs: number, maxSteps: number): Promise<LabEvent[]>;
  /**
   * Lets the race end at the steps of `values`, if nothing else differs, the schedule is constant and fewer are
   * done. Gives whether it does.
   */
  extend(values: Values): boolean;
  /** Back to step 0 with the same initial weights. */
  reset(): Promise<void>;
  /** Certificate of the first losses; undefined before the tenth step. */
  check(): string | undefined;
  verdicts(): Verdict[];
  /** Tells again what was reported before, for a run that was restored. */
  replay(): LabEvent[];
  /** `probe` is symbols ("3 1 4 1"), '' for a held-out sequence, or '#5' for held-out sequence 5. */
  inspect(replica: number, probe: string): Promise<Inspection>;
  /** A safetensors file: weights, optimiser state, step, configuration. */
  save(): Promise<Uint8Array>;
  profile(): Promise<Profile>;
  results(): Results;
  /** A table of the results as CSV; without a name the curves. Throws 'config' if there is none. */
  csv(id?: string): string;
  /**
   * What the experiment has found so far: an Outcome in the encodings lab, a Study in the sequence lab, null in the
   * copy lab. Trained lengths are evaluated anew, which takes a while.
   */
  outcome(): Promise<unknown>;
  /** Table and weights of one run, for `Encodings.take`. */
  trained(run: number): Promise<Trained>;
  free(): void;
}

export interface Engine {
  describe(lab: LabId): { lab: LabId; properties: Property[]; presets: Preset[]; parts: Part[] };
  /** The lab is the one that the link names; the copy lab where it names none. */
  fromLink(link: string): Settled;
  settle(lab: LabId, values: Values): Settled;
  /** Sets one value of `values`; a refused one keeps what it was. */
  change(lab: LabId, values: Values, name: string, value: string): Settled;
  /** As `change`, with what a reader typed: a number in any form that can be read in one way. */
  typeIn(lab: LabId, values: Values, name: string, text: string): Settled;
  compareChecks(expected: string, measured: string): CheckComparison;
  /** Throws a LabError of code 'file'. */
  readWeights(bytes: Uint8Array): WeightsFile;
  /** Reads the JSON of page or command line, or the CSV of held-out curves, of a race. Throws a LabError of code 'file'. */
  readResults(text: string): Results;
  Run: {
    open(lab: LabId, values: Values, onProgress: OnProgress): Promise<Run>;
    /** Opens the run of a weights file at its step; the file knows its lab. */
    restore(bytes: Uint8Array, onProgress: OnProgress): Promise<Run>;
  };
  Encodings: new () => Encodings;
  Sequence: new () => Sequence;
}
