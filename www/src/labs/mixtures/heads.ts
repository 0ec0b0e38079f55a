/** Part `heads`: who attends to whom, tag by tag and by the angle between tags. */

import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { figureView } from '../../figure/lab-figure';
import { matrixFigure } from '../../figure/matrix';
import { numbers, single, type Table } from '../../figure/table';
import type { Figure, Shape } from '../../figure/figure';
import { precise } from '../../figure/print';
import { leftToRight } from '../../figure/reading';
import type { HeadsAnswer } from '../../engine/types';
import { count } from '../../ui/format';
import { selectField } from '../../ui/options';
import { mark } from '../../ui/palette';
import { part } from '../../ui/part';
import '../../ui/parts.css';
import { runPicker, type LookedAt } from '../../ui/run-picker';
import { figureText, share } from '../../ui/text';
import { lookKey, otherContexts, WAITS } from './look';
import './mixtures.css';

const SHAPES: readonly Shape[] = ['circle', 'square', 'triangle', 'diamond'];

interface State {
  /** Whether the reader's own mixture is looked at, where there is one. */
  own: boolean;
}

const isOwn = ({ settled }: LookedAt, { own }: State) => own && !!settled.values.densities;

export const headsPart = part<LookedAt, HeadsAnswer, State>({
  tag: 'lab-heads',
  id: 'heads',
  title: 'Who attends to whom',
  folded: true,
  note: ({ recording, step }) => (recording ? `step ${count(step)}` : 'nothing is trained yet'),
  intro: html`A row is the tag that is asked for, a column the tag of the tokens that are looked at. A head
  that recalls has its weight on the diagonal. It need not be high for recall: heads that differ can be
  unmixed by the layers after them, so all of them are shown.`,
  state: () => ({ own: true }),
  key: (context, state) => {
    const key = lookKey('heads')(context);
    return key && { ...key, settings: `${key.settings} ${isOwn(context, state)}` };
  },
  ask: (context, state) => context.client.ask('heads', { run: context.run, own: isOwn(context, state) }),
  controls: ({ context, state, set }) =>
    html`<div class="fields">
      ${runPicker(context, 'heads')}
      ${
        context.settled.values.densities
          ? selectField('Contexts', {
              id: 'heads-contexts',
              testId: 'heads-contexts',
              options: [
                { value: 'own', label: 'my own mixture' },
                { value: 'held-out', label: 'held-out ones' },
              ],
              value: state.own ? 'own' : 'held-out',
              change: (value) => set({ own: value === 'own' }),
            })
          : nothing
      }
    </div>`,
  waits: WAITS,
  foot: otherContexts('heads'),
  found: (answer, { context, state }) =>
    answer.masses.length
      ? html`${guard([answer, context.link], () => figures(answer, context, isOwn(context, state)))}`
      : html`<p class="help">${answer.about} Its logits are weights of either sign and sum to nothing.</p>`,
});

function figures(answer: HeadsAnswer, { link, client, run }: LookedAt, own: boolean) {
  const csv = own ? undefined : () => client.ask('csv', { table: 'heads', at: run });
  const each = Array.from({ length: answer.heads }, (_, head) => headFigure(answer, head, csv));
  return html`<div class="each-head">
      ${each.map(
        (figure, head) =>
          html`<section aria-labelledby="title-figure-${figure.name}">
            <h3 id="title-figure-${figure.name}">${figure.title}</h3>
            <p class="help">
              ${share(answer.sameTag[head] ?? NaN)} on the tag asked for,
              ${share(answer.sharpness[head] ?? NaN)} on the tag that has most.
            </p>
            ${figureView(figure, link)}
          </section>`,
      )}
    </div>
    ${
      answer.turns.length
        ? html`<section aria-labelledby="title-figure-turns">
            <h3 id="title-figure-turns">Weight by the angle between tags</h3>
            ${figureView(turnFigure(answer), link)}
          </section>`
        : nothing
    }
    <p class="help" data-testid="heads-about">
      ${answer.about} An even share is ${share(1 / answer.components)}.
    </p>`;
}

/** Weight by the angle from the tag that is asked for to the tag that is looked at. */
function turnFigure({ turns, masses, heads, about }: HeadsAnswer): Figure {
  const points = indices(heads * turns.length, (i) => i);
  const x = points.map((i) => turns[i % turns.length] ?? NaN);
  const y = points.map((i) => single(masses[i] ?? NaN));
  const head = (i: number) => Math.floor(i / turns.length);
  return {
    name: 'turns',
    title: 'Weight by the angle between tags',
    note: about,
    summary: `Mean weight of ${heads} heads by the angle from the tag asked for to the tag looked at. The table below has each.`,
    empty: 'There is nothing to show.',
    panels: [
      {
        x: { title: 'Angle from the tag asked for', range: [-180, 180], ticks: [-180, -90, 0, 90, 180] },
        y: { title: 'Mean weight', range: [0, 1] },
        height: 220,
        marks: [
          {
            kind: 'dot',
            x,
            y,
            groups: indices(heads, (i) => i + 1).map((own) => ({
              label: `head ${own}`,
              colour: mark(own).colour,
              shape: SHAPES[(own - 1) % SHAPES.length] ?? 'circle',
            })),
            groupOf: points.map(head),
            size: 3,
            opacity: 0.7,
          },
        ],
      },
    ],
    reading: {
      by: 'point',
      x,
      y,
      rows: [leftToRight(x, y)],
      words: (i) => `Head ${head(i) + 1} at ${Math.round(x[i] ?? NaN)}°: ${figureText(y[i])}`,
    },
    tables: [
      {
        title: 'Weight by angle',
        rows: points.length,
        file: 'turns',
        columns: [
          numbers(
            'head',
            'Head',
            points.map((i) => head(i) + 1),
            count,
          ),
          numbers('angle', 'Angle in degrees', x, precise),
          numbers('weight', 'Mean weight', y, figureText),
        ],
      },
    ],
  };
}

function headFigure(answer: HeadsAnswer, head: number, csv?: () => Promise<string>): Figure {
  const { components, masses, about } = answer;
  const size = components * components;
  const values = masses.slice(head * size, (head + 1) * size);
  const names = Array.from({ length: components }, (_, tag) => String(tag + 1));
  const figure = matrixFigure({
    name: `head-${head + 1}`,
    title: `Head ${head + 1}`,
    note: about,
    rows: { title: 'tag asked for', names },
    columns: { title: 'tag looked at', names },
    values,
    range: [0, 1],
    scale: 'sequential',
    unit: '',
    text: figureText,
    summary:
      `Head ${head + 1}: mean weight of ${components} tags on ${components} tags; ` +
      `${share(answer.sameTag[head] ?? NaN)} on the tag asked for.`,
  });
  const table: Table = {
    title: figure.title,
    rows: size,
    columns: [
      numbers(
        'asked',
        'Tag asked for',
        indices(size, (i) => Math.floor(i / components) + 1),
        count,
      ),
      numbers(
        'looked-at',
        'Tag looked at',
        indices(size, (i) => (i % components) + 1),
        count,
      ),
      numbers('weight', 'Mean weight', Array.from(values, single), figureText),
    ],
    file: csv ? 'heads' : `own-head-${head + 1}`,
    ...(csv ? { csv } : {}),
  };
  return { ...figure, tables: [table] };
}

const indices = (length: number, of: (i: number) => number) => Array.from({ length }, (_, i) => of(i));
