/** Gives a thread of Node what `worker.ts` expects of a browser, then runs it. */

import { readFile } from 'node:fs/promises';
import { parentPort, type Transferable } from 'node:worker_threads';

const port = parentPort;
if (!port) throw new Error('This file runs in a worker thread; node.js starts it.');

const scope = globalThis as unknown as Record<string, unknown>;
scope['self'] = globalThis;
scope['postMessage'] = (message: unknown, { transfer = [] }: { transfer?: Transferable[] } = {}) =>
  port.postMessage(message, transfer);
// The engine looks for WebGPU where a worker has it. Here it finds none, and takes the CPU.
scope['WorkerGlobalScope'] ??= class {};
scope['navigator'] ??= {};

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
