/** The head of the experiment: which one, the presets, and what Run would do. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { propertyOf } from '../encodings/fields';
import type { ChoiceOption } from '../engine';
import type { LinkedPreset } from '../protocol';
import type { SequenceContext } from './context';

function kinds(context: Pick<SequenceContext, 'properties'>): ChoiceOption[] {
  const kind = propertyOf(context, 'experiment')?.kind;
  return kind?.type === 'choice' ? kind.options : [];
}

/** The label of an experiment, as the settings name it. */
export function experimentLabel(
  context: Pick<SequenceContext, 'properties'>,
  id: string | undefined,
): string {
  return kinds(context).find((option) => option.value === id)?.label ?? id ?? '';
}

/** Those that set an experiment up; the others are sequences. */
function presetsOf({ presets, ...context }: SequenceContext): LinkedPreset[] {
  const ids = kinds(context).map(({ value }) => value);
  return presets.filter(
    ({ id, values }) => ids.includes(id) || values.some(([name]) => name === 'experiment'),
  );
}

function told(context: SequenceContext): string {
  const { recording, settled, stale, live: open } = context;
  const chosen = experimentLabel(context, settled.values.experiment);
  if (!recording) return `Press Run to begin “${chosen}”.`;
  const shown = experimentLabel(context, recording.about.values.experiment);
  if (stale) {
    return shown === chosen
      ? `Below is the run with the earlier settings. Run begins “${chosen}” anew with the present ones.`
      : `Below is “${shown}”. Run begins “${chosen}”.`;
  }
  return open ? '' : `Below is what “${shown}” found; it is no longer open. Run begins it anew.`;
}

/** `plan` says what the chosen experiment does with these settings, and about how long that takes. */
export function choosePart(context: SequenceContext, plan: TemplateResult | typeof nothing): TemplateResult {
  const { settled, change, settle } = context;
  const presets = presetsOf(context);
  const present = presets.find((preset) => preset.link === settled.link);
  return html`<section class="card part choices" aria-labelledby="title-experiment">
    <header>
      <h2 id="title-experiment">Experiment</h2>
      <p class="quiet">the same over many machines: how much, how long, how noisy</p>
    </header>
    <fieldset>
      <legend class="sr">${propertyOf(context, 'experiment')?.label ?? 'Experiment'}</legend>
      <div class="kinds">
        ${kinds(context).map(
          (option) =>
            html`<label class="kind">
              <input
                type="radio"
                name="experiment-kind"
                value=${option.value}
                aria-describedby="experiment-${option.value}"
                .checked=${live(settled.values.experiment === option.value)}
                @change=${() => change('experiment', option.value)}
              />
              <strong>${option.label}</strong>
              <span class="help" id="experiment-${option.value}">${option.help}</span>
            </label>`,
        )}
      </div>
    </fieldset>
    <div class="presets" role="group" aria-label="Presets">
      <span class="quiet">Or start from</span>
      ${presets.map(
        (preset) =>
          html`<button
            type="button"
            data-testid="experiment-preset-${preset.id}"
            aria-pressed=${preset === present ? 'true' : 'false'}
            title=${preset.help}
            @click=${() => settle(Object.fromEntries(preset.values))}
          >
            ${preset.label}
          </button>`,
      )}
    </div>
    ${present ? html`<p class="help" data-testid="preset-help">${present.help}</p>` : nothing} ${plan}
    <p class="told" role="status" data-testid="experiment-told">${told(context)}</p>
  </section>`;
}
