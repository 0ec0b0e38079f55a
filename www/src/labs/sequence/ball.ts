/** Part `ball`: attention approximates SDM. Two Hamming balls against a softmax, and both as retrieval. */

import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { Question } from '../../ui/ask';
import { figureView } from '../../figure/lab-figure';
import { PendingEdits } from '../../ui/pending-edits';
import '../../ui/inspect.css';
import { keyOf, VisiblePart } from '../../ui/visible-part';
import '../../ui/parts.css';
import { saveButton } from '../../figure/print';
import { numbers, tableView } from '../../figure/table';
import { slider, type SliderContext } from '../../ui/slider';
import { plural } from '../../ui/format';
import { verdictList } from '../../ui/verdicts';
import { workBar } from '../../ui/work';
import './ball.css';
import { ballFigure, betaText, retrievalFigure, squareText } from './ball-figure';
import type { SequenceContext } from './context';
import type { Ball } from '../../engine/types';

class LabSequenceBall extends VisiblePart<SequenceContext> {
  private readonly question = new Question<Ball>(
    () => this.context.client.ask('ball', {}),
    () => this.requestUpdate(),
    true,
  );
  protected readonly questions = [this.question];
  private readonly edits = new PendingEdits(
    (name, value) => this.context.change(name, value),
    () => this.requestUpdate(),
  );

  protected override willUpdate(changed: PropertyValues<this>) {
    const before = changed.get('context') as SequenceContext | undefined;
    if (before?.activity === 'compiling' && this.context.activity !== 'compiling') this.question.retry();
  }

  private again() {
    this.question.retry();
    this.requestUpdate();
  }

  protected override request() {
    this.question.request(keyOf(this.context, 'ball'));
  }

  protected override render(): TemplateResult {
    const { question } = this;
    const { answer } = question;
    return html`<section class="card part ball" aria-labelledby="title-ball">
      <header>
        <h2 id="title-ball">Attention approximates SDM</h2>
        <p class="quiet">two Hamming balls, and a softmax</p>
      </header>
      <p class="help">
        A binary memory writes a word at all hard locations within r bits of its address, and reads at all
        that are within r bits of the query. So a word counts by the locations that are near both: the
        intersection of two Hamming balls. It falls off with the distance almost as softmax's weights do,
        exp(β cosine).
      </p>
      ${this.controls()} ${question.fresh ? nothing : workBar(this.context.client, 'ball')}
      <p class="refused" role="status">
        ${
          question.refused
            ? html`<span class="wrong">${question.refused}</span>
                <button type="button" class="small" data-testid="ball-again" @click=${() => this.again()}>
                  Compute again
                </button>`
            : nothing
        }
      </p>
      ${
        answer
          ? this.found(answer)
          : question.refused
            ? nothing
            : html`<p class="help waits">Computed while this part of the page is in view.</p>`
      }
    </section>`;
  }

  private controls(): TemplateResult {
    const { properties, settled, typeIn } = this.context;
    const { values, problems } = settled;
    const context: SliderContext = { properties, values, problems, edits: this.edits, typeIn };
    const bits = Number(this.edits.shown('ball_bits', values.ball_bits ?? '64'));
    return html`<div class="balls" role="group" aria-label="Attention approximates SDM for">
      ${slider('ball_bits', context, { step: 4 })}
      ${slider('ball_radius', context, { most: Math.floor(bits / 2) })}
      ${slider('memories', context, { log: true })}
    </div>`;
  }

  private found(ball: Ball): TemplateResult {
    const { context } = this;
    const { link } = context;
    const setting = `n = ${ball.bits}, r = ${ball.radius}`;
    const queries = ball.retrieval.rows[0]?.queries ?? 0;
    return html`<p class="finding" data-testid="ball-sentence">
        At ${setting} the intersection falls off like exp(β cosine) with
        <strong>β = ${betaText(ball.beta)}</strong>; R² = ${squareText(ball.rSquared)} over the distances 0 to
        ${ball.fittedTo}.
      </p>
      <div class="two">
        <section aria-labelledby="title-ball-curve">
          <h3 id="title-ball-curve">Weight of a memory by its cosine to the query</h3>
          <p class="help">
            Only the slope is fitted. Softmax divides by its sum, so a constant factor changes nothing: its
            line is drawn from 1.
          </p>
          ${guard([ball, link], () =>
            figureView(
              ballFigure(ball, () => context.client.ask('csv', { table: 'ball' })),
              link,
            ),
          )}
        </section>
        <section aria-labelledby="title-ball-retrieval">
          <h3 id="title-ball-retrieval">Both as retrieval, % of queries by wrong bits</h3>
          <p class="help">
            The same ${plural(ball.retrieval.memories, 'random memory', 'random memories')} for both, and
            ${plural(queries, 'query', 'queries')} for each number of wrong bits. The sum of all memories with
            these weights is read as the memory nearest to it. A query that is beyond all balls recalls
            nothing.
          </p>
          ${guard([ball, link], () => figureView(retrievalFigure(ball), link))} ${this.fits(ball)}
        </section>
      </div>
      <div class="verdicts">${verdictList(ball.verdicts, 'with these settings', null, 'ball-verdicts')}</div>
      <p class="take">
        ${saveButton('All of it (JSON)', 'sequence-ball.json', () => `${JSON.stringify({ link, ...ball }, null, 1)}\n`)}
      </p>`;
  }

  private fits(ball: Ball): TemplateResult {
    const { context } = this;
    const show = (bits: number, radius: number) => {
      context.change('ball_bits', String(bits));
      context.change('ball_radius', String(radius));
    };
    const bits = [...new Set(ball.fits.map((fit) => fit.bits))].join(', ');
    const { fits } = ball;
    const fitted = (name: 'beta' | 'rSquared', label: string, text: (value: number) => string) =>
      numbers(
        name,
        label,
        fits.map((fit) => fit[name]),
        text,
      );
    return html`${tableView({
        title: `Fits at n = ${bits}`,
        note: 'for the radii of the reference',
        look: 'facts',
        testId: 'ball-fits',
        rows: fits.length,
        columns: [
          numbers(
            'radius',
            'Radius r',
            fits.map(({ radius }) => radius),
            String,
          ),
          fitted('beta', 'β', betaText),
          fitted('rSquared', 'R²', squareText),
          {
            name: 'draw',
            label: 'Drawn',
            words: true,
            value: () => null,
            text: (_, row) => {
              const fit = fits[row] ?? ball;
              if (fit.bits === ball.bits && fit.radius === ball.radius)
                return html`<span class="quiet">above</span>`;
              return html`<button
                type="button"
                class="small"
                aria-label="Draw n = ${fit.bits}, r = ${fit.radius}"
                @click=${() => show(fit.bits, fit.radius)}
              >
                Draw
              </button>`;
            },
          },
        ],
      })}
      <p class="take">
        ${saveButton('Fits (CSV)', 'sequence-ball-fits.csv', () => context.client.ask('csv', { table: 'ball-fits' }))}
      </p>`;
  }
}

customElements.define('lab-sequence-ball', LabSequenceBall);

export function ballPart(context: SequenceContext): TemplateResult {
  return html`<lab-sequence-ball .context=${context}></lab-sequence-ball>`;
}
