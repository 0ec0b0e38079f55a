/** The switches above the charts. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Recording, Source } from '../engine/record';
import type { Measure } from '../engine/types';
import { evaluated, logs, measureOf } from './measured';

export interface View {
  source: Source;
  log: boolean;
}

export function chartTools(
  { source: shown, log }: View,
  recording: Recording | null,
  measures: Measure[],
  change: (view: Partial<View>) => void,
): TemplateResult {
  const averaged =
    shown === 'training' && (recording?.stepsPerPoint ?? 1) > 1
      ? html`<span class="quiet">each point averages ${recording?.stepsPerPoint} steps</span>`
      : nothing;
  const both = evaluated(measures).filter((measure) => measureOf(measure, 'training', measures) !== measure);
  const names = both.map(({ short }) => short.toLowerCase()).join(' and ');
  return html`<div class="tools">
    ${
      both.length
        ? html`<fieldset class="switch">
            <legend class="sr">Show ${names} of</legend>
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
          </fieldset>`
        : nothing
    }
    ${
      evaluated(measures).some(logs)
        ? html`<label class="check">
            <input
              type="checkbox"
              name="log"
              .checked=${log}
              @change=${(event: Event) => change({ log: (event.target as HTMLInputElement).checked })}
            />Log axis
          </label>`
        : nothing
    }
    ${averaged}
  </div>`;
}
