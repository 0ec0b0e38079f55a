/** Parts of the page that look at one symbol of the settings' sequence after the other. */

import { html, nothing, type TemplateResult } from 'lit';
import type { LabClient } from '../../engine/client';
import { count } from '../../ui/format';
import type { Asking, Part } from '../../ui/part';
import { keyOf } from '../../ui/part-key';
import { Player } from '../../ui/player';
import type { Bar } from '../../ui/work';
import type { SequenceContext } from './context';
import './scrubber';

/** A symbol is shown for so long while it plays. */
const MS = { tick: 900, calm: 2000 };

/** What is shown, of which sequence, asked with which settings. */
export interface Viewed<T> {
  symbols: string[];
  shown: T;
  key: string;
}

export interface Walking {
  player: Player;
}

type Scrubbed<T, S> = Part<SequenceContext, S, { one: Viewed<T> }>;

const within = (at: number, { length }: ArrayLike<unknown>) => Math.min(at, Math.max(0, length - 1));

export function playerOf<T, S>(now: () => Scrubbed<T, S>): Player {
  const course = () => {
    const { context, asked, fresh } = now();
    const symbols = asked.one.answer?.symbols ?? [];
    const last = Math.max(0, symbols.length - 1);
    return { at: within(context.at, symbols), last, ready: fresh, go: context.go };
  };
  return new Player(course, () => now().redraw(), MS);
}

/** What `look` finds at the present symbol. A sequence that has just changed may have become shorter, so its length is asked for first. */
export async function viewed<T>(
  { client, at, parts, settled }: SequenceContext,
  id: string,
  look: (client: LabClient, at: number) => Promise<T>,
): Promise<Viewed<T>> {
  const key = keyOf({ parts, settled }, id);
  const symbols = await client.ask('symbols', {});
  return { symbols, shown: await look(client, within(at, symbols)), key };
}

export const placeKey = (id: string) => (context: SequenceContext) => ({
  settings: `${keyOf(context, id)}|${context.at}`,
  moment: '',
});

/** The machine is shown the sequence twice; then a transformer may be taught. */
export const BAR: Bar = {
  words: ({ unit, at, of }) =>
    unit === 'steps'
      ? { at: `${count(at)} of at most ${count(of)} gradient steps`, stop: 'Stop, and look at it as it is' }
      : { at: `${count(at)} of ${count(of)} symbols, the sequence twice` },
};

/** Walks along the symbols. `place` is the part it stands in, so that no two have one test identifier. */
export function scrubber<T, S extends Walking>(
  { answer, context, state }: Asking<SequenceContext, Viewed<T>, S>,
  place: string,
): TemplateResult | typeof nothing {
  if (!answer) return nothing;
  return html`<sequence-scrubber
    .place=${place}
    .symbols=${answer.symbols}
    .at=${within(context.at, answer.symbols)}
    .player=${state.player}
    .playing=${state.player.playing}
  ></sequence-scrubber>`;
}
