/** Settings, what was wrong with them, and what the present run is. */

import { select } from './options';
import { html, nothing, type TemplateResult } from 'lit';
import { groups, type ControlContext } from './controls';
import { unfold } from './fold';
import type { About, ExecutorInfo, Problem, Property, Settled } from '../engine/types';
import { bytes, count, plural, shortened } from './format';
import type { LinkedPreset } from '../engine/protocol';
import type { Recording } from '../engine/record';
import type { Entry } from './series';
import './settings.css';

/** A setting's label, with its group where another setting has the same label. */
function named(name: string, properties: Property[]): string {
  const property = properties.find((candidate) => candidate.name === name);
  if (!property) return name;
  const alone = properties.every((other) => other === property || other.label !== property.label);
  return alone ? property.label : `${property.group}, ${property.label}`;
}

/** Each setting that was refused: which, what was given, what is allowed, what is used instead. */
export function problemBox(problems: Problem[], properties: Property[], dismiss: () => void): TemplateResult {
  return html`<div role="status" data-testid="problems">
    ${
      problems.length
        ? html`<div class="notice warn">
            <h2>
              ${problems.length === 1 ? 'One setting was not taken' : `${problems.length} settings were not taken`}
            </h2>
            <ul>
              ${problems.map((problem) => {
                const label = named(problem.field, properties);
                const given = shortened(problem.given);
                return html`<li data-field=${shortened(problem.field)}>
                  <strong>${shortened(label)}</strong>:
                  ${
                    problem.used
                      ? `“${given}” is not allowed. Allowed: ${problem.allowed}. Used instead: ${problem.used}.`
                      : `“${given}” is left out: ${problem.allowed}.`
                  }
                </li>`;
              })}
            </ul>
            <button type="button" data-testid="dismiss" @click=${dismiss}>Dismiss</button>
          </div>`
        : nothing
    }
  </div>`;
}

/** Runs that stopped by themselves, with the step. */
export function stopBox(recording: Recording | null, entries: Entry[]): TemplateResult {
  return html`<div role="status" data-testid="stopped">
    ${
      recording?.stops.length
        ? html`<div class="notice warn">
            <ul>
              ${recording.stops.map(({ run, step, reason }) => {
                const label = entries.find((entry) => entry.id === run.arm)?.label ?? run.arm;
                return html`<li>
                  <strong>${label}, seed ${run.seed}</strong> stopped at step ${count(step)}:
                  ${reason.replace(/\.$/, '')}. The other runs go on; means are over those that are left.
                </li>`;
              })}
            </ul>
          </div>`
        : nothing
    }
  </div>`;
}

export interface PanelContext extends ControlContext {
  properties: Property[];
  presets: LinkedPreset[];
  settled: Settled;
  onPreset: (preset: LinkedPreset) => void;
  /** Names of settings that are left out. */
  hide: readonly string[];
  /** Groups that stand open at first; the first two if left out. */
  open?: ReadonlySet<string>;
}

export function panel(context: Omit<PanelContext, 'values' | 'lacking'>): TemplateResult {
  const { presets, settled, problems, hide } = context;
  const { values, lacking, unused } = settled;
  // What is refused is shown where it was typed, even if nothing follows from it any more.
  const idle = new Set(unused.filter((name) => !problems.some(({ field }) => field === name)));
  const present = presets.find((preset) => preset.link === settled.link);
  return html`<form
    class="settings card"
    aria-label="Settings"
    @submit=${(event: Event) => event.preventDefault()}
  >
    <h2 id="settings" tabindex="-1">Settings</h2>
    <div class="control preset">
      <label for="preset">Start from</label>
      ${select({
        id: 'preset',
        testId: 'preset',
        describedBy: 'help-preset',
        options: presets.map(({ id, label }) => ({ value: id, label })),
        value: present?.id ?? '',
        change: (id) => {
          const chosen = presets.find((preset) => preset.id === id);
          if (chosen) context.onPreset(chosen);
        },
        other: html`<option value="" disabled ?selected=${!present}>Your own settings</option>`,
      })}
      <p class="help" id="help-preset">
        ${present?.help ?? 'Changed by hand. Pick a preset to start over from it.'}
      </p>
    </div>
    ${groups(
      context.properties.filter(({ name }) => !hide.includes(name) && !idle.has(name)),
      { ...context, values, lacking },
      context.open,
    )}
  </form>`;
}

/** To the part that checks what it runs on; in someone's notes there is none. */
function goToDevice({ currentTarget }: Event): void {
  const place = (currentTarget as Element)
    .closest('.lab')
    ?.querySelector<HTMLElement>('[data-part=device] summary');
  if (!place) return;
  unfold(place);
  place.scrollIntoView({ block: 'start' });
  place.focus({ preventScroll: true });
}

/** Where it runs, and why there. */
export const executorText = ({ kind, name, reason }: ExecutorInfo): TemplateResult =>
  html`<strong>${kind === 'webgpu' ? 'WebGPU' : 'CPU'}</strong>${name ? ` (${name})` : nothing}. ${reason}
    <button type="button" class="small to-device" data-testid="to-device" @click=${goToDevice}>
      Check this device
    </button>`;

/** What is known of the open run, in the reader's words. */
export function facts(info: About, rows: readonly [string, unknown][]): TemplateResult {
  return html`<section class="card about" aria-labelledby="title-about">
    <h2 id="title-about">This run</h2>
    <dl>
      <div>
        <dt>Runs on</dt>
        <dd data-testid="executor">${executorText(info.executor)}</dd>
      </div>
      ${rows.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}

/** What runs where and what it costs. */
export function about(recording: Recording | null): TemplateResult {
  const info = recording?.about;
  if (!info) {
    return html`<section class="card about" aria-labelledby="title-about">
      <h2 id="title-about">This run</h2>
      <p class="help">Where the work runs, and why there, stands here once you have pressed Train.</p>
    </section>`;
  }
  const { runs, cost } = info;
  return facts(info, [
    ['Races', `${plural(runs.length, 'run')} side by side, ${plural(cost.parameters, 'parameter')} each`],
    [
      'Costs',
      `${plural(cost.launchesPerStep, 'kernel launch', 'kernel launches')} and ` +
        `${(cost.flopsPerStep / 1e6).toFixed(1)} million operations a step, ${bytes(cost.bytes)} of memory`,
    ],
  ]);
}
