/** The presets that are a sequence to store, as the session panel offers them. */

import type { Property, Values } from '../../engine/types';
import type { LinkedPreset } from '../../engine/protocol';
import type { SequenceContext } from './context';

const OFFERED = ['context', 'subsequence', 'random', 'melody', 'text'];
/** What such a preset sets; all else stays as the reader has it. */
const SETS = ['source', 'sequence', 'split', 'cue', 'recall', 'retention'];
/** By these a sequence is known again, also after its cue has been changed. */
const IS = ['source', 'sequence', 'split'];

export function sessionPresets(presets: LinkedPreset[]): LinkedPreset[] {
  return OFFERED.flatMap((id) => presets.find((preset) => preset.id === id) ?? []);
}

function valueOf(preset: LinkedPreset, name: string, properties: Property[]): string {
  const own = preset.values.find(([candidate]) => candidate === name)?.[1];
  return own ?? properties.find((property) => property.name === name)?.default ?? '';
}

/** The present settings with the preset's sequence. */
export function presetValues(
  preset: LinkedPreset,
  { properties, settled }: Pick<SequenceContext, 'properties' | 'settled'>,
): Values {
  const sets = SETS.map((name) => [name, valueOf(preset, name, properties)]);
  return { ...settled.values, ...Object.fromEntries(sets) };
}

export function presetIs(
  preset: LinkedPreset,
  { properties, settled }: Pick<SequenceContext, 'properties' | 'settled'>,
): boolean {
  const names = settled.values.source === 'random' ? ['source'] : IS;
  return names.every((name) => settled.values[name] === valueOf(preset, name, properties));
}
