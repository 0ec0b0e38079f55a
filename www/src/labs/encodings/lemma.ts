/** Part `lemma`: Lemma 1, computed for the chosen length, width and window. */

import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { count } from '../../ui/format';
import { verdictList } from '../../ui/verdicts';
import { figureText } from '../../ui/text';
import { entryOf } from '../../ui/series';
import { Question } from '../../ui/ask';
import type { EncodingsContext } from './context';
import type { Cloud, Lemma } from '../../engine/types';
import { field } from '../../ui/fields';
import '../../figure/lab-scatter';
import { keyOf, VisiblePart } from '../../ui/visible-part';
import { correlation, precise, saveButton, tick } from '../../figure/print';
import { rangeOf, type Scatter } from '../../figure/scatter';
import '../../ui/parts.css';

/** A table of points with more rows is thinned to about this many. */
const MOST_ROWS = 100;

type Which = 'spikeTime' | 'compressed';

const SIDES: Which[] = ['spikeTime', 'compressed'];
/** The two encodings, as the settings name them. */
const ENCODINGS: Record<Which, { id: string; name: string; file: string }> = {
  spikeTime: { id: 'spike-time', name: 'Spike time', file: 'lemma-spike-time' },
  compressed: { id: 'compressed', name: 'Frequency-compressed', file: 'lemma-compressed' },
};

class LabLemma extends VisiblePart<EncodingsContext> {
  private readonly question = new Question<Lemma>(
    () => this.context.client.ask('lemma', {}),
    () => this.requestUpdate(),
  );
  protected readonly questions = [this.question];
  private opened = false;

  protected override request() {
    this.question.request(keyOf(this.context, 'lemma'));
  }

  protected override render(): TemplateResult {
    const { context } = this;
    const lemma = this.question.answer;
    return html`<section class="card part lemma" aria-labelledby="title-lemma">
      <header>
        <h2 id="title-lemma">Lemma 1, live</h2>
        <p class="quiet">dot products of every pair of positions, under two encodings</p>
      </header>
      <p class="help">
        Used as an amplitude, the spike time of position p in a window T turns the sinusoidal encoding into
        (T∕L)·PE(p). Lemma 1 says: every dot product of two positions is then (T∕L)² times what it was. So the
        points lie on a line through the origin, and nothing that depends on order or proportion changes.
      </p>
      <div class="fields" role="group" aria-label="Lemma 1 for">
        ${field('length', 'lemma', context, { label: 'Length L' })}
        ${field('width', 'lemma', context, { label: 'Width d' })}
        ${field('window', 'lemma', context, { label: 'Window T' })}
      </div>
      <p class="refused" role="status">
        ${this.question.refused ? html`<span class="wrong">${this.question.refused}</span>` : nothing}
      </p>
      ${lemma ? this.found(lemma) : html`<p class="help">Computed while this part of the page is in view.</p>`}
      ${this.limits()}
    </section>`;
  }

  private found(lemma: Lemma): TemplateResult {
    const note = `L = ${lemma.length}, d = ${lemma.width}, T = ${figureText(lemma.window)}`;
    return html`<div class="two">
        ${SIDES.map(
          (which) =>
            html`<section aria-labelledby="title-${ENCODINGS[which].file}">
              <h3 id="title-${ENCODINGS[which].file}">${ENCODINGS[which].name} against sinusoidal</h3>
              <p class="help">
                ${
                  which === 'spikeTime'
                    ? html`The amplitude form. Expected: all on the line of slope (T∕L)² =
                      ${precise(lemma.expected)}.`
                    : html`The spike time <em>inside</em> the sine. No line is promised, and there is none.`
                }
              </p>
              ${guard(
                [lemma],
                () =>
                  html`<lab-scatter
                    data-testid=${ENCODINGS[which].file}
                    file=${ENCODINGS[which].file}
                    .link=${this.context.link}
                    .note=${note}
                    .scatter=${this.scatterOf(lemma, which)}
                  ></lab-scatter>`,
              )}
            </section>`,
        )}
      </div>
      ${guard([lemma], () => this.statistics(lemma))}
      <div class="verdicts">
        ${verdictList(lemma.verdicts, 'with these settings', null, 'lemma-verdicts')}
      </div>
      <details
        class="more"
        @toggle=${(event: Event) => {
          this.opened = (event.target as HTMLDetailsElement).open;
          this.requestUpdate();
        }}
      >
        <summary>Numbers<span class="sr">: Lemma 1</span></summary>
        ${
          this.opened
            ? html`${guard([lemma], () => pointsTable(lemma))}
                <p class="take">
                  ${saveButton('Points (CSV)', 'lemma-points.csv', () => this.context.client.ask('csv', { table: 'lemma-points' }))}
                </p>`
            : nothing
        }
      </details>`;
  }

  private scatterOf(lemma: Lemma, which: Which): Scatter {
    const cloud = lemma[which];
    const { id, name } = ENCODINGS[which];
    const { xs, ys } = split(cloud);
    const line = which === 'spikeTime';
    const summary =
      `Dot products of ${count(cloud.pairs)} pairs of positions: ${name} against sinusoidal. ` +
      `Slope ${precise(cloud.slope)}, Pearson ${correlation(cloud.pearson)}, Spearman ${correlation(cloud.spearman)}.`;
    return {
      title: `${name} against sinusoidal`,
      summary,
      empty: 'No pair of positions.',
      x: { title: '⟨PE(p), PE(q)⟩, sinusoidal', log: false, range: rangeOf(xs), format: tick },
      y: {
        title: line ? '⟨STPE(p), STPE(q)⟩, spike time' : '⟨FC(p), FC(q)⟩, compressed',
        log: false,
        range: rangeOf(ys),
        format: tick,
      },
      xs,
      ys,
      groups: [{ label: name, colour: entryOf(this.context.properties, id).mark.colour, shape: 'circle' }],
      size: 2.5,
      opacity: 0.45,
      lines: line
        ? [{ slope: lemma.expected, label: `slope (T∕L)² = ${precise(lemma.expected)}`, dash: [] }]
        : [],
      above: null,
      stems: [],
      read: (point) =>
        `Sinusoidal ${precise(xs[point] ?? NaN)}, ${name.toLowerCase()} ${precise(ys[point] ?? NaN)}` +
        (line ? `; on the line ${precise(lemma.expected * (xs[point] ?? NaN))}` : ''),
    };
  }

  private statistics(lemma: Lemma): TemplateResult {
    const none = html`<span class="quiet">none</span>`;
    const rows: { id: string; label: string; note: string; of: (which: Which) => unknown }[] = [
      { id: 'slope', label: 'Slope', note: 'through the origin', of: (which) => precise(lemma[which].slope) },
      {
        id: 'expected',
        label: 'Expected slope',
        note: '(T∕L)²',
        of: (which) => (which === 'spikeTime' ? precise(lemma.expected) : none),
      },
      { id: 'pearson', label: 'Pearson r', note: '', of: (which) => correlation(lemma[which].pearson) },
      { id: 'spearman', label: 'Spearman ρ', note: '', of: (which) => correlation(lemma[which].spearman) },
      {
        id: 'residual',
        label: 'Largest residual',
        note: 'from the expected line',
        of: (which) => (lemma[which].residual === null ? none : figureText(lemma[which].residual)),
      },
    ];
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Lemma 1, table">
        <table class="facts" data-testid="lemma-table">
          <caption>
            Against sinusoidal, ${count(lemma.spikeTime.pairs)} pairs
            <span class="quiet"
              >L = ${lemma.length}, d = ${lemma.width}, T = ${figureText(lemma.window)}</span
            >
          </caption>
          <thead>
            <tr>
              <td></td>
              ${SIDES.map((which) => html`<th scope="col" class="n">${ENCODINGS[which].name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              ({ id, label, note, of }) =>
                html`<tr>
                  <th scope="row">${label} <span class="quiet">${note}</span></th>
                  ${SIDES.map(
                    (which) =>
                      html`<td class="n" data-encoding=${ENCODINGS[which].id} data-value=${id}>
                        ${of(which)}
                      </td>`,
                  )}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p class="take">
        ${saveButton('Table (CSV)', 'lemma.csv', () => this.context.client.ask('csv', { table: 'lemma' }))}
      </p>`;
  }

  private limits(): TemplateResult {
    return html`<div class="limits two">
      <div>
        <h3>What the lemma covers</h3>
        <p>
          Products of a position with a position, in the amplitude form: ⟨(T∕L) PE(p), (T∕L) PE(q)⟩ = (T∕L)²
          ⟨PE(p), PE(q)⟩, exactly, for every pair, length, width and window.
        </p>
      </div>
      <div>
        <h3>What it does not</h3>
        <p>
          Products of a position with a symbol's content, which scale with T∕L only: see the next part. And
          the spike time put <em>inside</em> the sine, sin(ω·(T∕L) p): that compresses every frequency, which
          is another encoding.
        </p>
      </div>
    </div>`;
  }
}

function split({ points }: Cloud): { xs: Float32Array; ys: Float32Array } {
  const xs = new Float32Array(points.length / 2);
  const ys = new Float32Array(points.length / 2);
  for (let i = 0; i < xs.length; i++) {
    xs[i] = points[2 * i] ?? NaN;
    ys[i] = points[2 * i + 1] ?? NaN;
  }
  return { xs, ys };
}

function pointsTable(lemma: Lemma): TemplateResult {
  return html`<div class="two">
    ${SIDES.map((which) => {
      const { xs, ys } = split(lemma[which]);
      const stride = Math.max(1, Math.ceil(xs.length / MOST_ROWS));
      const places = Array.from(xs.keys()).filter((i) => i % stride === 0 || i === xs.length - 1);
      const { name } = ENCODINGS[which];
      return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}, points, table">
        <table>
          <caption>
            ${name}
            <span class="quiet"
              >${count(xs.length)} of ${count(lemma[which].pairs)} pairs are
              drawn${stride > 1 ? html`, one in ${stride} of them is listed` : nothing}</span
            >
          </caption>
          <thead>
            <tr>
              <th scope="col" class="n">Sinusoidal</th>
              <th scope="col" class="n">${name}</th>
            </tr>
          </thead>
          <tbody>
            ${places.map(
              (i) =>
                html`<tr>
                  <th scope="row" class="n">${precise(xs[i] ?? NaN)}</th>
                  <td class="n">${precise(ys[i] ?? NaN)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`;
    })}
  </div>`;
}

customElements.define('lab-lemma', LabLemma);

export function lemmaPart(context: EncodingsContext): TemplateResult {
  return html`<lab-lemma .context=${context}></lab-lemma>`;
}
