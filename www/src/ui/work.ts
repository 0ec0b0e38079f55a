/** How far an answer is that is worked on in turns, and a way to end it. */

import { html, nothing, type TemplateResult } from 'lit';
import type { LabClient } from '../engine/client';
import { count } from './format';
import './work.css';

/** Nothing while no answer that `part` waits for is at it. */
export function workBar(client: LabClient, part: string, stop = 'Stop'): TemplateResult | typeof nothing {
  const turn = client.turnOf(part);
  if (!turn) return nothing;
  const words = `${count(turn.at)} of ${count(turn.of)} ${turn.unit}`;
  return html`<p class="work" data-testid="work-${part}">
    <progress max=${turn.of} value=${turn.at} aria-label=${words}></progress>
    <span class="quiet">${words}</span>
    <button type="button" data-testid="stop-${part}" @click=${() => client.stop(part, turn.unit)}>
      ${stop}
    </button>
  </p>`;
}
