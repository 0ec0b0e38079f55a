/** What draws a figure on the page. */

import type { Figure } from './figure';
import type { Layout, Room } from './layout';

export interface Screen extends Room {
  host: HTMLElement;
  /** Value of a CSS custom property. */
  colour: (property: string) => string;
  /** Changes with the colours. */
  scheme: string;
  /** The line that is picked out, if any. */
  spotlight: string | null;
}

export interface Renderer {
  /** Where everything stands. */
  draw(figure: Figure, screen: Screen): Layout[];
  destroy(): void;
}
