/** Part `coefficients`: what a linear read-out of attention's output knows of the cloud. */

import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { roomy } from '../../figure/axis';
import type { Figure, Group } from '../../figure/figure';
import { figureView } from '../../figure/lab-figure';
import { precise } from '../../figure/print';
import { leftToRight } from '../../figure/reading';
import { numbers, single } from '../../figure/table';
import type { CoefficientAnswer, CoefficientsAnswer } from '../../engine/types';
import { count } from '../../ui/format';
import { part } from '../../ui/part';
import '../../ui/parts.css';
import { runPicker, type LookedAt } from '../../ui/run-picker';
import { lookKey, otherContexts, WAITS } from './look';
import './mixtures.css';

export const coefficientsPart = part<LookedAt, CoefficientsAnswer>({
  tag: 'lab-coefficients',
  id: 'coefficients',
  title: 'What attention’s output carries',
  folded: true,
  note: ({ recording, step }) => (recording ? `step ${count(step)}` : 'nothing is trained yet'),
  intro: html`The paper's mechanism: values carry modes of the density, so that attention returns coefficients
  of the recalled cloud. A linear read-out is fitted on half of the held-out contexts; here is what it makes
  of the other half. What the answer does not need, attention need not carry.`,
  key: lookKey('coefficients'),
  ask: ({ client, run }) => client.ask('coefficients', { run }),
  controls: ({ context }) => html`<div class="fields">${runPicker(context, 'coefficients')}</div>`,
  waits: WAITS,
  foot: otherContexts('coefficients'),
  found: (answer, { context }) =>
    html`<div class="two">
        ${guard([answer, context.link], () =>
          answer.modes.map(
            (mode) =>
              html`<section aria-labelledby="title-coefficient-${mode.mode}">
                <h3 id="title-coefficient-${mode.mode}">Coefficient ${mode.mode}, R² ${precise(mode.r2)}</h3>
                ${figureView(figureOf(mode, answer.about, context), context.link)}
              </section>`,
          ),
        )}
      </div>
      <p class="help" data-testid="coefficients-about">
        ${answer.about}
        ${
          answer.modes.some(({ own }) => own.length)
            ? 'The clouds of your own mixture are read by the same; it was not fitted for what lies beyond the drawn ones.'
            : nothing
        }
      </p>`,
});

/** The clouds of the held-out contexts, then those of the reader's own mixture. */
function figureOf(
  { mode, r2, points, own }: CoefficientAnswer,
  note: string,
  { client, run }: LookedAt,
): Figure {
  const of = (pairs: ArrayLike<number>, side: number) =>
    Array.from({ length: pairs.length / 2 }, (_, i) => single(pairs[2 * i + side] ?? NaN));
  const drawn = points.length / 2;
  const [mineX, mineY] = [of(own, 0), of(own, 1)];
  const [x, y] = [
    [...of(points, 0), ...mineX],
    [...of(points, 1), ...mineY],
  ];
  const ends = roomy(x);
  const groups: Group[] = [
    { label: 'drawn clouds', colour: '--series-1', shape: 'circle' },
    { label: 'clouds of your own', colour: '--series-2', shape: 'square' },
  ];
  return {
    name: `coefficient-${mode}`,
    title: `Coefficient ${mode}, read off attention’s output`,
    note,
    summary: `Coefficient ${mode} of ${drawn} clouds, true and read: R² ${precise(r2)}.`,
    empty: 'No contexts.',
    panels: [
      {
        x: { title: `True Z of mode ${mode}`, range: ends },
        y: { title: 'Read off', range: roomy([...y, ...ends]) },
        height: 220,
        marks: [
          {
            kind: 'dot',
            x,
            y,
            groups: groups.slice(0, mineX.length ? 2 : 1),
            groupOf: x.map((_, point) => Number(point >= drawn)),
            size: mineX.length ? 3 : 2,
            opacity: mineX.length ? 0.7 : 0.5,
          },
          {
            kind: 'link',
            id: 'equal',
            label: 'read as it is',
            x1: [ends[0]],
            y1: [ends[0]],
            x2: [ends[1]],
            y2: [ends[1]],
            style: () => ({ colour: '--ink' }),
          },
        ],
      },
    ],
    reading: {
      by: 'point',
      x,
      y,
      rows: [leftToRight(x, y)],
      words: (point) =>
        `${point < drawn ? '' : `Your cloud ${point - drawn + 1}: `}True ${precise(x[point] ?? NaN)}, read ${precise(y[point] ?? NaN)}`,
    },
    tables: [
      {
        title: `Coefficient ${mode}`,
        rows: drawn,
        columns: [
          numbers('true', 'True', x.slice(0, drawn), precise),
          numbers('read', 'Read', y.slice(0, drawn), precise),
        ],
        file: 'coefficients',
        csv: () => client.ask('csv', { table: 'coefficients', at: run }),
      },
      ...(mineX.length
        ? [
            {
              title: 'Clouds of your own',
              rows: mineX.length,
              columns: [numbers('true', 'True', mineX, precise), numbers('read', 'Read', mineY, precise)],
              file: `own-coefficient-${mode}`,
            },
          ]
        : []),
    ],
  };
}
