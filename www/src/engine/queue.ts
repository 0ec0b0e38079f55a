/** The order in which the worker does what it is asked. */

import type { LabError } from './types';

/**
 * Work that is done strictly one after the other; short work that may also be done between two turns of a long one; and work
 * in turns, of which every piece has one whenever short work is done, so that none waits for the end of another.
 */
export class Queue {
  private last: Promise<void> = Promise.resolve();
  /** Work that waits for what goes on. */
  private waiting = 0;
  private readonly short: (() => Promise<void>)[] = [];
  private turns: (() => Promise<boolean>)[] = [];
  private takingTurns = false;

  constructor(private readonly fail: (thrown: unknown) => void) {}

  enqueue(work: () => Promise<void>): void {
    this.waiting += 1;
    const begin = () => {
      this.waiting -= 1;
      return work();
    };
    this.last = this.last.then(begin).catch(this.fail);
  }

  betweenTurns(work: () => Promise<void>): void {
    this.short.push(work);
    this.enqueue(() => this.runBetweenTurns());
  }

  /** Takes a turn of `work` again and again, until it is over; gives what it returns. */
  inTurns<T>(work: AsyncGenerator<void, T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.turns.push(async () => {
        try {
          const turn = await work.next();
          if (!turn.done) return false;
          resolve(turn.value);
        } catch (thrown) {
          reject(thrown);
        }
        return true;
      });
      this.takeTurns();
    });
  }

  async runBetweenTurns(): Promise<void> {
    for (let next = this.short.shift(); next; next = this.short.shift()) await next();
    for (const turn of [...this.turns]) {
      if (await turn()) this.turns = this.turns.filter((other) => other !== turn);
    }
  }

  /** Goes on with what is in turns while nothing else does. */
  private takeTurns(): void {
    if (this.takingTurns || this.turns.length === 0) return;
    this.takingTurns = true;
    this.enqueue(async () => {
      try {
        while (this.turns.length > 0 && this.waiting === 0) {
          await this.runBetweenTurns();
          await yieldToMessages();
        }
      } finally {
        this.takingTurns = false;
        // After what waits.
        this.takeTurns();
      }
    });
  }
}

/** Lets waiting commands in: a task of its own, without the delay of a timer. */
const channel = new MessageChannel();
let wakers: (() => void)[] = [];
channel.port1.onmessage = () => {
  const woken = wakers;
  wakers = [];
  for (const wake of woken) wake();
};
export function yieldToMessages(): Promise<void> {
  return new Promise((resolve) => {
    wakers.push(resolve);
    channel.port2.postMessage(null);
  });
}

export function toLabError(thrown: unknown): LabError {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
    return { code: thrown.code as LabError['code'], message: String(thrown.message) };
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', message: `The engine stopped: ${text}. Reload the page to start again.` };
}
