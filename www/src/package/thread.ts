/** A thread of Node with the face of a browser's worker. */

import { Worker } from 'node:worker_threads';
import type { WorkerLike } from '../engine/client';

export class Thread implements WorkerLike {
  onmessage: WorkerLike['onmessage'] = null;
  onerror: WorkerLike['onerror'] = null;
  private readonly thread = new Worker(new URL('./node-worker.js', import.meta.url));
  private wanted = true;

  constructor() {
    const fail = (message: string) => {
      if (this.wanted) this.onerror?.({ message, preventDefault() {} } as ErrorEvent);
      this.wanted = false;
    };
    this.thread.on('message', (data) => this.onmessage?.({ data } as MessageEvent));
    this.thread.on('error', ({ message }) => fail(message));
    this.thread.on('exit', () => fail('it has ended'));
  }

  postMessage(message: unknown): void {
    this.thread.postMessage(message);
  }

  terminate(): void {
    this.wanted = false;
    void this.thread.terminate();
  }
}
