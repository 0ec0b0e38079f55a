/** The page API in Node: the same worker in a thread of its own, on the CPU executor. */

import { Worker } from 'node:worker_threads';
import { host, type WorkerLike } from '../api';

export * from '../api';

/** A thread with the face of a browser's worker. */
class Thread implements WorkerLike {
  onmessage: WorkerLike['onmessage'] = null;
  onerror: WorkerLike['onerror'] = null;
  private readonly thread = new Worker(new URL('./node-worker.js', import.meta.url));

  constructor() {
    this.thread.on('message', (data) => this.onmessage?.({ data } as MessageEvent));
    this.thread.on('error', (error) =>
      this.onerror?.({ message: error.message, preventDefault() {} } as ErrorEvent),
    );
  }

  postMessage(message: unknown): void {
    this.thread.postMessage(message);
  }

  terminate(): void {
    void this.thread.terminate();
  }
}

host.worker = () => new Thread();
