/**
 * The engine's worker with a typed face. It knows no page: the page draws what it reports, and programs
 * await what it answers.
 */

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
import type { Inspection, LabError, LabId, Profile, Results, Settled, Values, WeightsFile } from './types';
import type {
  Activity,
  Answers,
  Command,
  FullResults,
  KnownSteps,
  Refusable,
  Report,
  Request,
  SessionRequest,
  Subject,
  Work,
} from './protocol';
import type { Ball, Operations, Session, Spikes, SymbolStep, Turn } from '../labs/sequence/engine';

/** What the client needs of a worker; a browser's `Worker` has it. */
export interface WorkerLike {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: ((event: MessageEvent) => unknown) | null;
  onerror: ((event: ErrorEvent) => unknown) | null;
}

export interface ClientOptions {
  /** Makes a worker that runs `worker.ts`. Called again when preparing is given up. */
  worker: () => WorkerLike;
  /** Which lab it is until a link names another; the copy lab if left out. */
  lab?: LabId;
  /** Keep the run in this browser for the next visit. */
  store?: boolean;
  /** Address of the wasm module, if it does not lie where the worker expects it. */
  module?: string;
}

export type Listener = (report: Report) => void;

/** A request that was not met; the run is as it was. */
export class Refusal extends Error {
  readonly code: LabError['code'];

  constructor(
    readonly what: Refusable,
    error: LabError,
  ) {
    super(error.message);
    this.name = 'Refusal';
    this.code = error.code;
  }
}

/** A link's fragment with all that it may carry. */
export function fragment(link: string, hide: readonly string[], check: string | null): string {
  return `#${link}${hide.length ? `&hide=${hide.join(',')}` : ''}${check === null ? '' : `&check=${check}`}`;
}

interface Pending {
  what: Refusable;
  resolve: (answer: never) => void;
  reject: (refusal: Refusal) => void;
}

export class LabClient {
  activity: Activity = 'starting';
  /** The settings as last settled. */
  settled: Settled | null = null;
  /** Those of them that a run depends on, as one text. */
  runKey = '';
  /** What the last link that was read hides. */
  hide: readonly string[] = [];
  /** The certificate that a link carried, and the settings of the run that it is for. */
  expected: { key: string; check: string } | null = null;

  private worker: WorkerLike;
  private readonly listeners = new Set<Listener>();
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;
  private visible = true;
  private watched: Subject | null = null;
  /** The steps of the machine's session that have come so far. */
  private session: { id: number; steps: SymbolStep[] } = { id: 0, steps: [] };
  /** A worker that takes another's place gets the table again. */
  private uploaded: { name: string; bytes: Uint8Array } | null = null;

  constructor(private readonly options: ClientOptions) {
    this.worker = this.startWorker();
  }

  /** Calls the listener with every report from now on; returns how to stop. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  read(link: string): void {
    this.post({ type: 'read', link });
  }

  settle(values: Values): void {
    this.post({ type: 'settle', values });
  }

  change(name: string, value: string): void {
    this.post({ type: 'change', name, value });
  }

  /** A number as a reader typed it; the engine reads it. */
  typeIn(name: string, text: string): void {
    this.post({ type: 'typeIn', name, text });
  }

  train(): void {
    this.post({ type: 'train' });
  }

  step(): void {
    this.post({ type: 'step' });
  }

  reset(): void {
    this.post({ type: 'reset' });
  }

  /** Pauses a training; gives up a run that is still being prepared. */
  pause(): void {
    if (this.activity === 'compiling') this.cancel();
    else this.post({ type: 'pause' });
  }

  /** A run that cannot be seen waits. */
  setVisible(visible: boolean): void {
    this.visible = visible;
    this.post({ type: 'visible', visible });
  }

  /** Look at this again and again; reports `seen` and `unseen` follow. */
  readonly watch = (subject: Subject | null): void => {
    this.watched = subject;
    this.post({ type: 'watch', subject });
  };

  /** Ends work of the sequence lab as it is: what has been stored, or learned, by then counts. */
  stopWork(work: Work, unit: Turn['unit']): void {
    this.post({ type: 'stopWork', work, unit });
  }

  keep(): void {
    this.post({ type: 'keep' });
  }

  discard(): void {
    this.post({ type: 'discard' });
  }

  inspect(replica: number, probe: string): Promise<Inspection> {
    return this.ask({ type: 'inspect', replica, probe });
  }

  readonly profile = (): Promise<Profile> => this.ask({ type: 'profile' });

  save(): Promise<Uint8Array> {
    return this.ask({ type: 'save' });
  }

  results(): Promise<FullResults> {
    return this.ask({ type: 'results' });
  }

  /** A table of the results as CSV; without a name the curves. */
  csv(table?: string): Promise<string> {
    return this.ask({ type: 'csv', table: table ?? null });
  }

  /** A table of what the present lab shows as CSV; `at` is the place where it is of one. */
  tableCsv(table: string, at = 0): Promise<string> {
    return this.ask({ type: 'tableCsv', table, at });
  }

  /** Opens the run of a weights file, paused at its step. */
  import(bytes: Uint8Array): Promise<WeightsFile> {
    return this.ask({ type: 'import', bytes });
  }

  readResults(text: string): Promise<Results> {
    return this.ask({ type: 'readResults', text });
  }

  /** What a weights file holds, its lab among it. Opens nothing. */
  readWeights(bytes: Uint8Array): Promise<WeightsFile> {
    return this.ask({ type: 'readWeights', bytes });
  }

  /** What the open run's experiment has found so far; null in a lab that has none. */
  outcome(): Promise<unknown> {
    return this.ask({ type: 'outcome' });
  }

  picture(side: Side): Promise<Picture> {
    return this.ask({ type: 'picture', side });
  }

  spectrum(side: Side): Promise<Spectrum | null> {
    return this.ask({ type: 'spectrum', side });
  }

  measures(): Promise<MeasureRow[]> {
    return this.ask({ type: 'measures' });
  }

  phase(): Promise<Phase> {
    return this.ask({ type: 'phase' });
  }

  lemma(): Promise<Lemma> {
    return this.ask({ type: 'lemma' });
  }

  logit(): Promise<Logit> {
    return this.ask({ type: 'logit' });
  }

  table(side: Side, format: 'csv' | 'npy'): Promise<Uint8Array> {
    return this.ask({ type: 'table', side, format });
  }

  /** A table of the reader's takes the place of an earlier one; if it is refused the earlier one stays. */
  async upload(name: string, bytes: Uint8Array): Promise<UploadInfo> {
    const info = await this.ask({ type: 'upload', name, bytes });
    this.uploaded = { name, bytes };
    return info;
  }

  forgetUpload(): Promise<null> {
    this.uploaded = null;
    return this.ask({ type: 'forgetUpload' });
  }

  encodingsReport(): Promise<unknown> {
    return this.ask({ type: 'encodingsReport' });
  }

  /** The symbols of the settings' sequence, as it would be stored. */
  seqSymbols(): Promise<string[]> {
    return this.ask({ type: 'seqSymbols' });
  }

  /** Stores a sequence in the worker's machine, from where it is; null is that of the settings. */
  seqStore(text: string | null): Promise<Session> {
    return this.completeSession({ type: 'seqStore', text, known: this.knownSteps });
  }

  /** Presents a sequence without writing it; null is that of the settings. */
  seqReplay(text: string | null): Promise<Session> {
    return this.completeSession({ type: 'seqReplay', text, known: this.knownSteps });
  }

  /** Takes in the cue, and goes on alone. "#3" is the first three symbols that were stored. */
  seqRecall(cue: string, count: number | null): Promise<Session> {
    return this.completeSession({ type: 'seqRecall', cue, count, known: this.knownSteps });
  }

  /** A blank memory. */
  seqForget(): Promise<Session> {
    return this.completeSession({ type: 'seqForget', known: this.knownSteps });
  }

  /** The session as it is; a blank one if the settings that the machine is made with have changed. */
  seqSession(): Promise<Session> {
    return this.completeSession({ type: 'seqSession', known: this.knownSteps });
  }

  private get knownSteps(): KnownSteps {
    const { id, steps } = this.session;
    return { id, steps: steps.length };
  }

  /** A session whole again: the steps that came before, and the new ones. */
  private async completeSession(request: SessionRequest): Promise<Session> {
    const { id, from, ...session } = await this.ask(request);
    const steps = from > 0 ? [...this.session.steps.slice(0, from), ...session.steps] : session.steps;
    this.session = { id, steps };
    return { ...session, steps };
  }

  /** Both machines at symbol `at` of the settings' sequence; `goOn` takes up a lesson of the transformer that was stopped. */
  seqOperations(at: number, goOn = false): Promise<Operations> {
    return this.ask({ type: 'seqOperations', at, goOn });
  }

  seqSpikes(at: number): Promise<Spikes> {
    return this.ask({ type: 'seqSpikes', at });
  }

  ball(): Promise<Ball> {
    return this.ask({ type: 'ball' });
  }

  seqReport(): Promise<unknown> {
    return this.ask({ type: 'seqReport' });
  }

  /** Opens the run that an earlier visit left, paused at its step. */
  async resume(): Promise<void> {
    await this.ask({ type: 'resume' });
  }

  /** Ends the worker, and every run with it. */
  close(): void {
    this.worker.terminate();
    this.rejectAll('The lab was closed.');
    this.listeners.clear();
  }

  private ask<R extends Request>(request: R): Promise<Answers[R['type']]> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { what: request.type, resolve, reject });
      this.post({ ...request, id });
    });
  }

  private post(command: Command): void {
    this.worker.postMessage(command);
  }

  private startWorker(): WorkerLike {
    const worker = this.options.worker();
    this.session = { id: 0, steps: [] };
    worker.onmessage = (message: MessageEvent<Report>) => this.onReport(message.data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.onReport({
        type: 'failed',
        error: {
          code: 'internal',
          message: 'The engine could not be started. Reload the page, or try another browser.',
        },
      });
      this.rejectAll('The engine could not be started.');
    };
    const { lab = 'copy', store = false, module = null } = this.options;
    worker.postMessage({ type: 'start', lab, store, module } satisfies Command);
    return worker;
  }

  /**
   * WebAssembly that is compiling kernels cannot be interrupted. So its worker is ended, and another one
   * takes its place with the same settings.
   */
  private cancel(): void {
    this.worker.terminate();
    this.worker.onmessage = null;
    this.rejectAll('Preparing was given up.');
    this.worker = this.startWorker();
    if (this.settled) {
      const check = this.expected?.key === this.runKey ? this.expected.check : null;
      this.read(fragment(this.settled.link, this.hide, check));
    }
    if (this.uploaded) {
      const { name, bytes } = this.uploaded;
      // It was taken before.
      this.upload(name, bytes).catch(() => {});
    }
    this.setVisible(this.visible);
    this.watch(this.watched);
    this.onReport({ type: 'cancelled' });
  }

  private rejectAll(message: string): void {
    for (const { what, reject } of this.pending.values()) {
      reject(new Refusal(what, { code: 'refused', message }));
    }
    this.pending.clear();
  }

  private onReport(report: Report): void {
    switch (report.type) {
      case 'settled':
        this.settled = report.settled;
        this.runKey = report.key;
        if (report.source === 'link') {
          const { hide, check } = report.settled;
          this.hide = hide;
          this.expected = check === null ? null : { key: report.key, check };
        }
        // A refused configuration is no longer the present one.
        if (this.activity === 'starting' || this.activity === 'error') this.activity = 'ready';
        break;
      case 'activity':
        this.activity = report.activity;
        break;
      case 'compiling':
        this.activity = 'compiling';
        break;
      case 'cancelled':
        this.activity = 'ready';
        break;
      case 'failed':
        this.activity = 'error';
        break;
      case 'answered':
        this.pending.get(report.id)?.resolve(report.answer as never);
        this.pending.delete(report.id);
        break;
      case 'refused':
        this.pending.get(report.id)?.reject(new Refusal(report.what, report.error));
        this.pending.delete(report.id);
        break;
    }
    for (const listener of this.listeners) listener(report);
  }
}
