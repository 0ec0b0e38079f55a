/** Which run of a race is looked at. */

import { nothing } from 'lit';
import { selectField } from './options';
import type { PartContext } from './part-context';

export interface LookedAt extends PartContext {
  /** Its place among all, 0 before there is one. */
  run: number;
  look: (run: number) => void;
}

/** `place` is the part that it stands in. */
export function runPicker(context: LookedAt, place: string, label = 'Look at') {
  const { recording, run, look, entries } = context;
  const runs = recording?.about.runs ?? [];
  if (runs.length < 2) return nothing;
  const labelOf = (arm: string) => entries.find(({ id }) => id === arm)?.label ?? arm;
  return selectField(label, {
    id: `${place}-of`,
    testId: `${place}-of`,
    options: runs.map(({ arm, seed }, i) => ({ value: String(i), label: `${labelOf(arm)}, seed ${seed}` })),
    value: String(run),
    change: (value) => look(Number(value)),
  });
}
