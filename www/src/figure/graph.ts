/** A graph as marks: links, nodes with their names, and what is picked out of them. On paper, or in space. */

import type { Dots, Group, Links, Mark, Shape } from './figure';

/** More names would stand on one another. */
const MOST_NAMES = 40;
const SIZES = { few: 5.5, many: 3.5, ring: 9 };
const COLOURS = 8;
const SHAPES: readonly Shape[] = ['circle', 'square', 'triangle', 'diamond'];

export interface Graph {
  names: readonly string[];
  /** The two ends of each link, one after the other. */
  links: ArrayLike<number>;
  /** Group of each node; a group that stands alone needs no telling apart. */
  groups: ArrayLike<number>;
  groupNames: readonly string[];
}

/** A node that is picked, and others that it is drawn to. */
export interface Picked {
  node: number;
  others: readonly number[];
  /** What the others are. */
  label: string;
}

/** Where the nodes stand: the coordinates x and y, and in space z. */
export type Places = readonly [number[], number[], number[]?];

/** Every `stride`th number, from one on. */
export const every = (values: ArrayLike<number>, stride: number, first: number): number[] =>
  Array.from({ length: Math.floor(values.length / stride) }, (_, i) => values[i * stride + first] ?? NaN);

/** Colours first, and where those end other shapes. */
const groupsOf = (names: readonly string[]): Group[] =>
  names.map((label, i) => ({
    label,
    colour: `--series-${names.length === 1 ? 1 : i % COLOURS}`,
    shape: SHAPES[Math.floor(i / COLOURS) % SHAPES.length] ?? 'circle',
  }));

/** `above` is how far over a node its name stands on paper, in the units of the axis. */
export function graphMarks(graph: Graph, [x, y, z]: Places, picked: Picked | null, above: number): Mark[] {
  const { names, links, groups, groupNames } = graph;
  const at = (values: readonly number[], nodes: readonly number[]) =>
    nodes.map((node) => values[node] ?? NaN);
  const between = (
    id: string,
    from: readonly number[],
    to: readonly number[],
    look: Pick<Links, 'style' | 'label'>,
  ): Links => {
    const ends = { x1: at(x, from), y1: at(y, from), x2: at(x, to), y2: at(y, to) };
    return { kind: 'link', id, ...ends, ...(z ? { z1: at(z, from), z2: at(z, to) } : {}), ...look };
  };
  const dots = (nodes: readonly number[], look: Omit<Dots, 'kind' | 'x' | 'y' | 'z'>): Dots => {
    const places = { x: at(x, nodes), y: at(y, nodes), ...(z ? { z: at(z, nodes) } : {}) };
    return { kind: 'dot', ...places, ...look };
  };
  const few = names.length <= MOST_NAMES;
  const marks: Mark[] = [
    between('edge', every(links, 2, 0), every(links, 2, 1), {
      style: () => ({ colour: '--muted', width: 1.2, opacity: 0.7 }),
    }),
  ];
  if (picked) {
    const { node, others, label } = picked;
    const from = others.map(() => node);
    const style = () => ({ colour: '--ink', width: 2, dash: [2, 3] });
    const ring: Group = { label: names[node] ?? '', colour: '--ink', shape: 'circle' };
    marks.push(between('picked', from, others, { label, style }));
    marks.push(dots([node], { groups: [ring], size: SIZES.ring, hollow: true }));
  }
  const size = few ? SIZES.few : SIZES.many;
  marks.push(dots([...names.keys()], { groups: groupsOf(groupNames), groupOf: groups, size }));
  if (few) {
    const style = () => ({ size: 10, anchor: 'start' as const });
    const places = z ? { x, y, z } : { x, y: y.map((value) => value + above) };
    marks.push({ kind: 'text', ...places, texts: names, halo: true, style });
  }
  return marks;
}
