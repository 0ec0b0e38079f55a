/**
 * The table above the charts: legend, direct read-out and result in one. Each row switches its arm
 * on and off in the charts; its numbers are those at the pointer, or the latest.
 */

import { html, nothing, type TemplateResult } from 'lit';
import { swatch } from '../ui/controls';
import type { RunInfo } from '../engine/types';
import { bits, count, percent } from '../ui/format';
import type { Entry } from '../ui/series';
import type { Recording, Source } from '../engine/record';

export interface ScoreboardContext {
  recording: Recording | null;
  entries: Entry[];
  hidden: ReadonlySet<string>;
  source: Source;
  /** Step under the pointer, if any. */
  cursor: number | null;
  toggle: (id: string) => void;
}

/** When a run first reached 99 %, or what can be said instead. */
function first(recording: Recording, run: RunInfo): string {
  const milestone = recording.milestones.get(run.replica);
  if (milestone !== undefined) return count(milestone);
  const stop = recording.stops.find((candidate) => candidate.run.replica === run.replica);
  if (stop) return `stopped at ${count(stop.step)}`;
  return recording.finished ? `not within ${count(recording.step)}` : '–';
}

function firstSteps(recording: Recording, id: string): TemplateResult {
  const runs = recording.arms.find((arm) => arm.id === id)?.runs ?? [];
  const texts = runs.map((run) => first(recording, run));
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

/** Place of the last point at or before `step`. */
function at(steps: number[], step: number | null): number {
  if (step === null) return steps.length - 1;
  const after = steps.findIndex((candidate) => candidate > step);
  return after === -1 ? steps.length - 1 : Math.max(0, after - 1);
}

export function scoreboard(context: ScoreboardContext): TemplateResult {
  const { recording, entries, cursor, source } = context;
  const loss = recording?.curves('loss', source);
  const token = recording?.curves('token', source);
  const sequence = recording?.curves('sequence', 'held-out');
  const place = loss ? at(loss.steps, cursor) : -1;
  const value = (curves: typeof loss, id: string, step: number | null) => {
    const curve = curves?.curves.find((candidate) => candidate.arm === id);
    return curve?.mean[at(curves?.steps ?? [], step)];
  };
  const step = loss?.steps[place];
  const shown = step === undefined ? null : step;
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
          <th scope="col">Encoding</th>
          <th scope="col" class="n">Loss <span class="quiet">bits</span></th>
          <th scope="col" class="n">Tokens <span class="quiet">% right</span></th>
          <th scope="col" class="n">Sequences <span class="quiet">% right</span></th>
        </tr>
      </thead>
      <tbody>
        ${entries.map((entry) => {
          const on = !context.hidden.has(entry.id);
          return html`<tr data-arm=${entry.id} class=${on ? '' : 'off'}>
            <th scope="row">
              <button
                type="button"
                class="toggle"
                aria-pressed=${on ? 'true' : 'false'}
                title=${on ? 'Hide in the charts' : 'Show in the charts'}
                @click=${() => context.toggle(entry.id)}
              >
                ${swatch(entry.mark)}<span>${entry.label}</span>
              </button>
            </th>
            <td class="n">${bits(value(loss, entry.id, shown))}</td>
            <td class="n">${percent(value(token, entry.id, shown))}</td>
            <td class="n">${percent(value(sequence, entry.id, shown))}</td>
          </tr>`;
        })}
      </tbody>
    </table>
    ${milestones(context)}
  </div>`;
}

/** First evaluation at 99 % or more of held-out tokens: every seed, and what they have in common. */
function milestones({ recording, entries }: ScoreboardContext): TemplateResult {
  const seeds = Math.max(0, ...(recording?.arms.map(({ runs }) => runs.length) ?? []));
  const several = seeds > 1;
  return html`<table data-testid="milestones">
    <caption>
      First step at 99&nbsp;%
      <span class="quiet">of held-out tokens</span>
    </caption>
    <thead>
      <tr>
        <th scope="col">Encoding</th>
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
        (entry) =>
          html`<tr data-arm=${entry.id}>
            <th scope="row">${entry.label}</th>
            <td class="n">${recording ? firstSteps(recording, entry.id) : '–'}</td>
            ${several && recording ? middle(recording, entry.id) : nothing}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Median and spread. A seed that never got there counts as later than all others, once the race is over. */
function middle(recording: Recording, id: string): TemplateResult {
  const runs = recording.arms.find((arm) => arm.id === id)?.runs ?? [];
  const over = (run: RunInfo) =>
    recording.finished || recording.stops.some((stop) => stop.run.replica === run.replica);
  const steps = runs.map((run) => recording.milestones.get(run.replica) ?? (over(run) ? Infinity : NaN));
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
