/** What the answers of the geometry lab's parts depend on. */

import { keyOf, runKey, type Key } from '../../ui/part-key';
import type { LookedAt } from '../../ui/run-picker';

export type GeometryContext = LookedAt;

/** There is an embedding to look at. */
export const isOpen = ({ recording, live }: GeometryContext) => recording !== null && live;

/** Of the graph, and of the run that is looked at where there is one. */
export function lookKey(id: string): (context: GeometryContext) => Key {
  return (context) => {
    const { settings = '', moment = '' } = runKey(context) ?? {};
    return { settings: `${keyOf(context, id)} ${settings} ${context.run}`, moment };
  };
}
