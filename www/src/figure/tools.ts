/** The switches above the charts. */

import { check, switchOf } from '../ui/options';
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
        ? switchOf(
            `Show ${names} of`,
            'source',
            [
              { value: 'held-out', label: 'Held-out' },
              { value: 'training', label: 'Training' },
            ],
            shown,
            (source) => change({ source }),
          )
        : nothing
    }
    ${evaluated(measures).some(logs) ? check('Log axis', log, (on) => change({ log: on }), 'log') : nothing}
    ${averaged}
  </div>`;
}
