/** The switches above the charts. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Recording, Source } from '../engine/record';

export interface View {
  source: Source;
  log: boolean;
}

export function chartTools(
  { source: shown, log }: View,
  recording: Recording | null,
  change: (view: Partial<View>) => void,
): TemplateResult {
  const averaged =
    shown === 'training' && (recording?.stepsPerPoint ?? 1) > 1
      ? html`<span class="quiet">each point averages ${recording?.stepsPerPoint} steps</span>`
      : nothing;
  return html`<div class="tools">
    <fieldset class="switch">
      <legend class="sr">Show loss and tokens of</legend>
      ${(['held-out', 'training'] as const).map(
        (source) =>
          html`<label>
            <input
              type="radio"
              name="source"
              value=${source}
              .checked=${shown === source}
              @change=${() => change({ source })}
            /><span>${source === 'held-out' ? 'Held-out' : 'Training'}</span>
          </label>`,
      )}
    </fieldset>
    <label class="check">
      <input
        type="checkbox"
        name="log"
        .checked=${log}
        @change=${(event: Event) => change({ log: (event.target as HTMLInputElement).checked })}
      />Log axis
    </label>
    ${averaged}
  </div>`;
}
