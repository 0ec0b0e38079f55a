/** How far an answer is that is worked on in turns, and a way to end it. */

import { html, nothing, type TemplateResult } from 'lit';
import type { LabClient } from '../engine/client';
import type { Name } from '../engine/protocol';
import { count } from './format';
import './work.css';

/** Nothing while no answer that `part` waits for is at it; of these questions, if any are named. */
export function workBar(
  client: LabClient,
  part: string,
  names: readonly Name[] = [],
): TemplateResult | typeof nothing {
  const turn = client.turnOf(part, names);
  if (!turn) return nothing;
  const words = `${count(turn.at)} of ${count(turn.of)} ${turn.unit}`;
  return html`<p class="work" data-testid="work-${part}">
    <progress max=${turn.of} value=${turn.at} aria-label=${words}></progress>
    <span class="quiet">${words}</span>
    <button type="button" data-testid="stop-${part}" @click=${() => client.stop(part, turn.unit, turn.id)}>
      Stop
    </button>
  </p>`;
}
