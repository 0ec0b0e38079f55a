/** Part `operations`: the five operations, of both machines, on one sequence, in step. */

import { radios, select } from '../../ui/options';
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { labAddress } from '../../ui/address';
import '../../figure/lab-figure';
import { exportButtons } from '../../ui/download';
import '../../ui/inspect.css';
import '../../ui/parts.css';
import { saveButton } from '../../figure/print';
import { part, type Asking } from '../../ui/part';
import { keyOf } from '../../ui/part-key';
import type { SequenceContext } from './context';
import type { Operations, Stage, StageView } from '../../engine/types';
import { entries, numbersOf } from './numbers';
import './operations.css';
import { operationsRecord } from './operations-files';
import { operationsSheet } from './operations-sheet';
import { BAR, placeKey, playerOf, scrubber, viewed, type Viewed, type Walking } from './scrubbed';
import { mostBars, similarBars } from './similar';
import { stripFigure } from './strip';
import { symbolText } from './symbols';
import { formula } from '../../ui/formula';

const MACHINES = [
  { id: 'machine', label: 'Sequence machine' },
  { id: 'transformer', label: 'Transformer' },
] as const;

interface State extends Walking {
  /** The one on show. */
  stage: Stage['id'];
  open: boolean;
  /** Whose numbers the table holds. */
  entry: string;
  /** The next question takes the lesson up again. */
  goOn: boolean;
}

type Own = Asking<SequenceContext, Viewed<Operations>, State>;

export const operationsPart = part<SequenceContext, Viewed<Operations>, State>({
  tag: 'sequence-operations',
  id: 'operations',
  title: 'Five operations',
  folded: true,
  note: () => 'both machines on one sequence, in step',
  intro: html`At each symbol both do the same five things with vectors of their own. What you see are the
  vectors of the running machines, and the similarities that each of them went by.`,
  state: (now) => ({ stage: 'encoding', open: false, entry: '', goOn: false, player: playerOf(now) }),
  ask: (context, state) =>
    viewed(context, 'operations', (client, at) => {
      const { goOn } = state;
      state.goOn = false;
      return client.ask('operations', { at, goOn });
    }),
  key: placeKey('operations'),
  patient: true,
  bar: BAR,
  goesOn: true,
  left: ({ state }) => state.player.stop(),
  controls: (own) =>
    html`${scrubber(own, 'operations')}
      <p class="training told" role="status" data-testid="operations-training">${training(own)}</p>`,
  found: ({ shown }, own) => step(shown, own),
  waits: () => nothing,
});

/** Whether the transformer is being trained just now, or how it was. */
function training({ answer, context, asked, fresh, set }: Own): TemplateResult | string {
  if (fresh && asked.one.refused) return '';
  if (!answer && fresh) return 'Computed while this part of the page is in view.';
  if (!answer || (answer.key !== keyOf(context, 'operations') && !fresh)) {
    return html`<span class="busy" data-busy="true"
      >${
        context.client.turnOf('operations')?.unit === 'symbols'
          ? 'Showing this sequence to the machine …'
          : 'Training the transformer on this sequence …'
      }</span
    >`;
  }
  const { training, unfinished } = answer.shown;
  const onwards = () => {
    asked.one.anew();
    set({ goOn: true });
  };
  return unfinished && fresh
    ? html`${training}
        <button type="button" class="small" data-testid="train-on" @click=${onwards}>
          Train it further
        </button>`
    : training;
}

function step(operations: Operations, own: Own): TemplateResult {
  const { context, state, fresh } = own;
  const { stage, open, entry } = state;
  const shown = operations.stages.some(({ id }) => id === stage) ? stage : operations.stages[0]?.id;
  return html`<div
    class="step"
    data-testid="operations-step"
    data-at=${operations.at}
    data-fresh=${fresh ? 'true' : 'false'}
  >
    ${guard([operations, shown], () => html`${predictions(operations)} ${chooser(operations, shown, own)} ${stages(operations, shown)}`)}
    ${guard([operations, open, entry, context.link], () => foot(operations, own))}
  </div>`;
}

/** One stage at a time is shown. */
function chooser({ stages }: Operations, shown: Stage['id'] | undefined, { set }: Own): TemplateResult {
  return html`<fieldset class="switch chooser">
    <legend class="sr">Operation on show</legend>
    ${radios(
      'operation',
      stages.map(({ id, label }, i) => ({
        value: id,
        label: html`${i + 1} <span class="name">${label}</span>`,
      })),
      shown,
      (stage) => set({ stage }),
    )}
  </fieldset>`;
}

function foot(operations: Operations, { context, state, set }: Own): TemplateResult {
  const { link, client } = context;
  const all = entries(operations);
  const chosen = all.find(({ id }) => id === state.entry) ?? all[0];
  return html`<div class="foot">
      ${exportButtons(() => onPaper(operations, link), 'operations', 'Five operations')}
      ${saveButton('JSON', 'operations.json', () => JSON.stringify(operationsRecord(operations, link), null, 1))}
      ${saveButton('CSV', 'operations.csv', () => client.ask('csv', { table: 'operations', at: operations.at }))}
    </div>
    <details
      class="numbers"
      @toggle=${(event: Event) => set({ open: (event.target as HTMLDetailsElement).open })}
    >
      <summary>Numbers<span class="sr"> of the five operations</span></summary>
      ${
        state.open && chosen
          ? html`<p class="pick">
                <label for="operations-entry">Of</label>
                ${select({
                  id: 'operations-entry',
                  testId: 'operations-entry',
                  options: all.map(({ id, label }) => ({ value: id, label })),
                  value: chosen.id,
                  change: (entry) => set({ entry }),
                })}
              </p>
              ${numbersOf(chosen)}`
          : nothing
      }
    </details>`;
}

async function onPaper(operations: Operations, link: string): Promise<string> {
  const { sheetSvg } = await import('./sheet');
  const { at, length, symbol } = operations;
  const words = {
    title: 'Five operations, two machines',
    note: `Symbol ${at + 1} of ${length}: ${symbolText(symbol)}`,
    address: labAddress(link),
  };
  return sheetSvg(operationsSheet(operations, predictionLines(operations), words));
}

interface Prediction {
  id: 'machine' | 'transformer';
  label: string;
  /** Null where nothing is predicted. */
  symbol: string | null;
  /** Null at the end of the sequence, where there is nothing to hold it against. */
  right: boolean | null;
}

/** A machine whose decoding chose nothing predicts nothing, whatever sign stands for that. */
function predictionsOf({ predictions, next, stages }: Operations): Prediction[] {
  const decoding = stages.find(({ id }) => id === 'decoding');
  return MACHINES.map(({ id, label }) => {
    const items = decoding?.[id].similarities.flatMap(({ items }) => items) ?? [];
    const silent = items.length > 0 && items.every(({ chosen }) => !chosen);
    const symbol = silent || predictions[id] === '' ? null : predictions[id];
    return { id, label, symbol, right: next === null ? null : symbol === next };
  });
}

const judged = (right: boolean | null) => (right === null ? '' : right ? '✓ right' : '✗ wrong');

function predictionLines(operations: Operations): string[] {
  const { next } = operations;
  return [
    next === null ? 'The sequence ends here.' : `Next comes ${symbolText(next)}.`,
    ...predictionsOf(operations).map(({ label, symbol, right }) =>
      `${label} predicts ${symbol === null ? 'nothing' : symbolText(symbol)} ${judged(right)}`.trim(),
    ),
  ];
}

function predictions(operations: Operations): TemplateResult {
  const { next } = operations;
  return html`<ul class="predictions" data-testid="predictions" data-next=${next ?? ''}>
    <li>
      ${next === null ? 'The sequence ends here.' : html`Next comes <b class="symbol">${symbolText(next)}</b>.`}
    </li>
    ${predictionsOf(operations).map(
      ({ id, label, symbol, right }) =>
        html`<li class=${id} data-machine=${id} data-right=${right ?? ''}>
          ${label} predicts
          ${symbol === null ? 'nothing' : html`<b class="symbol" data-testid="predicted">${symbolText(symbol)}</b>`}
          ${
            right === null
              ? nothing
              : html`<span class=${right ? 'right' : 'bad'}
                  ><span aria-hidden="true">${right ? '✓' : '✗'}</span> ${right ? 'right' : 'wrong'}</span
                >`
          }
        </li>`,
    )}
  </ul>`;
}

function stages({ stages }: Operations, shown: Stage['id'] | undefined): TemplateResult {
  return html`<div class="stages">
    ${stages.map(
      (stage, i) =>
        html`<section
          class="stage"
          data-stage=${stage.id}
          data-shown=${stage.id === shown ? 'true' : 'false'}
          aria-labelledby="operation-${stage.id}"
        >
          <div class="name">
            <h3 id="operation-${stage.id}">${i + 1} ${stage.label}</h3>
            <p class="mapping">${stage.mapping}</p>
          </div>
          ${MACHINES.map(({ id, label }) => cell(id, label, stage[id]))}
        </section>`,
    )}
  </div>`;
}

function cell(id: 'machine' | 'transformer', label: string, view: StageView): TemplateResult {
  return html`<div class="cell ${id}" data-machine=${id}>
    <h4>${label}</h4>
    <p class="sentence">${view.sentence}</p>
    <p class="formula">${formula(view.formula)}</p>
    ${view.vectors.map(
      (vector) =>
        html`<div class="vector">
          <p class="name" aria-hidden="true">${vector.label}</p>
          <lab-figure compact .figure=${stripFigure(vector)}></lab-figure>
        </div>`,
    )}
    ${view.similarities.map((similarity) => similarBars(similarity, mostBars(view)))}
  </div>`;
}
