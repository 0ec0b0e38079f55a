/** The order in which the worker does what it is asked. */

import type { LabError } from './engine';

/** Work that is done strictly one after the other, and errands that may also be run between two turns of a long work. */
export class Queue {
  private last: Promise<void> = Promise.resolve();
  private readonly errands: (() => Promise<void>)[] = [];

  constructor(private readonly fail: (thrown: unknown) => void) {}

  enqueue(work: () => Promise<void>): void {
    this.last = this.last.then(work).catch(this.fail);
  }

  errand(work: () => Promise<void>): void {
    this.errands.push(work);
    this.enqueue(() => this.runErrands());
  }

  async runErrands(): Promise<void> {
    for (let next = this.errands.shift(); next; next = this.errands.shift()) await next();
  }
}

/** Lets waiting commands in: a task of its own, without the delay of a timer. */
const channel = new MessageChannel();
let wake: () => void = () => {};
channel.port1.onmessage = () => wake();
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    wake = resolve;
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
