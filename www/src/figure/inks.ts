/** The colours of a drawing, on the page and on paper. */

import { paperColour } from './paper';
import { INK, MUTED, RULE } from './svg';

export interface Inks {
  ink: string;
  muted: string;
  rule: string;
  ground: string;
  /** Of a CSS custom property such as `--series-1`. */
  of: (property: string) => string;
}

export const ON_PAGE: Inks = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  rule: 'var(--rule)',
  ground: 'var(--card)',
  of: (property) => `var(${property})`,
};

export const ON_PAPER: Inks = { ink: INK, muted: MUTED, rule: RULE, ground: '#ffffff', of: paperColour };

/** Turns as a reader counts them: whole ones, and the share of the next. */
export function turns(phase: number): number {
  return phase / (2 * Math.PI);
}
