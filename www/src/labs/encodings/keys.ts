/** What the answers about one side depend on, as texts: equal texts, equal answers. */

import type { EncodingsContext } from './context';
import type { Side } from '../../engine/types';
import { objectId, settingsOf, type Key } from '../../ui/part-key';

/** Of what a part says about a side: the other side's own settings leave it as it is. */
export function sideKey(side: Side, part: 'inspect' | 'measures', context: EncodingsContext): Key {
  const { live, recording, upload, client, step } = context;
  const { values } = context.settled;
  const other = side === 'left' ? 'right' : 'left';
  const names = settingsOf(context, part).filter((name) => name !== other && !name.startsWith(`${other}_`));
  const key = names.map((name) => values[name]);
  const chosen = values[side];
  if (chosen === 'uploaded') key.push(`upload ${upload ? objectId(upload) : 0}`);
  // Before there is a run, its first table is shown as the settings make it.
  if (chosen === 'trained') key.push(`run ${live && recording ? objectId(recording) : client.runKey}`);
  return { settings: JSON.stringify(key), moment: chosen === 'trained' && live ? String(step) : '' };
}
