/** The lines of the charts: options of one property, each with its name and its mark. */

import type { ChoiceOption, Property } from '../engine/types';
import { mark, type Mark } from './palette';

export interface Entry {
  id: string;
  label: string;
  mark: Mark;
}

/** The property whose options are the lines. */
export const SERIES = 'encodings';

function options(properties: Property[]): ChoiceOption[] {
  const kind = properties.find((property) => property.name === SERIES)?.kind;
  return kind?.type === 'many' ? kind.options : [];
}

export function entryOf(properties: Property[], id: string): Entry {
  const all = options(properties);
  const place = all.findIndex((option) => option.value === id);
  return { id, label: all[place]?.label ?? id, mark: mark(place) };
}
