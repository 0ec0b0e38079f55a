/** "Compare": the earlier runs, what differs between their settings and the present one's, and how soon each learned. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { swatch } from '../ui/controls';
import type { Property } from '../engine/types';
import { count, plural } from '../ui/format';
import { earlierMark } from '../ui/palette';
import { filePicker } from '../ui/picker';
import type { Recording, Source } from '../engine/record';
import type { Entry } from '../ui/series';
import { differences, differencesText } from './differences';
import { firstStepsOfRecording, MOST_RUNS, type EarlierRun } from './shelf';
import '../ui/look.css';

export interface CompareContext {
  recording: Recording | null;
  properties: Property[];
  earlier: EarlierRun[];
  /** Every arm by its name and mark, also those that the present run has not. */
  entryOf: (arm: string) => Entry;
  toggle: (id: number) => void;
  remove: (id: number) => void;
  /** Why the last file was refused; empty if it was not. */
  refused: string;
  readFile: (file: File) => void;
}

export function name(run: EarlierRun): string {
  return run.file ?? `Run ${run.id}`;
}

/** Only what differs, said from the present run's value to that run's. */
export function differs(run: EarlierRun, context: Pick<CompareContext, 'recording' | 'properties'>): string {
  const { recording, properties } = context;
  if (!recording) return '';
  return differencesText(differences(properties, recording.about.values, run.values));
}

/** The best seed, and how many of them came so far. */
function best(firstSteps: (number | null)[] | undefined, within: number): TemplateResult {
  if (!firstSteps) return html`<span class="quiet">not in it</span>`;
  const reached = firstSteps.filter((step): step is number => step !== null);
  if (!reached.length) return html`<span class="quiet">not within ${count(within)}</span>`;
  return html`${count(Math.min(...reached))}
  ${firstSteps.length > 1 ? html`<span class="quiet">${reached.length} of ${plural(firstSteps.length, 'seed')}</span>` : nothing}`;
}

/** Below the charts: whose line is whose, so that no one has to scroll for it. */
export function legend(
  context: Pick<CompareContext, 'recording' | 'properties' | 'earlier'>,
  source: Source,
): TemplateResult | typeof nothing {
  // A file holds no training curves: no line, no entry.
  const shown = context.earlier.filter((run) => run.shown && (source === 'held-out' || run.file === null));
  if (!shown.length) return nothing;
  return html`<ul class="earlier" aria-label="Thin lines: earlier runs">
    ${shown.map(
      (run) =>
        html`<li>
          ${swatch({ colour: '--ink', dash: earlierMark(run.slot).dash })}<span
            >${name(run)}${context.recording ? html`: ${differs(run, context)}` : nothing}</span
          >
        </li>`,
    )}
  </ul>`;
}

export function compare(context: CompareContext): TemplateResult {
  const { recording, earlier, entryOf } = context;
  const present = recording ? firstStepsOfRecording(recording) : new Map<string, (number | null)[]>();
  const arms = [...new Set([...present.keys(), ...earlier.flatMap((run) => [...run.firstSteps.keys()])])];
  return html`<section class="card compare" aria-labelledby="title-compare">
    <header>
      <h2 id="title-compare">Compare</h2>
      <p class="quiet">the last ${MOST_RUNS} runs, as thin lines in the charts</p>
    </header>
    ${
      earlier.length
        ? html`<div class="scroll tall" tabindex="0" role="region" aria-label="Earlier runs, table">
            <table data-testid="compare">
              <caption>
                First step at 99&nbsp;%, best seed
              </caption>
              <thead>
                <tr>
                  <th scope="col">Run</th>
                  <th scope="col">What differs <span class="quiet">present run → this one</span></th>
                  ${arms.map((id) => html`<th scope="col" class="n">${entryOf(id).label}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${
                  recording
                    ? html`<tr data-run="present">
                        <th scope="row">
                          <span class="who">Present run</span>
                          <span class="quiet">${plural(recording.step, 'step')}</span>
                        </th>
                        <td class="quiet">thick lines</td>
                        ${arms.map((id) => html`<td class="n">${best(present.get(id), recording.step)}</td>`)}
                      </tr>`
                    : nothing
                }
                ${earlier.map((run) => row(run, arms, context))}
              </tbody>
            </table>
          </div>`
        : html`<p class="help">
            Train, change a setting, and train again: the earlier run stays here, with what differs.
          </p>`
    }
    <p class="take">
      ${filePicker({
        label: 'Add a run from a results file',
        accept: '.json,.csv,application/json,text/csv',
        testId: 'compare-file',
        describedBy: 'compare-refused',
        take: context.readFile,
      })}
    </p>
    <p class="refused" role="status" id="compare-refused">
      ${context.refused ? html`<span class="wrong">${context.refused}</span>` : nothing}
    </p>
  </section>`;
}

function row(run: EarlierRun, arms: string[], context: CompareContext): TemplateResult {
  return html`<tr data-run=${run.id} class=${run.shown ? '' : 'off'}>
    <th scope="row">
      <label class="check who">
        <input
          type="checkbox"
          aria-label="Show ${name(run)} in the charts"
          .checked=${live(run.shown)}
          @change=${() => context.toggle(run.id)}
        />${swatch({ colour: '--ink', dash: earlierMark(run.slot).dash })}<span>${name(run)}</span>
      </label>
      <span class="quiet">${plural(run.step, 'step')}</span>
      <button
        type="button"
        class="small"
        aria-label="Remove ${name(run)}"
        @click=${() => context.remove(run.id)}
      >
        Remove
      </button>
    </th>
    <td class="what">${differs(run, context)}</td>
    ${arms.map((id) => html`<td class="n">${best(run.firstSteps.get(id), run.step)}</td>`)}
  </tr>`;
}
