/** Part `operations`: the five operations, of both machines, on one sequence, in step. */

import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { live } from 'lit/directives/live.js';
import { labAddress } from '../../ui/address';
import type { LabClient } from '../../engine/client';
import '../../figure/lab-figure';
import { exportButtons } from '../../ui/download';
import '../../ui/inspect.css';
import '../../ui/parts.css';
import { saveButton } from '../../figure/print';
import '../../ui/look.css';
import type { SequenceContext } from './context';
import type { Operations, Stage, StageView } from '../../engine/types';
import { entries, numbersOf } from './numbers';
import './operations.css';
import { operationsRecord } from './operations-files';
import { ScrubbedPart, type Viewed } from './scrubbed';
import { mostBars, similarBars } from './similar';
import { stripFigure } from './strip';
import { symbolText } from './symbols';

const MACHINES = [
  { id: 'machine', label: 'Sequence machine' },
  { id: 'transformer', label: 'Transformer' },
] as const;

type Answer = Viewed<Operations>;

class SequenceOperations extends ScrubbedPart<Operations> {
  static override properties = {
    ...ScrubbedPart.properties,
    stage: { state: true },
    open: { state: true },
    entry: { state: true },
  };
  /** The stage on show where there is no room for all. */
  declare stage: Stage['id'];
  declare open: boolean;
  /** Whose numbers the table holds. */
  declare entry: string;

  /** The next question takes the lesson up again. */
  private goOn = false;

  constructor() {
    super('operations');
    this.stage = 'encoding';
    this.open = false;
    this.entry = '';
  }

  protected look(client: LabClient, at: number): Promise<Operations> {
    const { goOn } = this;
    this.goOn = false;
    return client.ask('operations', { at, goOn });
  }

  /** The lesson that was stopped goes on. */
  private trainOn() {
    this.goOn = true;
    this.anew();
  }

  protected override render(): TemplateResult {
    const { question } = this;
    const answer = question.answer;
    const lesson = this.progress.turn?.unit === 'steps';
    return html`<section class="card part operations" aria-labelledby="title-operations">
      <header>
        <h2 id="title-operations">Five operations</h2>
        <p class="quiet">both machines on one sequence, in step</p>
      </header>
      <p class="help">
        At each symbol both do the same five things with vectors of their own. What you see are the vectors of
        the running machines, and the similarities that each of them went by.
      </p>
      ${this.scrubber()}
      <p class="training told" role="status" data-testid="operations-training">${this.training(answer)}</p>
      ${this.waiting(lesson ? 'Stop, and look at it as it is' : 'Stop')}
      ${answer ? this.step(answer) : nothing}
    </section>`;
  }

  /** Whether the transformer is being trained just now, or how it was. */
  private training(answer: Answer | null): TemplateResult | string {
    const { question } = this;
    if (question.refused && question.fresh) return '';
    if (!answer && question.fresh) return 'Computed while this part of the page is in view.';
    if (!answer || (answer.key !== this.key && !question.fresh)) {
      return html`<span class="busy" data-busy="true"
        >${
          this.progress.turn?.unit === 'symbols'
            ? 'Showing this sequence to the machine …'
            : 'Training the transformer on this sequence …'
        }</span
      >`;
    }
    const { training, unfinished } = answer.shown;
    return unfinished && question.fresh
      ? html`${training}
          <button type="button" class="small" data-testid="train-on" @click=${() => this.trainOn()}>
            Train it further
          </button>`
      : training;
  }

  private step(answer: Answer): TemplateResult {
    const operations = answer.shown;
    const { stage, open, entry, context } = this;
    const shown = operations.stages.some(({ id }) => id === stage) ? stage : operations.stages[0]?.id;
    const fresh = this.question.fresh;
    return html`<div
      class="step"
      data-testid="operations-step"
      data-at=${operations.at}
      data-fresh=${fresh ? 'true' : 'false'}
    >
      ${guard([operations, shown], () => html`${predictions(operations)} ${this.chooser(operations, shown)} ${stages(operations, shown)}`)}
      ${guard([operations, open, entry, context.link], () => this.foot(operations))}
    </div>`;
  }

  /** Where there is no room for five columns, one stage at a time is shown. */
  private chooser({ stages }: Operations, shown: Stage['id'] | undefined): TemplateResult {
    return html`<fieldset class="chooser">
      <legend class="sr">Operation on show</legend>
      ${stages.map(
        ({ id, label }, i) =>
          html`<label>
            <input
              type="radio"
              name="operation"
              value=${id}
              .checked=${live(id === shown)}
              @change=${() => (this.stage = id)}
            /><span>${i + 1} <span class="name">${label}</span></span>
          </label>`,
      )}
    </fieldset>`;
  }

  private foot(operations: Operations): TemplateResult {
    const { open, context } = this;
    const all = entries(operations);
    const chosen = all.find(({ id }) => id === this.entry) ?? all[0];
    return html`<div class="foot">
        ${exportButtons(() => this.onPaper(operations), 'operations', 'Five operations')}
        ${saveButton('JSON', 'operations.json', () => JSON.stringify(operationsRecord(operations, context.link), null, 1))}
        ${saveButton('CSV', 'operations.csv', () => context.client.ask('csv', { table: 'operations', at: operations.at }))}
      </div>
      <details
        class="numbers"
        @toggle=${(event: Event) => (this.open = (event.target as HTMLDetailsElement).open)}
      >
        <summary>Numbers<span class="sr"> of the five operations</span></summary>
        ${
          open && chosen
            ? html`<p class="pick">
                  <label for="operations-entry">Of</label>
                  <select
                    id="operations-entry"
                    data-testid="operations-entry"
                    .value=${live(chosen.id)}
                    @change=${(event: Event) => (this.entry = (event.target as HTMLSelectElement).value)}
                  >
                    ${all.map(
                      ({ id, label }) =>
                        html`<option value=${id} ?selected=${id === chosen.id}>${label}</option>`,
                    )}
                  </select>
                </p>
                ${numbersOf(chosen)}`
            : nothing
        }
      </details>`;
  }

  private async onPaper(operations: Operations): Promise<string> {
    const { operationsSvg } = await import('./svg-operations');
    const { at, length, symbol } = operations;
    return operationsSvg(operations, predictionLines(operations), {
      title: 'Five operations, two machines',
      note: `Symbol ${at + 1} of ${length}: ${symbolText(symbol)}`,
      address: labAddress(this.context.link),
    });
  }
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
    <p class="formula">${view.formula}</p>
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

customElements.define('sequence-operations', SequenceOperations);

export function operationsPart(context: SequenceContext): TemplateResult {
  return html`<sequence-operations .context=${context}></sequence-operations>`;
}
