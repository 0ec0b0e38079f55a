/** The colours of figures on paper, which is white: those of the light scheme, also for a reader in the dark. */

import { INK } from './svg';

/** As `--series-0` and so on in styles.css, light scheme; a test holds them together. */
const SERIES = ['#6b6b6b', '#0072b2', '#c24a00', '#857000', '#a8447d', '#00795a', '#1d1f21', '#2a8cc0'];

/** As `--compression-0` and so on in ramps.css, light scheme; a test holds them together. */
const RAMPS: Record<string, readonly string[]> = {
  series: SERIES,
  compression: ['#3294dc', '#1a84cb', '#0b73b5', '#05639d', '#015487', '#05456f', '#023759', '#002945'],
  gain: ['#d66b36', '#c45b23', '#b14a09', '#9b3e01', '#843402', '#6d2a02', '#572102', '#421802'],
  random: ['#47a36d', '#35925d', '#20824e', '#0b7140', '#066035', '#024f2b', '#003f21', '#032f18'],
};

/** The colour that a CSS custom property such as `--series-3` has on paper. */
export function paperColour(property: string): string {
  const [, ramp = '', place = ''] = /^--([a-z]+)-(\d+)$/.exec(property) ?? [];
  return RAMPS[ramp]?.[Number(place)] ?? INK;
}
