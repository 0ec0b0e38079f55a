/** What the shared-weights control has found: how far each follower's training loss strays from the reference's. */

import { html, nothing, type TemplateResult } from 'lit';
import '../chart';
import { labAddress } from '../address';
import type { Figure, Line } from '../figure';
import { exportButtons } from '../download';
import { count } from '../format';
import { figureText } from '../look/words';
import type { Recording } from '../record';
import type { Entry } from '../scoreboard';
import type { Outcome } from './engine';
import { csv, saveButton, spreadText } from './print';

export type Control = Extract<Outcome, { experiment: 'control' }>;

export interface FollowersContext {
  recording: Recording;
  entries: Entry[];
  hidden: ReadonlySet<string>;
  link: string;
  /** Whether the table of the differences is open. */
  opened: boolean;
  open: (open: boolean) => void;
}

/** Below this a difference of losses is that of rounding in single precision. */
const LEAST = 1e-9;
/** A table with more rows is thinned to about this many. */
const MOST_ROWS = 200;

/** |loss of a follower − loss of the reference of the same seed| by step: mean and spread over the seeds. */
export function differences(
  control: Pick<Control, 'reference' | 'rows'>,
  recording: Recording,
): {
  steps: number[];
  rows: { id: string; mean: (number | null)[]; min: (number | null)[]; max: (number | null)[] }[];
} {
  const { steps, loss } = recording.training();
  const { runs } = recording.about;
  const place = (encoding: string, seed: number) =>
    runs.findIndex((run) => run.encoding === encoding && run.seed === seed);
  const rows = control.rows
    .filter(({ id }) => id !== control.reference)
    .map(({ id }) => {
      const pairs = runs
        .filter((run) => run.encoding === id)
        .map(({ seed }) => [loss[place(id, seed)], loss[place(control.reference, seed)]] as const);
      const row = { id, mean: [], min: [], max: [] } as {
        id: string;
        mean: (number | null)[];
        min: (number | null)[];
        max: (number | null)[];
      };
      steps.forEach((_, i) => {
        const found = pairs.flatMap(([own, other]) => {
          const [a, b] = [own?.[i], other?.[i]];
          return typeof a === 'number' && typeof b === 'number' ? [Math.abs(a - b)] : [];
        });
        row.mean.push(found.length ? found.reduce((a, b) => a + b, 0) / found.length : null);
        row.min.push(found.length ? Math.min(...found) : null);
        row.max.push(found.length ? Math.max(...found) : null);
      });
      return row;
    });
  return { steps, rows };
}

function figureOf(control: Control, context: FollowersContext): Figure {
  const { recording, entries, hidden } = context;
  const { steps, rows } = differences(control, recording);
  const entryOf = (id: string) => entries.find((entry) => entry.id === id);
  const values = rows.flatMap(({ id, min, max }) => (hidden.has(id) ? [] : [...min, ...max]));
  const above = values.filter((value): value is number => value !== null && value > LEAST);
  const range: [number, number] = above.length
    ? [
        10 ** Math.floor(Math.log10(Math.min(...above))),
        10 ** Math.ceil(Math.log10(Math.max(...above)) + 1e-9),
      ]
    : [1e-8, 1];
  const labelOf = (id: string) => entryOf(id)?.label ?? id;
  const read = (point: number) =>
    `Step ${count(steps[point] ?? 0)}: ${rows
      .filter(({ id }) => !hidden.has(id))
      .map(({ id, mean }) => `${labelOf(id)} ${figureText(mean[point])}`)
      .join(', ')} bits`;
  return {
    steps,
    lines: rows.flatMap(({ id, mean, min, max }): Line[] => {
      const entry = entryOf(id);
      return entry ? [{ ...entry, shown: !hidden.has(id), mean, min, max, earlier: false }] : [];
    }),
    range,
    log: true,
    reference: null,
    format: (value) => `1e${Math.round(Math.log10(value))}`.replace('-', '−'),
    summary: steps.length
      ? `Difference of training loss from the reference by step, up to step ${steps.at(-1)}. ${read(steps.length - 1)}.`
      : 'Difference of training loss from the reference by step. No data yet.',
    empty: 'The first numbers are on their way.',
    read,
  };
}

export function followersView(control: Control, context: FollowersContext): TemplateResult {
  const { recording, entries, link } = context;
  const figure = figureOf(control, context);
  const reference = entries.find(({ id }) => id === control.reference)?.label ?? control.reference;
  const averaged = recording.stepsPerPoint > 1 ? `each point averages ${recording.stepsPerPoint} steps` : '';
  const title = 'Difference from the reference';
  const paper = async () => {
    const { chartSvg } = await import('../svg-chart');
    return chartSvg(figure, {
      title,
      note: ['|training loss − that of the reference with the same seed|, bits per token', averaged]
        .filter(Boolean)
        .join(' · '),
      yTitle: 'Difference (bits per token)',
      address: labAddress(link),
    });
  };
  return html`<section class="card part figure control" aria-labelledby="title-control">
    <header>
      <h2 id="title-control">${title}</h2>
      <p class="quiet">
        |training loss − loss of ${reference}, same seed|, bits per token,
        log${averaged ? `; ${averaged}` : ''}
      </p>
    </header>
    <p class="help">
      All start from the same weights and see the same batches. A follower that computes the same thing stays
      at rounding; single precision lets even that grow slowly, as training amplifies it.
    </p>
    <lab-chart data-testid="control-chart" .figure=${figure}></lab-chart>
    ${exportButtons(paper, 'control', title, figure.steps.length > 0)}
    <div class="scroll" tabindex="0" role="region" aria-label="${title}, table">
      <table data-testid="control-table">
        <caption>
          Largest difference from ${reference}
          <span class="quiet">bits per token, over all steps so far</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Follower</th>
            <th scope="col" class="n">Mean <span class="quiet">least to greatest over seeds</span></th>
            <th scope="col" class="n">At step</th>
            <th scope="col" class="n">By seed</th>
          </tr>
        </thead>
        <tbody>
          ${control.rows.map(
            (row) =>
              html`<tr data-arm=${row.id}>
                <th scope="row">${row.label}</th>
                <td class="n">${row.largest ? spreadText(row.largest, figureText) : '–'}</td>
                <td class="n">${row.at === null ? '–' : count(row.at)}</td>
                <td class="n">
                  ${row.bySeed.map((value) => (value === null ? '–' : figureText(value))).join(', ')}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <details
      class="more"
      @toggle=${(event: Event) => context.open((event.target as HTMLDetailsElement).open)}
    >
      <summary>Numbers<span class="sr">: ${title}</span></summary>
      ${context.opened ? numbers(figure, averaged) : nothing}
    </details>
    <p class="take">
      ${saveButton('Differences (CSV)', 'control.csv', () => differencesCsv(control, recording))}
      ${saveButton('Largest (CSV)', 'control-largest.csv', () => largestCsv(control))}
    </p>
  </section>`;
}

function numbers({ steps, lines }: Figure, averaged: string): TemplateResult {
  const stride = Math.max(1, Math.ceil(steps.length / MOST_ROWS));
  const points = Array.from(steps.keys()).filter((i) => i % stride === 0 || i === steps.length - 1);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Difference by step, table">
    <table data-testid="control-numbers">
      <caption>
        Difference by step
        <span class="quiet"
          >bits per token, mean over
          seeds${stride > 1 ? `, one point in ${stride}` : ''}${averaged ? `; ${averaged}` : ''}</span
        >
      </caption>
      <thead>
        <tr>
          <th scope="col" class="n">Step</th>
          ${lines.map(({ label }) => html`<th scope="col" class="n">${label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${points.map(
          (i) =>
            html`<tr>
              <th scope="row" class="n">${count(steps[i] ?? 0)}</th>
              ${lines.map(({ mean }) => html`<td class="n">${figureText(mean[i])}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function differencesCsv(control: Control, recording: Recording): string {
  const { steps, rows } = differences(control, recording);
  return csv(
    ['step', 'steps_averaged', ...rows.flatMap(({ id }) => [`${id}_mean`, `${id}_least`, `${id}_greatest`])],
    steps.map((step, i) => [
      step,
      recording.stepsPerPoint,
      ...rows.flatMap(({ mean, min, max }) => [mean[i], min[i], max[i]]),
    ]),
  );
}

function largestCsv(control: Control): string {
  return csv(
    ['follower', 'reference', 'mean', 'least', 'greatest', 'at_step', 'by_seed'],
    control.rows.map(({ id, largest, at, bySeed }) => [
      id,
      control.reference,
      largest?.mean,
      largest?.least,
      largest?.greatest,
      at,
      bySeed.map((value) => value ?? '').join(' '),
    ]),
  );
}
