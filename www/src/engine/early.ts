/**
 * What is known of a lab before its engine is there: its tables, written when the page was built, and how its settings will
 * most likely stand. The engine then reads the same commands in the same order, and what it says takes the place of this.
 */

import { paramsOf } from './params-of';
import type { Command, LinkedPreset } from './protocol';
import type { Part, Property, Settled, Values } from './types';

/** Of one lab; `scripts/tables.mjs` makes them. */
export interface Table {
  properties: Property[];
  presets: LinkedPreset[];
  parts: Part[];
  /** The defaults. */
  settled: Settled;
}

/** Whether it may stand there until the engine has read it: plain, and of the right kind. */
function plain({ kind }: Property, text: string): boolean {
  const options = 'options' in kind ? kind.options.map(({ value }) => value) : [];
  switch (kind.type) {
    case 'choice':
      return options.includes(text);
    case 'many':
      return text.split(',').every((each) => options.includes(each));
    case 'flag':
      return text === 'true' || text === 'false';
    case 'integer':
      return /^\d{1,9}$/.test(text) && Number(text) >= kind.min && Number(text) <= kind.max;
    case 'number':
      return /^\d+(\.\d+)?$/.test(text) && Number(text) >= kind.min && Number(text) <= kind.max;
    case 'text':
      return text.length <= kind.most;
  }
}

/** Settings with other values, and the link to them; null if one of them may not stand there. */
function over(values: Values, changed: Values, { properties, settled }: Table): Settled | null {
  const all = { ...values, ...changed };
  const known = properties.filter(({ name }) => name in changed);
  const bad = known.some((property) => !plain(property, all[property.name] ?? ''));
  if (bad || known.length < Object.keys(changed).length) return null;
  const link = new URLSearchParams([['lab', settled.lab]]);
  for (const { name } of properties) {
    if (all[name] !== settled.values[name]) link.append(name, all[name] ?? '');
  }
  // As the engine writes it.
  return { ...settled, values: all, link: link.toString().replaceAll('%2C', ',') };
}

/** The settings after a command; null where only the engine can tell. */
export function foreseen(command: Command, before: Settled | null, table: Table): Settled | null {
  const { settled, presets } = table;
  switch (command.type) {
    case 'read': {
      const { lab = settled.lab, preset, ...values } = Object.fromEntries(paramsOf(command.link));
      const under = preset === undefined ? [] : presets.find(({ id }) => id === preset)?.values;
      return lab === settled.lab && under
        ? over({ ...settled.values, ...Object.fromEntries(under) }, values, table)
        : null;
    }
    case 'settle':
      return over(settled.values, command.values, table) ?? before;
    case 'change':
      return before && (over(before.values, { [command.name]: command.value }, table) ?? before);
    case 'typeIn':
      return before && (over(before.values, { [command.name]: command.text.trim() }, table) ?? before);
    default:
      return before;
  }
}
