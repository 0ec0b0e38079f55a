/** Parts `errors` and `span`: how far every map is from a symmetry, and how far its output is from the span of X and Z. */

import { html } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { Figure } from '../../figure/figure';
import { figureView } from '../../figure/lab-figure';
import { matrixFigure } from '../../figure/matrix';
import { precise, saveButton } from '../../figure/print';
import { tableView, written } from '../../figure/table';
import { field } from '../../ui/fields';
import { count } from '../../ui/format';
import { part } from '../../ui/part';
import type { PartContext } from '../../ui/part-context';
import '../../ui/parts.css';
import { verdictList } from '../../ui/verdicts';
import type { ErrorsAnswer, SpanAnswer } from '../../engine/types';
import { brief } from '../../ui/text';
import { errorCell } from './marks';
import { formula } from '../../ui/formula';

const file = ({ client }: PartContext, table: string) =>
  html`<p class="take">${saveButton('CSV', `${table}.csv`, () => client.ask('csv', { table }))}</p>`;

export const errorsPart = part<PartContext, ErrorsAnswer>({
  tag: 'lab-errors',
  id: 'errors',
  title: 'Which maps respect which symmetry',
  note: ({ settled: { values } }) => `d = ${values.d}, n = ${values.n}, m = ${values.m}`,
  intro: html`Relative errors ${formula('‖f(X Q, Z Q) − f(X, Z) Q‖ ∕ ‖f(X, Z)‖')}, median (largest). Elements
  of a group act in double precision and what they make is rounded once. An error that is only rounding falls
  a billionfold from single (f32) to double (f64); one that does not is a broken symmetry.`,
  ask: ({ client }) => client.ask('errors', {}),
  controls: ({ context }) =>
    html`<div class="fields">
      ${field('trials', 'errors', context)} ${field('d', 'errors', context, { label: 'Dimension d' })}
    </div>`,
  found: (answer, { context }) =>
    html` ${guard([answer], () => errorsTable(answer))} ${file(context, 'errors')}
      <div class="verdicts">
        ${verdictList(answer.verdicts, 'with these settings', null, 'errors-verdicts')}
      </div>`,
});

function errorsTable({ groups, rows, trials, rounding }: ErrorsAnswer) {
  const maps = [...new Map(rows.map(({ map, label }) => [map, label]))];
  const of = (row: number, group: string) =>
    rows.find((known) => known.map === maps[row]?.[0] && known.group === group);
  return tableView({
    title: 'Errors',
    note: `of ${count(trials)} draws`,
    testId: 'errors-table',
    rows: maps.length,
    data: (row) => ({ map: maps[row]?.[0] ?? '' }),
    columns: [
      written('map', 'Map', (row) => maps[row]?.[1] ?? '', true),
      ...groups.map(({ id, label }) =>
        written(id, label, (row) => {
          const own = of(row, id);
          return own ? errorCell(own.single, own.double, rounding) : '–';
        }),
      ),
    ],
  });
}

export const spanPart = part<PartContext, SpanAnswer>({
  tag: 'lab-span',
  id: 'span',
  title: 'Does the output stay among its inputs?',
  folded: true,
  says: ({ about }) => about,
  note: ({ settled: { values } }) => `n + m = ${Number(values.n) + Number(values.m)} vectors`,
  intro: html`What respects every rotation and reflection can only combine X and Z. Share of each output
  outside their span, in double precision.`,
  ask: ({ client }) => client.ask('span', {}),
  found: (answer, { context }) =>
    html` <p class="help">${answer.about}</p>
      ${guard([answer], () => spanTable(answer))} ${file(context, 'span')}
      <p class="help">
        The Gram form is such a combination: its coefficients, A for X and B for Z, are functions of scalar
        products alone, so that a rotation leaves every one of them as it is.
      </p>
      <div class="two">
        ${guard([answer, context.link], () => coefficientFigures(answer).map((figure) => figureView(figure, context.link)))}
      </div>
      <div class="verdicts">
        ${verdictList([answer.verdict], 'with these settings', null, 'span-verdicts')}
      </div>`,
});

function coefficientFigures({ coefficients, n }: SpanAnswer): Figure[] {
  const most = Math.max(...coefficients.flatMap((values) => Array.from(values, Math.abs)));
  const across = (coefficients[0]?.length ?? 0) / n;
  const named = (name: string, size: number) => Array.from({ length: size }, (_, i) => `${name} ${i + 1}`);
  const columns = [...named('X', n), ...named('Z', across - n)];
  return ['before', 'after a rotation'].map((when, i) =>
    matrixFigure({
      name: `coefficients-${i + 1}`,
      title: `A and B ${when}`,
      note: 'Gram form, first draw',
      rows: { title: 'output', names: named('Y', n) },
      columns: { title: 'combines', names: columns },
      values: coefficients[i] ?? new Float32Array(),
      range: [-most, most],
      scale: 'diverging',
      unit: '',
      text: precise,
      summary: `Coefficients of ${n} outputs over ${across} vectors, ${when}.`,
    }),
  );
}

const spanTable = ({ rows, d }: SpanAnswer) =>
  tableView({
    title: 'Outside the span',
    note: `share of ‖f(X, Z)‖, d = ${d}`,
    testId: 'span-table',
    look: 'facts',
    rows: rows.length,
    data: (row) => ({ map: rows[row]?.map ?? '' }),
    columns: [
      written('map', 'Map', (row) => rows[row]?.label ?? '', true),
      ...['median', 'least', 'largest'].map((name, i) =>
        written(name, name, (row) => brief(rows[row]?.share[i])),
      ),
    ],
  });
