/** What has happened to the machine, symbol by symbol: strip, numbers and files of part `session`. */

import { switchOf } from '../../ui/options';
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { Session, SymbolStep } from '../../engine/types';
import { saveButton } from '../../figure/print';
import { labAddress } from '../../ui/address';
import { valueText } from '../../ui/controls';
import { exportButtons } from '../../ui/download';
import { propertyOf } from '../../ui/fields';
import { count } from '../../ui/format';
import type { SequenceContext } from './context';
import { courseLegend, courseStrip, courseTable, stepWords } from './course';
import { courseFigure } from './course-figure';
import { shownSteps, silence, turn, type Own } from './session-state';
import { melodic } from './symbols';
import { Tune } from './tune';

export function courseView(own: Own): TemplateResult | typeof nothing {
  const { context, state, set } = own;
  const { session, whole, playback, tune, numbersOpen } = state;
  const steps = shownSteps(state);
  if (!session || steps.length === 0) return nothing;
  const all = whole ? session.steps.length : session.steps.length - session.begin;
  const left = all - steps.length;
  const from = whole ? 0 : session.begin;
  const actions = {
    from,
    current: state.current,
    read: (current: number) => {
      if (state.current !== current) set({ current });
    },
    pick: (step: SymbolStep, strip: HTMLElement) => void pick(step, strip, own),
  };
  const current = steps.find(({ at }) => at === state.current) ?? steps[0];
  const title = whole ? 'The whole session' : heading(session);
  const record = () =>
    JSON.stringify({ link: context.link, settings: context.settled.values, session }, null, 1);
  return html`<div class="view">
    <div class="tools">
      <h3>${title}</h3>
      ${session.begin > 0 ? extent(own) : nothing}
      ${
        Tune.possible && melodic(steps.map(({ symbol }) => symbol))
          ? html`<button type="button" class="small" data-testid="listen" @click=${() => listen(own)}>
              ${tune.playing ? 'Stop' : 'Listen'}
            </button>`
          : nothing
      }
      ${
        playback.running
          ? html`<button type="button" class="small" data-testid="skip" @click=${playback.end}>
              Show all at once
            </button>`
          : nothing
      }
    </div>
    ${left > 0 ? html`<p class="help">The last ${count(steps.length)} of ${count(all)} symbols.</p>` : nothing}
    ${guard([session, whole, state.current], () => courseStrip(steps, actions))}
    <p class="reading" data-testid="course-reading">${current ? stepWords(current, from) : nothing}</p>
    ${courseLegend()}
    <details
      class="numbers"
      ?open=${numbersOpen}
      @toggle=${(event: Event) => set({ numbersOpen: (event.target as HTMLDetailsElement).open })}
    >
      <summary>Numbers</summary>
      ${numbersOpen ? guard([session, whole], () => courseTable(steps, left)) : nothing}
    </details>
    <p class="take">
      ${exportButtons(() => onPaper(steps, from, session, own), 'session', 'the strip')}
      ${saveButton('Session (CSV)', 'session.csv', () => context.client.ask('csv', { table: 'session' }))}
      ${saveButton('Session (JSON)', 'session.json', record)}
    </p>
  </div>`;
}

async function onPaper(
  steps: SymbolStep[],
  from: number,
  session: Session,
  { context, state }: Own,
): Promise<string> {
  const { figureSvg } = await import('../../figure/figure-svg');
  const figure = courseFigure(steps, from, {
    title: state.whole ? 'A session with the sequence machine' : heading(session),
    note: `${contextLabel(context)}, seed ${context.settled.values.seed}`,
    remarks: [session.sentence].filter(Boolean),
  });
  return figureSvg(figure, labAddress(context.link));
}

/** Show all symbols, or the last command's. */
function extent({ state, set }: Own): TemplateResult {
  const choose = (whole: boolean) => {
    silence(state);
    set({ whole });
  };
  return switchOf(
    'Show',
    'course-of',
    [
      { value: 'last', label: 'Last' },
      { value: 'all', label: 'All' },
    ],
    state.whole ? 'all' : 'last',
    (extent) => choose(extent === 'all'),
  );
}

function listen({ state, redraw }: Own): void {
  const { tune, playback } = state;
  if (tune.playing) {
    tune.stop();
    playback.sound(null);
  } else {
    playback.end();
    tune.play(
      shownSteps(state).map(({ symbol }) => symbol),
      (index) => {
        playback.sound(index);
        if (index === null) redraw();
      },
    );
  }
  redraw();
}

/** How the machine remembers, in the reader's words. */
function contextLabel(context: SequenceContext): string {
  const property = propertyOf(context, 'context');
  const value = context.settled.values.context ?? '';
  const share = value === 'shift' ? '' : `, Λ = ${context.settled.values.retention}`;
  return `${property ? valueText(property, value) : value}${share}`;
}

function heading(session: Session): string {
  switch (session.steps[session.begin]?.mode) {
    case 'store':
      return 'Stored, as it was shown for the first time';
    case 'replay':
      return 'Shown, without writing';
    default:
      return 'Recalled from the cue';
  }
}

/** A symbol that was shown is where a wrong turn may be. */
async function pick(step: SymbolStep, strip: HTMLElement, own: Own): Promise<void> {
  const { state, set } = own;
  const { session, symbols, playback } = state;
  set({ current: step.at });
  const place = step.at - (session?.begin ?? 0);
  const given = step.mode === 'store' || step.mode === 'replay';
  if (!given || place < 0 || place >= symbols.length || playback.running) return;
  turn(place, own);
  const part = strip.closest<HTMLElement & { updateComplete: Promise<unknown> }>('lab-session');
  await part?.updateComplete;
  part?.querySelector<HTMLElement>('#wrong-symbol')?.focus();
}
