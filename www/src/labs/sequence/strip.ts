/**
 * A vector as a strip: a ranked code as spikes, higher the earlier they fire; a dense vector as a row of colours. One
 * drawing serves page and paper.
 */

import { ON_PAGE, type Inks } from '../../figure/inks';
import { count, plural } from '../../ui/format';
import { colourAt, type Scale } from '../../figure/colours';
import { figureText } from '../../ui/text';
import { tag } from '../../figure/svg';
import type { VectorView } from '../../engine/types';

export const STRIP_HEIGHT = 30;
/** Room above the spikes for the mark of the first. */
const MARK = 7;
/** A bin of a dense vector is no narrower than this, in pixels. */
const LEAST_BIN = 1.5;
const LEAST_SPIKE = 5;

/** Entries that share a column of pixels, and the one of them that gives its colour. */
export interface Bin {
  from: number;
  /** Past the last. */
  to: number;
  /** The entry that stands out most: nothing large is lost between others. */
  peak: number;
}

export interface Ranged {
  scale: Scale;
  range: [least: number, greatest: number];
  least: number;
  greatest: number;
}

/** Around zero where there are both signs; else from the least to the greatest, or all would look alike. */
export function rangeOf(values: ArrayLike<number>): Ranged {
  let [least, greatest] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  if (least > greatest) return { scale: 'sequential', range: [0, 1], least: NaN, greatest: NaN };
  if (least < 0 && greatest > 0) {
    const most = Math.max(-least, greatest);
    return { scale: 'diverging', range: [-most, most], least, greatest };
  }
  return { scale: 'sequential', range: [least, greatest], least, greatest };
}

/** At most `most` bins of as good as equal width. */
export function binsOf(values: ArrayLike<number>, most: number, scale: Scale): Bin[] {
  const bins = Math.max(1, Math.min(values.length, Math.floor(most)));
  const size = (i: number) => {
    const value = values[i] as number;
    if (!Number.isFinite(value)) return -Infinity;
    return scale === 'diverging' ? Math.abs(value) : value;
  };
  return Array.from({ length: values.length ? bins : 0 }, (_, bin) => {
    const from = Math.floor((bin * values.length) / bins);
    const to = Math.floor(((bin + 1) * values.length) / bins);
    let peak = from;
    for (let i = from + 1; i < to; i++) if (size(i) > size(peak)) peak = i;
    return { from, to, peak };
  });
}

/** The neurons of a code by their place, which is how a reader walks along the strip. */
export function byPlace({ order }: VectorView): number[] {
  return [...order].sort((a, b) => a - b);
}

const valueAt = ({ values }: VectorView, index: number) => values[index] ?? NaN;

/** The strip, `width` × `STRIP_HEIGHT`, with `at` marked if it is an entry. */
export function stripSvg(view: VectorView, width: number, inks: Inks = ON_PAGE, at: number | null = null) {
  const drawn = view.kind === 'code' ? spikes(view, width, inks) : cells(view, width, inks);
  const x = at === null ? NaN : placeOfEntry(view, at, width);
  const cursor = Number.isFinite(x)
    ? tag('path', {
        class: 'cursor',
        d: `M${x - 4} ${STRIP_HEIGHT}l4 -6l4 6z`,
        fill: inks.ink,
        stroke: inks.ground,
      })
    : '';
  return drawn + cursor;
}

/** The middle of an entry, in pixels. */
export function placeOfEntry({ values }: VectorView, index: number, width: number): number {
  return ((index + 0.5) / Math.max(1, values.length)) * width;
}

function spikes(view: VectorView, width: number, inks: Inks): string {
  const [first] = view.order;
  const base = STRIP_HEIGHT - 1;
  const strongest = view.order.reduce((most, neuron) => Math.max(most, valueAt(view, neuron)), 0) || 1;
  const wide = Math.min(5, Math.max(1.5, (width / Math.max(1, view.values.length)) * 0.7));
  const bars = view.order
    .map((neuron, rank) => {
      const share = Math.max(0, valueAt(view, neuron)) / strongest;
      const height = LEAST_SPIKE + share * (base - MARK - LEAST_SPIKE);
      const x = placeOfEntry(view, neuron, width);
      return tag('line', {
        class: 'spike',
        'data-neuron': neuron,
        x1: x,
        y1: base,
        x2: x,
        y2: base - height,
        stroke: rank === 0 ? inks.of('--series-2') : inks.of('--series-1'),
        'stroke-width': wide,
      });
    })
    // Whoever fires first is drawn last, so that no other hides it.
    .reverse()
    .join('');
  const x = first === undefined ? NaN : placeOfEntry(view, first, width);
  const mark = Number.isFinite(x)
    ? tag('path', { class: 'first', d: `M${x - 3.5} 0.5h7l-3.5 5.5z`, fill: inks.of('--series-2') })
    : '';
  return tag('line', { x1: 0, y1: base, x2: width, y2: base, stroke: inks.muted }) + bars + mark;
}

function cells(view: VectorView, width: number, inks: Inks): string {
  const { values } = view;
  const { scale, range } = rangeOf(values);
  const [least, greatest] = range;
  const share = (value: number) => (greatest > least ? (value - least) / (greatest - least) : 0.5);
  const top = MARK;
  const height = STRIP_HEIGHT - MARK;
  const each = width / Math.max(1, values.length);
  const rows: { x: number; end: number; fill: string }[] = [];
  for (const { from, to, peak } of binsOf(values, width / LEAST_BIN, scale)) {
    const value = values[peak] as number;
    const fill = Number.isFinite(value) ? colourAt(scale, share(value)) : inks.rule;
    const last = rows.at(-1);
    if (last?.fill === fill) last.end = to * each;
    else rows.push({ x: from * each, end: to * each, fill });
  }
  const boxes = rows
    .map(({ x, end, fill }, i) =>
      tag('rect', {
        x,
        y: top,
        // A hair of overlap, without which some viewers show the seams.
        width: end - x + (i + 1 < rows.length ? 0.3 : 0),
        height,
        fill,
      }),
    )
    .join('');
  const frame = tag('rect', {
    x: 0.5,
    y: top + 0.5,
    width: width - 1,
    height: height - 1,
    fill: 'none',
    stroke: inks.muted,
  });
  // What was chosen of it stands above it.
  const chosen = view.order
    .map((index) => {
      const x = placeOfEntry(view, index, width);
      return tag('line', {
        class: 'chosen',
        x1: x,
        y1: 1,
        x2: x,
        y2: top - 1,
        stroke: inks.of('--series-1'),
        'stroke-width': 1.5,
      });
    })
    .join('');
  return boxes + frame + chosen;
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

/** An entry with its exact value. */
export function entryWords(view: VectorView, index: number): string {
  const value = figureText(valueAt(view, index));
  const rank = view.order.indexOf(index);
  if (view.kind === 'code') {
    return rank < 0
      ? `neuron ${index} does not fire`
      : `neuron ${index} fires ${ordinal(rank + 1)}: ${value}`;
  }
  return `entry ${index}: ${value}${rank < 0 ? '' : `, chosen ${ordinal(rank + 1)}`}`;
}

/** The entry nearest to a place on the strip: of a code a spike, of a dense vector the peak of its bin. */
export function entryAt(view: VectorView, x: number, width: number): number | null {
  if (!view.values.length || !(width > 0)) return null;
  if (view.kind === 'code') {
    let nearest: number | null = null;
    for (const neuron of view.order) {
      const distance = Math.abs(placeOfEntry(view, neuron, width) - x);
      if (nearest === null || distance < Math.abs(placeOfEntry(view, nearest, width) - x)) nearest = neuron;
    }
    return nearest;
  }
  const { scale } = rangeOf(view.values);
  const bins = binsOf(view.values, width / LEAST_BIN, scale);
  const index = Math.floor((Math.min(width - 1e-6, Math.max(0, x)) / width) * view.values.length);
  return bins.find(({ from, to }) => index >= from && index < to)?.peak ?? null;
}
