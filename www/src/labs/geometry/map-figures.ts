/** The graph on paper and the map that a run has made of it, as figures. */

import type { Figure } from '../../figure/figure';
import { every, graphMarks, type Picked, type Places } from '../../figure/graph';
import { precise } from '../../figure/print';
import { numbers, single, type Table } from '../../figure/table';
import { share } from '../../ui/text';
import type { MapAnswer, NearestAnswer, OneMap } from '../../engine/types';

const SIDE_PX = 340;
/** Free around what is drawn on paper, and between a node and its name: shares of the half width. */
const MARGIN = 1.14;
const ABOVE = 0.055;

const ends = (values: number[]) => [Math.min(...values), Math.max(...values)] as const;

const pickedOf = (near: NearestAnswer | null): Picked | null =>
  near && { node: near.node, others: near.nearest.map(({ node }) => node), label: 'nearest by cosine' };

function whoIs({ nodes, groups, groupNames }: MapAnswer, node: number): string {
  const group = groupNames.length > 1 ? `, ${groupNames[groups[node] ?? 0] ?? ''}` : '';
  return `${nodes[node] ?? node}${group}`;
}

function nodeTable(map: MapAnswer, file: string, title: string, all: number[][], labels: string[]): Table {
  const { nodes, groups, groupNames } = map;
  return {
    title,
    file,
    rows: all[0]?.length ?? 0,
    columns: [
      { name: 'node', label: 'Node', value: (row) => nodes[row], words: true },
      { name: 'group', label: 'Group', value: (row) => groupNames[groups[row] ?? 0], words: true },
      ...all.map((values, i) => numbers('xyz'[i] ?? '', labels[i] ?? '', values.map(single), precise)),
    ],
  };
}

export function graphFigure(map: MapAnswer, near: NearestAnswer | null): Figure {
  const { nodes, drawing, links } = map;
  const [x, y] = [every(drawing, 2, 0), every(drawing, 2, 1)];
  const half = Math.max(...[x, y].map(ends).map(([from, to]) => (to - from) / 2)) || 1;
  const axis = (values: number[]) => {
    const [from, to] = ends(values);
    const middle = (from + to) / 2;
    const range = [middle - half * MARGIN, middle + half * MARGIN] as const;
    return { title: '', range, bare: true };
  };
  const edges = [every(links, 2, 0), every(links, 2, 1)] as const;
  const beside = (node: number) =>
    edges.flatMap((own, end) =>
      own.flatMap((one, i) => (one === node ? (nodes[edges[1 - end]?.[i] ?? 0] ?? []) : [])),
    );
  const edgeColumns = ['from', 'to'].map((name, end) => ({
    name,
    label: end ? 'To' : 'From',
    value: (row: number) => nodes[edges[end]?.[row] ?? 0],
    words: true,
  }));
  const marks = graphMarks({ ...map, names: nodes }, [x, y], pickedOf(near), half * ABOVE);
  return {
    name: 'graph',
    title: 'The graph on paper',
    summary: `A graph of ${nodes.length} nodes and ${edges[0].length} edges. The tables below have every one.`,
    empty: 'This graph has no nodes.',
    named: true,
    panels: [{ x: axis(x), y: axis(y), square: true, height: SIDE_PX, marks }],
    reading: {
      by: 'point',
      x,
      y,
      rows: [[...nodes.keys()]],
      words: (node) => `${whoIs(map, node)}: beside ${beside(node).join(', ') || 'no node'}`,
    },
    tables: [
      nodeTable(map, 'nodes', 'Nodes on paper', [x, y], ['x', 'y']),
      { title: 'Edges of the graph', file: 'edges', rows: edges[0].length, columns: edgeColumns },
    ],
  };
}

/** `map` is nothing before there is one. `title` is whose it is, where several stand side by side. */
export function mapFigure(
  graph: MapAnswer,
  map: OneMap | null,
  near: NearestAnswer | null,
  [name, title]: readonly [name: string, title: string],
): Figure {
  const { nodes, why } = graph;
  const { points, axes, about } = map ?? { points: new Float32Array(), axes: [], about: why };
  const [x, y, z] = [every(points, 3, 0), every(points, 3, 1), every(points, 3, 2)];
  const places: Places = [x, y, z];
  const there = x.length > 0;
  const most = points.reduce((known, value) => Math.max(known, Math.abs(value)), 0) || 1;
  const titles = [0, 1, 2].map((i) => (axes[i] ? `${axes[i].label}, ${share(axes[i].share)}` : ''));
  // All three have one unit, so that a direction that holds little looks as small as it is.
  const axis = (i: number) => ({ title: titles[i] ?? '', range: [-most, most] as const });
  const marks = there ? graphMarks({ ...graph, names: nodes }, places, pickedOf(near), 0) : [];
  return {
    name,
    title,
    note: about,
    summary: there ? `${about} Axes: ${titles.join('; ')}. The table below has every node.` : about,
    empty: 'Press Train, and the nodes find their places here.',
    named: true,
    panels: [{ x: axis(0), y: axis(1), z: axis(2), height: SIDE_PX, marks }],
    reading: {
      by: 'point',
      x,
      y,
      z,
      rows: [[...x.keys()]],
      words: (node) =>
        `${whoIs(graph, node)}: ${[x, y, z].map((values) => precise(values[node] ?? NaN)).join(', ')}`,
    },
    tables: [nodeTable(graph, name, `Nodes in the map: ${title}`, [x, y, z], titles)],
  };
}
