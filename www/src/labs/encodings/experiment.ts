/** Part `experiment`: the open experiment's curves, and what it has found. */

import { html, nothing, type TemplateResult } from 'lit';
import { mainFigure, otherFigures, type FiguresContext } from '../../figure/figures';
import { verdictTable } from '../../ui/verdicts';
import type { Recording } from '../../engine/record';
import { scoreboard } from '../../figure/scoreboard';
import type { Entry } from '../../ui/series';
import { chartTools, type View } from '../../figure/tools';
import { armEntries, armsLegend } from '../../figure/arms';
import { experiment, type Experiment } from '../../page/choose';
import { TRAINING } from '../../ui/words';
import type { EncodingsContext } from './context';
import type { Outcome } from '../../engine/types';
import { followersView } from './followers';
import { lengthsView } from './lengths';
import { runChoice } from './logit';
import { sweepView } from './sweep';
import '../../ui/parts.css';

/** More lines than this do not fit into a scoreboard. */
const MOST_ROWS = 10;
/** Experiments that bear on claims of the paper. */
const CLAIMED: ReadonlySet<string> = new Set(['control', 'sweep']);

interface State extends Pick<View, 'source' | 'log'> {
  cursor: number | null;
  spotlight: string | null;
}

type Own = Experiment<EncodingsContext, Outcome | null, State>;

export const experimentPart = experiment<EncodingsContext, Outcome | null, State>({
  tag: 'lab-experiment',
  about: 'does what a position looks like decide how soon it is learned from?',
  testId: 'preset-',
  words: TRAINING,
  state: () => ({ source: 'held-out', log: false, cursor: null, spotlight: null }),
  below: (outcome, own) => {
    const { context, state, bar, set } = own;
    const { recording } = context;
    if (!recording) return nothing;
    const entries = armEntries(recording.about, context.entries, context.properties);
    const figures = figuresOf(recording, entries, own);
    return html`${mainFigure(figures, chartTools(state, recording, figures.measures, set))}
    ${board(recording, entries, own)} ${bar} ${outcomeView(outcome, recording, entries, own)}
    ${otherFigures(figures)} ${verdicts(recording, context)}`;
  },
});

function figuresOf(recording: Recording, entries: Entry[], { context, state, set }: Own): FiguresContext {
  const { hidden, properties } = context;
  return {
    ...state,
    recording,
    measures: recording.about.measures,
    entries,
    hidden,
    link: recording.link,
    onCursor: (cursor) => {
      if (cursor !== state.cursor) set({ cursor });
    },
    earlier: [],
    properties,
    entryOf: (id) =>
      entries.find((entry) => entry.id === id) ?? { id, label: id, mark: { colour: '--ink', dash: [] } },
  };
}

function board(
  recording: Recording,
  entries: Entry[],
  { context, state, set }: Own,
): TemplateResult | typeof nothing {
  const { hidden, toggle } = context;
  const { source, cursor } = state;
  const { measures } = recording.about;
  const shown = { recording, measures, arm: 'Encoding', entries, hidden, source, cursor, toggle };
  return entries.length <= MOST_ROWS && recording.about.values.experiment !== 'sweep'
    ? scoreboard(shown)
    : armsLegend({ ...shown, point: (spotlight) => set({ spotlight }) });
}

function outcomeView(
  outcome: Outcome | null,
  recording: Recording,
  entries: Entry[],
  { context, asked }: Own,
): TemplateResult | typeof nothing {
  const { hidden, live, saveCurves, client } = context;
  const { link } = recording;
  const csv = (table: string) => client.ask('run.csv', { table });
  if (recording.about.values.experiment === 'live') return liveView(recording, context);
  switch (outcome?.experiment) {
    case 'sweep':
      return sweepView(outcome, { csv, recording, entries, link });
    case 'control':
      return followersView(outcome, { csv, recording, entries, hidden, link });
    case 'lengths':
      return lengthsView(outcome, { entries, hidden, link, live, saveCurves });
    default:
      return asked.one.refused
        ? nothing
        : html`<section class="card part" data-testid="outcome-waits">
            <p class="help">What it has found so far is worked out while this part of the page is in view.</p>
          </section>`;
  }
}

/** A live run is looked at with the pictures above: this puts its table there. */
function liveView(recording: Recording, context: EncodingsContext): TemplateResult {
  const { values } = context.settled;
  const side = (['left', 'right'] as const).find((candidate) => values[candidate] === 'trained');
  const show = (on: 'left' | 'right') => {
    context.change(on, 'trained');
    const heading = document.querySelector<HTMLElement>('[data-part=inspect] h2');
    heading?.scrollIntoView({ block: 'start' });
  };
  return html`<section class="card part live" aria-labelledby="title-live">
    <header><h2 id="title-live">Watch its table as it trains</h2></header>
    <p class="help">
      The pictures and measures at the top of the page can show the position table of a run of this experiment
      before, during and after training. Choose which, and on which side.
    </p>
    <div class="fields">
      ${context.live ? runChoice(context, 'live', recording.about.runs) : nothing}
      ${(['left', 'right'] as const).map(
        (on) =>
          html`<button type="button" class="small" data-testid="trained-${on}" @click=${() => show(on)}>
            Put “trained” on the ${on}
          </button>`,
      )}
    </div>
    ${side ? html`<p class="help" data-testid="trained-side">It is on the ${side}.</p>` : nothing}
  </section>`;
}

function verdicts(recording: Recording, context: EncodingsContext): TemplateResult | typeof nothing {
  const { verdicts } = context;
  // The other experiments bear on no claim.
  if (!verdicts.length && !CLAIMED.has(recording.about.values.experiment ?? '')) return nothing;
  return verdictTable(verdicts, context, {
    where: 'in this experiment',
    none: 'What the run measures is held against each claim that it tests, once it trains.',
  });
}
