/** What the answers of the geometry lab's parts depend on. */

import type { LabClient } from '../../engine/client';
import { keyOf, objectId, runKey, settingsOf, type Key } from '../../ui/part-key';
import type { LookedAt } from '../../ui/run-picker';

export type GeometryContext = LookedAt;

/** Of each page the table that its reader brought along as an embedding: its name. */
export const tables = new WeakMap<LabClient, { name: string }>();

/** Takes one, and lets the settings show it; gives its name, or throws why not. */
export async function takeTable(client: LabClient, bytes: Uint8Array, file: string): Promise<string> {
  const name = file.replace(/\.csv$/, '');
  const settings = await client.tell('map.table', { name, bytes });
  tables.set(client, { name });
  for (const [setting, value] of settings) client.change(setting, value);
  return name;
}

/** Whether that is looked at, and not what is trained. */
export const isOwn = ({ settled }: GeometryContext) => settled.values.embedding === 'own';

/** There is an embedding to look at, of the graph that the settings name. */
export const isOpen = (context: GeometryContext) =>
  isOwn(context)
    ? tables.has(context.client)
    : context.live && context.recording !== null && !isOther(context);

/** The open run is of another graph: the settings have changed. What this graph does not follow from may differ. */
export const isOther = (context: GeometryContext) => {
  const { recording, settled } = context;
  const differs = (name: string) =>
    !settled.unused.includes(name) && recording?.about.values[name] !== settled.values[name];
  // Which embedding is looked at is nothing of the graph's.
  const names = settingsOf(context, 'map').filter((name) => name !== 'embedding');
  return recording !== null && names.some(differs);
};

/** Of the graph, and of the run that is looked at where there is one. */
export function lookKey(id: string): (context: GeometryContext) => Key {
  return (context) => {
    const table = tables.get(context.client);
    if (isOwn(context))
      return { settings: `${keyOf(context, id)} table ${table ? objectId(table) : ''}`, moment: '' };
    const { settings = '', moment = '' } = runKey(context) ?? {};
    return { settings: `${keyOf(context, id)} ${settings} ${context.run}`, moment };
  };
}
