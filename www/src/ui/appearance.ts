/** Tells when what is drawn has to be drawn anew though it is the same: in other colours, or in pixels of another size. */

import { THEME } from './theme';

export class Appearance {
  /** Whether the reader's system chooses the colours. */
  private readonly forced = matchMedia('(forced-colors: active)');
  private readonly scheme = matchMedia('(prefers-color-scheme: dark)');
  private pixels: MediaQueryList | null = null;
  private readonly rescaled = () => {
    this.watchPixels();
    this.redraw();
  };

  constructor(private readonly redraw: () => void) {}

  get forcedColours(): boolean {
    return this.forced.matches;
  }

  start(): void {
    this.forced.addEventListener('change', this.redraw);
    this.scheme.addEventListener('change', this.redraw);
    addEventListener(THEME, this.redraw);
    this.watchPixels();
  }

  stop(): void {
    this.forced.removeEventListener('change', this.redraw);
    this.scheme.removeEventListener('change', this.redraw);
    removeEventListener(THEME, this.redraw);
    this.pixels?.removeEventListener('change', this.rescaled);
    this.pixels = null;
  }

  /** A query names one size of pixels, so that after each change it is another. */
  private watchPixels() {
    this.pixels?.removeEventListener('change', this.rescaled);
    this.pixels = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    this.pixels.addEventListener('change', this.rescaled);
  }
}
