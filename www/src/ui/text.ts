/** Numbers and names in the panels that look inside a run. */

export interface Cell {
  row: number;
  column: number;
}

/** A value to four significant figures, without trailing zeros. */
export function figureText(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return 'no value';
  const rounded = Number(value.toPrecision(4));
  if (rounded === 0) return '0';
  return (Math.abs(rounded) < 1e-4 || Math.abs(rounded) >= 1e7 ? rounded.toExponential() : String(rounded))
    .replaceAll('-', '−')
    .replace('e+', 'e');
}

/** To so many figures: as it is written from a thousandth to ten thousand, else with a power of ten; zero is 0. */
export function brief(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return '–';
  if (!Number.isFinite(value)) return 'no value';
  const rounded = Number(value.toPrecision(digits));
  const far = rounded !== 0 && (Math.abs(rounded) < 1e-3 || Math.abs(rounded) >= 1e4);
  return (far ? rounded.toExponential() : String(rounded)).replaceAll('-', '−').replace('e+', 'e');
}

/** A share as a percentage that does not round to certainty. */
export function share(value: number): string {
  if (!Number.isFinite(value)) return 'no value';
  const percent = value * 100;
  if (percent > 99.9 && percent < 100) return '> 99.9 %';
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  return `${percent.toFixed(percent >= 99.95 || percent === 0 ? 0 : 1)} %`;
}
