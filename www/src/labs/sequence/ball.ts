/** Part `ball`: attention approximates SDM. Two Hamming balls against a softmax, and both as retrieval. */

import { html, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { figureView } from '../../figure/lab-figure';
import '../../ui/inspect.css';
import { part } from '../../ui/part';
import '../../ui/parts.css';
import { saveButton } from '../../figure/print';
import { numbers, tableView } from '../../figure/table';
import { slider } from '../../ui/slider';
import { plural } from '../../ui/format';
import { verdictList } from '../../ui/verdicts';
import './ball.css';
import { ballFigure, betaText, retrievalFigure, squareText } from './ball-figure';
import type { SequenceContext } from './context';
import type { Ball } from '../../engine/types';

export const ballPart = part<SequenceContext, Ball>({
  tag: 'lab-sequence-ball',
  id: 'ball',
  title: 'Attention approximates SDM',
  folded: true,
  says: ({ beta, rSquared }) => html`β = ${betaText(beta)}, R² = ${squareText(rSquared)}`,
  note: () => 'two Hamming balls, and a softmax',
  intro: html`A binary memory writes a word at all hard locations within r bits of its address, and reads at
  all that are within r bits of the query. So a word counts by the locations that are near both: the
  intersection of two Hamming balls. It falls off with the distance almost as softmax's weights do, exp(β
  cosine).`,
  ask: ({ client }) => client.ask('ball', {}),
  patient: true,
  controls: ({ context, sliders }) => {
    const bits = Number(sliders.edits.shown('ball_bits', context.settled.values.ball_bits ?? '64'));
    return html`<div class="balls" role="group" aria-label="Attention approximates SDM for">
      ${slider('ball_bits', sliders, { step: 4 })}
      ${slider('ball_radius', sliders, { most: Math.floor(bits / 2) })}
      ${slider('memories', sliders, { log: true })}
    </div>`;
  },
  found: (ball, { context }) => found(ball, context),
});

function found(ball: Ball, context: SequenceContext): TemplateResult {
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
          Only the slope is fitted. Softmax divides by its sum, so a constant factor changes nothing: its line
          is drawn from 1.
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
          these weights is read as the memory nearest to it. A query that is beyond all balls recalls nothing.
        </p>
        ${guard([ball, link], () => figureView(retrievalFigure(ball), link))} ${fits(ball, context)}
      </section>
    </div>
    <div class="verdicts">${verdictList(ball.verdicts, 'with these settings', null, 'ball-verdicts')}</div>
    <p class="take">
      ${saveButton('All of it (JSON)', 'sequence-ball.json', () => `${JSON.stringify({ link, ...ball }, null, 1)}\n`)}
    </p>`;
}

function fits(ball: Ball, context: SequenceContext): TemplateResult {
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
