/** What page and worker say to each other: one union each way. */

import type {
  Lemma,
  Logit,
  MeasureRow,
  Phase,
  Picture,
  Side,
  Spectrum,
  UploadInfo,
} from '../labs/encodings/engine';
import type {
  About,
  CheckComparison,
  Inspection,
  LabError,
  LabEvent,
  LabId,
  Part,
  Preset,
  Profile,
  Property,
  Results,
  Settled,
  Values,
  Verdict,
  WeightsFile,
} from './types';
import type { Snapshot, TrainingCurve } from './record';
import type { Ball, SessionUpdate, Operations, Spikes, Turn } from '../labs/sequence/engine';

/** What is looked at: a run of the race, and a probe as the engine reads it ('' is a held-out sequence). */
export interface Subject {
  replica: number;
  probe: string;
}

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

/**
 * A table of what the settings' lab shows as CSV, the very text that the command line writes; `at` is the place where it
 * is of one. Those of the open run go by `csv`.
 */
export interface TableRequest {
  type: 'tableCsv';
  table: string;
  at: number;
}

/** Questions of the encodings lab, answered from the settings at the moment of asking. */
export type EncodingsRequest =
  | { type: 'picture'; side: Side }
  | { type: 'spectrum'; side: Side }
  | { type: 'measures' }
  | TableRequest
  | { type: 'phase' }
  | { type: 'lemma' }
  | { type: 'logit' }
  /** The table of one side as a file. */
  | { type: 'table'; side: Side; format: 'csv' | 'npy' }
  /** A table that the reader brought along takes the place of an earlier one. */
  | { type: 'upload'; name: string; bytes: Uint8Array }
  | { type: 'forgetUpload' }
  /** What the command line writes about the two encodings. */
  | { type: 'encodingsReport' };

/** What of a session the page has already: which one, and how many steps of it. */
export interface KnownSteps {
  id: number;
  steps: number;
}

/** Questions of the sequence lab, answered from the settings at the moment of asking. The worker keeps one machine. */
export type SequenceRequest =
  /** The symbols of the settings' sequence. */
  | { type: 'seqSymbols' }
  /** Write a sequence, from where the machine is; null is that of the settings. */
  | { type: 'seqStore'; text: string | null; known: KnownSteps }
  /** Present it without writing. */
  | { type: 'seqReplay'; text: string | null; known: KnownSteps }
  /** Take in a cue, and go on alone for `count` symbols; null is as many as the settings say. */
  | { type: 'seqRecall'; cue: string; count: number | null; known: KnownSteps }
  /** A blank memory. */
  | { type: 'seqForget'; known: KnownSteps }
  /** The session as it is. */
  | { type: 'seqSession'; known: KnownSteps }
  | TableRequest
  /** Both machines at a symbol of the settings' sequence. */
  | { type: 'seqOperations'; at: number; goOn: boolean }
  | { type: 'seqSpikes'; at: number }
  /** Hamming balls beside softmax. */
  | { type: 'ball' }
  /** What the command line writes about the settings' sequence. */
  | { type: 'seqReport' };

/** Those that are answered with the session. */
export type SessionRequest = Extract<SequenceRequest, { known: KnownSteps }>;

/** Work of the sequence lab that takes longer than a moment: a command of the session, or what a part needs to look into. */
export type Work = 'session' | 'operations' | 'spikes' | 'report';

/** What can be asked for and gets an answer of its own, or a refusal. */
export type Request =
  | EncodingsRequest
  | SequenceRequest
  /** What the open run's experiment has found so far. */
  | { type: 'outcome' }
  /** What a safetensors file holds; nothing is opened. */
  | { type: 'readWeights'; bytes: Uint8Array }
  /** Look once. */
  | ({ type: 'inspect' } & Subject)
  /** Time every kernel of the open run. */
  | { type: 'profile' }
  /** The open run as a safetensors file. */
  | { type: 'save' }
  /** The open run's results. */
  | { type: 'results' }
  /** A table of them as CSV; without a name the curves. */
  | { type: 'csv'; table: string | null }
  /** Open the run that a safetensors file holds, paused at its step. */
  | { type: 'import'; bytes: Uint8Array }
  /** Read another run's results, to compare with. */
  | { type: 'readResults'; text: string }
  /** Go on with the run that an earlier visit left. */
  | { type: 'resume' };

export interface Answers {
  picture: Picture;
  spectrum: Spectrum | null;
  measures: MeasureRow[];
  tableCsv: string;
  phase: Phase;
  lemma: Lemma;
  logit: Logit;
  table: Uint8Array;
  upload: UploadInfo;
  forgetUpload: null;
  encodingsReport: unknown;
  outcome: unknown;
  seqSymbols: string[];
  seqStore: SessionUpdate;
  seqReplay: SessionUpdate;
  seqRecall: SessionUpdate;
  seqForget: SessionUpdate;
  seqSession: SessionUpdate;
  seqOperations: Operations;
  seqSpikes: Spikes;
  ball: Ball;
  seqReport: unknown;
  readWeights: WeightsFile;
  inspect: Inspection;
  profile: Profile;
  save: Uint8Array;
  results: FullResults;
  csv: string;
  import: WeightsFile;
  readResults: Results;
  resume: null;
}

/** Page to worker. */
export type Command =
  /**
   * The first command: the lab until a link names another, whether runs are kept for the next visit, and where the
   * module is, if not beside the worker.
   */
  | { type: 'start'; lab: LabId; store: boolean; module: string | null }
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
  /** Look again and again while training, and whenever the run stands still; null ends it. */
  | { type: 'watch'; subject: Subject | null }
  /** Work of the sequence lab that goes on in turns ends as it is, if it is still at such units. */
  | { type: 'stopWork'; work: Work; unit: Turn['unit'] }
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
export type Refusable = Request['type'];

/** Worker to page. */
export type Report =
  /** At the start, and when a link or file leads to another lab. */
  | { type: 'described'; lab: LabId; properties: Property[]; presets: LinkedPreset[]; parts: Part[] }
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
  /** A look at the watched subject. */
  | { type: 'seen'; subject: Subject; inspection: Inspection }
  /** The watched subject could not be looked at. It is no longer watched. */
  | { type: 'unseen'; subject: Subject; error: LabError }
  /** How far work of the sequence lab is that goes on in turns. */
  | { type: 'turned'; work: Work; turn: Turn }
  /** An earlier visit left a run; null once it is gone. */
  | { type: 'offered'; kept: Kept | null }
  /** The run can be gone on with from this step at the next visit. */
  | { type: 'kept'; step: number }
  /** The run could not be kept for the next visit. Said once. */
  | { type: 'unkept'; message: string }
  /** Preparing was given up on request; the settings are as they were, and no run is open. */
  | { type: 'cancelled' }
  | { type: 'answered'; id: number; what: Refusable; answer: Answers[Refusable] }
  /** A request that could not be met. The open run is as it was. */
  | { type: 'refused'; id: number; what: Refusable; error: LabError }
  | { type: 'failed'; error: LabError };
