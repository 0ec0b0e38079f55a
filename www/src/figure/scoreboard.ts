/**
 * The table above the charts: legend, direct read-out and result in one. Each row switches its arm
 * on and off in the charts; its numbers are those at the pointer, or the latest.
 */

import { html, nothing, type TemplateResult } from 'lit';
import { lineButton } from './line-button';
import type { Measure, RunInfo } from '../engine/types';
import { count } from '../ui/format';
import type { Entry } from '../ui/series';
import type { Recording, Source } from '../engine/record';
import { armCurves, lastAt } from './curves';
import { evaluated, headUnit, measureOf, thresholdText, valueText } from './measured';
import './scoreboard.css';

export interface ScoreboardContext {
  recording: Recording | null;
  measures: Measure[];
  /** What an arm is. */
  arm: string;
  entries: Entry[];
  hidden: ReadonlySet<string>;
  source: Source;
  /** Step under the pointer, if any. */
  cursor: number | null;
  toggle: (id: string) => void;
}

/** When a run first reached the threshold, or what can be said instead. */
function first(recording: Recording, measure: string, run: RunInfo): string {
  const step = recording.reached[run.replica]?.[measure];
  if (step !== undefined) return count(step);
  const stop = recording.stops.find((candidate) => candidate.run.replica === run.replica);
  if (stop) return `stopped at ${count(stop.step)}`;
  return recording.finished ? `not within ${count(recording.step)}` : '–';
}

function firstSteps(recording: Recording, measure: string, runs: RunInfo[]): TemplateResult {
  const texts = runs.map((run) => first(recording, measure, run));
  if (texts.every((text) => text === '–')) return html`–`;
  if (runs.length > 1 && texts.every((text) => text.startsWith('not within'))) {
    return html`none within ${count(recording.step)}`;
  }
  return html`${runs.map(
    (run, i) =>
      html`${i ? ', ' : ''}<span title="seed ${run.seed}"
          ><span class="sr">seed ${run.seed}: </span>${texts[i]}</span
        >`,
  )}`;
}

export function scoreboard(context: ScoreboardContext): TemplateResult | typeof nothing {
  if (!context.entries.length) return nothing;
  const { recording, measures, entries, cursor, source } = context;
  const columns = evaluated(measures).map((measure) => {
    const own = measureOf(measure, source, measures);
    return { measure, curves: recording && armCurves(recording.curves(own.phase), own.id) };
  });
  const [main] = columns;
  const step = main?.curves?.steps[lastAt(main.curves.steps, cursor)];
  const shown = step === undefined ? null : step;
  const value = ({ curves }: (typeof columns)[number], id: string) =>
    curves?.curves.find(({ arm }) => arm === id)?.mean[lastAt(curves.steps, shown)];
  const caption =
    shown === null
      ? 'In the race'
      : cursor === null
        ? `Latest, step ${count(shown)}`
        : `At step ${count(shown)}`;
  return html`<div class="card scoreboard">
    <table data-testid="scoreboard">
      <caption>
        ${caption}${shown === null ? nothing : html` <span class="quiet">mean over seeds</span>`}
      </caption>
      <thead>
        <tr>
          <th scope="col">${context.arm}</th>
          ${columns.map(
            ({ measure }) =>
              html`<th scope="col" class="n">
                ${measure.short} <span class="quiet">${headUnit(measure)}</span>
              </th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${entries.map((entry) => {
          const on = !context.hidden.has(entry.id);
          return html`<tr data-arm=${entry.id} class=${on ? '' : 'off'}>
            <th scope="row">
              ${lineButton(entry, { hidden: context.hidden, toggle: context.toggle }, { row: true })}
            </th>
            ${columns.map(
              (column) => html`<td class="n">${valueText(column.measure, value(column, entry.id))}</td>`,
            )}
          </tr>`;
        })}
      </tbody>
    </table>
    ${evaluated(measures)
      .filter(({ threshold }) => threshold !== undefined)
      .map((measure) => milestones(measure, context))}
  </div>`;
}

/** The first evaluation that reached a measure's threshold: every seed, and what they have in common. */
function milestones(measure: Measure, { recording, entries, arm }: ScoreboardContext): TemplateResult {
  const each = entries.map(({ id }) => recording?.about.runs.filter((run) => run.arm === id) ?? []);
  const several = each.some((runs) => runs.length > 1);
  return html`<table data-testid="milestones" data-measure=${measure.id}>
    <caption>
      First step at ${thresholdText(measure)}
      <span class="quiet">of held-out ${measure.short.toLowerCase()}</span>
    </caption>
    <thead>
      <tr>
        <th scope="col">${arm}</th>
        <th scope="col" class="n">Step <span class="quiet">each seed in turn</span></th>
        ${
          several
            ? html`<th scope="col" class="n">Median</th>
                <th scope="col" class="n">Spread</th>`
            : nothing
        }
      </tr>
    </thead>
    <tbody>
      ${entries.map(
        (entry, i) =>
          html`<tr data-arm=${entry.id}>
            <th scope="row">${entry.label}</th>
            <td class="n">${recording ? firstSteps(recording, measure.id, each[i] ?? []) : '–'}</td>
            ${several && recording ? middle(recording, measure.id, each[i] ?? []) : nothing}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Median and spread. A seed that never got there counts as later than all others, once the race is over. */
function middle(recording: Recording, measure: string, runs: RunInfo[]): TemplateResult {
  const over = (run: RunInfo) =>
    recording.finished || recording.stops.some((stop) => stop.run.replica === run.replica);
  const steps = runs.map((run) => recording.reached[run.replica]?.[measure] ?? (over(run) ? Infinity : NaN));
  const found = median(steps);
  const text = (step: number) => (step === Infinity ? `> ${count(recording.step)}` : count(step));
  if (found === null)
    return html`<td class="n">–</td>
      <td class="n">–</td>`;
  const [least, greatest] = [Math.min(...steps), Math.max(...steps)];
  return html`<td class="n">${text(found)}</td>
    <td class="n">${least === greatest ? text(least) : `${text(least)} to ${text(greatest)}`}</td>`;
}

/** Null while a value is still to come. */
function median(values: number[]): number | null {
  if (!values.length || values.some(Number.isNaN)) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? NaN;
  return sorted.length % 2 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2;
}
