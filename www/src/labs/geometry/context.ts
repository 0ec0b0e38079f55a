/** What the answers of the geometry lab's parts depend on. */

import { keyOf, runKey, settingsOf, type Key } from '../../ui/part-key';
import type { LookedAt } from '../../ui/run-picker';

export type GeometryContext = LookedAt;

/** There is an embedding to look at, of the graph that the settings name. */
export const isOpen = (context: GeometryContext) =>
  context.live && context.recording !== null && !isOther(context);

/** The open run is of another graph: the settings have changed. What this graph does not follow from may differ. */
export const isOther = (context: GeometryContext) => {
  const { recording, settled } = context;
  const differs = (name: string) =>
    !settled.unused.includes(name) && recording?.about.values[name] !== settled.values[name];
  return recording !== null && settingsOf(context, 'map').some(differs);
};

/** Of the graph, and of the run that is looked at where there is one. */
export function lookKey(id: string): (context: GeometryContext) => Key {
  return (context) => {
    const { settings = '', moment = '' } = runKey(context) ?? {};
    return { settings: `${keyOf(context, id)} ${settings} ${context.run}`, moment };
  };
}
