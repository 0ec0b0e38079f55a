/** The face of the wasm module, as types. The Rust side is the source of every name and value here. */

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
  | { type: 'flag' };

/** A row of the property table. */
export interface Property {
  name: string;
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
  values: Values;
  problems: Problem[];
  /** Fragment without '#'. */
  link: string;
}

export interface RunInfo {
  replica: number;
  encoding: string;
  seed: number;
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

export interface About {
  runs: RunInfo[];
  executor: ExecutorInfo;
  cost: Cost;
  /** Loss of a uniform guess, in bits per token. */
  chanceBits: number;
  steps: number;
}

export type LabEvent =
  | { type: 'training'; steps: number[]; loss: number[][]; accuracy: number[][]; gradient: number[][] }
  | { type: 'evaluation'; step: number; loss: number[]; tokenAccuracy: number[]; sequenceAccuracy: number[] }
  | { type: 'milestone'; replica: number; step: number }
  | { type: 'stopped'; replica: number; step: number; reason: string }
  | { type: 'progress'; step: number; steps: number; stepMs: number }
  | { type: 'finished'; step: number };

export interface LabError {
  code: 'no-webgpu' | 'too-large' | 'device-lost' | 'out-of-memory' | 'shader' | 'config' | 'internal';
  /** Tells the reader what to do next. */
  message: string;
}

export interface CopyRun {
  about(): About;
  /** Works for about `budgetMs`, at most `maxSteps` steps (0: no limit), and says what happened. */
  advance(budgetMs: number, maxSteps: number): Promise<LabEvent[]>;
  /** Back to step 0 with the same initial weights. */
  reset(): Promise<void>;
  free(): void;
}

export interface Engine {
  describe(): { properties: Property[]; presets: Preset[] };
  fromLink(link: string): Settled;
  settle(values: Values): Settled;
  /** Sets one value of `values`; a refused one keeps what it was. */
  change(values: Values, name: string, value: string): Settled;
  CopyRun: { open(values: Values, onProgress: (fraction: number, what: string) => void): Promise<CopyRun> };
}
