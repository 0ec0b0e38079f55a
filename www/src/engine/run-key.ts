/** Which settings a run depends on: what is only looked at may change while one is open, and neither closes it nor makes it out of date. */

import type { Property, Settled, Values } from './types';

/** Whether a run has to be opened anew for this setting to count. */
export function concernsRun({ scope }: Pick<Property, 'scope'>): boolean {
  return scope !== 'look';
}

/** The settings that a run depends on, as one text: equal texts, equal runs. */
export function runKey({ lab, values }: Pick<Settled, 'lab' | 'values'>, properties: Property[]): string {
  const concerned = properties.filter(concernsRun);
  return [lab, ...concerned.map(({ name }) => `${name}=${values[name] ?? ''}`)].join('&');
}

/** `before`, with what a run depends on taken from `values`. */
export function runValues(before: Values, values: Values, properties: Property[]): Values {
  const taken = properties.filter(concernsRun);
  return { ...before, ...Object.fromEntries(taken.map(({ name }) => [name, values[name] ?? ''])) };
}
