/** "Compare": the earlier runs, what differs between their settings and the present one's, and how soon each learned. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { swatch } from '../ui/controls';
import type { Measure, Property } from '../engine/types';
import { count, plural } from '../ui/format';
import { earlierMark } from '../ui/palette';
import { filePicker } from '../ui/picker';
import type { Recording } from '../engine/record';
import type { Entry } from '../ui/series';
import { differences, differencesText } from './differences';
import { thresholdText } from './measured';
import {
  firstSteps,
  MOST_RUNS,
  reachedBy,
  type EarlierRun,
  type Laid,
  type Reached,
  type Shelf,
} from './shelf';
import './compare.css';

export interface CompareContext {
  recording: Recording | null;
  measures: Measure[];
  properties: Property[];
  shelf: Shelf;
  /** A run was shown, hidden or removed. */
  changed: (done: void) => void;
  /** Every arm by its name and mark, also those that the present run has not. */
  entryOf: (arm: string) => Entry;
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

/** An arm at a measure's threshold. */
interface Column {
  arm: string;
  measure: Measure;
}

/** The best seed, and how many of them came so far. */
function best(runs: Reached[], { arm, measure }: Column, within: number): TemplateResult {
  const steps = firstSteps(runs, measure.id).get(arm);
  if (!steps) return html`<span class="quiet">not in it</span>`;
  const reached = steps.filter((step) => step !== null);
  if (!reached.length) return html`<span class="quiet">not within ${count(within)}</span>`;
  return html`${count(Math.min(...reached))}
  ${steps.length > 1 ? html`<span class="quiet">${reached.length} of ${plural(steps.length, 'seed')}</span>` : nothing}`;
}

/** Below the charts: whose line is whose, so that no one has to scroll for it. */
export function legend(
  laid: Laid[],
  context: Pick<CompareContext, 'recording' | 'properties'>,
): TemplateResult | typeof nothing {
  if (!laid.length) return nothing;
  return html`<ul class="earlier" aria-label="Thin lines: earlier runs">
    ${laid.map(
      ({ run }) =>
        html`<li>
          ${swatch({ colour: '--ink', dash: earlierMark(run.slot).dash })}<span
            >${name(run)}${context.recording ? html`: ${differs(run, context)}` : nothing}</span
          >
        </li>`,
    )}
  </ul>`;
}

export function compare(context: CompareContext): TemplateResult {
  const { recording, measures, entryOf } = context;
  const earlier = context.shelf.runs;
  const present = recording ? reachedBy(recording) : [];
  const arms = [...new Set([present, ...earlier.map(({ runs }) => runs)].flat().map(({ arm }) => arm))];
  const reachable = measures.filter(({ threshold }) => threshold !== undefined);
  const columns = reachable.flatMap((measure) => arms.map((arm): Column => ({ arm, measure })));
  const [only] = reachable.length === 1 ? reachable : [];
  const heading = only ? `First step at ${thresholdText(only)}, best seed` : 'First steps, best seed';
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
                ${columns.length ? heading : 'Earlier runs'}
              </caption>
              <thead>
                <tr>
                  <th scope="col">Run</th>
                  <th scope="col">What differs <span class="quiet">present run → this one</span></th>
                  ${columns.map(
                    ({ arm, measure }) =>
                      html`<th scope="col" class="n">
                        ${entryOf(arm).label}
                        ${
                          only
                            ? nothing
                            : html`<span class="quiet">${measure.short}, ${thresholdText(measure)}</span>`
                        }
                      </th>`,
                  )}
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
                        ${columns.map((column) => html`<td class="n">${best(present, column, recording.step)}</td>`)}
                      </tr>`
                    : nothing
                }
                ${earlier.map((run) => row(run, columns, context))}
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

function row(run: EarlierRun, columns: Column[], context: CompareContext): TemplateResult {
  const { shelf, changed } = context;
  return html`<tr data-run=${run.id} class=${run.shown ? '' : 'off'}>
    <th scope="row">
      <label class="check who">
        <input
          type="checkbox"
          aria-label="Show ${name(run)} in the charts"
          .checked=${live(run.shown)}
          @change=${() => changed(shelf.toggle(run.id))}
        />${swatch({ colour: '--ink', dash: earlierMark(run.slot).dash })}<span>${name(run)}</span>
      </label>
      <span class="quiet">${plural(run.step, 'step')}</span>
      <button
        type="button"
        class="small"
        aria-label="Remove ${name(run)}"
        @click=${() => changed(shelf.remove(run.id))}
      >
        Remove
      </button>
    </th>
    <td class="what">${differs(run, context)}</td>
    ${columns.map((column) => html`<td class="n">${best(run.runs, column, run.step)}</td>`)}
  </tr>`;
}
