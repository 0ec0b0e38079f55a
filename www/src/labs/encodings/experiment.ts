/** Part `experiment`: the open experiment's curves, and what it has found. */

import { html, nothing, type TemplateResult } from 'lit';
import { mainFigure, otherFigures, type FiguresContext } from '../../figure/figures';
import { verdictList } from '../../ui/verdicts';
import type { Recording } from '../../engine/record';
import { scoreboard } from '../../figure/scoreboard';
import type { Entry } from '../../ui/series';
import { chartTools, type View } from '../../figure/tools';
import { armEntries, armsLegend } from '../../figure/arms';
import { Question } from '../../ui/ask';
import { choosePart } from '../../page/choose';
import { TRAINING } from '../../ui/words';
import { workBar } from '../../ui/work';
import type { EncodingsContext } from './context';
import type { Outcome } from '../../engine/types';
import { followersView } from './followers';
import { lengthsView } from './lengths';
import { runChoice } from './logit';
import { VisiblePart, objectId } from '../../ui/visible-part';
import { sweepView } from './sweep';
import '../../ui/parts.css';

/** More lines than this do not fit into a scoreboard. */
const MOST_ROWS = 10;
/** Experiments that bear on claims of the paper. */
const CLAIMED: ReadonlySet<string> = new Set(['control', 'sweep']);

/** An outcome, and the recording that it belongs to. */
interface Found {
  of: Recording | null;
  outcome: Outcome | null;
}

class LabExperiment extends VisiblePart<EncodingsContext> {
  private readonly question = new Question<Found>(
    async () => {
      const of = this.context.recording;
      return { of, outcome: (await this.context.client.ask('run.found', {})) as Outcome | null };
    },
    () => this.requestUpdate(),
  );
  protected readonly questions = [this.question];
  private source: View['source'] = 'held-out';
  private log = false;
  private cursor: number | null = null;
  private spotlight: string | null = null;
  /** The last outcome of the recording on show: a refusal, or a run that was closed, does not take it away. */
  private found: Found | null = null;

  protected override request() {
    const { recording, live, step, activity } = this.context;
    if (!recording || !live) return;
    // Once it stands still the last outcome must be that of its last step, and a longer end may have been asked for.
    const standing = activity === 'training' ? '' : activity;
    this.question.request(`run ${objectId(recording)} ${standing}`, String(step));
  }

  protected override willUpdate() {
    const { answer } = this.question;
    if (answer) this.found = answer;
    if (this.found?.of !== this.context.recording) this.found = null;
  }

  private view(view: Partial<View>) {
    this.source = view.source ?? this.source;
    this.log = view.log ?? this.log;
    this.requestUpdate();
  }

  private figures(recording: Recording, entries: Entry[]): FiguresContext {
    const { hidden, properties } = this.context;
    return {
      recording,
      measures: recording.about.measures,
      entries,
      hidden,
      source: this.source,
      log: this.log,
      cursor: this.cursor,
      link: recording.link,
      spotlight: this.spotlight,
      onCursor: (step) => {
        if (step === this.cursor) return;
        this.cursor = step;
        this.requestUpdate();
      },
      earlier: [],
      properties,
      entryOf: (id) =>
        entries.find((entry) => entry.id === id) ?? { id, label: id, mark: { colour: '--ink', dash: [] } },
    };
  }

  protected override render(): TemplateResult {
    const { context } = this;
    const { recording } = context;
    const choosing = choosePart(context, {
      about: 'does what a position looks like decide how soon it is learned from?',
      presets: context.presets,
      testId: 'preset-',
      words: TRAINING,
    });
    if (!recording) return choosing;
    const work = this.question.fresh ? nothing : workBar(context.client, 'run', ['run.found']);
    const entries = armEntries(recording.about, context.entries, context.properties);
    const figures = this.figures(recording, entries);
    return html`${choosing}
    ${mainFigure(
      figures,
      chartTools({ source: this.source, log: this.log }, recording, figures.measures, (view) =>
        this.view(view),
      ),
    )}
    ${this.board(recording, entries)} ${work} ${this.outcome(recording, entries)} ${otherFigures(figures)}
    ${this.verdicts(recording)}`;
  }

  private board(recording: Recording, entries: Entry[]): TemplateResult {
    const { hidden, toggle } = this.context;
    const { source, cursor } = this;
    const { measures } = recording.about;
    const context = { recording, measures, arm: 'Encoding', entries, hidden, source, cursor, toggle };
    if (entries.length <= MOST_ROWS && recording.about.values.experiment !== 'sweep')
      return scoreboard(context);
    return armsLegend({
      ...context,
      point: (id) => {
        this.spotlight = id;
        this.requestUpdate();
      },
    });
  }

  private outcome(recording: Recording, entries: Entry[]): TemplateResult | typeof nothing {
    const { hidden, live, saveCurves } = this.context;
    const { link } = recording;
    const outcome = this.found?.outcome;
    const csv = (id: string) => this.context.client.ask('run.csv', { table: id });
    if (recording.about.values.experiment === 'live') return this.liveView(recording);
    if (this.question.refused && !outcome) {
      return html`<section class="card part">
        <p class="refused" role="status"><span class="wrong">${this.question.refused}</span></p>
      </section>`;
    }
    switch (outcome?.experiment) {
      case 'sweep':
        return sweepView(outcome, { csv, recording, entries, link });
      case 'control':
        return followersView(outcome, {
          csv,
          recording,
          entries,
          hidden,
          link,
        });
      case 'lengths':
        return lengthsView(outcome, { entries, hidden, link, live, saveCurves });
      default:
        return html`<section class="card part" data-testid="outcome-waits">
          <p class="help">What it has found so far is worked out while this part of the page is in view.</p>
        </section>`;
    }
  }

  /** A live run is looked at with the pictures above: this puts its table there. */
  private liveView(recording: Recording): TemplateResult {
    const { context } = this;
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
        The pictures and measures at the top of the page can show the position table of a run of this
        experiment before, during and after training. Choose which, and on which side.
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

  private verdicts(recording: Recording): TemplateResult | typeof nothing {
    const { verdicts } = this.context;
    // The other experiments bear on no claim.
    if (!verdicts.length && !CLAIMED.has(recording.about.values.experiment ?? '')) return nothing;
    return html`<section class="card verdicts" aria-labelledby="title-verdicts">
      <header>
        <h2 id="title-verdicts">The paper's claims, measured here</h2>
        <p class="quiet">verdicts are computed from this run; no run shows “never”</p>
      </header>
      ${
        verdicts.length
          ? verdictList(verdicts, 'in this experiment', this.context)
          : html`<p class="help">
              What the run measures is held against each claim that it tests, once it trains.
            </p>`
      }
    </section>`;
  }
}

customElements.define('lab-experiment', LabExperiment);

export function experimentPart(context: EncodingsContext): TemplateResult {
  return html`<lab-experiment .context=${context}></lab-experiment>`;
}
