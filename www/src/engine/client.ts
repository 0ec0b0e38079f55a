/**
 * The engine's worker with a typed face. It knows no page: the page draws what it reports, and programs
 * await what it answers.
 */

import type { LabError, LabId, Results, Settled, Turn, Values, WeightsFile } from './types';
import type { Activity, Answers, Asked, Command, Name, Refusable, Report, Request } from './protocol';

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
  resolve: (answer: unknown) => void;
  reject: (refusal: Refusal) => void;
}

/** Of each answer, the milliseconds that the worker worked at it: what it waited for its turn cost nobody anything. */
const worked = new WeakMap<object, number>();

export const workOf = (answer: unknown): number | undefined =>
  typeof answer === 'object' && answer !== null ? worked.get(answer) : undefined;

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
  /** How far those are that are worked on in turns. */
  private readonly turns = new Map<number, Turn>();
  private lastId = 0;
  private visible = true;
  /** What a worker that takes another's place is asked again. */
  private readonly again = new Map<Name, object>();

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

  /** How far the answer is that a part waits for, if one is worked on in turns; to one of these questions, if any are named. */
  turnOf(part: string, names: readonly Name[] = []): (Turn & { id: number }) | null {
    for (const [id, turn] of this.turns) {
      const what = this.pending.get(id)?.what as Name | undefined;
      if (turn.part === part && (!names.length || (what && names.includes(what)))) return { id, ...turn };
    }
    return null;
  }

  /** Ends the answers that a part waits for, or one of them, as they are, where they are still at such units: what has been done counts. */
  stop(part: string, unit: string, id?: number): void {
    this.post({ type: 'stop', part, unit, ...(id === undefined ? {} : { id }) });
  }

  keep(): void {
    this.post({ type: 'keep' });
  }

  discard(): void {
    this.post({ type: 'discard' });
  }

  /** Asks about the open run, or what the lab answers, under the settings as they are. */
  ask<N extends Name>(name: N, args: Asked[N]['arguments']): Promise<Asked[N]['answer']> {
    return this.request(name, { type: 'ask', name, args });
  }

  /** As `ask`; a worker that takes another's place is told again, until `forget` says otherwise. */
  async tell<N extends Name>(name: N, args: Asked[N]['arguments']): Promise<Asked[N]['answer']> {
    const answer = await this.ask(name, args);
    this.again.set(name, args);
    return answer;
  }

  forget(name: Name): void {
    this.again.delete(name);
  }

  /** Opens the run of a weights file, paused at its step. */
  import(bytes: Uint8Array): Promise<WeightsFile> {
    return this.request('import', { type: 'import', bytes });
  }

  readResults(text: string): Promise<Results> {
    return this.request('readResults', { type: 'readResults', text });
  }

  /** What a weights file holds, its lab among it. Opens nothing. */
  readWeights(bytes: Uint8Array): Promise<WeightsFile> {
    return this.request('readWeights', { type: 'readWeights', bytes });
  }

  /** Opens the run that an earlier visit left, paused at its step. */
  async resume(): Promise<void> {
    await this.request('resume', { type: 'resume' });
  }

  /** Ends the worker, and every run with it. */
  close(): void {
    this.worker.terminate();
    this.rejectAll('The lab was closed.');
    this.listeners.clear();
  }

  private request<K extends keyof Answers>(what: K, request: Request): Promise<Answers[K]>;
  private request<N extends Name>(what: N, request: Request): Promise<Asked[N]['answer']>;
  private request(what: Refusable, request: Request): Promise<unknown> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { what, resolve, reject });
      this.post({ ...request, id });
    });
  }

  private post(command: Command): void {
    this.worker.postMessage(command);
  }

  private startWorker(): WorkerLike {
    const worker = this.options.worker();
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
    this.repeat();
    this.setVisible(this.visible);
    this.onReport({ type: 'cancelled' });
  }

  /** What was taken before is told again. */
  private repeat(): void {
    for (const [name, args] of this.again) this.ask(name, args as never).catch(() => {});
  }

  private rejectAll(message: string): void {
    for (const { what, reject } of this.pending.values()) {
      reject(new Refusal(what, { code: 'refused', message }));
    }
    this.pending.clear();
    this.turns.clear();
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
      case 'emptied':
        this.repeat();
        break;
      case 'cancelled':
        this.activity = 'ready';
        break;
      case 'failed':
        this.activity = 'error';
        break;
      case 'turned':
        this.turns.set(report.id, report.turn);
        break;
      case 'answered':
        this.turns.delete(report.id);
        if (typeof report.answer === 'object' && report.answer && report.worked !== undefined)
          worked.set(report.answer, report.worked);
        this.pending.get(report.id)?.resolve(report.answer);
        this.pending.delete(report.id);
        break;
      case 'refused':
        this.turns.delete(report.id);
        this.pending.get(report.id)?.reject(new Refusal(report.what, report.error));
        this.pending.delete(report.id);
        break;
    }
    for (const listener of this.listeners) listener(report);
  }
}
