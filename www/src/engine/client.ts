/**
 * The engine's worker with a typed face. It knows no page: the page draws what it reports, and programs
 * await what it answers.
 */

import { foreseen, type Table } from './early';
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
  /** Address of the wasm module, if it does not lie where the worker expects it; or the module itself. */
  module?: string | Promise<WebAssembly.Module>;
  /** What the page knows of the lab before its engine is there. */
  table?: Table;
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

/** What a link leaves out, and what it shows alone: parts, and what stands in them; of settings only what it leaves out. */
export interface Shown {
  hide: readonly string[];
  only: readonly string[];
}

/** A link's fragment with all that it may carry. */
export function fragment(link: string, { hide, only }: Shown, check: string | null): string {
  const lists = Object.entries({ hide, only }).filter(([, names]) => names.length);
  const shown = lists.map(([name, names]) => `&${name}=${names.join(',')}`).join('');
  return `#${link}${shown}${check === null ? '' : `&check=${check}`}`;
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
  /** Of the last link that was read. */
  shown: Shown = { hide: [], only: [] };
  /** The certificate that a link carried, and the settings of the run that it is for. */
  expected: { key: string; check: string } | null = null;

  private worker: WorkerLike;
  /** What was asked for before the engine is there, which then gets it in this order; null once it is. */
  private early: Command[] | null = null;
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

  get hide(): readonly string[] {
    return this.shown.hide;
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
    this.run('train');
  }

  step(): void {
    this.run('step');
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

  private run(type: 'train' | 'step'): void {
    this.post({ type });
    if (this.early && this.settled)
      this.onReport({ type: 'compiling', fraction: 0, what: 'loading the engine' });
  }

  private post(command: Command): void {
    if (!this.early) return this.worker.postMessage(command);
    this.early.push(command);
    const { table } = this.options;
    const settled = table ? foreseen(command, this.settled, table) : this.settled;
    if (settled === this.settled) return;
    this.settled = settled;
    for (const listener of this.listeners) listener({ type: 'foreseen' });
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
          message:
            'The engine’s script could not be started: there may be a newer version of it, or the server does not send it as JavaScript. Reload the page.',
        },
      });
      this.rejectAll('The engine could not be started.');
    };
    this.early = [];
    const { lab = 'copy', store = false, module = null } = this.options;
    const start = (module: string | WebAssembly.Module | null) =>
      worker.postMessage({ type: 'start', lab, store, module } satisfies Command);
    // Where the page cannot have it, the worker tries, and says why not.
    if (module instanceof Promise) module.then(start, () => start(null));
    else start(module);
    return worker;
  }

  /**
   * WebAssembly that is compiling kernels cannot be interrupted. So its worker is ended, and another one
   * takes its place with the same settings.
   */
  private cancel(): void {
    if (this.early) {
      this.early = this.early.filter(({ type }) => type !== 'train' && type !== 'step');
      return this.onReport({ type: 'activity', activity: 'starting' });
    }
    this.worker.terminate();
    this.worker.onmessage = null;
    this.rejectAll('Preparing was given up.');
    this.worker = this.startWorker();
    if (this.settled) {
      const check = this.expected?.key === this.runKey ? this.expected.check : null;
      // The settings are known already, so that nothing need be foreseen.
      this.early = [{ type: 'read', link: fragment(this.settled.link, this.shown, check) }];
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
      case 'described':
        // What was to be trained is prepared once its settings are read.
        if (this.activity === 'compiling') this.activity = 'starting';
        this.early?.forEach((command) => this.worker.postMessage(command));
        this.early = null;
        break;
      case 'settled':
        this.settled = report.settled;
        this.runKey = report.key;
        if (report.source === 'link') {
          const { hide, only, check } = report.settled;
          this.shown = { hide, only };
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
