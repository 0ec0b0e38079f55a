/** What the answers of the geometry lab's parts depend on. */

import { keyOf, runKey, type Key } from '../../ui/part-key';
import type { LookedAt } from '../../ui/run-picker';

export type GeometryContext = LookedAt;

/** There is an embedding to look at, of the graph that the settings name. */
export const isOpen = (context: GeometryContext) =>
  context.live && context.recording !== null && !isOther(context);

/** Settings that each graph follows from; the others name none that it has. */
const USED: Record<string, readonly string[]> = {
  star: ['arms', 'path_nodes'],
  tree: ['depth'],
  grid: ['rows', 'columns'],
  torus: ['rows', 'columns'],
  cycle: ['nodes'],
  path: ['nodes'],
  barbell: ['clique', 'bridge'],
  hypercube: ['dimension'],
  'random-regular': ['nodes', 'degree', 'graph_seed'],
  own: ['edges'],
};

/** The open run is of another graph: the settings have changed. */
export const isOther = ({ recording, settled: { values } }: GeometryContext) =>
  ['graph', ...(USED[values.graph ?? ''] ?? [])].some(
    (name) => recording && recording.about.values[name] !== values[name],
  );

/** Of the graph, and of the run that is looked at where there is one. */
export function lookKey(id: string): (context: GeometryContext) => Key {
  return (context) => {
    const { settings = '', moment = '' } = runKey(context) ?? {};
    return { settings: `${keyOf(context, id)} ${settings} ${context.run}`, moment };
  };
}
