/** Which symbol of the settings' sequence the parts of the page look at. It is the same for all parts of one lab. */

import type { LabClient } from '../../engine/client';

export class Place {
  private place = 0;
  private readonly listeners = new Set<() => void>();

  /** From 0. A sequence that has become shorter may end before it. */
  get at(): number {
    return this.place;
  }

  go(at: number): void {
    const next = Math.max(0, Math.round(at));
    if (next === this.place) return;
    this.place = next;
    for (const listener of this.listeners) listener();
  }

  /** Calls the listener at every move from now on; returns how to stop. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The place within a sequence of `length` symbols. */
  within(length: number): number {
    return Math.min(this.place, Math.max(0, length - 1));
  }
}

const places = new WeakMap<LabClient, Place>();

export function placeOf(client: LabClient): Place {
  const known = places.get(client);
  if (known) return known;
  const place = new Place();
  places.set(client, place);
  return place;
}
