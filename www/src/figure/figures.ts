/** A chart for each measure of the evaluations, each with the table of its numbers. */

import { html, nothing, type TemplateResult } from 'lit';
import './chart';
import { roomy } from './charted';
import type { Figure } from './chart';
import { armCurves, type ArmCurves, type Curve } from './curves';
import { labAddress } from '../ui/address';
import { exportButtons } from '../ui/download';
import { count } from '../ui/format';
import { differs, legend, name } from './compare';
import { axisTitle, evaluated, logs, measureOf, unitOf, unitText, valueText } from './measured';
import { laidOver, overlay, type Laid } from './overlay';
import type { EarlierRun } from './shelf';
import type { Measure, Property } from '../engine/types';
import type { Recording, Source } from '../engine/record';
import type { Entry } from '../ui/series';

export interface FiguresContext {
  recording: Recording | null;
  /** Those of the run on show, or, before the first, those that are expected. */
  measures: Measure[];
  entries: Entry[];
  hidden: ReadonlySet<string>;
  source: Source;
  log: boolean;
  /** Measures whose tables the reader has opened; the others are not drawn. */
  opened: ReadonlySet<string>;
  open: (measure: string, open: boolean) => void;
  onCursor: (step: number | null) => void;
  /** Earlier runs, those shown laid over the present one. */
  earlier: EarlierRun[];
  properties: Property[];
  entryOf: (arm: string) => Entry;
}

/** A table with more rows is thinned to about this many. */
const MOST_ROWS = 200;
/** Nothing below this, and no less than so much below a guess, is drawn on a logarithmic axis. */
const LEAST_LOG = 1e-4;

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

function range(measure: Measure, curves: Curve[], { hidden, log }: FiguresContext): [number, number] {
  const { kind, chance = 0 } = measure;
  if (kind === 'share') return [0, 1.02];
  if (kind === 'number') {
    const shown = curves.filter(({ arm }) => !hidden.has(arm));
    return roomy(shown.flatMap(({ min, max }) => [...min, ...max]).filter((value) => value !== null));
  }
  const most = (Math.max(chance, extent(curves, hidden, 'max')) || 1) * 1.08;
  if (!log || !logs(measure)) return [0, most];
  const least = Math.min(extent(curves, hidden, 'min'), (chance || most) / 10);
  return [Math.max(LEAST_LOG, 10 ** Math.floor(Math.log10(least))), most];
}

/** One chart, and what is in it. */
interface Shown {
  /** What the chart is of. */
  measure: Measure;
  curves: ArmCurves;
  laid: Laid[];
  /** What a guess reaches, in words; empty where nobody can tell. */
  guess: string;
  figure: Figure;
}

function figureOf(measure: Measure, curves: ArmCurves, laid: Laid[], context: FiguresContext): Figure {
  const { recording, entries, hidden } = context;
  const { kind, label } = measure;
  const format = (v: number) => String(Number((kind === 'share' ? v * 100 : v).toPrecision(3)));
  const drawn: Curve[] = entries.map(
    ({ id: arm }) => curves.curves.find((curve) => curve.arm === arm) ?? { arm, mean: [], min: [], max: [] },
  );
  const last = curves.steps.at(-1);
  const readings = entries.map((entry, i) => `${entry.label} ${unitText(measure, drawn[i]?.mean.at(-1))}`);
  const lines = entries.map((entry, i) => ({
    ...entry,
    shown: !hidden.has(entry.id),
    mean: drawn[i]?.mean ?? [],
    min: drawn[i]?.min ?? [],
    max: drawn[i]?.max ?? [],
    earlier: false,
  }));
  return {
    ...overlay({ steps: curves.steps, lines }, laid, hidden, context.entryOf),
    range: range(measure, [...drawn, ...laid.flatMap((other) => other.curves.curves)], context),
    log: context.log && logs(measure),
    reference: measure.chance ?? null,
    format,
    summary:
      last === undefined
        ? `${label} by training step. No data yet.`
        : `${label} by training step, up to step ${last}. Latest means: ${readings.join(', ')}. The table below has every number.`,
    empty: recording ? 'The first numbers are on their way.' : 'Press Train to draw this.',
  };
}

function shownOf(of: Measure, context: FiguresContext): Shown {
  const { recording, measures, earlier } = context;
  const measure = measureOf(of, context.source, measures);
  const curves = recording
    ? armCurves(recording.curves(measure.phase), measure.id)
    : { steps: [], curves: [] };
  const laid = laidOver(earlier, measure);
  const guess = measure.chance === undefined ? '' : `guessing, ${unitText(measure, measure.chance)}`;
  return { measure, curves, laid, guess, figure: figureOf(measure, curves, laid, context) };
}

const batches = ({ phase }: Measure) => (phase === 'training' ? 'training batches' : 'held-out sequences');

function cell(curve: Curve | undefined, point: number, measure: Measure): string {
  const mean = curve?.mean[point];
  if (!curve || mean === null || mean === undefined) return '–';
  const text = (value: number | null | undefined) => valueText(measure, value);
  const spread =
    curve.min[point] === curve.max[point] ? '' : ` (${text(curve.min[point])}–${text(curve.max[point])})`;
  return `${text(mean)}${spread}`;
}

function table(measure: Measure, curves: ArmCurves, entries: Entry[], whose = ''): TemplateResult {
  const stride = Math.max(1, Math.ceil(curves.steps.length / MOST_ROWS));
  const points = curves.steps
    .map((_, i) => i)
    .filter((i) => i % stride === 0 || i === curves.steps.length - 1);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${whose}${measure.label}, table">
    <table>
      <caption>
        ${[`${whose}${measure.label}`, unitOf(measure)].filter(Boolean).join(', ')}: mean (least–greatest over
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

function earlierTables({ measure, laid }: Shown, { entryOf }: FiguresContext): TemplateResult[] {
  return laid.map(({ run, curves }) =>
    table(
      measure,
      curves,
      curves.curves.map(({ arm }) => entryOf(arm)),
      `${name(run)}: `,
    ),
  );
}

/** The figure as it is on show, for paper. The code that draws it is loaded when it is asked for. */
async function chartOnPaper(
  { measure, laid, guess, figure }: Shown,
  context: FiguresContext,
): Promise<string> {
  const { chartSvg } = await import('./svg-chart');
  const { recording } = context;
  const whose = (id: string) => laid.find(({ run }) => id.startsWith(`${run.id}/`))?.run;
  const seeds = new Set(recording?.about.runs.map((run) => run.seed)).size;
  const lines = figure.lines.map((line) => {
    const run = line.earlier ? whose(line.id) : undefined;
    return run ? { ...line, label: `${line.label}, ${name(run)}` } : line;
  });
  const overlaid = laid.filter(({ run }) => lines.some((line) => line.shown && whose(line.id) === run));
  return chartSvg(
    { ...figure, lines },
    {
      title: measure.label,
      note: [
        unitOf(measure),
        batches(measure),
        ...(seeds > 1 ? [`mean, least and greatest of ${seeds} seeds`] : []),
      ]
        .filter(Boolean)
        .join(' · '),
      yTitle: axisTitle(measure),
      reference: guess,
      remarks: overlaid.map(({ run }) => `${name(run)}: ${differs(run, context)}`),
      address: labAddress(recording?.link ?? ''),
    },
  );
}

/** `tools` are the switches of all charts, above the first of them, which is the legend's too. */
function chart(
  of: Measure,
  context: FiguresContext,
  tools: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  const shown = shownOf(of, context);
  const { measure, curves, laid, guess, figure } = shown;
  const { id, label } = measure;
  // Beside the switch that chooses them, the word would stand there twice.
  const notes = [unitOf(measure), tools === nothing ? batches(measure) : ''].filter(Boolean);
  return html`<section class="card figure ${id}" aria-labelledby="title-${id}">
    <header>
      <h2 id="title-${id}">${label}</h2>
      <p class="quiet">
        ${notes.join(' · ')}${guess ? html` · <span class="nowrap">fine dashes: ${guess}</span>` : nothing}
      </p>
      ${tools}
    </header>
    <lab-chart
      .figure=${figure}
      @cursor=${(event: CustomEvent<number | null>) => context.onCursor(event.detail)}
    ></lab-chart>
    ${tools === nothing ? nothing : legend(laid, context)}
    ${exportButtons(() => chartOnPaper(shown, context), id, label, curves.steps.length > 0)}
    <details
      class="numbers"
      @toggle=${(event: Event) => context.open(id, (event.target as HTMLDetailsElement).open)}
    >
      <summary>Numbers<span class="sr">: ${label}</span></summary>
      ${
        context.opened.has(id)
          ? html`${
              curves.steps.length
                ? table(measure, curves, context.entries)
                : html`<p class="help">None yet.</p>`
            }${earlierTables(shown, context)}`
          : nothing
      }
    </details>
  </section>`;
}

/** The first measure, large. */
export function mainFigure(context: FiguresContext, tools: TemplateResult): TemplateResult | typeof nothing {
  const [first] = evaluated(context.measures);
  return first ? chart(first, context, tools) : nothing;
}

/** The others, in pairs. */
export function otherFigures(context: FiguresContext): TemplateResult | typeof nothing {
  const others = evaluated(context.measures).slice(1);
  if (!others.length) return nothing;
  return html`<div class="pair">${others.map((measure) => chart(measure, context))}</div>`;
}
