/** What has happened to the machine of part `session`, and what the reader may have it do. */

import type { Report } from '../../engine/protocol';
import type { Session, SymbolStep } from '../../engine/types';
import type { Asking } from '../../ui/part';
import type { SequenceContext } from './context';
import { MOST_SHOWN } from './course';
import * as machine from './machine';
import type { Playback } from './playback';
import { joined } from './symbols';
import type { Tune } from './tune';

type Command = 'store' | 'replay' | 'recall' | 'forget';
/** Beside which control a refusal is said. */
type Place = 'sequence' | 'cue' | 'replay' | 'machine';

const PLACES: Record<Command, Place> = {
  store: 'sequence',
  replay: 'replay',
  recall: 'cue',
  forget: 'machine',
};

const MEMORY_LOST =
  'Giving up the preparing of the experiment ended this machine too: its memory is blank. Store the sequence again.';
const OTHER_MACHINE = 'These settings make another machine, whose memory is blank.';

export interface State {
  session: Session | null;
  /** The symbols of the settings' sequence. */
  symbols: string[];
  busy: Command | null;
  /** A command has just been carried out: what came of it is brought into view. */
  toShow: boolean;
  refused: { place: Place; text: string } | null;
  /** What has happened to the machine without the reader asking for it. */
  note: string;
  /** Show all symbols, or the last command's. */
  whole: boolean;
  current: number;
  /** Place of the wrong turn in the sequence, from 0; null for none. */
  wrongAt: number | null;
  /** What was typed for it, where that is no place. */
  strange: string;
  wrongSymbol: string;
  numbersOpen: boolean;
  playback: Playback;
  tune: Tune;
}

/** What the settings' sequence is: what is left of the session under them is in the state. */
export type Own = Asking<SequenceContext, string[], State>;

/** Symbols and session under the settings as they are. */
export async function follow({ client }: SequenceContext, state: State): Promise<string[]> {
  // What was refused was asked with the settings before.
  state.refused = null;
  const [symbols, session] = await Promise.allSettled([client.ask('symbols', {}), machine.session(client)]);
  // Where there is no symbol, Store says so.
  state.symbols = symbols.status === 'fulfilled' ? symbols.value : [];
  if (state.wrongAt !== null && state.wrongAt >= state.symbols.length) state.wrongAt = null;
  const had = state.session?.steps.length ?? 0;
  state.session = session.status === 'fulfilled' ? session.value : null;
  if (session.status === 'rejected') throw session.reason;
  const has = session.value.steps.length;
  if (had > 0 && has === 0 && !state.busy) state.note = OTHER_MACHINE;
  if (has !== had) state.playback.end();
  return state.symbols;
}

/** The worker that takes the place of the one before has a machine of its own. */
export function heard({ type }: Report, { state, asked, set }: Omit<Own, 'answer' | 'bar'>): void {
  if (type !== 'cancelled' && type !== 'emptied') return;
  asked.one.anew();
  set({ session: null, ...(state.session?.steps.length || state.busy ? { note: MEMORY_LOST } : {}) });
}

async function command(which: Command, { state, set }: Own, ask: () => Promise<Session>): Promise<void> {
  if (state.busy) return;
  silence(state);
  set({ busy: which, refused: null, note: '' });
  try {
    const session = await ask();
    // After a wrong turn the eye goes there.
    const current = session.begin + (which === 'replay' ? (state.wrongAt ?? 0) : 0);
    set({ session, current, whole: false, toShow: which !== 'forget' });
    if (which !== 'forget') state.playback.begin(shownSteps(state).length);
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    set({ refused: { place: PLACES[which], text } });
  }
  set({ busy: null });
}

/** Nothing is played, and nothing is still to come. */
export function silence({ tune, playback }: State): void {
  tune.stop();
  playback.end();
}

export function store(own: Own): void {
  const { client, settled } = own.context;
  if (settled.problems.some(({ field: name }) => name === 'sequence')) {
    own.set({ note: 'Nothing was stored: the text above is not what would be. Shorten it first.' });
    return;
  }
  void command('store', own, () => machine.store(client));
}

export function replay(own: Own): void {
  const { client, settled } = own.context;
  const { wrongAt, wrongSymbol, symbols } = own.state;
  // The settings' sequence with the wrong turn in it, as a text; as it is where there is none.
  const text =
    wrongAt === null || wrongSymbol === ''
      ? undefined
      : joined(
          symbols.map((symbol, at) => (at === wrongAt ? wrongSymbol : symbol)),
          settled.values,
        );
  void command('replay', own, () => machine.replay(client, text));
}

export function recall(own: Own, cue: string): void {
  void command('recall', own, () => machine.recall(own.context.client, cue));
}

export function forget(own: Own): void {
  void command('forget', own, () => machine.forget(own.context.client));
}

/** Chooses where the wrong turn is, or that there is none. */
export function turn(wrongAt: number | null, { state, set }: Own): void {
  if (wrongAt === null) return set({ wrongAt });
  const right = state.symbols[wrongAt];
  const others = (state.session?.alphabet ?? []).filter((symbol) => symbol !== right);
  const wrongSymbol = others.includes(state.wrongSymbol) ? state.wrongSymbol : (others[0] ?? '');
  set({ wrongAt, wrongSymbol });
}

export function shownSteps({ session, whole }: State): SymbolStep[] {
  if (!session) return [];
  const steps = whole ? session.steps : session.steps.slice(session.begin);
  return steps.slice(-MOST_SHOWN);
}
