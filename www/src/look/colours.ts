/** Colour scales that readers with any colour vision can order: cividis, and purple to orange through white. */

import { interpolateCividis, interpolatePuOr } from 'd3-scale-chromatic';
import type { HeatMap } from './heatmap';

export type Scale = HeatMap['scale'];

/** A table of this many colours is finer than a screen shows. */
const COLOURS = 256;
const tables = new Map<Scale, Uint8ClampedArray>();

/** Colour of a place between 0 and 1 on a scale, as CSS text. */
export function colourAt(scale: Scale, share: number): string {
  const place = Math.min(1, Math.max(0, share));
  // Purple for what is negative, orange for what is positive.
  return scale === 'sequential' ? interpolateCividis(place) : interpolatePuOr(place);
}

/** Red, green, blue, opacity of each colour of a scale in turn. */
function table(scale: Scale): Uint8ClampedArray {
  const known = tables.get(scale);
  if (known) return known;
  const made = new Uint8ClampedArray(COLOURS * 4);
  for (let i = 0; i < COLOURS; i++) {
    const channels = colourAt(scale, i / (COLOURS - 1)).match(/\d+(\.\d+)?/g) ?? [];
    made.set([...channels.slice(0, 3).map(Number), 255], i * 4);
  }
  tables.set(scale, made);
  return made;
}

/** A pixel for each cell; cells without a finite value stay transparent. */
export function pixels(
  map: Pick<HeatMap, 'rows' | 'columns' | 'values' | 'range' | 'scale'>,
): ImageData | null {
  if (map.rows < 1 || map.columns < 1) return null;
  const image = new ImageData(map.columns, map.rows);
  const colours = table(map.scale);
  const [least, greatest] = map.range;
  const stretch = greatest > least ? (COLOURS - 1) / (greatest - least) : 0;
  for (let i = 0; i < map.rows * map.columns; i++) {
    const value = map.values[i] ?? NaN;
    if (!Number.isFinite(value)) continue;
    const colour = Math.min(COLOURS - 1, Math.max(0, Math.round((value - least) * stretch))) * 4;
    image.data.set(colours.subarray(colour, colour + 4), i * 4);
  }
  return image;
}

/** The scale as a CSS gradient, for a legend. */
export function gradient(scale: Scale): string {
  const stops = Array.from({ length: 17 }, (_, i) => colourAt(scale, i / 16));
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
