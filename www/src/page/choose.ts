/** The head of an experiment: which one, the presets, and what starting it would do. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { ChoiceOption } from '../engine/types';
import { propertyOf } from '../ui/fields';
import type { PartContext } from '../ui/part-context';
import type { LinkedPreset } from '../engine/protocol';
import type { RunWords } from '../ui/words';

/** The experiments of a lab. */
export function experimentKinds(context: Pick<PartContext, 'properties'>): ChoiceOption[] {
  const kind = propertyOf(context, 'experiment')?.kind;
  return kind?.type === 'choice' ? kind.options : [];
}

/** The name of an experiment in the reader's words. */
export function experimentLabel(context: Pick<PartContext, 'properties'>, id: string | undefined): string {
  return experimentKinds(context).find((option) => option.value === id)?.label ?? id ?? '';
}

/** What is drawn below, and what starting would do. */
function statusText(context: PartContext, start: string): string {
  const { recording, settled, stale, live: open } = context;
  const chosen = experimentLabel(context, settled.values.experiment);
  if (!recording) return `Press ${start} to begin “${chosen}”.`;
  const shown = experimentLabel(context, recording.about.values.experiment);
  if (stale) {
    return shown === chosen
      ? `Below is the run with the earlier settings. ${start} begins “${chosen}” anew with the present ones.`
      : `Below is “${shown}”. ${start} begins “${chosen}”.`;
  }
  return open ? '' : `Below is what “${shown}” found; its run is no longer open. ${start} begins it anew.`;
}

interface Choosing {
  /** What it is about, beside the heading. */
  about: string;
  presets: LinkedPreset[];
  /** Before a preset's name, so that other buttons may have that. */
  testId: string;
  words: RunWords;
  /** What the chosen experiment does with these settings, and about how long that takes. */
  plan?: TemplateResult | typeof nothing;
}

export function choosePart(context: PartContext, choosing: Choosing): TemplateResult {
  const { settled, change, settle } = context;
  const { about, presets, testId, words, plan = nothing } = choosing;
  const present = presets.find((preset) => preset.link === settled.link);
  return html`<section class="card part choices" aria-labelledby="title-experiment">
    <header>
      <h2 id="title-experiment">Experiment</h2>
      <p class="quiet">${about}</p>
    </header>
    <fieldset>
      <legend class="sr">${propertyOf(context, 'experiment')?.label ?? 'Experiment'}</legend>
      <div class="kinds">
        ${experimentKinds(context).map(
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
            data-testid="${testId}${preset.id}"
            aria-pressed=${preset === present ? 'true' : 'false'}
            title=${preset.help}
            @click=${() => settle(Object.fromEntries(preset.values))}
          >
            ${preset.label}
          </button>`,
      )}
    </div>
    ${present ? html`<p class="help" data-testid="preset-help">${present.help}</p>` : nothing} ${plan}
    <p class="told" role="status" data-testid="experiment-told">${statusText(context, words.start)}</p>
  </section>`;
}
