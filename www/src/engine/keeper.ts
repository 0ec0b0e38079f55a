/** The worker's side of keeping a run for the next visit: one write after the other, and a report if it cannot be done. */

import type { LabId } from './types';
import type { Report } from './protocol';
import type { Snapshot } from './record';
import * as store from './store';

export class Keeper {
  /** Whether runs are kept at all. */
  on = false;
  private reported = false;
  /** Which run is kept, and of which moment. */
  private kept = '';
  private last: Promise<void> = Promise.resolve();
  private writes = 0;

  constructor(private readonly post: (report: Report) => void) {}

  /** A storage that is slower than the training gets no more to do. */
  get idle(): boolean {
    return this.writes === 0;
  }

  has(what: string): boolean {
    return this.kept === what;
  }

  /** It lies in the storage already. */
  holds(what: string): void {
    this.kept = what;
  }

  /** Training does not wait for it. */
  write(snapshot: Snapshot, bytes: Uint8Array, finished: boolean, what: string): void {
    const { about, link, step } = snapshot;
    const kept = {
      link,
      step,
      steps: about.steps,
      finished,
      arms: [...new Set(about.runs.map(({ arm }) => arm))],
      when: Date.now(),
    };
    this.writes += 1;
    this.last = this.last
      .then(() => store.keep(about.lab, kept, { snapshot, bytes }))
      .then(() => {
        this.kept = what;
        this.post({ type: 'kept', step });
      })
      .catch((thrown) => this.refuse(thrown))
      .finally(() => (this.writes -= 1));
  }

  refuse(thrown: unknown): void {
    if (!this.reported) this.post({ type: 'unkept', message: store.sentence(thrown) });
    this.reported = true;
  }

  /** Reports what an earlier visit left of this lab. */
  async offer(lab: LabId): Promise<void> {
    if (!this.on) return;
    await this.last;
    const kept = await store.label(lab);
    if (kept) this.post({ type: 'offered', kept });
  }

  async content(lab: LabId): Promise<store.Content | null> {
    await this.last;
    return store.content(lab);
  }

  discard(lab: LabId): void {
    void this.last.then(() => store.discard(lab));
  }
}
