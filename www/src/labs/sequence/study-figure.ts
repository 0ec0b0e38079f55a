/** Line charts of a study: one a measure, a line an arm, a band from least to greatest over the seeds. */

import { decades, roomy, wholeText } from '../../figure/axis';
import type { Axis, Figure, Line } from '../../figure/figure';
import type { Column, Table } from '../../figure/table';
import { count, plural } from '../../ui/format';
import { earlierMark, mark, type Mark } from '../../ui/palette';
import type { Entry } from '../../ui/series';
import type { Curves, Measure } from '../../engine/types';
import { seedsOf, spreadOf, valuesOf, type Spread } from '../../figure/curves';
import { spreadText, valueText } from './spread';

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
  title: string;
  unit: string;
  /** Over what it is drawn, as in "by length"; empty where the unit says it. */
  by: string;
  figure: Figure;
  /** The measure, if a logarithmic axis says more of it than a linear one. */
  logs: string | null;
  /** What stands at the lower edge of a logarithmic axis. */
  zeros: string;
}

export interface ChartContext {
  /** In files' names, before that of the measure. */
  name: string;
  /** Of a figure, by that of its measure. */
  titleOf: (title: string) => string;
  /** The lines are named elsewhere. */
  named: boolean;
  /** In the order of the arms. */
  entries: Entry[];
  hidden: ReadonlySet<string>;
  /** Measures whose axis is logarithmic. */
  log: ReadonlySet<string>;
}

const withUnit = (label: string, unit: string) => (unit ? `${label} (${unit})` : label);
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function axisOf(xs: number[]): Pick<Axis, 'range' | 'ticks' | 'format'> {
  const [first, last] = [xs[0] ?? 0, xs.at(-1) ?? 1];
  // An axis that begins at zero shows proportions; where zero is far off it would only take room.
  const from = first >= 0 && first <= 0.25 * last ? 0 : first;
  const span = last - from || Math.max(1, Math.abs(last));
  const range: [number, number] = [from === 0 ? 0 : from - 0.04 * span, last + 0.03 * span];
  // Of many places the labels would run into one another: then round numbers are labelled.
  return xs.length <= FEW_PLACES ? { range, ticks: xs, format: count } : { range, format: wholeText };
}

function rangeOf(kind: Measure['kind'], log: boolean, values: number[]): [number, number] {
  if (log) return decades(values, [0.1, 10]);
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
  const last = xs.findLastIndex((_, point) => rows.some((row) => row[point]));
  const x = last < 0 ? [] : xs;
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
    const [y, low, high] = [drawn(row, 'mean'), drawn(row, 'least'), drawn(row, 'greatest')];
    return { kind: 'line', ...entry, shown: !hidden.has(entry.id), x, y, low, high };
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
  const described = kind === 'share' ? `% ${unit.replace(/^(%|share)\s*/, '')}`.trim() : unit;
  const zeros = log ? 'none at all stands at the lower edge' : '';
  return {
    title: label,
    unit: described,
    by: `by ${withUnit(curves.x.label.toLowerCase(), curves.x.unit)}`,
    logs: logs ? measure.id : null,
    zeros,
    figure: {
      name: `${context.name}${measure.id}`,
      title: context.titleOf(label),
      note: `mean, least and greatest of ${plural(seeds, 'seed')}`,
      named: context.named,
      summary:
        last < 0
          ? `${label} by ${curves.x.label.toLowerCase()}. No data yet.`
          : `${label} by ${curves.x.label.toLowerCase()}. ${read(last)}. The table below has every number.`,
      empty: 'The first numbers are on their way.',
      panels: [
        {
          x: { title: capital(withUnit(curves.x.label, curves.x.unit)), ...axisOf(xs) },
          y: {
            title: kind === 'share' ? `${label} (%)` : withUnit(label, unit),
            range,
            log,
            format: (value) => axisText(value, kind, log),
          },
          marks: lines,
        },
      ],
      reading: { by: 'x', x, words: read },
      tables: last < 0 ? [] : [numbersTable(curves, place, `${context.name}${measure.id}`)],
      remarks: remarks(label, described, zeros),
    },
  };
}

const remarks = (title: string, unit: string, zeros: string) => [
  ...(unit ? [`${title}: ${unit}.`] : []),
  ...(zeros ? [`Logarithmic axis, ${zeros}.`] : []),
];

/** Every value of one measure. */
function numbersTable(curves: Curves, place: number, name: string): Table {
  const { kind, label, unit } = curves.measures[place] as Measure;
  const rows = curves.arms.flatMap((arm) =>
    curves.points.map(({ x }, point) => {
      const values = valuesOf(curves, point, place, arm.id);
      return { arm, x, values, spread: spreadOf(values) };
    }),
  );
  const column = (
    id: string,
    title: string,
    of: (row: (typeof rows)[number]) => number | undefined,
  ): Column => ({
    name: id,
    label: title,
    value: (row) => (rows[row] ? of(rows[row]) : undefined),
    text: (value) => valueText(value as number | undefined, kind),
  });
  return {
    title: `${label}${kind !== 'share' && unit ? `, ${unit}` : ''}`,
    testId: `numbers-${name}`,
    rows: rows.length,
    file: name,
    data: (row) => ({ arm: rows[row]?.arm.id ?? '', x: String(rows[row]?.x) }),
    columns: [
      { name: 'arm', label: 'Arm', value: (row) => rows[row]?.arm.label, words: true },
      {
        name: curves.x.label.toLowerCase().replaceAll(' ', '_'),
        label: withUnit(curves.x.label, curves.x.unit),
        value: (row) => rows[row]?.x,
        text: (value) => valueText(value as number, 'count'),
      },
      column('mean', 'Mean', ({ spread }) => spread?.mean),
      column('least', 'Least', ({ spread }) => spread?.least),
      column('greatest', 'Greatest', ({ spread }) => spread?.greatest),
      ...seedsOf(curves).map((seed, i) => column(`seed_${seed}`, `Seed ${seed}`, ({ values }) => values[i])),
    ],
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
  const lines = entries.map((entry, i) => {
    const values = each[i] ?? [];
    const y = values.length
      ? steps.map((step) => values.filter((value) => value === step).length)
      : steps.map(() => null);
    return { kind: 'line' as const, ...entry, shown: !hidden.has(entry.id), x: all.length ? steps : [], y };
  });
  const most = Math.max(0, ...lines.flatMap(({ y, shown }) => (shown ? y.map((n) => n ?? 0) : [])));
  const { label } = measure;
  const read = (point: number) => {
    const values = lines
      .filter(({ shown, y }) => shown && typeof y[point] === 'number')
      .map((line) => `${line.label} ${line.y[point]}`);
    return `${label} ${steps[point]}: ${values.join(', ')} machines`;
  };
  const means = curves.arms.map(
    (arm, i) => `${entries[i]?.label ?? arm.label} ${spreadText(spreadOf(each[i] ?? []), 'count')}`,
  );
  const unit = 'how many machines have each number';
  return {
    title: label,
    unit,
    by: '',
    logs: null,
    zeros: '',
    figure: {
      name: `${context.name}${measure.id}`,
      title: context.titleOf(label),
      note: plural(seedsOf(curves).length, 'seed'),
      named: context.named,
      summary: all.length
        ? `How many machines have which number: ${label.toLowerCase()}. Means (least to greatest): ${means.join(', ')}.`
        : `${label}. No data yet.`,
      empty: 'The first numbers are on their way.',
      panels: [
        {
          x: { title: withUnit(label, measure.unit), range: [from - 0.5, to + 0.5], format: wholeText },
          y: {
            title: 'Machines',
            range: [0, most > 0 ? most * 1.08 : 1],
            format: (value) => (Number.isInteger(value) ? String(value) : ''),
          },
          marks: lines,
        },
      ],
      reading: { by: 'x', x: all.length ? steps : [], words: read },
      tables: all.length ? [numbersTable(curves, place, `${context.name}${measure.id}`)] : [],
      remarks: remarks(label, unit, ''),
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
