/** Part `integral`: attention over more and more tokens, against the integral; nothing is trained. */

import { html } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { roomy, roomyLog } from '../../figure/axis';
import type { Figure, Mark, Panel } from '../../figure/figure';
import { figureView } from '../../figure/lab-figure';
import { precise } from '../../figure/print';
import { leftToRight } from '../../figure/reading';
import { numbers } from '../../figure/table';
import type { IntegralAnswer } from '../../engine/types';
import { count } from '../../ui/format';
import { mark } from '../../ui/palette';
import { part } from '../../ui/part';
import { keyOf } from '../../ui/part-key';
import '../../ui/parts.css';
import type { LookedAt } from '../../ui/run-picker';
import { brief, figureText } from '../../ui/text';
import { verdictList } from '../../ui/verdicts';
import './mixtures.css';

export const integralPart = part<LookedAt, IntegralAnswer>({
  tag: 'lab-integral',
  id: 'integral',
  title: 'A sum that tends to an integral',
  folded: true,
  note: () => 'nothing is trained for it',
  intro: html`Attention over N tokens is an estimate of an integral over the density they are drawn from: the
  same kernel on other data. Its error falls as 1∕√N, so that a context may have any length. Over Gaussian
  tokens the integral is known: the query u gets S u.`,
  key: (context) => ({ settings: keyOf(context, 'integral'), moment: '' }),
  ask: ({ client }) => client.ask('integral', {}),
  found: (answer, { context }) =>
    html`${guard([answer, context.link], () => figures(answer, context))}
      <p class="help">${answer.about} ${rounding(answer)}</p>
      <div class="verdicts">${verdictList(answer.verdicts, 'here', null, 'integral-verdicts')}</div>`,
});

function rounding({ seeds }: IntegralAnswer): string {
  const most = (of: 'permuted' | 'doubled', at: number) =>
    Math.max(...seeds.map((own) => own[of][at] ?? NaN));
  const told = (of: 'permuted' | 'doubled') =>
    `${brief(most(of, 0), 2)} of the largest value at 1024 tokens and ${brief(most(of, 1), 2)} at 8192`;
  return (
    `Permuting all tokens changes the output by at most ${told('permuted')}; ` +
    `repeating all of them twice by ${told('doubled')}: rounding.`
  );
}

function figures(answer: IntegralAnswer, { link, client }: LookedAt) {
  const csv = () => client.ask('csv', { table: 'integral' });
  return html`<div class="two">
    ${[errorFigure(answer, csv), arrowFigure(answer)].map(
      (figure) =>
        html`<section aria-labelledby="title-figure-${figure.name}">
          <h3 id="title-figure-${figure.name}">${figure.title}</h3>
          ${figureView(figure, link)}
        </section>`,
    )}
  </div>`;
}

function errorFigure({ sizes, seeds, gaussian, about }: IntegralAnswer, csv: () => Promise<string>): Figure {
  const lines = [
    ...seeds.map(({ seed, errors, slope }, i) => ({
      id: `seed-${seed}`,
      label: `seed ${seed}, slope ${precise(slope)}`,
      mark: mark(i + 1),
      y: errors,
    })),
    ...gaussian.map(({ load, errors }, i) => ({
      id: `gaussian-${load}`,
      label: `Gaussian, uᵀSu = ${load}`,
      mark: mark(seeds.length + 1 + i),
      y: errors,
    })),
  ];
  const predicted: Mark[] = gaussian.map(({ load, predicted: y }, i) => ({
    kind: 'line',
    id: `predicted-${load}`,
    label: `predicted, uᵀSu = ${load}`,
    mark: mark(seeds.length + 1 + i),
    x: sizes,
    y,
    earlier: true,
  }));
  const all = [...lines.flatMap(({ y }) => y), ...gaussian.flatMap(({ predicted: y }) => y)];
  return {
    name: 'integral',
    title: 'Error of a sum, by its number of tokens',
    note: about,
    summary:
      `Relative error by number of tokens, from ${sizes[0]} to ${sizes.at(-1)}: ` +
      `slopes ${seeds.map(({ slope }) => precise(slope)).join(', ')}.`,
    empty: 'Nothing is drawn yet.',
    panels: [
      {
        x: { title: 'Tokens N', range: roomyLog(sizes), log: true, format: (n) => count(n) },
        y: { title: 'Root mean square of the relative error', range: roomyLog(all), log: true },
        height: 260,
        marks: [...lines.map((own) => ({ kind: 'line' as const, x: sizes, ...own })), ...predicted],
      },
    ],
    reading: {
      by: 'x',
      x: sizes,
      words: (at) =>
        `${count(sizes[at] ?? 0)} tokens: ` +
        lines.map(({ label, y }) => `${label.split(',')[0]} ${figureText(y[at])}`).join(', '),
    },
    tables: [
      {
        title: 'Errors',
        rows: sizes.length,
        columns: [
          numbers('tokens', 'Tokens', sizes, count),
          ...lines.map(({ id, label, y }) => numbers(id, label, y, figureText)),
          ...gaussian.map(({ load, predicted: y }) =>
            numbers(`predicted-${load}`, `Predicted, uᵀSu = ${load}`, y, figureText),
          ),
        ],
        file: 'integral',
        csv,
      },
    ],
  };
}

/** Estimates of S u from 256 tokens each, around it. */
function arrowFigure({ gaussian }: IntegralAnswer): Figure {
  const points = gaussian.flatMap(({ estimates }, group) => estimates.map(([x, y]) => ({ x, y, group })));
  const [x, y] = [points.map((point) => point.x), points.map((point) => point.y)];
  const arrows = gaussian.map(({ arrow }) => arrow);
  const panel: Panel = {
    x: { title: 'First number of the output', range: roomy([...x, 0]) },
    y: { title: 'Second', range: roomy([...y, 0]) },
    height: 260,
    marks: [
      {
        kind: 'dot',
        x,
        y,
        groups: gaussian.map(({ load }, i) => ({
          label: `estimates, uᵀSu = ${load}`,
          colour: mark(i + 4).colour,
          shape: i ? 'square' : 'circle',
        })),
        groupOf: points.map(({ group }) => group),
        size: 2,
        opacity: 0.5,
      },
      {
        kind: 'link',
        id: 'exact',
        label: 'S u',
        x1: arrows.map(() => 0),
        y1: arrows.map(() => 0),
        x2: arrows.map(([first]) => first),
        y2: arrows.map(([, second]) => second),
        style: () => ({ colour: '--ink', width: 2 }),
      },
    ],
  };
  return {
    name: 'gaussian',
    title: 'Gaussian tokens: S u, and estimates of it',
    note: '256 tokens for each estimate',
    summary:
      `Outputs of attention over 256 Gaussian tokens, ${points.length} of them, around S u of two queries. ` +
      'The table below has each.',
    empty: 'Nothing is drawn yet.',
    panels: [panel],
    reading: {
      by: 'point',
      x,
      y,
      rows: [leftToRight(x, y)],
      words: (at) =>
        `uᵀSu = ${gaussian[points[at]?.group ?? 0]?.load}: ${precise(x[at] ?? NaN)}, ${precise(y[at] ?? NaN)}`,
    },
    tables: [
      {
        title: 'Estimates',
        rows: points.length,
        file: 'gaussian',
        columns: [
          numbers(
            'load',
            'uᵀSu',
            points.map(({ group }) => gaussian[group]?.load),
            figureText,
          ),
          numbers('first', 'First', x, precise),
          numbers('second', 'Second', y, precise),
        ],
      },
    ],
  };
}
