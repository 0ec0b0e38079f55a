/** What the answers of the geometry lab's parts depend on. */

import { keyOf, runKey, settingsOf, type Key } from '../../ui/part-key';
import type { LookedAt } from '../../ui/run-picker';

export type GeometryContext = LookedAt;

/** There is an embedding to look at, of the graph that the settings name. */
export const isOpen = (context: GeometryContext) =>
  context.live && context.recording !== null && !isOther(context);

/** The open run is of another graph: the settings have changed. */
export const isOther = (context: GeometryContext) =>
  settingsOf(context, 'map').some(
    (name) => context.recording && context.recording.about.values[name] !== context.settled.values[name],
  );

/** Of the graph, and of the run that is looked at where there is one. */
export function lookKey(id: string): (context: GeometryContext) => Key {
  return (context) => {
    const { settings = '', moment = '' } = runKey(context) ?? {};
    return { settings: `${keyOf(context, id)} ${settings} ${context.run}`, moment };
  };
}
