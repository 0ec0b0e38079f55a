/** A worker that helps the one that started it: does what it is told with some runs of a race, one order after the other. */

import type { Reply } from './crew';
import type { Order } from './protocol';
import { toLabError } from './queue';
import type { Helper } from './types';
import { transferables } from './transfer';

/** Waits for `ready`, then obeys whatever comes. */
export function help(ready: Promise<Helper>): void {
  const post = (reply: Reply) => self.postMessage(reply, { transfer: transferables(reply) });
  // Whoever hears that ends this worker.
  const lost = (thrown: unknown) => post({ lost: thrown instanceof Error ? thrown.message : String(thrown) });
  const obey = (helper: Helper, order: Order, values: Float32Array) => {
    try {
      post({ answer: helper.obey(order, values) });
    } catch (thrown) {
      // What the engine says is an answer. Anything else has ended it: no memory, above all.
      if (thrown instanceof Error) lost(thrown);
      else post({ refused: toLabError(thrown) });
    }
  };
  let before = ready.then((helper) => {
    hold(post);
    return helper;
  });
  before.catch(lost);
  self.onmessage = ({ data: { order, values } }: MessageEvent<{ order: Order; values: Float32Array }>) => {
    before = before.then((helper) => {
      obey(helper, order, values);
      return helper;
    });
    before.catch(() => {});
  };
}

/** Holds a lock as long as it lives: a worker that is ended cannot say so. */
function hold(post: (reply: Reply) => void): void {
  const name = `mnemoscope worker ${crypto.randomUUID()}`;
  const held = () => {
    post({ holds: name });
    return new Promise<never>(() => {});
  };
  navigator.locks?.request(name, held).catch(() => {});
}
