/**
 * Which settings a run depends on. In the encodings and sequence labs many only concern looking: they may change while
 * a run is open, and neither close it nor make it out of date.
 */

import type { LabId, Property, Settled, Values } from './types';

/** Groups of settings that only concern looking, and single ones. The engine's own lists say the same. */
const LOOKING: Record<LabId, { groups: ReadonlySet<string>; names: ReadonlySet<string> }> = {
  copy: { groups: new Set(), names: new Set() },
  encodings: { groups: new Set(['Left', 'Right', 'Positions', 'Logit']), names: new Set(['trained_run']) },
  sequence: {
    groups: new Set(['Spikes', 'Attention']),
    names: new Set(['source', 'sequence', 'split', 'cue', 'recall', 'context', 'length']),
  },
};

/** Whether a run has to be opened anew for this setting to count. */
export function concernsRun(lab: LabId, { name, group }: Pick<Property, 'name' | 'group'>): boolean {
  const { groups, names } = LOOKING[lab];
  // The seed of the encodings lab stands among what is looked at, and its runs begin with it.
  return name === 'seed' || !(groups.has(group) || names.has(name));
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
