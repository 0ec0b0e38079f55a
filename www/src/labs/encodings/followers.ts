/** What the shared-weights control has found: how far each follower's held-out loss strays from the reference's. */

import { html, nothing, type TemplateResult } from 'lit';
import '../../figure/chart';
import { labAddress } from '../../ui/address';
import type { Figure, Line } from '../../figure/figure';
import { exportButtons } from '../../ui/download';
import { count } from '../../ui/format';
import { figureText } from '../../ui/text';
import type { Recording } from '../../engine/record';
import type { Entry } from '../../ui/series';
import { lineKey } from '../../figure/arms';
import { runsOf, spreadOf, valuesOf } from '../../figure/curves';
import type { Outcome } from '../../engine/types';
import { saveButton, spreadText } from '../../figure/print';

export type Control = Extract<Outcome, { experiment: 'control' }>;

export interface FollowersContext {
  /** A table of the experiment, as CSV. */
  csv: (id: string) => Promise<string>;
  recording: Recording;
  entries: Entry[];
  hidden: ReadonlySet<string>;
  link: string;
  /** Whether the table of the differences is open. */
  opened: boolean;
  open: (open: boolean) => void;
}

/** A table with more rows is thinned to about this many. */
const MOST_ROWS = 200;

interface Row {
  id: string;
  mean: (number | null)[];
  least: (number | null)[];
  greatest: (number | null)[];
}

interface Differences {
  steps: number[];
  rows: Row[];
}

/** What the followers are held against. */
const LOSS = 'loss';

/** |held-out loss of a follower − that of the reference of the same seed|, by step: mean and spread over the seeds. */
function differencesOf(control: Control, recording: Recording): Differences {
  const curves = recording.curves('evaluation');
  const place = curves.measures.findIndex(({ id }) => id === LOSS);
  const seeds = (arm: string) => runsOf(curves, arm).map((run) => curves.runs[run]?.seed);
  const theirs = seeds(control.reference);
  const rows = control.rows.map(({ id }): Row => {
    const pairs = seeds(id).map((seed) => theirs.indexOf(seed));
    const spreads = curves.points.map((_, point) => {
      const [own, other] = [id, control.reference].map((arm) => valuesOf(curves, point, place, arm));
      return spreadOf((own ?? []).map((value, i) => Math.abs(value - (other?.[pairs[i] ?? -1] ?? NaN))));
    });
    const each = (of: 'mean' | 'least' | 'greatest') => spreads.map((spread) => spread?.[of] ?? null);
    return { id, mean: each('mean'), least: each('least'), greatest: each('greatest') };
  });
  return { steps: curves.points.map(({ x }) => x), rows };
}

/** Whole decades around the differences above zero. */
function rangeOf(rows: Row[]): [number, number] {
  const above = rows
    .flatMap(({ least, greatest }) => [...least, ...greatest])
    .filter((value): value is number => value !== null && value > 0);
  if (!above.length) return [1e-8, 1];
  const [least, most] = [Math.min(...above), Math.max(...above)];
  const floor = Math.floor(Math.log10(least));
  return [10 ** floor, 10 ** Math.max(floor + 1, Math.ceil(Math.log10(most)))];
}

function figureOf({ steps, rows }: Differences, { entries, hidden }: FollowersContext): Figure {
  const shown = rows.filter(({ id }) => !hidden.has(id));
  const range = rangeOf(shown);
  // A logarithm has no place for zero: no difference at all stands at the lower edge.
  const drawn = (values: (number | null)[]) =>
    values.map((value) => (value === null ? null : Math.max(value, range[0])));
  const entryOf = (id: string) => entries.find((entry) => entry.id === id);
  const read = (point: number) =>
    `Step ${count(steps[point] ?? 0)}: ${shown
      .map(({ id, mean }) => `${entryOf(id)?.label ?? id} ${figureText(mean[point])}`)
      .join(', ')} bits`;
  return {
    steps,
    lines: rows.flatMap(({ id, mean, least, greatest }): Line[] => {
      const entry = entryOf(id);
      if (!entry) return [];
      const [min, max] = [drawn(least), drawn(greatest)];
      return [{ ...entry, shown: !hidden.has(id), mean: drawn(mean), min, max, earlier: false }];
    }),
    range,
    log: true,
    reference: null,
    format: (value) => `1e${Math.round(Math.log10(value))}`.replace('-', '−'),
    summary: steps.length
      ? `Difference of held-out loss from the reference by step, up to step ${steps.at(-1)}. ${read(steps.length - 1)}.`
      : 'Difference of held-out loss from the reference by step. No data yet.',
    empty: 'The first numbers are on their way.',
    read,
  };
}

export function followersView(control: Control, context: FollowersContext): TemplateResult {
  const { recording, entries, link } = context;
  const found = differencesOf(control, recording);
  const figure = figureOf(found, context);
  const reference = entries.find(({ id }) => id === control.reference)?.label ?? control.reference;
  const title = 'Difference from the reference';
  const paper = async () => {
    const { chartSvg } = await import('../../figure/svg-chart');
    return chartSvg(figure, {
      title,
      note: `|held-out loss − that of ${reference} with the same seed|, bits per token`,
      yTitle: 'Difference (bits per token)',
      address: labAddress(link),
    });
  };
  return html`<section class="card part figure followers" aria-labelledby="title-control">
    <header>
      <h2 id="title-control">${title}</h2>
      <p class="quiet">|held-out loss − loss of ${reference}, same seed|, bits per token, log</p>
    </header>
    <p class="help">
      All start from the same weights and see the same batches. A follower that computes the same thing stays
      with it, or departs by rounding only, which training then amplifies. No difference at all stands at the
      lower edge.
    </p>
    <lab-chart data-testid="control-chart" .figure=${figure}></lab-chart>
    ${lineKey(figure)} ${exportButtons(paper, 'control', title, figure.steps.length > 0)}
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
      ${context.opened ? numbers(found, context) : nothing}
    </details>
    <p class="take">
      ${saveButton('Differences (CSV)', 'control.csv', () => context.csv('control'))}
      ${saveButton('Largest (CSV)', 'control-largest.csv', () => context.csv('control-largest'))}
    </p>
  </section>`;
}

function numbers({ steps, rows }: Differences, { entries }: FollowersContext): TemplateResult {
  const stride = Math.max(1, Math.ceil(steps.length / MOST_ROWS));
  const points = Array.from(steps.keys()).filter((i) => i % stride === 0 || i === steps.length - 1);
  const label = (id: string) => entries.find((entry) => entry.id === id)?.label ?? id;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Difference by step, table">
    <table data-testid="control-numbers">
      <caption>
        Difference by step
        <span class="quiet"
          >bits per token, mean over seeds${stride > 1 ? `, one point in ${stride}` : ''}</span
        >
      </caption>
      <thead>
        <tr>
          <th scope="col" class="n">Step</th>
          ${rows.map(({ id }) => html`<th scope="col" class="n">${label(id)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${points.map(
          (i) =>
            html`<tr>
              <th scope="row" class="n">${count(steps[i] ?? 0)}</th>
              ${rows.map(({ mean }) => html`<td class="n">${figureText(mean[i])}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
