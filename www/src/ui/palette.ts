/**
 * How encodings are told apart: a colour and a dash pattern each, by their place in the property table,
 * so that a new encoding needs no change here. Colours follow Okabe and Ito (2008), darkened or lightened
 * until each has a contrast of at least 3:1 with its background; they stand in styles.css as --series-0 and so on.
 */

import './ramps.css';

const DASHES: readonly (readonly number[])[] = [
  [1.5, 4],
  [],
  [6, 4],
  [12, 4, 2, 4],
  [4, 2.5],
  [16, 5],
  [2, 3, 8, 3],
  [18, 3, 2, 3, 2, 3],
];
const COLOURS = 8;
/** Earlier runs share their encoding's colour; each run has a fine dash of its own. */
const EARLIER_DASHES: readonly (readonly number[])[] = [
  [5, 2],
  [1, 2],
  [8, 2, 1, 2],
  [2, 4],
  [10, 3, 3, 3],
];

export interface Mark {
  /** Name of a CSS custom property. */
  colour: string;
  dash: readonly number[];
}

export function mark(place: number): Mark {
  const index = Math.max(0, place);
  // From the second round of colours on, each has another dash than before.
  const dash = (index + 3 * Math.floor(index / COLOURS)) % DASHES.length;
  return { colour: `--series-${index % COLOURS}`, dash: DASHES[dash] ?? [] };
}

/** The dash of an earlier run, by its place among them. */
export function earlierMark(slot: number): Pick<Mark, 'dash'> {
  return { dash: EARLIER_DASHES[slot % EARLIER_DASHES.length] ?? [] };
}

/** Families of the sweep's arms. Each has a ramp of one hue in ramps.css, and a dash for print without colour. */
const RAMP_STEPS = 8;
const FAMILY_DASHES: Record<string, readonly number[]> = {
  compression: [],
  gain: [7, 3],
  random: [1.5, 3],
};

export function isFamily(name: string): boolean {
  return name in FAMILY_DASHES;
}

/** The mark of the arm at `place` of a family of `count`, from pale to strong in the order of their values. */
export function rampMark(family: string, place: number, count: number): Mark {
  // A family of one is drawn in the middle of its ramp.
  const share = count > 1 ? place / (count - 1) : 0.5;
  const step = Math.round(Math.min(1, Math.max(0, share)) * (RAMP_STEPS - 1));
  return { colour: `--${family}-${step}`, dash: FAMILY_DASHES[family] ?? [] };
}
