/** Maps and errors in words. */

import { html, type TemplateResult } from 'lit';
import { brief } from '../../ui/text';
import './symmetry.css';

type Errors = readonly (number | null)[];
/** Greatest errors of rounding, in single and in double precision. */
type Rounding = readonly [number, number];

/** An error beside what rounding makes: of what keeps a symmetry in both precisions, of what does not once. */
export function errorCell(single: Errors, double: Errors, rounding: Rounding): TemplateResult | string {
  const [median, , most] = double;
  if (median === null || median === undefined) return 'no output';
  const kept = (single[2] ?? Infinity) <= rounding[0] && (most ?? Infinity) <= rounding[1];
  return kept
    ? html`<span class="kept"
        ><small>✓ f32 ${brief(single[0])} (${brief(single[2])})</small
        ><small>f64 ${brief(median)} (${brief(most)})</small></span
      >`
    : html`<span class="broken">✗ ${brief(median)}</span> (${brief(most)})`;
}

/** An error in double precision alone. */
export const doubleCell = (
  value: number | null | undefined,
  [, rounding]: Rounding,
): TemplateResult | string =>
  value === null || value === undefined
    ? 'no output'
    : value <= rounding
      ? html`<span class="kept">✓ ${brief(value)}</span>`
      : html`<span class="broken">✗ ${brief(value)}</span>`;
