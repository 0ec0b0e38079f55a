/**
 * Races from a program: settings in; a stream of events and a promise of results out.
 *
 * ```js
 * const race = train({ encodings: ['rank', 'none'], steps: 100 });
 * const { measures } = await race.ready;
 * const [first] = measures.filter(({ phase }) => phase === 'evaluation'); // the loss
 * for await (const event of race) {
 *   if (event.type === 'evaluation') console.log(event.step, first.unit, event.values[0]); // one number a run
 * }
 * const { runs, verdicts } = await race.finished;
 * ```
 *
 * Each race has a worker of its own, so several run at a time.
 *
 * The sequence lab has two faces of its own: `sequence` opens a machine to store and recall with, `study` runs an
 * experiment over many.
 */

import { LabClient, Refusal, type WorkerLike } from './engine/client';
import type {
  About,
  Inspection,
  LabError,
  LabEvent,
  LabId,
  Preset,
  Problem,
  Profile,
  Property,
  Settled,
  Values,
} from './engine/types';
import type { Activity, FullResults, Report } from './engine/protocol';
import type { Ball, Operations, Session, Spikes } from './engine/types';
import { forget, recall, replay, session, store } from './labs/sequence/machine';
import { joined } from './labs/sequence/symbols';
import type { SequenceSettings, Settings } from './engine/settings';

export type {
  About,
  ArmInfo,
  Axis,
  Cost,
  Curves,
  ExecutorInfo,
  Inspection,
  KernelCost,
  LabEvent,
  LabId,
  Measure,
  Point,
  Preset,
  Problem,
  Profile,
  Property,
  RunInfo,
  RunResult,
  Values,
  Verdict,
} from './engine/types';
export type { Outcome } from './engine/types';
export type { Ball, Operations, Session, Spikes, SymbolStep } from './engine/types';
export type { Activity, FullResults as Results } from './engine/protocol';
export { Refusal, type WorkerLike } from './engine/client';
export type { SequenceSettings, Settings } from './engine/settings';

export interface Options {
  /** Ends the race: `finished` and the event stream then fail with the signal's reason. */
  signal?: AbortSignal;
  /** Hears how far the preparing is, from 0 to 1, and with what. */
  onProgress?: (fraction: number, what: string) => void;
  /** Keep the worker after the end, to `inspect` and `profile`. You must `close` the race then. */
  keep?: boolean;
  /** Address of the wasm module, if it does not lie beside this one. */
  module?: string;
}

/** Settings that the engine does not take, one problem each. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(
      problems
        .map(({ field, given, allowed }) => `${field}: “${given}” is not taken (${allowed})`)
        .join('. '),
    );
    this.name = 'SettingsError';
  }
}

/** The engine stopped, or could not start; the message says what to do. */
export class EngineError extends Error {
  readonly code: LabError['code'];

  constructor(error: Pick<LabError, 'code' | 'message'>) {
    super(error.message);
    this.name = 'EngineError';
    this.code = error.code;
  }
}

/** Where workers come from. Hosts other than browsers put their own here. */
export const host: { worker: () => WorkerLike } = { worker: browserWorker };

function browserWorker(): WorkerLike {
  const here = import.meta.url;
  if (new URL(here).origin === location.origin) {
    // Written out, so that bundlers find it.
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  }
  // A worker must be of the page's own origin, but what it imports need not be.
  const address = URL.createObjectURL(
    new Blob([`import ${JSON.stringify(new URL('worker.js', here).href)};`], { type: 'text/javascript' }),
  );
  return new Worker(address, { type: 'module' });
}

/** Settings as the engine reads them. */
function written(settings: Settings | SequenceSettings): Values {
  const values: Values = {};
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined) values[name] = Array.isArray(value) ? value.join(',') : String(value);
  }
  return values;
}

/**
 * Starts a race with the given settings of the copy lab, or with those of a link from the page, of any lab. All others
 * have their defaults.
 */
export function train(settings: Settings | string = {}, options: Options = {}): Race {
  return new Race(options, (client) => applySettings(client, settings));
}

/**
 * Runs an experiment of the sequence lab. The results have its curves, as those of a race; there are no weights to
 * save, and nothing to inspect or profile.
 */
export function study(settings: SequenceSettings | string = {}, options: Options = {}): Race {
  return new Race(options, (client) => applySettings(client, settings), false, 'sequence');
}

function applySettings(client: LabClient, settings: Settings | SequenceSettings | string): void {
  if (typeof settings === 'string') client.read(settings.replace(/^[^#]*#/, ''));
  else client.settle(written(settings));
}

/** Opens a race that was saved, at its step. It stands still until `resume()`, and is there until `close()`. */
export function open(weights: Uint8Array, options: Options = {}): Race {
  return new Race({ keep: true, ...options }, (client) => client.import(weights), true);
}

/** The table of settings, and the presets, of the copy lab or of another. */
export async function describe(
  options: Pick<Options, 'module'> & { lab?: LabId } = {},
): Promise<{ properties: Property[]; presets: Preset[] }> {
  return ask(options, (_, report, resolve) => {
    if (report.type === 'described') {
      resolve({ properties: report.properties, presets: report.presets });
    }
  });
}

/** All settings as they would be used, what is wrong with the given ones, and the link that restores them. */
export async function settle(
  settings: Settings | string,
  options: Pick<Options, 'module'> = {},
): Promise<{ values: Values; problems: Problem[]; link: string }> {
  return ask(options, (client, report, resolve) => {
    if (report.type === 'described') {
      applySettings(client, settings);
    } else if (report.type === 'settled') {
      const { values, problems, link } = report.settled;
      resolve({ values, problems, link });
    }
  });
}

/** Asks a worker that lives only for this. */
async function ask<T>(
  options: Pick<Options, 'module'> & { lab?: LabId },
  onReport: (client: LabClient, report: Report, resolve: (answer: T) => void) => void,
): Promise<T> {
  const client = connect(options);
  try {
    return await new Promise<T>((resolve, reject) => {
      client.listen((report) => {
        if (report.type === 'failed') reject(new EngineError(report.error));
        else onReport(client, report, resolve);
      });
    });
  } finally {
    client.close();
  }
}

function connect({ module, lab = 'copy' }: Pick<Options, 'module'> & { lab?: LabId }): LabClient {
  return new LabClient({ worker: () => host.worker(), lab, store: false, ...(module ? { module } : {}) });
}

interface Deferred<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((res, rej) => {
    resolve = res;
    reject = rej;
  });
  return { promise, resolve, reject };
}

/** One symbol after the other, or a text that is split as the setting `split` says. */
export type Symbols = string | readonly string[];

/**
 * A sequence machine in a worker of its own, with settings of the sequence lab or those of a link from its page.
 *
 * ```js
 * const machine = await sequence({ context: 'combined' });
 * await machine.store('7 1 5 1 7 1 5 1');
 * const { steps } = await machine.recall('7 1', 6);
 * machine.close();
 * ```
 */
export async function sequence(
  settings: SequenceSettings | string = {},
  options: Pick<Options, 'module'> = {},
): Promise<Machine> {
  const client = connect({ ...options, lab: 'sequence' });
  try {
    return new Machine(client, await settling(client, () => applySettings(client, settings)));
  } catch (thrown) {
    client.close();
    throw thrown;
  }
}

/** The settings that `begin` leads to; settings that are not taken are an error. */
async function settling(client: LabClient, begin: () => void): Promise<Settled> {
  const { promise, resolve, reject } = deferred<Settled>();
  const stop = client.listen((report) => {
    if (report.type === 'failed') reject(new EngineError(report.error));
    else if (report.type === 'settled') resolve(report.settled);
  });
  begin();
  try {
    const settled = await promise;
    if (settled.problems.length) throw new SettingsError(settled.problems);
    if (settled.lab !== 'sequence') {
      throw new EngineError({
        code: 'config',
        message: `These settings are of the lab “${settled.lab}”. A machine needs those of the lab “sequence”.`,
      });
    }
    return settled;
  } finally {
    stop();
  }
}

/**
 * A machine and what has happened to it. Each call answers when it is done; a call that is refused (a symbol that was
 * never stored, an empty sequence) rejects with a `Refusal` and leaves the machine as it was.
 */
export class Machine {
  /** @internal Use `sequence`. */
  constructor(
    private readonly client: LabClient,
    private settled: Settled,
  ) {}

  /** All settings, as they are used. */
  get settings(): Values {
    return { ...this.settled.values };
  }

  /** The link that restores them. */
  get link(): string {
    return this.settled.link;
  }

  /** Changes some settings, and gives all. Others of codes, context or memory begin a blank memory. */
  async change(settings: SequenceSettings): Promise<Values> {
    const before = this.settled.values;
    try {
      this.settled = await settling(this.client, () =>
        this.client.settle({ ...before, ...written(settings) }),
      );
    } catch (thrown) {
      // What was mended is undone: the machine is as it was.
      this.client.settle(before);
      throw thrown;
    }
    return this.settings;
  }

  /** The symbols of the settings' sequence. */
  symbols(): Promise<string[]> {
    return this.client.ask('symbols', {});
  }

  /** Stores a sequence in one pass, from where the machine is; the settings' own if none is given. */
  store(symbols?: Symbols): Promise<Session> {
    return store(this.client, this.text(symbols));
  }

  /** Presents a sequence without writing it. */
  replay(symbols?: Symbols): Promise<Session> {
    return replay(this.client, this.text(symbols));
  }

  /** Takes in the cue, and goes on alone for `count` symbols; by the settings if left out. */
  recall(cue?: Symbols, count?: number): Promise<Session> {
    return recall(this.client, this.text(cue) ?? this.settled.values.cue ?? '', count);
  }

  /** A blank memory. */
  forget(): Promise<Session> {
    return forget(this.client);
  }

  /** Ends a command that takes long: its promise resolves with what is through by then. */
  stop(): void {
    this.client.stop('session', 'symbols');
  }

  /** What has happened since the memory was blank. */
  session(): Promise<Session> {
    return session(this.client);
  }

  /** The five operations of machine and transformer at a symbol of the settings' sequence, counted from 0. */
  operations(at: number): Promise<Operations> {
    return this.client.ask('operations', { at });
  }

  /** The spikes of every layer at that symbol. */
  spikes(at: number): Promise<Spikes> {
    return this.client.ask('spikes', { at });
  }

  /** Hamming balls beside softmax. */
  ball(): Promise<Ball> {
    return this.client.ask('ball', {});
  }

  /** What the command line writes about the settings' sequence. */
  report(): Promise<unknown> {
    return this.client.ask('report', {});
  }

  /** Ends the worker. */
  close(): void {
    this.client.close();
  }

  private text(symbols: Symbols | undefined): string | undefined {
    if (symbols === undefined) return undefined;
    if (typeof symbols === 'string') return symbols;
    return joined(symbols, this.settled.values);
  }
}

/** A race in its own worker. Iterate over it for its events, from the moment of asking on. */
export class Race implements AsyncIterable<LabEvent> {
  /** Runs, measures, executor and cost, once the race is prepared. */
  readonly ready: Promise<About>;
  /** Results, once all steps are done or `stop` was called. */
  readonly finished: Promise<FullResults>;
  /** Steps done so far. */
  step = 0;

  private readonly client: LabClient;
  private readonly streams = new Set<Stream>();
  private readonly about = deferred<About>();
  private readonly outcome = deferred<FullResults>();
  private state: 'starting' | 'open' | 'over' | 'closed' = 'starting';
  private stopping = false;
  private held = false;
  private trains = false;
  /** What is left when the worker has ended. */
  private ended: FullResults | null = null;
  private saved: Uint8Array | null = null;

  /** @internal Use `train`, `study` or `open`. */
  constructor(
    private readonly options: Options,
    begin: (client: LabClient) => unknown,
    private readonly still = false,
    lab: LabId = 'copy',
  ) {
    this.ready = this.about.promise;
    this.finished = this.outcome.promise;
    // Whoever awaits only one of them must not be told of the other's failure as unhandled.
    this.ready.catch(() => {});
    this.finished.catch(() => {});
    this.client = connect({ ...options, lab });
    const { signal } = options;
    if (signal?.aborted) {
      this.fail(signal.reason);
      return;
    }
    signal?.addEventListener('abort', this.abort);
    this.client.listen((report) => this.onReport(report));
    Promise.resolve(begin(this.client)).catch((error) =>
      this.fail(error instanceof Refusal ? new EngineError(error) : error),
    );
  }

  /** What the race is doing. */
  get activity(): Activity | 'closed' {
    return this.state === 'closed' ? 'closed' : this.client.activity;
  }

  /** Stands still after the present step, until `resume`. */
  pause(): void {
    this.held = true;
    // Preparing is not given up, as it would be on the page: the race then stands still once it begins.
    if (this.client.activity === 'training') this.client.pause();
  }

  resume(): void {
    this.held = false;
    if (this.state === 'open') this.client.train();
  }

  /** Ends the race where it stands. Gives the results so far, as `finished` does. */
  stop(): Promise<FullResults> {
    if (this.state === 'starting' || this.state === 'open') {
      this.stopping = true;
      if (this.client.activity === 'training') this.client.pause();
      else if (this.state === 'open') void this.end();
    }
    return this.finished;
  }

  /** A safetensors file of weights, optimiser state, step and configuration; `open` goes on from it bit by bit. */
  async save(): Promise<Uint8Array> {
    if (this.ended && !this.trains) throw new Error('A study has no weights to save.');
    return this.saved?.slice() ?? this.openClient().ask('run.save', {});
  }

  /** Results so far. */
  async results(): Promise<FullResults> {
    return this.ended ?? this.openClient().ask('run.results', {});
  }

  /**
   * Attention, predictions, similarity and norms of one run. `probe` is symbols (`'3 1 4 1'`), `'#5'` for held-out
   * sequence 5, or nothing for any held-out one. After the end this needs the option `keep`.
   */
  async inspect(replica = 0, probe = ''): Promise<Inspection> {
    return this.openClient().ask('run.inspect', { replica, probe });
  }

  /** Time of each kernel. After the end this needs the option `keep`. */
  async profile(): Promise<Profile> {
    return this.openClient().ask('run.profile', {});
  }

  /** Ends the worker. A race that is not over fails. */
  close(): void {
    this.fail(new DOMException('The race was closed.', 'AbortError'));
  }

  /** Events from now on, until the end of the race. Each loop has its own. */
  [Symbol.asyncIterator](): AsyncIterableIterator<LabEvent> {
    const stream = new Stream((done) => this.streams.delete(done));
    if (this.state === 'over' || this.state === 'closed') {
      this.finished.then(
        () => stream.end(),
        (error) => stream.end(error),
      );
    } else {
      this.streams.add(stream);
    }
    return stream;
  }

  private readonly abort = () => this.fail(this.options.signal?.reason);

  private openClient(): LabClient {
    if (this.state === 'closed') {
      throw new Error('The worker of this race has ended. Give the option keep, and ask before close().');
    }
    return this.client;
  }

  private onReport(report: Report): void {
    switch (report.type) {
      case 'settled':
        if (report.settled.problems.length) this.fail(new SettingsError(report.settled.problems));
        else if (!this.still) this.client.train();
        break;
      case 'compiling':
        this.options.onProgress?.(report.fraction, report.what);
        break;
      case 'opened':
        this.state = 'open';
        this.step = report.recorded?.step ?? 0;
        this.trains = report.about.weights;
        this.about.resolve(report.about);
        break;
      case 'happened':
        for (const event of report.events) {
          // What comes in after a pause may be training alone, without a word on progress.
          const step =
            event.type === 'training' ? (event.steps.at(-1) ?? 0) : 'step' in event ? event.step : 0;
          this.step = Math.max(this.step, step);
          for (const stream of this.streams) stream.push(event);
        }
        break;
      case 'activity':
        if (report.activity === 'finished') void this.end();
        else if ((this.stopping || this.held) && report.activity === 'training') this.client.pause();
        else if (this.stopping && report.activity === 'paused') void this.end();
        break;
      case 'failed':
        this.fail(new EngineError(report.error));
        break;
    }
  }

  /** Results and weights are fetched before the worker ends, so that nothing of a finished race need be closed. */
  private async end(): Promise<void> {
    if (this.state !== 'open') return;
    this.state = 'over';
    try {
      const results = await this.client.ask('run.results', {});
      this.ended = results;
      if (!this.options.keep) {
        if (this.trains) this.saved = await this.client.ask('run.save', {});
        this.client.close();
        this.state = 'closed';
      }
      this.settled();
      this.outcome.resolve(results);
      for (const stream of this.streams) stream.end();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(reason: unknown): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.settled();
    this.client.close();
    this.about.reject(reason);
    this.outcome.reject(reason);
    for (const stream of this.streams) stream.end(reason);
  }

  private settled(): void {
    this.options.signal?.removeEventListener('abort', this.abort);
  }
}

/** Events on their way to one loop: kept until it asks. */
class Stream implements AsyncIterableIterator<LabEvent> {
  private readonly waiting: LabEvent[] = [];
  private readonly asked: Deferred<IteratorResult<LabEvent>>[] = [];
  private over = false;
  private error: { reason: unknown } | null = null;

  constructor(private readonly done: (stream: Stream) => void) {}

  push(event: LabEvent): void {
    if (this.over) return;
    const asked = this.asked.shift();
    if (asked) asked.resolve({ value: event, done: false });
    else this.waiting.push(event);
  }

  end(...reason: [] | [unknown]): void {
    if (this.over) return;
    this.over = true;
    this.done(this);
    if (reason.length) this.error = { reason: reason[0] };
    for (const asked of this.asked.splice(0)) this.answer(asked);
  }

  next(): Promise<IteratorResult<LabEvent>> {
    const asked = deferred<IteratorResult<LabEvent>>();
    const event = this.waiting.shift();
    if (event) asked.resolve({ value: event, done: false });
    else if (this.over) this.answer(asked);
    else this.asked.push(asked);
    return asked.promise;
  }

  /** A loop that is left early no longer gathers events; the race goes on. */
  return(): Promise<IteratorResult<LabEvent>> {
    this.waiting.length = 0;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private answer(asked: Deferred<IteratorResult<LabEvent>>): void {
    // An error is told once; then the stream is at its end.
    if (this.error) {
      asked.reject(this.error.reason);
      this.error = null;
    } else {
      asked.resolve({ value: undefined, done: true });
    }
  }
}
