/** Part `session`: a machine is shown a sequence once, and then recalls it from a cue. */

import { select } from '../../ui/options';
import { html, nothing, type TemplateResult } from 'lit';
import { field, propertyOf } from '../../ui/fields';
import { count, plural, shortened } from '../../ui/format';
import { fold } from '../../ui/fold';
import { numberControl, wholeNumber } from '../../ui/number-control';
import { part } from '../../ui/part';
import { workBar } from '../../ui/work';
import type { SequenceContext } from './context';
import { Playback } from './playback';
import { presetIs, sessionPresets, presetValues } from './presets';
import { courseView } from './session-course';
import { sessionFacts } from './session-facts';
import {
  follow,
  forget,
  heard,
  recall,
  replay,
  silence,
  store,
  turn,
  type Own,
  type State,
} from './session-state';
import { symbolText } from './symbols';
import { Tune } from './tune';
import '../../ui/parts.css';
import './session.css';

/** More symbols of a random sequence are not spelt out. */
const MOST_DRAWN = 100;

export const sessionPart = part<SequenceContext, string[], State>({
  tag: 'lab-session',
  id: 'session',
  title: 'A machine that learns in one pass',
  note: () => 'store, then recall from a cue',
  state: (now) => ({
    session: null,
    symbols: [],
    busy: null,
    toShow: false,
    refused: null,
    note: '',
    whole: false,
    current: 0,
    wrongAt: null,
    strange: '',
    wrongSymbol: '',
    numbersOpen: false,
    playback: new Playback(() => now().redraw()),
    tune: new Tune(),
  }),
  ask: follow,
  key: ({ link }) => ({ settings: link, moment: '' }),
  // Commands have a bar of their own.
  bar: { names: ['session'] },
  heard,
  gone: ({ state }) => silence(state),
  drawn: (element, { state, fresh }) => {
    const { busy, playback, session } = state;
    playback.show(element);
    if (!busy && state.toShow) {
      state.toShow = false;
      element.querySelector('.view')?.scrollIntoView({ block: 'nearest' });
    }
    element.dataset.state = busy ? 'busy' : playback.running ? 'showing' : fresh ? 'still' : 'asking';
    element.dataset.steps = String(session?.steps.length ?? '');
  },
  controls: (own) =>
    html`${choosing(own)} ${doing(own)}
    ${own.state.busy ? workBar(own.context.client, 'session', { words: () => ({ stop: 'Stop here' }) }) : nothing}`,
  foot: (own) => {
    const { session, busy, playback } = own.state;
    const seen = !playback.running && !busy;
    return html`<p class="finding" role="status" data-testid="session-sentence">
        ${seen ? sentence(own.state) : nothing}
      </p>
      ${courseView(own)} ${session && seen ? sessionFacts(session) : nothing}`;
  },
});

function sentence({ note, session }: State): string {
  if (note) return note;
  if (!session) return '';
  return session.steps.length
    ? session.sentence
    : 'The memory is blank. Press Store: the machine is shown the sequence once.';
}

const refusal = ({ state }: Own, place: string) => (state.refused?.place === place ? state.refused.text : '');

const said = (text: string) => (text ? html`<span class="wrong" role="status">${text}</span>` : nothing);

// The sequence, and the machine

function choosing(own: Own): TemplateResult {
  const { context } = own;
  const typed = context.settled.values.source !== 'random';
  return html`<div class="presets" role="group" aria-label="Sequences">
      <span class="quiet">Start from</span>
      ${sessionPresets(context.presets).map(
        (preset) =>
          html`<button
            type="button"
            data-testid="start-${preset.id}"
            aria-pressed=${presetIs(preset, context) ? 'true' : 'false'}
            title=${preset.help}
            @click=${() => context.settle(presetValues(preset, context))}
          >
            ${preset.label}
          </button>`,
      )}
    </div>
    <div class="fields sequence">
      ${
        typed
          ? field('sequence', 'session', context, { refused: refusal(own, 'sequence') })
          : html`${field('alphabet', 'session', context)} ${field('length', 'session', context)}
              <button type="button" class="small" data-testid="draw" @click=${() => draw(context)}>
                Draw another
              </button>
              <span class="help">The next seed, which also makes another machine.</span>`
      }
      ${written(typed, own)}
    </div>
    <section class="making" aria-labelledby="title-making">
      ${fold({ id: 'making', within: true, title: 'Where the symbols come from, and the machine' }, making(typed, own))}
    </section>
    ${said(refusal(own, 'machine'))}`;
}

function written(typed: boolean, own: Own): TemplateResult {
  const { symbols } = own.state;
  const different = new Set(symbols).size;
  const left = symbols.length - MOST_DRAWN;
  const summary = symbols.length
    ? `${plural(symbols.length, 'symbol')}, ${count(different)} different`
    : 'no symbol';
  return html`<p class="help written" data-testid="session-symbols">
    ${summary}${typed ? nothing : html`: <span class="drawn">${symbols.slice(0, MOST_DRAWN).map(symbolText).join(' ')}${left > 0 ? ` … and ${count(left)} more` : nothing}</span>`}
    ${said(typed ? '' : refusal(own, 'sequence'))}
  </p>`;
}

function draw({ settled, change, properties }: SequenceContext): void {
  const kind = propertyOf({ properties }, 'seed')?.kind;
  const most = kind?.type === 'integer' ? kind.max : Infinity;
  const seed = Number(settled.values.seed);
  change('seed', String(seed >= most ? 0 : seed + 1));
}

function making(typed: boolean, { context }: Own): TemplateResult {
  return html`<div class="fields machine" role="group" aria-label="The machine">
    ${field('source', 'session', context)} ${typed ? field('split', 'session', context) : nothing}
    ${field('context', 'session', context)}
    ${context.settled.values.context === 'shift' ? nothing : field('retention', 'session', context)}
    <span class="help">Its other settings stand under Settings. Other settings, another machine.</span>
  </div>`;
}

// What can be done with it

function button(
  { busy }: State,
  id: string,
  label: string,
  title: string,
  act: () => void,
  { enabled = true, primary = false } = {},
): TemplateResult {
  const able = enabled && busy === null;
  return html`<button
    type="button"
    id="session-${id}"
    data-testid=${id}
    class=${primary ? 'primary' : ''}
    aria-disabled=${able ? 'false' : 'true'}
    title=${title}
    @click=${() => able && act()}
  >
    ${label}
  </button>`;
}

function doing(own: Own): TemplateResult {
  const { context, state } = own;
  const { session, busy } = state;
  const stored = (session?.written ?? 0) > 0;
  return html`<div class="doing">
    <div class="act">
      ${button(
        state,
        'store',
        stored ? 'Store more' : 'Store',
        'Show the sequence once, and write it, from where the machine is',
        () => store(own),
        { primary: !stored },
      )}
      ${button(state, 'forget', 'Forget', 'A blank memory', () => forget(own), {
        enabled: !!session?.steps.length,
      })}
    </div>
    <form
      class="act"
      aria-label="Recall"
      @submit=${(event: Event) => {
        event.preventDefault();
        const cue = (event.target as Element).querySelector<HTMLInputElement>('#session-cue');
        if (stored && !busy) recall(own, cue?.value ?? '');
      }}
    >
      ${field('cue', 'session', context, { refused: refusal(own, 'cue') })}
      ${field('recall', 'session', context, { label: 'and go on for', unit: 'symbols' })}
      <button
        id="session-recall-now"
        data-testid="recall"
        class=${stored ? 'primary' : ''}
        aria-disabled=${stored && !busy ? 'false' : 'true'}
        title=${stored ? 'Start from the cue; every prediction is the next input' : 'Store a sequence first'}
      >
        Recall
      </button>
      <span class="help">“#3” is the first three symbols that were stored.</span>
    </form>
    ${stored ? turning(own) : nothing}
  </div>`;
}

/** The sequence is shown again, as it was or with one symbol that should not be there. */
function turning(own: Own): TemplateResult {
  const { state, set } = own;
  const { symbols, wrongAt, strange, wrongSymbol } = state;
  const right = wrongAt === null ? undefined : symbols[wrongAt];
  const alphabet = state.session?.alphabet ?? [];
  return html`<div class="act" role="group" aria-label="Show again">
    ${button(state, 'replay', 'Show again', 'Show the sequence without writing it', () => replay(own), {
      enabled: symbols.length > 0,
    })}
    <span class="field">
      <label for="wrong-at">with a wrong turn at symbol</label>
      ${numberControl({
        id: 'wrong-at',
        testId: 'wrong-at',
        placeholder: 'none',
        kind: { type: 'integer', min: 1, max: symbols.length },
        value: wrongAt === null ? '' : String(wrongAt + 1),
        bad: strange !== '',
        described: 'help-wrong',
        change: (text) => {
          const at = wholeNumber(text) ?? 0;
          const known = at > 0 && at <= symbols.length;
          set({ strange: known || text.trim() === '' ? '' : text });
          turn(known ? at - 1 : null, own);
        },
      })}
      ${
        strange
          ? html`<span class="wrong" role="status">
              “${shortened(strange)}” is not allowed. Allowed: a whole number from 1 to ${symbols.length}, or
              nothing.
            </span>`
          : nothing
      }
    </span>
    ${
      right === undefined
        ? nothing
        : html`<span class="field">
            <label for="wrong-symbol"><b>${symbolText(right)}</b> becomes</label>
            ${select({
              id: 'wrong-symbol',
              testId: 'wrong-symbol',
              options: alphabet.map((symbol) => ({ value: symbol, label: symbolText(symbol) })),
              value: wrongSymbol,
              change: (symbol) => set({ wrongSymbol: symbol }),
            })}
          </span>`
    }
    <span class="help" id="help-wrong">
      Nothing is written. A symbol in the strip below can be pressed to turn off there. Surprise tells where
      the sequence is not the one that was stored.
    </span>
    ${said(refusal(own, 'replay'))}
  </div>`;
}
