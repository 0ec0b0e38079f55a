/** Line charts of a study: one a measure, a line an arm, a band from least to greatest over the seeds. */

import { roomy } from '../../figure/charted';
import type { Figure, Line, XAxis } from '../../figure/figure';
import { count } from '../../ui/format';
import { earlierMark, mark, type Mark } from '../../ui/palette';
import type { Entry } from '../../ui/series';
import type { Curves, Measure } from '../../engine/types';
import { seedsOf, spreadOf, valuesOf, type Spread } from '../../figure/curves';
import { spreadText } from './spread';

/** So many places on the horizontal axis are labelled each. */
const FEW_PLACES = 4;
/** Shares of at least this much are drawn on an axis of their own size. */
const NEARLY_ALL = 0.8;
/** Marks of `palette.ts` before both colour and dash begin again. */
const MARKS = 8;

/** The mark of the line at `place`. Past those of the palette a colour comes again, with a dash that none has had. */
export function markAt(place: number): Mark {
  return place < MARKS ? mark(place) : { ...mark(place), ...earlierMark(place - MARKS) };
}

/** The control among the arms: grey, as what is beside the point is in every lab. */
const CONTROL = 'forgetful';

/** The arms of a set of curves with label and mark. One that is `known` from another set keeps its mark. */
export function entriesOf({ arms }: Curves, known: Entry[] = []): Entry[] {
  const kept = known.filter((entry) => arms.some(({ id }) => id === entry.id));
  // Other arms have other marks, while there are enough.
  const others = known.length + arms.length < MARKS ? known : kept;
  const taken = new Set(others.map((entry) => JSON.stringify(entry.mark)));
  let place = 0;
  return arms.map(({ id, label }) => {
    const own = kept.find((entry) => entry.id === id);
    if (own) return { ...own, label };
    if (id === CONTROL) return { id, label, mark: markAt(0) };
    do place += 1;
    while (taken.has(JSON.stringify(markAt(place))));
    return { id, label, mark: markAt(place) };
  });
}

export interface Chart {
  /** In files' names. */
  id: string;
  title: string;
  unit: string;
  /** Over what it is drawn, as in "by length"; empty where the unit says it. */
  by: string;
  xTitle: string;
  yTitle: string;
  figure: Figure;
  /** Whether a logarithmic axis says more than a linear one. */
  logs: boolean;
}

export interface ChartContext {
  /** In the order of the arms. */
  entries: Entry[];
  hidden: ReadonlySet<string>;
  /** Measures whose axis is logarithmic. */
  log: ReadonlySet<string>;
}

const withUnit = (label: string, unit: string) => (unit ? `${label} (${unit})` : label);
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function axisOf(xs: number[]): XAxis {
  const [first, last] = [xs[0] ?? 0, xs.at(-1) ?? 1];
  // An axis that begins at zero shows proportions; where zero is far off it would only take room.
  const from = first >= 0 && first <= 0.25 * last ? 0 : first;
  const span = last - from || Math.max(1, Math.abs(last));
  const range: [number, number] = [from === 0 ? 0 : from - 0.04 * span, last + 0.03 * span];
  // Of many places the labels would run into one another: then round numbers are labelled.
  return xs.length <= FEW_PLACES ? { range, ticks: xs } : { range };
}

/** Whole decades around what is above zero. */
function decades(values: number[]): [number, number] {
  const above = values.filter((value) => value > 0);
  if (!above.length) return [0.1, 10];
  const floor = Math.floor(Math.log10(Math.min(...above)) + 1e-9);
  return [10 ** floor, 10 ** Math.max(floor + 1, Math.ceil(Math.log10(Math.max(...above)) - 1e-9))];
}

function rangeOf(kind: Measure['kind'], log: boolean, values: number[]): [number, number] {
  if (log) return decades(values);
  if (kind === 'share') {
    // Shares that are all close to the whole would be one flat line.
    const least = Math.min(1, ...values);
    const from = values.length && least >= NEARLY_ALL ? Math.min(0.95, Math.floor(least * 20) / 20) : 0;
    return [from, 1 + 0.02 * (1 - from)];
  }
  if (values.some((value) => value < 0)) return roomy(values);
  const most = Math.max(0, ...values);
  return [0, most > 0 ? most * 1.06 : 1];
}

/** One measure by place. */
export function curveChart(curves: Curves, place: number, context: ChartContext): Chart | null {
  const measure = curves.measures[place];
  if (!measure) return null;
  const { kind, label, unit } = measure;
  const { entries, hidden } = context;
  const seeds = seedsOf(curves).length;
  const xs = curves.points.map(({ x }) => x);
  const rows = curves.arms.map(({ id }) =>
    xs.map((_, point) => spreadOf(valuesOf(curves, point, place, id))),
  );
  const logs = kind === 'count' && rows.flat().every((spread) => !spread || spread.least >= 0);
  const log = logs && context.log.has(measure.id);
  const reach = rows
    .filter((_, i) => !hidden.has(entries[i]?.id ?? ''))
    .flat()
    .flatMap((spread) => (spread ? [spread.least, spread.greatest, spread.mean] : []));
  const range = rangeOf(kind, log, reach);
  // A logarithm has no place for zero: it stands at the lower edge.
  const drawn = (row: (Spread | null)[], of: keyof Spread) =>
    row.map((spread) => spread && (log ? Math.max(spread[of], range[0]) : spread[of]));
  const lines = entries.map((entry, i): Line => {
    const row = rows[i] ?? [];
    const [mean, min, max] = [drawn(row, 'mean'), drawn(row, 'least'), drawn(row, 'greatest')];
    return { ...entry, shown: !hidden.has(entry.id), mean, min, max, earlier: false };
  });
  const read = (point: number) => {
    const values = lines.flatMap(({ label: name, shown }, i) => {
      const spread = rows[i]?.[point];
      if (!shown) return [];
      if (!spread) return [`${name} still to come`];
      const some = spread.measured < seeds ? `, ${spread.measured} of ${seeds} seeds` : '';
      return [`${name} ${spreadText(spread, kind)}${some}`];
    });
    return `${curves.x.label} ${count(xs[point] ?? 0)}: ${values.join('; ')}`;
  };
  const last = xs.findLastIndex((_, point) => rows.some((row) => row[point]));
  return {
    id: measure.id,
    title: label,
    unit: kind === 'share' ? `% ${unit.replace(/^(%|share)\s*/, '')}`.trim() : unit,
    by: `by ${withUnit(curves.x.label.toLowerCase(), curves.x.unit)}`,
    xTitle: capital(withUnit(curves.x.label, curves.x.unit)),
    yTitle: kind === 'share' ? `${label} (%)` : withUnit(label, unit),
    logs,
    figure: {
      steps: xs,
      lines,
      range,
      log,
      reference: null,
      format: (value) => axisText(value, kind, log),
      summary:
        last < 0
          ? `${label} by ${curves.x.label.toLowerCase()}. No data yet.`
          : `${label} by ${curves.x.label.toLowerCase()}. ${read(last)}. The table below has every number.`,
      empty: 'The first numbers are on their way.',
      axis: axisOf(xs),
      read,
    },
  };
}

function axisText(value: number, kind: Measure['kind'], log: boolean): string {
  if (kind === 'share') return String(Number((value * 100).toPrecision(3)));
  if (log && value < 1) return String(Number(value.toPrecision(2)));
  return Number(value.toPrecision(6)).toLocaleString('en', { signDisplay: 'negative' }).replace('-', '−');
}

/**
 * Of a count that is measured at one place only: how many machines have each value. A line chart over one place would be
 * a column of dots.
 */
export function distributionChart(curves: Curves, place: number, context: ChartContext): Chart | null {
  const measure = curves.measures[place];
  const [only, ...others] = curves.points;
  if (!measure || measure.kind !== 'count' || !only || others.length) return null;
  const { entries, hidden } = context;
  const each = curves.arms.map(({ id }) => valuesOf(curves, 0, place, id).filter(Number.isFinite));
  const all = each.flat();
  if (!all.every(Number.isInteger)) return null;
  const [least, greatest] = all.length ? [Math.min(...all), Math.max(...all)] : [0, 1];
  // One more on each side: a line from zero up and down again. Of so many things no more can be counted.
  const from = Math.max(0, least - 1);
  const to = Math.max(greatest, Math.min(greatest + 1, only.x));
  const steps = Array.from({ length: to + 1 - from }, (_, i) => from + i);
  const lines = entries.map((entry, i): Line => {
    const values = each[i] ?? [];
    const mean = values.length
      ? steps.map((step) => values.filter((value) => value === step).length)
      : steps.map(() => null);
    return { ...entry, shown: !hidden.has(entry.id), mean, min: mean, max: mean, earlier: false };
  });
  const most = Math.max(0, ...lines.flatMap(({ mean, shown }) => (shown ? mean.map((n) => n ?? 0) : [])));
  const { label } = measure;
  const read = (point: number) => {
    const values = lines
      .filter(({ shown, mean }) => shown && typeof mean[point] === 'number')
      .map((line) => `${line.label} ${line.mean[point]}`);
    return `${label} ${steps[point]}: ${values.join(', ')} machines`;
  };
  const means = curves.arms.map(
    (arm, i) => `${entries[i]?.label ?? arm.label} ${spreadText(spreadOf(each[i] ?? []), 'count')}`,
  );
  return {
    id: measure.id,
    title: label,
    unit: 'how many machines have each number',
    by: '',
    xTitle: withUnit(label, measure.unit),
    yTitle: 'Machines',
    logs: false,
    figure: {
      steps: all.length ? steps : [],
      lines,
      range: [0, most > 0 ? most * 1.08 : 1],
      log: false,
      reference: null,
      format: (value) => (Number.isInteger(value) ? String(value) : ''),
      summary: all.length
        ? `How many machines have which number: ${label.toLowerCase()}. Means (least to greatest): ${means.join(', ')}.`
        : `${label}. No data yet.`,
      empty: 'The first numbers are on their way.',
      axis: { range: [from - 0.5, to + 0.5] },
      read,
    },
  };
}

export function chartsOf(curves: Curves, context: ChartContext): Chart[] {
  return curves.measures.flatMap((_, place) => {
    const chart = distributionChart(curves, place, context) ?? curveChart(curves, place, context);
    return chart ? [chart] : [];
  });
}

/** The last point at which something has been measured; null before there is any. */
export function lastPoint({ points }: Curves): number | null {
  const last = points.findLastIndex(({ values }) => values.some((row) => row.some(Number.isFinite)));
  return last < 0 ? null : last;
}
