/**
 * How encodings are told apart: a colour and a dash pattern each, by their place in the property table,
 * so that a new encoding needs no change here. Colours follow Okabe and Ito (2008), darkened or lightened
 * until each has a contrast of at least 3:1 with its background; they stand in styles.css as --series-0 and so on.
 */

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
  return { colour: `--series-${index % COLOURS}`, dash: DASHES[index % DASHES.length] ?? [] };
}

/** The dash of an earlier run, by its place among them. */
export function earlierMark(slot: number): Pick<Mark, 'dash'> {
  return { dash: EARLIER_DASHES[slot % EARLIER_DASHES.length] ?? [] };
}
