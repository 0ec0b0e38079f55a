/** Workers that have the runs of a race which another worker holds: each a module and a memory of its own. */

import type { WorkerLike } from './client';
import type { ModulePlace, Order } from './protocol';

/** One of them, and what it is yet to answer, the oldest first. */
interface Helper {
  worker: WorkerLike;
  waiting: { resolve: (answer: Float32Array[]) => void; reject: (error: unknown) => void }[];
}

/** What a helper says. */
export type Reply = { answer: Float32Array[] } | { refused: unknown } | { lost: string } | { holds: string };

/** What the engine deals runs out to, by numbers; see `compute/crew.rs`. */
export class Crew {
  /** How many may have something to do. */
  most = 1;
  private readonly helpers = new Map<number, Helper>();
  private started = 0;
  /** How many were lost since the run was opened: another in their place might be lost as well. */
  private losses = 0;

  /** `start` makes a worker of the engine's own script. */
  constructor(
    private readonly start: () => WorkerLike,
    private readonly module: ModulePlace,
  ) {}

  /** A run is opened; what was lost before has nothing to do with it. */
  renew(): void {
    this.losses = 0;
  }

  /** Numbers of those that may be given runs. They are started once they are. */
  workers(): Uint32Array {
    const count = this.most - this.losses;
    if (count < 2) return new Uint32Array();
    while (this.helpers.size < count) this.add(this.started++);
    return Uint32Array.from([...this.helpers.keys()].slice(0, count));
  }

  /** Tells one what to do; what it answers comes in the order of asking. */
  send(number: number, order: Order, values: Float32Array): Promise<Float32Array[]> {
    const helper = this.helpers.get(number);
    if (!helper) return Promise.reject({ code: 'worker-lost', message: 'it had ended' });
    return new Promise((resolve, reject) => {
      helper.waiting.push({ resolve, reject });
      helper.worker.postMessage({ order, values });
    });
  }

  private add(number: number): void {
    const worker = this.start();
    const helper: Helper = { worker, waiting: [] };
    this.helpers.set(number, helper);
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      if ('holds' in data) {
        // It is free once that worker has ended, of whatever.
        const ended = () => this.lose(number, 'it has ended');
        void navigator.locks.request(data.holds, ended).catch(() => {});
      } else if ('answer' in data) helper.waiting.shift()?.resolve(data.answer);
      else if ('refused' in data) helper.waiting.shift()?.reject(data.refused);
      else this.lose(number, data.lost);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.lose(number, event.message || 'it could not go on');
    };
    worker.postMessage({ type: 'help', module: this.module });
  }

  private lose(number: number, message: string): void {
    const helper = this.helpers.get(number);
    if (!helper) return;
    this.helpers.delete(number);
    this.losses += 1;
    helper.worker.terminate();
    for (const { reject } of helper.waiting) reject({ code: 'worker-lost', message });
  }
}
