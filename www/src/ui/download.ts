/** Saving what the page made as files: one save-as for everybody, and the two buttons beside a figure. */

import { html, type TemplateResult } from 'lit';
import './download.css';

/** Offers `data` to the reader as a file. */
export function save(data: Blob, filename: string): void {
  const address = URL.createObjectURL(data);
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = filename;
  anchor.click();
  // Some browsers read the address only after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Does what a button was pressed for; if that fails the button says why. */
export async function attempt(button: HTMLElement, act: () => Promise<void>): Promise<void> {
  button.removeAttribute('data-failed');
  try {
    await act();
  } catch (error) {
    button.dataset.failed = 'true';
    button.title = error instanceof Error ? error.message : String(error);
  }
}

/** Pixels per unit of the SVG: sharp on paper at the size of a column. */
const PNG_SCALE = 2;

/** The same picture as a PNG. The browser that shows the SVG also draws this one. */
export async function pngOf(svg: string): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * PNG_SCALE;
    canvas.height = image.naturalHeight * PNG_SCALE;
    const context = canvas.getContext('2d');
    if (!context) throw new Error('This browser gives no canvas to draw on. Save the figure as SVG instead.');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) =>
          blob
            ? resolve(blob)
            : reject(new Error('This browser could not write the PNG. Save the figure as SVG instead.')),
        'image/png',
      ),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}

/**
 * Two buttons that save a figure. `makeSvg` is asked only when one is pressed, so that the code that draws
 * need not be loaded before; `name` is the figure's, as in `loss`, and `title` what a screen reader says.
 */
export function exportButtons(
  makeSvg: () => string | Promise<string>,
  name: string,
  title: string,
  enabled = true,
): TemplateResult {
  const press = async (event: Event, kind: 'svg' | 'png') => {
    const button = event.currentTarget as HTMLButtonElement;
    if (!enabled) return;
    await attempt(button, async () => {
      const svg = await makeSvg();
      const data = kind === 'svg' ? new Blob([svg], { type: 'image/svg+xml' }) : await pngOf(svg);
      save(data, `mnemoscope-${name}.${kind}`);
    });
  };
  const button = (kind: 'svg' | 'png') =>
    html`<button
      type="button"
      class="small"
      data-testid="${kind}-${name}"
      aria-label="Save ${title} as ${kind.toUpperCase()}"
      aria-disabled=${enabled ? 'false' : 'true'}
      title=${enabled ? `Save as ${kind.toUpperCase()}` : 'Nothing to save yet'}
      @click=${(event: Event) => void press(event, kind)}
    >
      ${kind.toUpperCase()}
    </button>`;
  return html`<span class="export">${button('svg')}${button('png')}</span>`;
}
