/** The raster of spikes as a figure on paper. */

import { ON_PAPER } from '../../figure/inks';
import { caption, heading, picture, tag, type Words } from '../../figure/svg';
import type { Spikes } from '../../engine/types';
import { drawRaster, rasterSummary, type Clock } from './raster';

const WIDTH = 720;
const MARGIN = 16;

export function rasterSvg(spikes: Spikes, clock: Clock, words: Words): string {
  const inner = WIDTH - 2 * MARGIN;
  const head = heading(words, MARGIN);
  const { svg, height } = drawRaster(spikes, inner, ON_PAPER, clock);
  const base = head.height + height + 22;
  const foot = caption(words, MARGIN, base, inner);
  return picture(
    WIDTH,
    base + foot.height,
    words,
    rasterSummary(spikes),
    head.svg + tag('g', { transform: `translate(${MARGIN} ${head.height})` }, svg) + foot.svg,
  );
}
