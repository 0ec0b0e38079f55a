/**
 * Keeps one run of each lab in this browser (IndexedDB) for the next visit: what it is, its recording, and its state
 * as a safetensors file. Nothing here throws on a full or missing storage in a way that could stop a run: callers
 * get a sentence instead.
 */

import { createStore, delMany, get, setMany, type UseStore } from 'idb-keyval';
import { LABS } from './generated';
import type { LabId } from './types';
import type { Kept } from './protocol';
import type { Snapshot } from './record';

/** Raised when the shape of what is kept changes; what older pages kept is then left alone. */
const VERSION = 1;
/** The first lab's names are those of the time when it was the only one. */
const labelOf = (lab: LabId) => `run-${VERSION}${lab === LABS[0] ? '' : `-${lab}`}`;
const contentOf = (lab: LabId) => `${labelOf(lab)}-content`;

export interface Content {
  snapshot: Snapshot;
  /** A safetensors file. */
  bytes: Uint8Array;
}

/** What earlier pages kept calls the arms by the name that they had in the copy lab. */
type Stored = Kept | (Omit<Kept, 'arms'> & { encodings: string[] });

let opened: UseStore | null = null;
/** Opened at the first use: a browser without storage refuses right here. */
function place(): UseStore {
  opened ??= createStore('mnemoscope', 'runs');
  return opened;
}

/** Label and content in one transaction: never one without the other. */
export async function keep(lab: LabId, kept: Kept, content: Content): Promise<void> {
  const entries: [IDBValidKey, unknown][] = [
    [labelOf(lab), kept],
    [contentOf(lab), content],
  ];
  await setMany(entries, place());
}

/** What an earlier visit left; null if there is nothing, or no storage. */
export async function label(lab: LabId): Promise<Kept | null> {
  try {
    const kept = await get<Stored>(labelOf(lab), place());
    if (!kept) return null;
    return 'arms' in kept ? kept : { ...kept, arms: kept.encodings };
  } catch {
    return null;
  }
}

export async function content(lab: LabId): Promise<Content | null> {
  return (await get<Content>(contentOf(lab), place())) ?? null;
}

export async function discard(lab: LabId): Promise<void> {
  try {
    await delMany([labelOf(lab), contentOf(lab)], place());
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
  return (
    `This run cannot be kept for your next visit: ${why}. It goes on, and nothing of it is lost while the page is open. ` +
    'To keep it, save its weights as a file.'
  );
}
