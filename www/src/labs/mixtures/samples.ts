/** Part `samples`: error against number of contexts, by rate of decay. */

import { html } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { roomy } from '../../figure/axis';
import type { Figure, Line, Mark } from '../../figure/figure';
import { figureView } from '../../figure/lab-figure';
import { precise } from '../../figure/print';
import { numbers } from '../../figure/table';
import type { SamplesAnswer } from '../../engine/types';
import { count } from '../../ui/format';
import { mark } from '../../ui/palette';
import { part } from '../../ui/part';
import '../../ui/parts.css';
import type { LookedAt } from '../../ui/run-picker';
import { figureText } from '../../ui/text';
import { lookKey, WAITS } from './look';
import './mixtures.css';

export const samplesPart = part<LookedAt, SamplesAnswer[]>({
  tag: 'lab-samples',
  id: 'samples',
  title: 'What more examples bring',
  folded: true,
  note: ({ recording, step }) => (recording ? `step ${count(step)}` : 'nothing is trained yet'),
  intro: html`The paper's theorem: the logarithm of the risk falls as (log n)^(α∕(α+1)). Dashes are what is
  left to who reads the first mode without fault. At 1 nothing is learned yet: there every error is a matter
  of steps, and says nothing of the decay. With few contexts a network fits them and not the law: its error
  may stand above 1.`,
  key: lookKey('samples'),
  ask: ({ client }) => client.ask('samples', {}),
  waits: waiting,
  found: (answer, { context }) =>
    answer.length
      ? html`${guard([answer, context.link], () => figureView(figureOf(answer, context), context.link))}
          <p class="help">${spreads(answer)}</p>`
      : waiting({ context }),
});

/** Only one experiment is about it. */
function waiting({ context }: { context: LookedAt }) {
  const words =
    context.settled.values.experiment === 'alpha'
      ? WAITS
      : 'Start from “Decay and examples” in the settings: its runs differ in decay and number of contexts.';
  return html`<p class="help waits">${words}</p>`;
}

const spreads = (answer: SamplesAnswer[]) =>
  `The first coefficient has the spread ${answer.map(({ alpha, spread }) => `${precise(spread)} at α = ${alpha}`).join(', ')}: ` +
  'part of what a greater α makes easier is scale.';

const finite = (values: number[]) => values.filter(Number.isFinite);
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function figureOf(answer: SamplesAnswer[], { client }: LookedAt): Figure {
  const rows = answer.flatMap(({ alpha, contexts, x, errors }, group) =>
    contexts.map((n, i) => {
      const all = finite(errors[i] ?? []);
      const value = all.length ? mean(all) : null;
      const [low, high] = all.length ? [Math.min(...all), Math.max(...all)] : [null, null];
      return { alpha, group, n, x: x[i] ?? NaN, value, low, high };
    }),
  );
  const lines: Line[] = answer.map(({ alpha }, group) => {
    const own = rows.filter((row) => row.group === group);
    return {
      kind: 'line',
      id: `alpha-${alpha}`,
      label: `α = ${alpha}`,
      mark: mark(group + 1),
      x: own.map((row) => row.x),
      y: own.map((row) => row.value),
      low: own.map((row) => row.low),
      high: own.map((row) => row.high),
    };
  });
  const floors: Mark[] = answer.map(({ alpha, x, floors: [first = 0] }, group) => ({
    kind: 'line',
    id: `floor-${alpha}`,
    label: `first mode read, α = ${alpha}`,
    mark: mark(group + 1),
    x: [x[0] ?? 0, x.at(-1) ?? 0],
    y: [first, first],
    earlier: true,
  }));
  const values = rows.flatMap(({ low, high }) => [low, high]);
  const text = (value: number | null) => (value === null ? '–' : figureText(value));
  return {
    name: 'samples',
    title: 'Variance unexplained by number of contexts',
    summary: rows.map(({ alpha, n, value }) => `α ${alpha}, ${count(n)} contexts: ${text(value)}`).join('; '),
    empty: 'Nothing is measured yet.',
    panels: [
      {
        x: { title: '(log n)^(α∕(α+1))', range: roomy(rows.map(({ x }) => x)) },
        y: { title: 'Variance unexplained', range: roomy([...values, 1], true) },
        height: 260,
        marks: [{ kind: 'rule', axis: 'y', at: 1, label: 'nothing learned' }, ...floors, ...lines],
      },
    ],
    reading: {
      by: 'point',
      x: rows.map(({ x }) => x),
      y: rows.map(({ value }) => value),
      rows: answer.map((_, group) => rows.flatMap((row, i) => (row.group === group ? [i] : []))),
      words: (at) => {
        const row = rows[at];
        return row ? `α ${row.alpha}, ${count(row.n)} contexts: ${text(row.value)}` : '';
      },
    },
    tables: [
      {
        title: 'Means over seeds',
        rows: rows.length,
        columns: [
          numbers(
            'alpha',
            'α',
            rows.map((row) => row.alpha),
            figureText,
          ),
          numbers(
            'contexts',
            'Contexts',
            rows.map((row) => row.n),
            count,
          ),
          numbers(
            'fvu',
            'Variance unexplained',
            rows.map((row) => row.value),
            figureText,
          ),
          numbers(
            'least',
            'Least',
            rows.map((row) => row.low),
            figureText,
          ),
          numbers(
            'greatest',
            'Greatest',
            rows.map((row) => row.high),
            figureText,
          ),
        ],
        file: 'samples',
        csv: () => client.ask('csv', { table: 'samples' }),
      },
    ],
  };
}
