/** How far an answer is that is worked on in turns, and a way to end it. */

import { html, nothing, type TemplateResult } from 'lit';
import type { LabClient } from '../engine/client';
import type { Name } from '../engine/protocol';
import type { Turn } from '../engine/types';
import type { Question } from './ask';
import { count } from './format';
import './work.css';

export interface Bar {
  /** Of these questions only. */
  names?: readonly Name[];
  /** Of work that another part is named for. */
  part?: string;
  /** What the bar says, and what its button does. */
  words?: (turn: Turn) => { at?: string; stop?: string };
}

/** Nothing while no answer that `part` waits for is at it. */
export function workBar(
  client: LabClient,
  part: string,
  { names, words, part: whose = part, question }: Bar & { question?: Question<unknown> } = {},
): TemplateResult | typeof nothing {
  const turn = client.turnOf(whose, names);
  if (!turn) return nothing;
  const { at = `${count(turn.at)} of ${count(turn.of)} ${turn.unit}`, stop = 'Stop' } = words?.(turn) ?? {};
  const end = () => {
    if (question) question.stopped = true;
    client.stop(whose, turn.unit, turn.id);
  };
  return html`<p class="work" data-testid="work-${whose}">
    <progress max=${turn.of} value=${turn.at} aria-label=${at}></progress>
    <span class="quiet">${at}</span>
    <button type="button" data-testid="stop-${whose}" @click=${end}>${stop}</button>
  </p>`;
}
