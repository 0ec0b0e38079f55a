/** The head of the experiment: which one, the presets, and what is on show. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { EncodingsContext } from './context';
import { propertyOf } from './fields';

/** The label of an experiment, as the settings name it. */
export function experimentLabel(
  context: Pick<EncodingsContext, 'properties'>,
  id: string | undefined,
): string {
  const kind = propertyOf(context, 'experiment')?.kind;
  const options = kind?.type === 'choice' ? kind.options : [];
  return options.find((option) => option.value === id)?.label ?? id ?? '';
}

/** What is drawn below, and what Train would do. */
function told(context: EncodingsContext): string {
  const { recording, settled, stale, live } = context;
  const chosen = experimentLabel(context, settled.values.experiment);
  if (!recording) return `Press Train to begin “${chosen}”.`;
  const shown = experimentLabel(context, recording.about.values.experiment);
  if (stale) {
    return shown === chosen
      ? `Below is the run with the earlier settings. Train begins “${chosen}” anew with the present ones.`
      : `Below is “${shown}”. Train begins “${chosen}”.`;
  }
  return live ? '' : `Below is what “${shown}” found; its run is no longer open. Train begins it anew.`;
}

export function choosePart(context: EncodingsContext): TemplateResult {
  const { settled, presets, change, settle } = context;
  const property = propertyOf(context, 'experiment');
  const options = property?.kind.type === 'choice' ? property.kind.options : [];
  const present = presets.find((preset) => preset.link === settled.link);
  return html`<section class="card part choices" aria-labelledby="title-experiment">
    <header>
      <h2 id="title-experiment">Experiment</h2>
      <p class="quiet">does what a position looks like decide how soon it is learned from?</p>
    </header>
    <fieldset>
      <legend class="sr">${property?.label ?? 'Experiment'}</legend>
      <div class="kinds">
        ${options.map(
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
            data-testid="preset-${preset.id}"
            aria-pressed=${preset === present ? 'true' : 'false'}
            title=${preset.help}
            @click=${() => settle(Object.fromEntries(preset.values))}
          >
            ${preset.label}
          </button>`,
      )}
    </div>
    ${present ? html`<p class="help" data-testid="preset-help">${present.help}</p>` : nothing}
    <p class="told" role="status" data-testid="experiment-told">${told(context)}</p>
  </section>`;
}
