/** What page and worker say to each other: one union each way. */

import type {
  About,
  CheckComparison,
  LabError,
  LabEvent,
  LabId,
  Part,
  Preset,
  Property,
  Questions,
  Results,
  Settled,
  Turn,
  Values,
  Verdict,
  WeightsFile,
} from './types';
import type { Snapshot, TrainingCurve } from './record';

/** Results as the page exports them: those of the command line, and the training curve beside them where there is one. */
export type FullResults = Results & { training?: TrainingCurve };

/** A run that an earlier visit left in this browser. */
export interface Kept {
  link: string;
  step: number;
  steps: number;
  finished: boolean;
  arms: string[];
  /** Milliseconds since 1970. */
  when: number;
}

/** What can be asked, with its arguments and its answer. Results have the training curve beside them. */
export type Asked = Omit<Questions, 'run.results'> & {
  'run.results': { arguments: Questions['run.results']['arguments']; answer: FullResults };
};
export type Name = keyof Asked;

/** What can be asked for and gets an answer of its own, or a refusal. */
export type Request =
  /** A question, under the settings at the moment of asking. */
  | { type: 'ask'; name: Name; args: Asked[Name]['arguments'] }
  /** What a safetensors file holds; nothing is opened. */
  | { type: 'readWeights'; bytes: Uint8Array }
  /** Open the run that a safetensors file holds, paused at its step. */
  | { type: 'import'; bytes: Uint8Array }
  /** Read another run's results, to compare with. */
  | { type: 'readResults'; text: string }
  /** Go on with the run that an earlier visit left. */
  | { type: 'resume' };

/** What the answers to requests that are no questions are. */
export interface Answers {
  readWeights: WeightsFile;
  import: WeightsFile;
  readResults: Results;
  resume: null;
}

/** What a worker tells one that helps it; the engine makes and reads it. */
export type Order = object;

/** The module, or where it is; null where it lies beside the worker. */
export type ModulePlace = string | WebAssembly.Module | null;

/** Page to worker. */
export type Command =
  /**
   * The first command: the lab until a link names another, whether runs are kept for the next visit, and the
   * module. Others follow once the lab is described.
   */
  | { type: 'start'; lab: LabId; store: boolean; module: ModulePlace }
  /** The first command of a worker to one that is to help it. */
  | { type: 'help'; module: ModulePlace }
  /** Read settings from a link's fragment. */
  | { type: 'read'; link: string }
  /** Settle values over the defaults, as a preset does. */
  | { type: 'settle'; values: Values }
  /** Change one of the present values. */
  | { type: 'change'; name: string; value: string }
  | { type: 'typeIn'; name: string; text: string }
  /** Train with the present settings: a new run if the open one depends on more of what has changed than a later end. */
  | { type: 'train' }
  | { type: 'step' }
  | { type: 'pause' }
  | { type: 'reset' }
  | { type: 'visible'; visible: boolean }
  /** The answers that a part waits for, or the one with this id, end as they are, where they are still at such units. */
  | { type: 'stop'; part: string; unit: string; id?: number }
  /** Keep the run now: the page may be about to go. */
  | { type: 'keep' }
  /** Forget the run that an earlier visit left. */
  | { type: 'discard' }
  | (Request & { id: number });

/** What the worker is doing. */
export type Activity =
  'starting' | 'compiling' | 'ready' | 'training' | 'paused' | 'hidden' | 'finished' | 'error';

/** A preset with the link that it settles to, by which the page knows it again. */
export type LinkedPreset = Preset & { link: string };

/** What a refusal was about; the page shows it beside that control. */
export type Refusable = Name | keyof Answers;

/** Worker to page. */
export type Report =
  /** At the start, and when a link or file leads to another lab. */
  | { type: 'described'; lab: LabId; properties: Property[]; presets: LinkedPreset[]; parts: Part[] }
  /** From the client itself: how the settings will most likely stand once the engine has read them. */
  | { type: 'foreseen' }
  /** `source` is 'link' only where a link was read: then `hide` and `check` count. `key` is what a run depends on. */
  | { type: 'settled'; settled: Settled; key: string; source: 'link' | 'page' | 'file' }
  | { type: 'activity'; activity: Exclude<Activity, 'compiling' | 'error'> }
  | { type: 'compiling'; fraction: number; what: string }
  /** A run was opened for the settings of `link`; what was recorded before is void. `recorded` is what is known of it. */
  | { type: 'opened'; about: About; link: string; key: string; recorded: Snapshot | null }
  /** The open run moved to another device. */
  | { type: 'moved'; about: About }
  /** The open run goes on to the number of steps of other settings, which differ in nothing else. */
  | { type: 'extended'; about: About; link: string; key: string }
  /** Back to step 0; no run is open if `closed`. */
  | { type: 'reset'; closed: boolean }
  | { type: 'happened'; events: LabEvent[] }
  /** The first losses have a certificate; `comparison` is with the one of the link that was read, if it applies. */
  | { type: 'checked'; check: string; comparison: CheckComparison | null }
  /** What the run says about the paper's claims, whenever that changes. */
  | { type: 'verdicts'; verdicts: Verdict[] }
  /** What was stored, brought along or opened is lost; settings are as they were. */
  | { type: 'emptied' }
  /** How far an answer is that takes turns. */
  | { type: 'turned'; id: number; turn: Turn }
  /** An earlier visit left a run; null once it is gone. */
  | { type: 'offered'; kept: Kept | null }
  /** The run can be gone on with from this step at the next visit. */
  | { type: 'kept'; step: number }
  /** The run could not be kept for the next visit. Said once. */
  | { type: 'unkept'; message: string }
  /** Preparing was given up on request; the settings are as they were, and no run is open. */
  | { type: 'cancelled' }
  /** Of a question with the milliseconds that were worked at it. */
  | { type: 'answered'; id: number; what: Refusable; answer: unknown; worked?: number }
  /** A request that could not be met. The open run is as it was. */
  | { type: 'refused'; id: number; what: Refusable; error: LabError }
  | { type: 'failed'; error: LabError };
