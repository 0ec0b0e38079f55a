/** A vector as a strip: a ranked code as spikes, higher the earlier they fire; a dense vector as a row of colours. */

import type { Figure, Mark, Panel, Scale } from '../../figure/figure';
import type { Reading } from '../../figure/reading';
import { count, plural } from '../../ui/format';
import { figureText } from '../../ui/text';
import type { VectorView } from '../../engine/types';

/** In pixels: of a strip, of the room above the spikes for the mark of the first, and of the least spike. */
const HEIGHT = 30;
const MARK = 7;
const LEAST_SPIKE = 5;
/** Entries of a longer dense vector share a cell. */
const MOST_CELLS = 128;

/** Around zero where there are both signs; else from the least to the greatest, or all would look alike. */
function rangeOf(values: ArrayLike<number>) {
  const finite = Array.from(values).filter(Number.isFinite);
  const [least, greatest] = finite.length ? [Math.min(...finite), Math.max(...finite)] : [NaN, NaN];
  const most = Math.max(-least, greatest);
  const both = least < 0 && greatest > 0;
  const range: [number, number] = both ? [-most, most] : finite.length ? [least, greatest] : [0, 1];
  return { scale: (both ? 'diverging' : 'sequential') as Scale, range, least, greatest };
}

/** Of each cell the entry that stands out most: nothing large is lost between others. */
function peaksOf(values: ArrayLike<number>, scale: Scale): number[] {
  const size = (i: number) => {
    const value = values[i] ?? NaN;
    if (!Number.isFinite(value)) return -Infinity;
    return scale === 'diverging' ? Math.abs(value) : value;
  };
  const cells = Math.min(values.length, MOST_CELLS);
  return Array.from({ length: cells }, (_, cell) => {
    const [from, to] = [cell, cell + 1].map((edge) => Math.floor((edge * values.length) / cells)) as [
      number,
      number,
    ];
    let peak = from;
    for (let i = from + 1; i < to; i++) if (size(i) > size(peak)) peak = i;
    return peak;
  });
}

export function stripFigure(view: VectorView): Figure {
  const words = stripWords(view);
  const { panel, reading } = view.kind === 'code' ? code(view) : dense(view);
  return {
    name: 'strip',
    title: `${view.label}: ${words}`,
    summary: `${view.label}: ${words}`,
    empty: '',
    panels: [panel],
    reading: { ...reading, role: 'vector', invitation: words },
    tables: [],
  };
}

/** Points are the neurons that fire, in their order. */
function code({ values, order }: VectorView): { panel: Panel; reading: Reading } {
  const ends: [number, number] = [-0.5, values.length - 0.5];
  const significance = (neuron: number) => Math.max(0, values[neuron] ?? 0);
  const most = Math.max(0, ...order.map(significance)) || 1;
  const top = (neuron: number) =>
    1 + LEAST_SPIKE + (significance(neuron) / most) * (HEIGHT - 1 - MARK - LEAST_SPIKE);
  // Whoever fires first is drawn last, so that no other hides it.
  const drawn = [...order].reverse();
  const width = Math.min(5, Math.max(1.5, 150 / Math.max(1, values.length)));
  const marks: Mark[] = [
    {
      kind: 'link',
      id: 'base',
      x1: [ends[0]],
      y1: [0.5],
      x2: [ends[1]],
      y2: [0.5],
      style: () => ({ colour: '--muted', width: 1 }),
    },
    {
      kind: 'link',
      id: 'spike',
      x1: drawn,
      y1: drawn.map(() => 1),
      x2: drawn,
      y2: drawn.map(top),
      style: (i) => ({ colour: i === drawn.length - 1 ? '--series-2' : '--series-1', width }),
    },
    {
      kind: 'dot',
      x: order.slice(0, 1),
      y: [HEIGHT - MARK / 2],
      groups: [{ label: 'first', colour: '--series-2', shape: 'diamond' }],
      size: 2.6,
    },
  ];
  const places = order.map((_, rank) => rank);
  return {
    panel: {
      x: { title: '', range: ends, bare: true },
      y: { title: '', range: [0, HEIGHT], bare: true },
      height: HEIGHT,
      marks,
    },
    reading: {
      by: 'point',
      x: order,
      y: order.map(top),
      rows: [places.toSorted((a, b) => (order[a] ?? 0) - (order[b] ?? 0))],
      upDown: places,
      start: 0,
      at: (x) => {
        const distance = (rank: number) => Math.abs((order[rank] ?? Infinity) - x);
        return places.reduce<number | null>(
          (best, rank) => (best === null || distance(rank) < distance(best) ? rank : best),
          null,
        );
      },
      words: (rank) =>
        `neuron ${order[rank]} fires ${ordinal(rank + 1)}: ${figureText(values[order[rank] ?? -1])}`,
      hint: 'Arrow keys move from entry to entry; up and down in the order of firing.',
    },
  };
}

/** Points are all entries; several may stand at one cell. */
function dense({ values }: VectorView): { panel: Panel; reading: Reading } {
  const { scale, range } = rangeOf(values);
  const peaks = peaksOf(values, scale);
  const entries = Array.from(values, (_, i) => i);
  const columns = peaks.length;
  return {
    panel: {
      x: { title: '', range: [-0.5, columns - 0.5], bare: true },
      y: { title: '', range: [0.5, -0.5], bare: true },
      height: HEIGHT - MARK,
      marks: [
        {
          kind: 'cell',
          rows: 1,
          columns,
          values: Float32Array.from(peaks, (peak) => values[peak] ?? NaN),
          range,
          scale,
          unit: '',
        },
      ],
    },
    reading: {
      by: 'point',
      x: entries.map((i) => ((i + 0.5) / values.length) * columns - 0.5),
      y: entries.map(() => 0),
      rows: [entries],
      at: (x) => peaks[Math.min(columns - 1, Math.max(0, Math.round(x)))] ?? null,
      words: (i) => `entry ${i}: ${figureText(values[i])}`,
      hint: 'Arrow keys move from entry to entry.',
    },
  };
}

/** What a strip shows, in a few words. */
export function stripWords(view: VectorView): string {
  if (view.kind === 'code') {
    const [first] = view.order;
    const fires = `${count(view.order.length)} of ${count(view.values.length)} fire`;
    return first === undefined ? `none of ${count(view.values.length)} fires` : `${fires}, ${first} first`;
  }
  const { least, greatest } = rangeOf(view.values);
  return `${plural(view.values.length, 'value')}, ${figureText(least)} to ${figureText(greatest)}`;
}

const ORDINALS = ['th', 'st', 'nd', 'rd'];

/** 1st, 2nd, 3rd, 4th; 11th. */
export function ordinal(n: number): string {
  const teen = n % 100 >= 11 && n % 100 <= 13;
  return `${count(n)}${teen ? 'th' : (ORDINALS[n % 10] ?? 'th')}`;
}
