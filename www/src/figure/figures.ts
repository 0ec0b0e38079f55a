/** A figure for each measure of the evaluations. */

import { html, nothing, type TemplateResult } from 'lit';
import { roomy, tickText } from './axis';
import { differs, legend, name } from './compare';
import { armCurves, lastAt, runsOf, spreadOf, type Curve } from './curves';
import type { Figure, Line } from './figure';
import './lab-figure';
import {
  axisTitle,
  evaluated,
  knownOf,
  logs,
  measureOf,
  rulesOf,
  unitOf,
  unitText,
  valueText,
} from './measured';
import { laidOver, type EarlierRun, type Laid } from './shelf';
import type { Column, Table } from './table';
import { count } from '../ui/format';
import { earlierMark } from '../ui/palette';
import type { Measure, Property } from '../engine/types';
import type { Numbers, Recording, Source } from '../engine/record';
import type { Entry } from '../ui/series';

export interface FiguresContext {
  recording: Recording | null;
  /** Those of the run on show, or, before the first, those that are expected. */
  measures: Measure[];
  entries: Entry[];
  hidden: ReadonlySet<string>;
  source: Source;
  log: boolean;
  /** Step that is pointed at in one of the figures. */
  cursor: number | null;
  onCursor: (step: number | null) => void;
  /** Earlier runs, those shown laid over the present one. */
  earlier: EarlierRun[];
  properties: Property[];
  entryOf: (arm: string) => Entry;
  /** Settings that saved figures name. */
  link: string;
  /** The line that is picked out, if any. */
  spotlight?: string | null;
}

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

function rangeOf(measure: Measure, curves: Curve[], { hidden, log }: FiguresContext): [number, number] {
  const { kind, chance = 0, levels = [] } = measure;
  if (kind === 'share') return [0, 1.02];
  if (kind === 'number') {
    const shown = curves.filter(({ arm }) => !hidden.has(arm));
    return roomy(shown.flatMap(({ min, max }) => [...min, ...max]));
  }
  const top = Math.max(chance, ...levels.map(({ at }) => at), extent(curves, hidden, 'max'));
  const most = (top || 1) * 1.08;
  if (!log || !logs(measure)) return [0, most];
  const least = Math.min(extent(curves, hidden, 'min'), (chance || most) / 10);
  return [Math.max(LEAST_LOG, 10 ** Math.floor(Math.log10(least))), most];
}

/** Which of both a measure is of, where training batches and what was held out are told apart. */
const batches = (measure: Measure, measures: Measure[]) =>
  measure.phase === 'training'
    ? 'training batches'
    : measureOf(measure, 'training', measures) === measure
      ? ''
      : 'held-out sequences';

/** The numbers of a run: a row an evaluation, mean (least–greatest) of each arm. A chart may leave points out, a table does not. */
function tableOf(measure: Measure, numbers: Numbers, entries: Entry[], whose = ''): Table {
  const { points } = numbers;
  const place = numbers.measures.findIndex(({ id }) => id === measure.id);
  const text = (value: number) => valueText(measure, value);
  const columns = entries.flatMap((entry): Column[] => {
    const own = runsOf(numbers, entry.id);
    const spread = (row: number) => spreadOf(points[row]?.values[place] ?? [], own);
    return [
      {
        name: entry.id,
        label: entry.label,
        value: (row) => spread(row)?.mean,
        text: (_, row) => {
          const found = spread(row);
          if (!found) return '–';
          const { mean, least, greatest } = found;
          return least === greatest ? text(mean) : `${text(mean)} (${text(least)}–${text(greatest)})`;
        },
      },
      { name: `${entry.id}_least`, label: '', value: (row) => spread(row)?.least, filed: true },
      { name: `${entry.id}_greatest`, label: '', value: (row) => spread(row)?.greatest, filed: true },
    ];
  });
  return {
    title: `${whose}${measure.label}`,
    note: [unitOf(measure), 'mean (least–greatest over seeds)'].filter(Boolean).join(': '),
    rows: points.length,
    columns: [
      {
        name: 'step',
        label: 'Step',
        value: (row) => points[row]?.x,
        text: (value) => count(Number(value)),
      },
      ...columns,
    ],
    ...(whose ? {} : { file: measure.id }),
  };
}

/** The lines of an earlier run, in the colours of their arms and a dash of their own. */
function earlierLines({ run, curves }: Laid, { hidden, entryOf }: FiguresContext): Line[] {
  return curves.curves.map(({ arm, mean, min, max }): Line => {
    const { label, mark } = entryOf(arm);
    return {
      kind: 'line',
      id: `${run.id}/${arm}`,
      label: `${label}, ${name(run)}`,
      mark: { ...mark, dash: earlierMark(run.slot).dash },
      shown: !hidden.has(arm),
      x: curves.steps,
      y: mean,
      low: min,
      high: max,
      earlier: true,
    };
  });
}

export function figureOf(of: Measure, context: FiguresContext): Figure {
  const { recording, entries, hidden, measures, earlier } = context;
  const measure = measureOf(of, context.source, measures);
  const numbers = recording?.curves(measure.phase) ?? null;
  const curves = numbers ? armCurves(numbers, measure.id) : { steps: [], curves: [] };
  const laid = laidOver(earlier, measure);
  const { steps } = curves;
  const { kind, label, id } = measure;
  const curveOf = (arm: string) => curves.curves.find((curve) => curve.arm === arm);
  const lines = entries.flatMap((entry): Line[] => {
    const curve = curveOf(entry.id) ?? { mean: [], min: [], max: [] };
    const shown = !hidden.has(entry.id);
    return [{ kind: 'line', ...entry, shown, x: steps, y: curve.mean, low: curve.min, high: curve.max }];
  });
  const last = steps.at(-1);
  const shown = entries.filter((entry) => !hidden.has(entry.id));
  const reading = (at: number) =>
    shown.map((entry) => `${entry.label} ${unitText(measure, curveOf(entry.id)?.mean[at])}`).join(', ');
  const latest = entries.map(
    (entry) =>
      `${entry.label} ${unitText(
        measure,
        curveOf(entry.id)?.mean.findLast((mean) => mean !== null),
      )}`,
  );
  const seeds = new Set(recording?.about.runs.map((run) => run.seed)).size;
  const furthest = Math.max(10, last ?? 0, ...laid.map((other) => other.curves.steps.at(-1) ?? 0));
  const all = [...curves.curves, ...laid.flatMap((other) => other.curves.curves)];
  return {
    name: id,
    title: label,
    note: [
      unitOf(measure),
      batches(measure, measures),
      ...(seeds > 1 ? [`mean, least and greatest of ${seeds} seeds`] : []),
    ]
      .filter(Boolean)
      .join(' · '),
    named: true,
    summary:
      last === undefined
        ? `${label} by training step. No data yet.`
        : `${label} by training step, up to step ${last}. Latest means: ${latest.join(', ')}. The table below has every number.`,
    empty: recording ? 'The first numbers are on their way.' : 'Press Train to draw this.',
    panels: [
      {
        x: {
          title: 'Training step',
          range: [0, furthest],
          format: (value) => (value % 1 === 0 ? count(value) : ''),
        },
        y: {
          title: axisTitle(measure),
          range: rangeOf(measure, all, context),
          log: context.log && logs(measure),
          format: (value) => tickText(kind === 'share' ? value * 100 : value),
        },
        marks: [...rulesOf(measure), ...lines, ...laid.flatMap((other) => earlierLines(other, context))],
      },
    ],
    reading: { by: 'x', x: steps, words: (at) => `Step ${count(steps[at] ?? 0)}: ${reading(at)}` },
    tables: [
      ...(numbers && steps.length ? [tableOf(measure, numbers, entries)] : []),
      ...laid.map(({ run, curves: own }) =>
        tableOf(
          measure,
          run.curves(measure.phase),
          own.curves.map(({ arm }) => context.entryOf(arm)),
          `${name(run)}: `,
        ),
      ),
    ],
    remarks: laid.map(({ run }) => [name(run), differs(run, context)].filter(Boolean).join(': ')),
  };
}

/** `tools` are the switches of all figures, above the first of them, which is the legend's too. */
function card(
  of: Measure,
  context: FiguresContext,
  tools: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  const { recording, measures } = context;
  const measure = measureOf(of, context.source, measures);
  const { id, label } = measure;
  const known = knownOf(measure);
  const figure = figureOf(of, context);
  const { reading } = figure;
  const steps = reading?.by === 'x' ? reading.x : [];
  // Beside the switch that chooses them, the word would stand there twice.
  const dashes = known.map(({ at, label }) => `${label}, ${unitText(measure, at)}`).join('; ');
  const notes = [
    unitOf(measure),
    tools === nothing ? batches(measure, measures) : '',
    dashes && `fine dashes: ${dashes}`,
  ].filter(Boolean);
  return html`<section class="card figure ${id}" aria-labelledby="title-${id}">
    <header>
      <h2 id="title-${id}">${label}</h2>
      <p class="quiet">${notes.join(' · ')}</p>
      ${tools}
    </header>
    <lab-figure
      data-testid="figure-${figure.name}"
      .figure=${figure}
      .link=${recording?.link ?? context.link}
      .pointed=${context.cursor === null || !steps.length ? null : lastAt(Array.from(steps, Number), context.cursor)}
      .spotlight=${context.spotlight ?? null}
      @point=${({ detail }: CustomEvent<number | null>) => context.onCursor(detail === null ? null : (steps[detail] ?? null))}
    ></lab-figure>
    ${tools === nothing ? nothing : legend(laidOver(context.earlier, measure), context)}
  </section>`;
}

/** The first measure, large. */
export function mainFigure(context: FiguresContext, tools: TemplateResult): TemplateResult | typeof nothing {
  const [first] = evaluated(context.measures);
  if (!first) return nothing;
  const { recording, source } = context;
  // Evaluations may be far apart: until there is a line between two, the batches of training steps show that something moves.
  const early =
    source === 'held-out' &&
    recording !== null &&
    recording.evaluations.length < 2 &&
    recording.curves('training').points.length > 1 &&
    context.measures.some(({ id, phase }) => id === first.id && phase === 'training');
  return card(
    first,
    early ? { ...context, source: 'training' } : context,
    early
      ? html`<p class="quiet" data-testid="early">of training steps, until there are two evaluations</p>
          ${tools}`
      : tools,
  );
}

/** The others, in pairs; before anything can be drawn, their names. */
export function otherFigures(context: FiguresContext): TemplateResult | typeof nothing {
  const others = evaluated(context.measures).slice(1);
  if (!others.length) return nothing;
  if (!context.recording && !context.earlier.length) {
    const names = others.map(({ label }) => label).join(' · ');
    return html`<section class="card" aria-labelledby="title-others">
      <h2 id="title-others">More curves</h2>
      <p class="help">Press Train to draw these: ${names}.</p>
    </section>`;
  }
  return html`<div class="pair">${others.map((measure) => card(measure, context))}</div>`;
}
