/** Questions to the worker whose answers a part of the page shows. */

import { Refusal, workOf } from '../engine/client';

/** While a run trains, an answer that follows it is asked for anew at most this often … */
const LIVE_MS = 333;
/** … or after so many times what was worked at the last answer, if that is longer: training must not wait for looking. */
const LIVE_SHARE = 10;
/** An answer that takes longer than `SLOW_MS` waits until the settings have stood still for `CALM_MS`. */
const SLOW_MS = 25;
const CALM_MS = 250;
/** Codes of refusals that nothing but another question helps against. */
const ITS_FAULT: ReadonlySet<string> = new Set(['config', 'file']);

/**
 * One kind of question. At most one is under way; what has changed meanwhile is asked for once the answer is there, so
 * the last settings always win. While a slider moves, answers come in order and each is shown.
 */
export class Question<T> {
  /** The last answer; null before the first, and after a refusal. */
  answer: T | null = null;
  /** Why the last question was not answered; empty if it was. */
  refused = '';
  /** The reader has ended its work. */
  stopped = false;
  /** It was refused for what it asks: asked for once more, it would be refused once more. */
  hopeless = false;

  private latest = { key: '', live: '' };
  private sent = { key: '', live: '' };
  private pending = false;
  private since = 0;
  private took = 0;
  private changed = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly fetch: () => Promise<T>,
    private readonly onAnswer: () => void,
    /** Whether a slow answer waits for the reader to let go of a slider, so that quicker ones come first. */
    private readonly patient = false,
  ) {}

  /** Whether the answer on show is for the present settings. */
  get fresh(): boolean {
    return !this.pending && this.sent.key === this.latest.key;
  }

  get state(): 'idle' | 'asking' | 'answered' | 'refused' {
    if (!this.fresh) return 'asking';
    if (this.sent.key === '') return 'idle';
    return this.refused ? 'refused' : 'answered';
  }

  /** What the last question was sent with. */
  get live(): string {
    return this.sent.live;
  }

  /** The answer depends on `key`, and on `live`, which changes by itself as a run trains. */
  request(key: string, live = ''): void {
    if (key !== this.latest.key) this.changed = performance.now();
    this.latest = { key, live };
    this.next();
  }

  /** A refusal may have been the worker's end, not the question's fault: it may be sent again. */
  retry(): void {
    if (this.refused) this.anew();
  }

  /** The same is asked for once more. */
  anew(): void {
    this.sent = { key: '', live: '' };
  }

  /** Nobody looks: what has changed is asked for when `request` is called again. */
  suspend(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.latest = { ...this.sent };
  }

  private next(): void {
    const { latest, sent } = this;
    const same = latest.key === sent.key;
    if (this.pending || (same && latest.live === sent.live)) return;
    const now = performance.now();
    const calm = this.patient && this.took > SLOW_MS ? this.changed + CALM_MS : 0;
    const wait =
      (same ? this.since + Math.max(LIVE_MS, LIVE_SHARE * (workOf(this.answer) ?? this.took)) : calm) - now;
    if (wait > 0) {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.next();
      }, wait);
      return;
    }
    clearTimeout(this.timer);
    this.timer = undefined;
    void this.send();
  }

  private async send(): Promise<void> {
    this.sent = { ...this.latest };
    this.pending = true;
    this.stopped = false;
    this.since = performance.now();
    try {
      this.answer = await this.fetch();
      this.refused = '';
    } catch (thrown) {
      if (thrown instanceof Refusal && thrown.code === 'outdated') {
        // The settings changed while it was worked on: it was not answered, and is asked for as they are now.
        this.anew();
      } else {
        this.answer = null;
        this.refused = thrown instanceof Error ? thrown.message : String(thrown);
        this.hopeless = thrown instanceof Refusal && ITS_FAULT.has(thrown.code);
      }
    }
    this.took = performance.now() - this.since;
    this.pending = false;
    this.onAnswer();
    this.next();
  }
}
