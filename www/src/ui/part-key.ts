/** What answers depend on, as texts: equal texts, equal answers. */

import type { PartContext } from './part-context';

export interface Key {
  settings: string;
  /** Changes by itself as a run trains. */
  moment: string;
}

/** A number for each object, the same whenever it is asked for: it tells one recording from another. */
const numbers = new WeakMap<object, number>();
let lastNumber = 0;

export function objectId(thing: object): number {
  const known = numbers.get(thing) ?? ++lastNumber;
  numbers.set(thing, known);
  return known;
}

/** The settings that the answer of a part depends on. */
export function settingsOf({ parts }: Pick<PartContext, 'parts'>, id: string): string[] {
  const part = parts.find((known) => known.id === id);
  if (!part) throw new Error(`There is no part “${id}”.`);
  return part.settings;
}

/** Their values, as a text that changes when one of them does. */
export function keyOf(context: Pick<PartContext, 'parts' | 'settled'>, id: string): string {
  return JSON.stringify(settingsOf(context, id).map((name) => context.settled.values[name]));
}

/** Of what the open run is asked; null where none is open. */
export function runKey({ recording, live, step, activity }: PartContext): Key | null {
  if (!recording || !live) return null;
  // Once it stands still the last answer must be that of its last step, and a longer end may have been asked for.
  const standing = activity === 'training' ? '' : activity;
  return { settings: `run ${objectId(recording)} ${standing}`, moment: String(step) };
}
