/** What the answers about one side depend on, as texts: equal texts, equal answers. */

import type { EncodingsContext } from './context';
import type { Side } from './engine';
import { objectId } from '../../ui/visible-part';

export interface Key {
  /** Of the similarity alone. */
  settings: string;
  /** Of the table of vectors. */
  table: string;
  /** Changes by itself as a run trains. */
  moment: string;
}

/** Settings beside a side's own that its table may depend on: `heads` of ALiBi's slopes, `seed` of drawn tables. */
const COMMON = ['length', 'width', 'seed', 'heads', 'window'];

export function keyOf(side: Side, context: EncodingsContext): Key {
  const { values } = context.settled;
  const own = Object.keys(values).filter((name) => name === side || name.startsWith(`${side}_`));
  const names = [...own, ...COMMON];
  const chosen = values[side];
  const table = names.map((name) => values[name]);
  if (chosen === 'uploaded') table.push(`upload ${context.upload ? objectId(context.upload) : 0}`);
  if (chosen === 'trained') {
    table.push(
      `run ${values.trained_run} ${context.live && context.recording ? objectId(context.recording) : 'none'}`,
    );
  }
  return {
    settings: JSON.stringify([values.measure, values.executor]),
    table: JSON.stringify(table),
    moment: chosen === 'trained' && context.live ? String(context.step) : '',
  };
}
