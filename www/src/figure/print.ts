/** Numbers of this lab as text, for readers and for files. */

import { html, type TemplateResult } from 'lit';
import { attempt, save } from '../ui/download';

/** A correlation. One that is not quite 1 does not read as 1. */
export function correlation(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return 'undefined';
  const size = Math.abs(value);
  const sign = value < 0 && size >= 0.00005 ? '−' : '';
  if (size < 1 - 1e-9 && size >= 0.99995) return `${sign}0.9999…`;
  return `${sign}${size.toFixed(4)}`;
}

/** Five significant figures. */
export function precise(value: number): string {
  if (!Number.isFinite(value)) return 'no value';
  const rounded = Number(value.toPrecision(5));
  const far = rounded !== 0 && (Math.abs(rounded) < 1e-3 || Math.abs(rounded) >= 1e6);
  return (far ? rounded.toExponential() : String(rounded)).replaceAll('-', '−').replace('e+', 'e');
}

/** "0.71 (0.69–0.74)": mean, and least to greatest where they differ. */
export function spreadText(
  spread: { mean: number; least: number; greatest: number },
  text: (value: number) => string,
): string {
  const [least, greatest] = [text(spread.least), text(spread.greatest)];
  return least === greatest ? text(spread.mean) : `${text(spread.mean)} (${least} to ${greatest})`;
}

/** A small button that saves something. */
export function saving(
  label: string | TemplateResult,
  testId: string,
  act: (button: HTMLElement) => void,
  enabled = true,
): TemplateResult {
  return html`<button
    type="button"
    class="small"
    data-testid=${testId}
    aria-disabled=${enabled ? 'false' : 'true'}
    title=${enabled ? '' : 'Nothing to save yet'}
    @click=${(event: Event) => enabled && act(event.currentTarget as HTMLElement)}
  >
    ${label}
  </button>`;
}

/** A button that saves what is made, or asked for, when it is pressed. */
export function saveButton(
  label: string | TemplateResult,
  file: string,
  make: () => string | Blob | Promise<string | Blob>,
  enabled = true,
): TemplateResult {
  const type = file.endsWith('.json') ? 'application/json' : 'text/csv';
  return saving(
    label,
    `save-${file}`,
    (button) =>
      attempt(button, async () => {
        const made = await make();
        save(made instanceof Blob ? made : new Blob([made], { type }), `mnemoscope-${file}`);
      }),
    enabled,
  );
}
