/** A race for programs: a stream of events and a promise of results, in a worker of its own. */

import { Refusal, type LabClient } from './client';
import { connect, deferred, EngineError, SettingsError, type Deferred, type Place } from './program';
import type { Activity, FullResults, Report } from './protocol';
import type { About, Inspection, LabEvent, LabId, Profile } from './types';

export interface Options extends Place {
  /** Ends the race: `finished` and the event stream then fail with the signal's reason. */
  signal?: AbortSignal;
  /** Hears how far the preparing is, from 0 to 1, and with what. */
  onProgress?: (fraction: number, what: string) => void;
  /** Keep the worker after the end, to `inspect` and `profile`. You must `close` the race then. */
  keep?: boolean;
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
        {
          const { problems, lacking } = report.settled;
          if (problems.length || lacking.length)
            return this.fail(new SettingsError([...problems, ...lacking]));
        }
        if (!this.still) this.client.train();
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
