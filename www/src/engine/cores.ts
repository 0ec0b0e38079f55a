/** Cores: all labs of all tabs together work on no more of them than there are, and each on one at least. */

import type { Values } from './types';

/** What a browser says of the machine. */
interface Machine {
  hardwareConcurrency?: number;
  /** In GiB, at most 8. */
  deviceMemory?: number;
  locks?: LockManager;
}

/** Workers that a GiB of memory is enough for: each has a module and a heap of its own. */
const WORKERS_PER_GIB = 2;

/** How many cores the settings want. */
export function wanted(
  { cores = 'auto' }: Values,
  { hardwareConcurrency = 1, deviceMemory }: Machine,
): number {
  if (cores !== 'auto') return Number(cores);
  return Math.max(1, Math.min(hardwareConcurrency, WORKERS_PER_GIB * (deviceMemory ?? Infinity)));
}

/** Those that this worker has taken: each is a lock, which goes with its holder whatever ends it. */
export class Cores {
  private held: (() => void)[] = [];

  constructor(private readonly machine: Machine) {}

  /** Takes those that the settings want, as far as nobody has them; gives how many may be worked on. */
  async take(values: Values): Promise<number> {
    const most = wanted(values, this.machine);
    // What a reader asks for counts, also where the browser tells of fewer.
    const there = Math.max(most, this.machine.hardwareConcurrency ?? 1);
    for (let core = 1; core <= there && this.held.length < most; core++) await this.takeOne(core);
    return Math.max(1, this.held.length);
  }

  /** Gives back all but so many. */
  giveBack(keep = 0): void {
    for (const release of this.held.splice(keep)) release();
  }

  private takeOne(core: number): Promise<void> {
    return new Promise((resolve) => {
      const held = (lock: Lock | null) =>
        new Promise<void>((release) => {
          if (lock) this.held.push(release);
          else release();
          resolve();
        });
      const request = this.machine.locks?.request(`mnemoscope core ${core}`, { ifAvailable: true }, held);
      // Where there are none, or a page may not have any, one worker does it.
      if (request) request.catch(() => resolve());
      else resolve();
    });
  }
}
