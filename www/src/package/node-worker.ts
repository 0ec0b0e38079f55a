/** Gives a thread of Node what `worker.ts` expects of a browser, then runs it. */

import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parentPort, type Transferable } from 'node:worker_threads';
import { Thread } from './thread';

const port = parentPort;
if (!port) throw new Error('This file runs in a worker thread; node.js starts it.');

const scope = globalThis as unknown as Record<string, unknown>;
scope['self'] = globalThis;
scope['postMessage'] = (message: unknown, { transfer = [] }: { transfer?: Transferable[] } = {}) =>
  port.postMessage(message, transfer);
// The engine looks for WebGPU where a worker has it. Here it finds none, and takes the CPU.
scope['WorkerGlobalScope'] ??= class {};
// Workers that help this one are threads as well, whose end is heard. Other programs' cores are not known here, so that all are free.
scope['Worker'] = Thread;
scope['location'] = { href: import.meta.url };
const request = (_: string, options: object, held?: (lock: object) => Promise<void>) =>
  held ? held(options) : new Promise(() => {});
const navigator = { hardwareConcurrency: availableParallelism(), locks: { request } };
Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });

/** Node's own does not read files, and the wasm module lies beside this one. */
const fetchAddress = globalThis.fetch;
scope['fetch'] = async (input: string | URL | Request, init?: RequestInit) => {
  const address = new URL(input instanceof Request ? input.url : input);
  if (address.protocol !== 'file:') return fetchAddress(input, init);
  return new Response(await readFile(address), { headers: { 'content-type': 'application/wasm' } });
};

await import('../worker');
// Messages that came before wait for this listener.
port.on('message', (data) =>
  (globalThis as unknown as Pick<Worker, 'onmessage'>).onmessage?.call(
    globalThis as unknown as Worker,
    { data } as MessageEvent,
  ),
);
