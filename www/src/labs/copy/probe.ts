/** The probe: its tokens, and at each judged position what the model says against the truth. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Inspection } from '../../engine/types';
import { plural } from '../../ui/format';
import type { Reading } from './views';
import { figureText, share } from '../../ui/text';

/** One position in words; what is seen as place, colour and mark is said here. */
function spoken(reading: Reading): string {
  const { position, input, truth, predicted, right, probability } = reading;
  const verdict = right ? 'right' : `wrong, truth ${truth}`;
  return `Position ${position}, input ${input}: predicts ${predicted} at ${share(probability)}, ${verdict}`;
}

export interface StripActions {
  /** Position whose most probable symbols are on show. */
  shown: number;
  show: (position: number) => void;
}

/** Left and right move along the judged positions; only one of them is a stop of the Tab key. */
function move(event: KeyboardEvent): void {
  const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
  const step = steps[event.key];
  if (step === undefined) return;
  const all = [...(event.currentTarget as HTMLElement).querySelectorAll('button')];
  const now = all.indexOf(event.target as HTMLButtonElement);
  const next = all[Math.min(all.length - 1, Math.max(0, now + step))];
  event.preventDefault();
  next?.focus();
}

export function strip(
  inspection: Inspection,
  judged: Reading[],
  { shown, show }: StripActions,
): TemplateResult {
  const byPosition = new Map(judged.map((reading) => [reading.position, reading]));
  const current = byPosition.get(shown) ?? judged[0];
  return html`<ol class="strip" aria-label="Probe, position by position" @keydown=${move}>
      ${inspection.tokens.map((token, position) => {
        const name = inspection.names[token] ?? String(token);
        const reading = byPosition.get(position);
        if (!reading) {
          return html`<li class="token">
            <span class="at" aria-hidden="true">${position}</span
            ><span class="input"><span class="sr">Position ${position}, input </span>${name}</span>
          </li>`;
        }
        return html`<li class="token">
          <button
            type="button"
            class=${reading.right ? 'right' : 'wrong'}
            tabindex=${reading === current ? 0 : -1}
            aria-current=${reading === current ? 'true' : 'false'}
            @focus=${() => show(position)}
            @click=${() => show(position)}
            @pointerenter=${() => show(position)}
          >
            <span class="sr">${spoken(reading)}</span>
            <span class="at" aria-hidden="true">${position}</span
            ><span class="input" aria-hidden="true">${name}</span>
            <span class="says" aria-hidden="true"
              >${reading.predicted}<span class="mark">${reading.right ? '✓' : '✗'}</span></span
            >
            <span class="sure"
              ><span .style=${`width: ${Math.round(reading.probability * 100)}%`}></span
            ></span>
            <span class="truth" aria-hidden="true">${reading.right ? nothing : `≠ ${reading.truth}`}</span>
          </button>
        </li>`;
      })}
    </ol>
    ${current ? detail(current) : nothing}`;
}

function detail(reading: Reading): TemplateResult {
  const { position, input, truth, predicted, right, probability, top } = reading;
  return html`<p class="reading" data-testid="probe-detail">
    Position ${position}, input <b>${input}</b>: predicts <b>${predicted}</b> at ${share(probability)},
    ${right ? html`<b>right ✓</b>` : html`<b class="bad">wrong ✗</b>, the truth is <b>${truth}</b>`}. Most
    probable: ${top.map(({ name, probability: p }, i) => html`${i ? ', ' : ''}${name} ${share(p)}`)}.
  </p>`;
}

export function tally(judged: Reading[]): string {
  const right = judged.filter((reading) => reading.right).length;
  return `${right} of ${plural(judged.length, 'judged position')} right`;
}

export function probeTable(judged: Reading[]): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Predictions, table">
    <table data-testid="probe-table">
      <caption>
        Predictions at the judged positions
      </caption>
      <thead>
        <tr>
          <th scope="col" class="n">Position</th>
          <th scope="col">Input</th>
          <th scope="col">Truth</th>
          <th scope="col">Prediction</th>
          <th scope="col">Verdict</th>
          <th scope="col" class="n">Probability of the truth</th>
          <th scope="col">Most probable</th>
        </tr>
      </thead>
      <tbody>
        ${judged.map(
          (reading) =>
            html`<tr>
              <th scope="row" class="n">${reading.position}</th>
              <td>${reading.input}</td>
              <td>${reading.truth}</td>
              <td>${reading.predicted}</td>
              <td>${reading.right ? '✓ right' : '✗ wrong'}</td>
              <td class="n">${figureText(reading.ofTruth)}</td>
              <td>
                ${reading.top.map(({ name, probability }) => `${name}: ${figureText(probability)}`).join(', ')}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
