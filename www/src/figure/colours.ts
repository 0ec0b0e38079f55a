/** Colour scales that readers with any colour vision can order: cividis, and purple to orange through white. */

import { interpolateCividis, interpolatePuOr } from 'd3-scale-chromatic';
import type { Cells, Scale } from './figure';

/** A table of this many colours is finer than a screen shows. */
const COLOURS = 256;
const tables = new Map<Scale, Uint32Array>();

/** Colour of a place between 0 and 1 on a scale, as CSS text. */
export function colourAt(scale: Scale, share: number): string {
  const place = Math.min(1, Math.max(0, share));
  // Purple for what is negative, orange for what is positive.
  return scale === 'sequential' ? interpolateCividis(place) : interpolatePuOr(place);
}

/** The colours of a scale in turn, each packed as a canvas holds a pixel. */
function table(scale: Scale): Uint32Array {
  const known = tables.get(scale);
  if (known) return known;
  const bytes = new Uint8ClampedArray(COLOURS * 4);
  for (let i = 0; i < COLOURS; i++) {
    const channels = colourAt(scale, i / (COLOURS - 1)).match(/\d+(\.\d+)?/g) ?? [];
    bytes.set([...channels.slice(0, 3).map(Number), 255], i * 4);
  }
  const packed = new Uint32Array(bytes.buffer);
  tables.set(scale, packed);
  return packed;
}

/** A pixel for each cell, or for every `stride`th; cells without a finite value stay transparent. */
export function pixels(
  map: Pick<Cells, 'rows' | 'columns' | 'values' | 'range' | 'scale'>,
  stride = 1,
): ImageData | null {
  if (map.rows < 1 || map.columns < 1) return null;
  const image = new ImageData(Math.ceil(map.columns / stride), Math.ceil(map.rows / stride));
  const packed = new Uint32Array(image.data.buffer);
  const colours = table(map.scale);
  const [least, greatest] = map.range;
  const stretch = greatest > least ? (COLOURS - 1) / (greatest - least) : 0;
  const { rows, columns, values } = map;
  let place = 0;
  for (let row = 0; row < rows; row += stride) {
    const end = (row + 1) * columns;
    for (let i = row * columns; i < end; i += stride) {
      const value = values[i] as number;
      // Of a number that is not finite, and of no other, the difference from itself is not zero.
      if (value - value === 0) {
        const colour = (value - least) * stretch + 0.5;
        packed[place] = colours[colour >= COLOURS ? COLOURS - 1 : colour > 0 ? colour | 0 : 0] as number;
      }
      place += 1;
    }
  }
  return image;
}

/** The scale as a CSS gradient, for a legend. */
export function gradient(scale: Scale): string {
  const stops = Array.from({ length: 17 }, (_, i) => colourAt(scale, i / 16));
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

/** Draws a matrix small, a pixel for every `stride`th cell; the style sheet stretches it. */
export function paintSmall(
  canvas: HTMLCanvasElement,
  map: Parameters<typeof pixels>[0],
  stride: number,
): void {
  const image = pixels(map, stride);
  if (!image) return;
  if (canvas.width !== image.width || canvas.height !== image.height) {
    canvas.width = image.width;
    canvas.height = image.height;
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}
