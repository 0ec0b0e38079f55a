/** Workers for programs, which have no page: how one is started, what it is told, and how it fails. */

import { LabClient, type WorkerLike } from './client';
import { paramsOf } from './params-of';
import type { LabError, LabId, Problem, Values } from './types';
import type { SequenceSettings, Settings } from './settings';

/** Settings that the engine does not take, one problem each. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(
      problems
        .map(({ field, given, allowed }) => `${field}: “${given}” is not taken (${allowed})`)
        .join('. '),
    );
    this.name = 'SettingsError';
  }
}

/** The engine stopped, or could not start; the message says what to do. */
export class EngineError extends Error {
  readonly code: LabError['code'];

  constructor(error: Pick<LabError, 'code' | 'message'>) {
    super(error.message);
    this.name = 'EngineError';
    this.code = error.code;
  }
}

/** Where workers come from. Hosts other than browsers put their own here. */
export const host: { worker: () => WorkerLike } = { worker: browserWorker };

function browserWorker(): WorkerLike {
  const here = import.meta.url;
  if (new URL(here).origin === location.origin) {
    // Written out, so that bundlers find it.
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  }
  // A worker must be of the page's own origin, but what it imports need not be.
  const address = URL.createObjectURL(
    new Blob([`import ${JSON.stringify(new URL('worker.js', here).href)};`], { type: 'text/javascript' }),
  );
  return new Worker(address, { type: 'module' });
}

/** Settings as the engine reads them. */
export function written(settings: Settings | SequenceSettings): Values {
  const values: Values = {};
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined) values[name] = Array.isArray(value) ? value.join(',') : String(value);
  }
  return values;
}

export function applySettings(client: LabClient, settings: Settings | SequenceSettings | string): void {
  if (typeof settings === 'string') client.read(paramsOf(settings).toString());
  else client.settle(written(settings));
}

export interface Place {
  /** Address of the wasm module, if it does not lie beside this one. */
  module?: string;
}

export function connect({ module, lab = 'copy' }: Place & { lab?: LabId }): LabClient {
  return new LabClient({ worker: () => host.worker(), lab, store: false, ...(module ? { module } : {}) });
}

export interface Deferred<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
}

/** `Promise.withResolvers`, which Node 20 does not have. */
export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((res, rej) => {
    resolve = res;
    reject = rej;
  });
  return { promise, resolve, reject };
}
