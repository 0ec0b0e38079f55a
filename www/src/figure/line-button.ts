/** The button of a line: switches it on and off in the charts, and picks it out while it is pointed at. */

import { html, nothing, type TemplateResult } from 'lit';
import { swatch } from '../ui/controls';
import type { Entry } from '../ui/series';
import './scoreboard.css';

export interface Lines {
  hidden: ReadonlySet<string>;
  toggle: (id: string) => void;
  /** Picks a line out while its button is under the pointer or has the focus. */
  point?: (id: string | null) => void;
}

/** `row` is one that heads a row of a table. */
export function lineButton(
  { id, label, mark }: Entry,
  { hidden, toggle, point = () => {} }: Lines,
  { row = false, words = html`<span>${label}</span>` }: { row?: boolean; words?: TemplateResult } = {},
): TemplateResult {
  const on = !hidden.has(id);
  const title = row ? (on ? 'Hide in the charts' : 'Show in the charts') : label;
  return html`<button
    type="button"
    class=${row ? 'toggle' : 'arm'}
    data-arm=${row ? nothing : id}
    aria-pressed=${on ? 'true' : 'false'}
    title=${title}
    @click=${() => toggle(id)}
    @pointerenter=${() => point(id)}
    @pointerleave=${() => point(null)}
    @focus=${() => point(id)}
    @blur=${() => point(null)}
  >
    ${swatch(mark)}${words}
  </button>`;
}
