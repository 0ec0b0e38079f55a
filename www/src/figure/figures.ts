/** The three charts, each with the table of its numbers. */

import { html, nothing, type TemplateResult } from 'lit';
import './chart';
import type { Figure } from './chart';
import { labAddress } from '../ui/address';
import { exportButtons } from '../ui/download';
import { bits, count, percent } from '../ui/format';
import { differs, legend, name } from './compare';
import { overlay, reach } from './overlay';
import type { EarlierRun } from './shelf';
import type { Property } from '../engine/types';
import type { Curve, Curves, Measure, Recording, Source } from '../engine/record';
import type { Entry } from '../ui/series';

export interface FiguresContext {
  recording: Recording | null;
  entries: Entry[];
  hidden: ReadonlySet<string>;
  source: Source;
  log: boolean;
  /** Tables that the reader has opened; the others are not drawn. */
  opened: ReadonlySet<Measure>;
  open: (measure: Measure, open: boolean) => void;
  onCursor: (step: number | null) => void;
  /** Earlier runs, those shown laid over the present one. */
  earlier: EarlierRun[];
  properties: Property[];
  entryOf: (arm: string) => Entry;
}

const TITLES: Record<Measure, string> = {
  loss: 'Loss',
  token: 'Tokens right',
  sequence: 'Whole sequences right',
};
const UNITS: Record<Measure, string> = {
  loss: 'bits per token, lower is better',
  token: '% of judged tokens',
  sequence: '% of sequences without a mistake',
};
/** A table with more rows is thinned to about this many. */
const MOST_ROWS = 200;
const LEAST_LOG_LOSS = 1e-4;

function extent(curves: Curve[], hidden: ReadonlySet<string>, edge: 'min' | 'max'): number {
  let found = edge === 'min' ? Infinity : -Infinity;
  for (const curve of curves) {
    if (hidden.has(curve.arm)) continue;
    for (const value of curve[edge]) {
      if (value !== null && (edge === 'max' || value > 0)) found = Math[edge](found, value);
    }
  }
  return found;
}

function range(measure: Measure, curves: Curve[], context: FiguresContext): [number, number] {
  if (measure !== 'loss') return [0, 1.02];
  const chance = context.recording?.about.chanceBits ?? 3;
  const most = Math.max(chance, extent(curves, context.hidden, 'max')) * 1.08;
  if (!context.log) return [0, most];
  const least = Math.min(extent(curves, context.hidden, 'min'), chance / 10);
  return [Math.max(LEAST_LOG_LOSS, 10 ** Math.floor(Math.log10(least))), most];
}

/** What a model reaches that guesses evenly: chance bits, or one symbol in two to that power. */
function guessing(measure: Measure, recording: Recording | null): { value: number; text: string } | null {
  const chance = recording?.about.chanceBits;
  if (chance === undefined || measure === 'sequence') return null;
  if (measure === 'loss') return { value: chance, text: bits(chance) };
  return { value: 2 ** -chance, text: `${percent(2 ** -chance)} %` };
}

function figure(measure: Measure, curves: Curves, context: FiguresContext): Figure {
  const { recording, entries, hidden } = context;
  const loss = measure === 'loss';
  const format = (v: number) => String(Number((loss ? v : v * 100).toPrecision(3)));
  const drawn: Curve[] = entries.map(
    (entry) =>
      curves.curves.find((curve) => curve.arm === entry.id) ?? {
        arm: entry.id,
        mean: [],
        min: [],
        max: [],
      },
  );
  const guess = guessing(measure, recording);
  const last = curves.steps.at(-1);
  const readings = entries.map((entry, i) => {
    const value = drawn[i]?.mean.at(-1);
    return `${entry.label} ${loss ? `${bits(value)} bits` : `${percent(value)} %`}`;
  });
  const lines = entries.map((entry, i) => ({
    ...entry,
    shown: !hidden.has(entry.id),
    mean: drawn[i]?.mean ?? [],
    min: drawn[i]?.min ?? [],
    max: drawn[i]?.max ?? [],
    earlier: false,
  }));
  const source = measure === 'sequence' ? 'held-out' : context.source;
  return {
    ...overlay({ steps: curves.steps, lines }, context.earlier, measure, source, hidden, context.entryOf),
    range: range(measure, [...drawn, ...reach(context.earlier, measure, source)], context),
    log: loss && context.log,
    reference: guess?.value ?? null,
    format,
    summary:
      last === undefined
        ? `${TITLES[measure]} by training step. No data yet.`
        : `${TITLES[measure]} by training step, up to step ${last}. Latest means: ${readings.join(', ')}. The table below has every number.`,
    empty: recording ? 'The first numbers are on their way.' : 'Press Train to draw this.',
  };
}

function cell(curve: Curve | undefined, point: number, measure: Measure): string {
  const mean = curve?.mean[point];
  if (!curve || mean === null || mean === undefined) return '–';
  const text = measure === 'loss' ? bits : percent;
  const spread =
    curve.min[point] === curve.max[point] ? '' : ` (${text(curve.min[point])}–${text(curve.max[point])})`;
  return `${text(mean)}${spread}`;
}

function table(measure: Measure, curves: Curves, entries: Entry[], whose = ''): TemplateResult {
  const stride = Math.max(1, Math.ceil(curves.steps.length / MOST_ROWS));
  const points = curves.steps
    .map((_, i) => i)
    .filter((i) => i % stride === 0 || i === curves.steps.length - 1);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${whose}${TITLES[measure]}, table">
    <table>
      <caption>
        ${whose}${TITLES[measure]}, ${UNITS[measure]}: mean (least–greatest over
        seeds)${stride > 1 ? `, one point in ${stride}` : ''}
      </caption>
      <thead>
        <tr>
          <th scope="col" class="n">Step</th>
          ${entries.map((entry) => html`<th scope="col" class="n">${entry.label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${points.map(
          (point) =>
            html`<tr>
              <th scope="row" class="n">${count(curves.steps[point] ?? 0)}</th>
              ${entries.map(
                (entry) =>
                  html`<td class="n">
                    ${cell(
                      curves.curves.find((curve) => curve.arm === entry.id),
                      point,
                      measure,
                    )}
                  </td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function earlierTables(measure: Measure, source: Source, context: FiguresContext): TemplateResult[] {
  return context.earlier
    .filter((run) => run.shown)
    .map((run) => ({ run, curves: run.curves(measure, source) }))
    .filter(({ curves }) => curves.steps.length > 0)
    .map(({ run, curves }) =>
      table(
        measure,
        curves,
        curves.curves.map(({ arm }) => context.entryOf(arm)),
        `${name(run)}: `,
      ),
    );
}

/** The figure as it is on show, for paper. The code that draws it is loaded when it is asked for. */
async function chartOnPaper(measure: Measure, shown: Figure, context: FiguresContext): Promise<string> {
  const { chartSvg } = await import('./svg-chart');
  const { recording, earlier } = context;
  const guess = guessing(measure, recording);
  const source = measure === 'sequence' ? 'held-out' : context.source;
  const whose = (id: string) => earlier.find((run) => id.startsWith(`${run.id}/`));
  const seeds = new Set(recording?.about.runs.map((run) => run.seed)).size;
  const lines = shown.lines.map((line) => {
    const run = line.earlier ? whose(line.id) : undefined;
    return run ? { ...line, label: `${line.label}, ${name(run)}` } : line;
  });
  const overlaid = earlier.filter((run) => lines.some((line) => line.shown && whose(line.id) === run));
  return chartSvg(
    { ...shown, lines },
    {
      title: TITLES[measure],
      note: [
        UNITS[measure],
        source === 'held-out' ? 'held-out sequences' : 'training batches',
        ...(seeds > 1 ? [`mean, least and greatest of ${seeds} seeds`] : []),
      ].join(' · '),
      yTitle: measure === 'loss' ? 'Loss (bits per token)' : `${TITLES[measure]} (%)`,
      reference: guess ? `guessing, ${guess.text}${measure === 'loss' ? ' bits' : ''}` : '',
      remarks: overlaid.map((run) => `${name(run)}: ${differs(run, context)}`),
      address: labAddress(recording?.link ?? ''),
    },
  );
}

function chart(
  measure: Measure,
  context: FiguresContext,
  tools: TemplateResult | typeof nothing,
): TemplateResult {
  const { recording, opened } = context;
  const source = measure === 'sequence' ? 'held-out' : context.source;
  const guess = guessing(measure, recording);
  const curves = recording?.curves(measure, source) ?? { steps: [], curves: [] };
  const shown = figure(measure, curves, context);
  return html`<section class="card figure ${measure}" aria-labelledby="title-${measure}">
    <header>
      <h2 id="title-${measure}">${TITLES[measure]}</h2>
      <p class="quiet">
        ${UNITS[measure]}${
          // Beside the switch that chooses them, the word would stand there twice.
          tools === nothing
            ? ` · ${source === 'held-out' ? 'held-out sequences' : 'training batches'}`
            : nothing
        }${guess ? html` · <span class="nowrap">fine dashes: guessing, ${guess.text}</span>` : nothing}
      </p>
      ${tools}
    </header>
    <lab-chart
      .figure=${shown}
      @cursor=${(event: CustomEvent<number | null>) => context.onCursor(event.detail)}
    ></lab-chart>
    ${measure === 'loss' ? legend(context, source) : nothing}
    ${exportButtons(() => chartOnPaper(measure, shown, context), measure, TITLES[measure], curves.steps.length > 0)}
    <details
      class="numbers"
      @toggle=${(event: Event) => context.open(measure, (event.target as HTMLDetailsElement).open)}
    >
      <summary>Numbers<span class="sr">: ${TITLES[measure]}</span></summary>
      ${
        opened.has(measure)
          ? html`${
              curves.steps.length
                ? table(measure, curves, context.entries)
                : html`<p class="help">None yet.</p>`
            }${earlierTables(measure, source, context)}`
          : nothing
      }
    </details>
  </section>`;
}

export function lossFigure(context: FiguresContext, tools: TemplateResult): TemplateResult {
  return chart('loss', context, tools);
}

export function accuracyFigures(context: FiguresContext): TemplateResult {
  return html`<div class="pair">
    ${chart('token', context, nothing)} ${chart('sequence', context, nothing)}
  </div>`;
}
