/**
 * The table above the charts: legend, direct read-out and result in one. Each row switches its encoding
 * on and off in the charts; its numbers are those at the pointer, or the latest.
 */

import { html, nothing, type TemplateResult } from 'lit';
import { swatch } from './controls';
import type { RunInfo } from './engine';
import { bits, count, percent } from './format';
import type { Mark } from './palette';
import type { Recording, Source } from './record';

export interface Entry {
  id: string;
  label: string;
  mark: Mark;
}

export interface ScoreboardContext {
  recording: Recording | null;
  entries: Entry[];
  hidden: ReadonlySet<string>;
  source: Source;
  /** Step under the pointer, if any. */
  cursor: number | null;
  toggle: (id: string) => void;
}

/** When a run first passed 99 %, or what can be said instead. */
function first(recording: Recording, run: RunInfo): string {
  const milestone = recording.milestones.get(run.replica);
  if (milestone !== undefined) return count(milestone);
  const stop = recording.stops.find((candidate) => candidate.run.replica === run.replica);
  if (stop) return `stopped at ${count(stop.step)}`;
  return recording.finished ? `not within ${count(recording.step)}` : '–';
}

function firsts(recording: Recording, id: string): TemplateResult {
  const runs = recording.encodings.find((encoding) => encoding.id === id)?.runs ?? [];
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
    const curve = curves?.curves.find((candidate) => candidate.encoding === id);
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
          return html`<tr data-encoding=${entry.id} class=${on ? '' : 'off'}>
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

/** First evaluation above 99 % of held-out tokens, seed by seed. */
function milestones({ recording, entries }: ScoreboardContext): TemplateResult {
  return html`<table data-testid="milestones">
    <caption>
      First step above 99&nbsp;%
      <span class="quiet">of held-out tokens</span>
    </caption>
    <thead>
      <tr>
        <th scope="col">Encoding</th>
        <th scope="col" class="n">Step <span class="quiet">each seed in turn</span></th>
      </tr>
    </thead>
    <tbody>
      ${entries.map(
        (entry) =>
          html`<tr>
            <th scope="row">${entry.label}</th>
            <td class="n">${recording ? firsts(recording, entry.id) : '–'}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
