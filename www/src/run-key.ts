/**
 * Which settings a run depends on. In the encodings lab many only concern looking: they may change while a run is
 * open, and neither close it nor make it out of date.
 */

import type { LabId, Property, Settled, Values } from './engine';

const LOOKING: Record<LabId, ReadonlySet<string>> = {
  copy: new Set(),
  encodings: new Set(['Left', 'Right', 'Positions', 'Logit']),
};

/** Whether a run has to be opened anew for this setting to count. */
export function concernsRun(lab: LabId, { name, group }: Pick<Property, 'name' | 'group'>): boolean {
  if (name === 'seed') return true;
  return name !== 'trained_run' && !LOOKING[lab].has(group);
}

/** The settings that a run depends on, as one text: equal texts, equal runs. */
export function runKey({ lab, values }: Pick<Settled, 'lab' | 'values'>, properties: Property[]): string {
  const concerned = properties.filter((property) => concernsRun(lab, property));
  return [lab, ...concerned.map(({ name }) => `${name}=${values[name] ?? ''}`)].join('&');
}

/** `before`, with what a run depends on taken from `values`. */
export function runValues(lab: LabId, before: Values, values: Values, properties: Property[]): Values {
  const taken = properties.filter((property) => concernsRun(lab, property));
  return { ...before, ...Object.fromEntries(taken.map(({ name }) => [name, values[name] ?? ''])) };
}
