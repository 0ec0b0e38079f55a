/** The colours of figures on paper, which is white: those of the light scheme, also for a reader in the dark. */

import { INK, MUTED, RULE } from './svg';

/** As `--series-0` and so on in styles.css, light scheme; a test holds them together. */
const SERIES = ['#6b6b6b', '#0072b2', '#c24a00', '#857000', '#a8447d', '#00795a', '#1d1f21', '#2a8cc0'];

/** As `--compression-0` and so on in ramps.css, light scheme; a test holds them together. */
const RAMPS: Record<string, readonly string[]> = {
  series: SERIES,
  compression: ['#3294dc', '#2188cf', '#067bc1', '#0b6fae', '#03639d', '#07578a', '#024c7a', '#044068'],
  gain: ['#d66b36', '#c85e28', '#ba5217', '#ab4708', '#9a3d00', '#893600', '#772e01', '#662701'],
  random: ['#47a36d', '#399661', '#2a8a55', '#197d4a', '#097140', '#036437', '#065630', '#024a28'],
};

/** As in styles.css, light scheme, or darker; others are ink. */
const NAMED: Record<string, string> = {
  '--muted': MUTED,
  '--rule': RULE,
  '--good': '#00664d',
  '--bad': '#a4262c',
};

/** The colour that a CSS custom property such as `--series-3` has on paper. */
export function paperColour(property: string): string {
  const [, ramp = '', place = ''] = /^--([a-z]+)-(\d+)$/.exec(property) ?? [];
  return RAMPS[ramp]?.[Number(place)] ?? NAMED[property] ?? INK;
}
