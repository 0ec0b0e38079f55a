/** Which settings an answer depends on. */

import type { SequenceContext } from './context';

/** The values of all settings outside `groups` and `names`, as a text that changes when one of them does. */
export function keyWithout(
  { properties, settled }: Pick<SequenceContext, 'properties' | 'settled'>,
  groups: readonly string[],
  names: readonly string[] = [],
): string {
  return properties
    .filter(({ group, name }) => !groups.includes(group) && !names.includes(name))
    .map(({ name }) => settled.values[name] ?? '')
    .join('|');
}

/** Groups that concern neither the sequence nor the machine that is shown it. */
export const ELSEWHERE = ['Experiment', 'Memory alone', 'Kanerva', 'Attention'] as const;
/** Recall from a cue is the session's affair. */
export const RECALL = ['cue', 'recall'] as const;
