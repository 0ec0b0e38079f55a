/** What a race has come to: students in other bases, or the distance of two trainings. */

import { html, type TemplateResult } from 'lit';
import { decades, roomyLog } from '../../figure/axis';
import { armCurves, runsOf } from '../../figure/curves';
import type { Figure, Line } from '../../figure/figure';
import { figureView } from '../../figure/lab-figure';
import { numbers, tableView, written } from '../../figure/table';
import type { Recording } from '../../engine/record';
import { count } from '../../ui/format';
import type { PartContext } from '../../ui/part-context';
import type { Entry } from '../../ui/series';
import { brief } from '../../ui/text';

const ASKED = ['same', 'rotated', 'knowledge', 'conjugated'];
/** Below this is the rounding of single precision. */
const LEAST = 1e-8;
const HEIGHT_PX = 300;

const numbersOf = ({ about: { runs, measures }, evaluations }: Recording) => ({
  runs,
  measures: measures.filter(({ phase }) => phase === 'evaluation'),
  points: evaluations,
});

export function outcomeView(context: PartContext): TemplateResult {
  const { recording, settled } = context;
  const of = recording?.about.values ?? settled.values;
  const trainings = of.experiment === 'training';
  return html`<section class="card part outcome" aria-labelledby="title-outcome">
    <header>
      <h2 id="title-outcome">
        ${trainings ? 'Do both trainings stay the same?' : 'Who works in another basis?'}
      </h2>
      <p class="quiet">${recording ? `step ${count(recording.step)}` : 'nothing is trained yet'}</p>
    </header>
    ${
      !recording?.evaluations.length
        ? html`<p class="help">Press Train, and the answer is here.</p>`
        : trainings
          ? figureView(distances(context, recording), context.link)
          : students(context, recording)
    }
  </section>`;
}

/** A row a student, its seeds side by side. */
function students({ entries, link }: PartContext, recording: Recording): TemplateResult {
  const { runs, measures, points } = numbersOf(recording);
  const last = points.at(-1);
  const text = (id: string) => (row: number) => {
    const place = measures.findIndex((measure) => measure.id === id);
    const values = runsOf({ runs }, entries[row]?.id ?? '').map((run) => last?.values[place]?.[run]);
    return values.some((value) => Number.isFinite(value))
      ? values.map((value) => brief(value)).join(', ')
      : '–';
  };
  return html`<p class="help">
      Variance left unexplained, seed by seed: 0 is perfect, the mean leaves 1. Every seed has a teacher of
      its own.
    </p>
    ${figureView(unexplained(entries, recording), link)}
    ${tableView({
      title: 'Students',
      testId: 'students',
      rows: entries.length,
      data: (row) => ({ arm: entries[row]?.id ?? '' }),
      columns: [
        written('student', 'Student', (row) => entries[row]?.label ?? '', true),
        ...ASKED.map((id) =>
          written(id, measures.find((measure) => measure.id === id)?.short ?? id, text(id)),
        ),
      ],
    })}`;
}

const KINDS = [
  { colour: '--series-1', shape: 'circle' },
  { colour: '--series-2', shape: 'square' },
  { colour: '--series-3', shape: 'triangle' },
  { colour: '--ink', shape: 'diamond' },
] as const;

/** A place for each student, a row of marks for each question below one another, a mark for each seed. */
function unexplained(entries: Entry[], recording: Recording): Figure {
  const { runs, measures, points } = numbersOf(recording);
  const last = points.at(-1);
  const asked = ASKED.flatMap((id) => {
    const place = measures.findIndex((measure) => measure.id === id);
    const measure = measures[place];
    return measure ? [{ place, label: measure.label }] : [];
  });
  const marks = entries.flatMap(({ id, label }, student) =>
    asked.flatMap(({ place, label: question }, kind) =>
      runsOf({ runs }, id).flatMap((run, seed) => {
        const value = last?.values[place]?.[run];
        const y = student + (kind - (asked.length - 1) / 2) / (asked.length + 1);
        return value === null || value === undefined || !Number.isFinite(value)
          ? []
          : [{ student: label, question, kind, seed, value, x: Math.max(value, LEAST), y }];
      }),
    ),
  );
  const [x, y] = [marks.map((own) => own.x), marks.map((own) => own.y)];
  const groups = asked.map(({ label }, kind) => ({ label, ...(KINDS[kind] ?? KINDS[0]) }));
  return {
    name: 'unexplained',
    title: 'Variance unexplained',
    note: 'on held-out sequences, a mark a seed',
    summary: `What ${entries.length} students leave unexplained. The table below has each.`,
    empty: 'Nothing is trained yet.',
    panels: [
      {
        x: { title: 'Variance unexplained', range: decades([...x, 1], [1e-4, 1]), log: true },
        y: {
          title: '',
          range: [entries.length - 0.5, -0.5],
          names: entries.map(({ label }) => label),
        },
        height: 60 * entries.length,
        marks: [
          { kind: 'rule', axis: 'x', at: 1, label: 'the mean' },
          { kind: 'dot', x, y, groups, groupOf: marks.map(({ kind }) => kind), size: 4.5 },
        ],
      },
    ],
    reading: {
      by: 'point',
      x,
      y,
      rows: entries.map((_, student) =>
        marks.flatMap((own, i) => (Math.round(own.y) === student ? [i] : [])),
      ),
      words: (i) => {
        const own = marks[i];
        return own
          ? `${own.student}, ${own.question.toLowerCase()}, seed ${own.seed + 1}: ${brief(own.value)}`
          : '';
      },
    },
    tables: [
      {
        title: 'Variance unexplained',
        file: 'unexplained',
        rows: marks.length,
        columns: [
          { name: 'student', label: 'Student', value: (row) => marks[row]?.student, words: true },
          { name: 'question', label: 'Asked', value: (row) => marks[row]?.question, words: true },
          numbers(
            'seed',
            'Seed',
            marks.map(({ seed }) => seed + 1),
            count,
          ),
          numbers(
            'unexplained',
            'Unexplained',
            marks.map(({ value }) => value),
            brief,
          ),
        ],
      },
    ],
  };
}

/** Each arm's mean over its seeds, least to greatest as a band. */
function distances({ entries, hidden }: PartContext, recording: Recording): Figure {
  const { steps, curves } = armCurves(numbersOf(recording), 'distance');
  const floor = (values: (number | null)[]) =>
    values.map((value) => (value === null ? null : Math.max(value, LEAST)));
  const lines = curves.flatMap((curve): Line[] => {
    const entry = entries.find(({ id }) => id === curve.arm);
    if (!entry) return [];
    const [y, low, high] = [curve.mean, curve.min, curve.max].map(floor) as [[], [], []];
    return [{ kind: 'line', ...entry, x: steps, y, low, high, shown: !hidden.has(curve.arm) }];
  });
  const words = (i: number) =>
    `Step ${count(steps[i] ?? 0)}: ${lines.map(({ label, y }) => `${label} ${brief(y[i])}`).join('; ')}`;
  return {
    name: 'distance',
    title: 'Distance of the two trainings',
    note: '‖Q W₂ Qᵀ − W₁‖∕‖W₁‖: mean, and least to greatest over the seeds',
    summary: `The same training in two bases, after turning back. ${words(steps.length - 1)}.`,
    empty: 'Nothing is trained yet.',
    panels: [
      {
        x: { title: 'Step', range: [0, Math.max(1, steps.at(-1) ?? 1)], format: count },
        y: {
          title: 'Distance',
          range: roomyLog(
            lines.flatMap(({ low = [], high = [] }) => [...Array.from(low), ...Array.from(high)]),
          ),
          log: true,
        },
        height: HEIGHT_PX,
        marks: lines,
      },
    ],
    reading: { by: 'x', x: steps, words },
    tables: [
      {
        title: 'Distance',
        file: 'distance',
        rows: steps.length,
        columns: [
          numbers('step', 'Step', steps, count),
          ...curves.map(({ arm, mean }) =>
            numbers(arm, entries.find(({ id }) => id === arm)?.label ?? arm, mean, brief),
          ),
        ],
      },
    ],
  };
}
