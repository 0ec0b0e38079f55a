/** What differs between two configurations, in the words of the property table. */

import { valueText } from '../ui/controls';
import type { Property, Values } from '../engine/types';

/** One property whose value is another. */
export interface Difference {
  name: string;
  text: string;
}

/** `from` is the present run's configuration, `to` the other's. Properties stand in the order of the table. */
export function differences(properties: Property[], from: Values, to: Values): Difference[] {
  return properties
    .filter(({ name, kind }) => !same(kind, from[name] ?? '', to[name] ?? ''))
    .map((property) => ({
      name: property.name,
      text: change(property, from[property.name] ?? '', to[property.name] ?? ''),
    }));
}

/** A number may be written in more than one way. */
function same(kind: Property['kind'], from: string, to: string): boolean {
  if (from === to) return true;
  return kind.type === 'number' && from !== '' && to !== '' && Number(from) === Number(to);
}

function change(property: Property, from: string, to: string): string {
  if (property.kind.type === 'many') {
    const [before, after] = [from, to].map((list) => list.split(',').filter(Boolean)) as [string[], string[]];
    const gone = before.filter((option) => !after.includes(option));
    const come = after.filter((option) => !before.includes(option));
    const named = (options: string[]) => valueText(property, options.join(','));
    const parts = [come.length ? `with ${named(come)}` : '', gone.length ? `without ${named(gone)}` : ''];
    const text = parts.filter(Boolean).join(', ');
    return `${property.label} ${text || 'in another order'}`;
  }
  const words = (value: string) => valueText(property, value) || 'not given';
  return `${property.label} ${words(to)}, here ${words(from)}`;
}

export function differencesText(found: Difference[]): string {
  return found.length ? found.map(({ text }) => text).join('; ') : 'the same settings';
}
