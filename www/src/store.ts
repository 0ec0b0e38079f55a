/**
 * Keeps one run in this browser (IndexedDB) for the next visit: what it is, its recording, and its state as a
 * safetensors file. Nothing here throws on a full or missing storage in a way that could stop a run: callers
 * get a sentence instead.
 */

import { createStore, delMany, get, setMany, type UseStore } from 'idb-keyval';
import type { Kept } from './protocol';
import type { Snapshot } from './record';

/** Raised when the shape of what is kept changes; what older pages kept is then left alone. */
const VERSION = 1;
const LABEL = `run-${VERSION}`;
const CONTENT = `run-${VERSION}-content`;

export interface Content {
  snapshot: Snapshot;
  /** A safetensors file. */
  bytes: Uint8Array;
}

let opened: UseStore | null = null;
/** Opened at the first use: a browser without storage refuses right here. */
function place(): UseStore {
  opened ??= createStore('mnemoscope', 'runs');
  return opened;
}

/** Label and content in one transaction: never one without the other. */
export async function keep(kept: Kept, content: Content): Promise<void> {
  const entries: [IDBValidKey, unknown][] = [
    [LABEL, kept],
    [CONTENT, content],
  ];
  await setMany(entries, place());
}

/** What an earlier visit left; null if there is nothing, or no storage. */
export async function label(): Promise<Kept | null> {
  try {
    return (await get<Kept>(LABEL, place())) ?? null;
  } catch {
    return null;
  }
}

export async function content(): Promise<Content | null> {
  return (await get<Content>(CONTENT, place())) ?? null;
}

export async function discard(): Promise<void> {
  try {
    await delMany([LABEL, CONTENT], place());
  } catch {
    // Where nothing can be deleted nothing was kept.
  }
}

/** Why keeping failed, for a reader. */
export function sentence(thrown: unknown): string {
  const name = thrown instanceof DOMException ? thrown.name : '';
  const why =
    name === 'QuotaExceededError'
      ? 'this browser’s storage for the page is full'
      : name
        ? `this browser refuses storage here (${name})`
        : 'this browser offers no storage here';
  return `This run cannot be kept for your next visit: ${why}. It goes on, and nothing of it is lost while the page is open. To keep it, save its weights as a file.`;
}
