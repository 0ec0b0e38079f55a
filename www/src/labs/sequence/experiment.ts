/** Part `experiment`: what Run runs over many machines, as curves, tables and findings. */

import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { figureView } from '../../figure/lab-figure';
import { Question } from '../../ui/ask';
import { VisiblePart, objectId } from '../../ui/visible-part';
import '../../ui/parts.css';
import { saveButton, saving } from '../../figure/print';
import { seedsOf } from '../../figure/curves';
import { plural } from '../../ui/format';
import { verdictList } from '../../ui/verdicts';
import type { Recording } from '../../engine/record';
import type { Curves } from '../../engine/types';
import type { Entry } from '../../ui/series';
import { choosePart, experimentKinds, experimentLabel } from '../../page/choose';
import { RUNNING } from '../../ui/words';
import type { SequenceContext } from './context';
import type { Study } from '../../engine/types';
import './experiment.css';
import { planOf } from './plan';
import { anyFound } from './spread';
import { chartsOf, entriesOf, lastPoint, type Chart } from './study-figure';
import { armsButtons, armsTable, summaryTable } from './study-table';

/** A study, and the recording that it belongs to. */
interface Found {
  of: Recording | null;
  study: Study;
}

/** One of the two sets of curves of a study, on show. */
interface Shown {
  set: 'first' | 'second';
  curves: Curves;
  entries: Entry[];
  hidden: ReadonlySet<string>;
  toggle: (id: string) => void;
  study: Study;
  /** Whether buttons right above the charts name the lines. */
  named: boolean;
}

/** The part of names that tells the sets apart. */
const prefix = ({ set }: Pick<Shown, 'set'>) => (set === 'first' ? '' : 'second-');
const logName = (shown: Shown, measure: string) => `log-${prefix(shown)}${measure}`;

class LabSequenceExperiment extends VisiblePart<SequenceContext> {
  private readonly question = new Question<Found>(
    async () => {
      const of = this.context.recording;
      return { of, study: (await this.context.client.ask('run.found', {})) as Study };
    },
    () => this.requestUpdate(),
  );
  protected readonly questions = [this.question];
  /** The last study of the recording on show: a refusal, or a run that was closed, does not take it away. */
  private found: Found | null = null;
  private spotlight: string | null = null;
  /** Names of the switches that are on. */
  private log: ReadonlySet<string> = new Set();
  /** Lines of the second set that the reader has switched off, where its arms are others than the page's. */
  private away: ReadonlySet<string> = new Set();

  protected override request() {
    const { recording, live, step, activity } = this.context;
    if (!recording || !live) return;
    // Once it stands still the last study must be that of its last step.
    const standing = activity === 'training' ? '' : activity;
    this.question.request(`run ${objectId(recording)} ${standing}`, String(step));
  }

  protected override willUpdate() {
    const { answer } = this.question;
    if (answer) this.found = answer;
    if (this.found?.of === this.context.recording) return;
    this.found = null;
    this.away = new Set();
  }

  private set(change: () => void) {
    change();
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    const { context, found, question } = this;
    const study = found?.study ?? null;
    const begun = study !== null && anyFound(study);
    // Those that set an experiment up; the others are sequences.
    const kinds = experimentKinds(context).map(({ value }) => value);
    const presets = context.presets.filter(
      ({ id, values }) => kinds.includes(id) || values.some(([name]) => name === 'experiment'),
    );
    const choosing = choosePart(context, {
      about: 'the same over many machines: how much, how long, how noisy',
      presets,
      testId: 'experiment-preset-',
      words: RUNNING,
      plan: begun && !context.stale ? nothing : planOf(context),
    });
    return html`${choosing}
    ${
      question.refused
        ? html`<section class="card part">
            <p class="refused" role="status"><span class="wrong">${question.refused}</span></p>
          </section>`
        : nothing
    }
    ${study ? this.study(study) : this.waits()}`;
  }

  private waits(): TemplateResult | typeof nothing {
    const { recording, live } = this.context;
    if (!recording || !live || this.question.refused) return nothing;
    return html`<section class="card part" data-testid="study-waits">
      <p class="help">What it has found so far is worked out while this part of the page is in view.</p>
    </section>`;
  }

  private study(study: Study): TemplateResult {
    const { context } = this;
    const entries = entriesOf(study);
    const first: Shown = {
      set: 'first',
      curves: study,
      entries,
      hidden: context.hidden,
      toggle: context.toggle,
      study,
      named: false,
    };
    return html`<section class="card part study" aria-labelledby="title-study">
        <header>
          <h2 id="title-study">${study.label}</h2>
          <p class="quiet">${this.progress(study)}</p>
        </header>
        ${this.armsOf(first)}
        <p class="finding" data-testid="study-sentence">${study.sentence}</p>
        ${this.charts(first)}
        ${
          study.rows.body.length
            ? guard([study], () =>
                summaryTable(study.rows, `sequence-${study.id}-summary.csv`, () =>
                  context.client.ask('run.csv', { table: 'summary' }),
                ),
              )
            : nothing
        }
        <p class="take">
          ${saving('All numbers (CSV)', 'save-study', context.saveCurves, context.live)}
          ${saveButton('All of it (JSON)', `sequence-${study.id}.json`, () => this.json(study))}
        </p>
      </section>
      ${this.second(study, entries)} ${this.verdicts(study)}`;
  }

  private progress(study: Study): string {
    const { recording, step } = this.context;
    const seeds = plural(seedsOf(study).length, 'seed');
    if (!recording || recording.finished) return seeds;
    return `${seeds}, ${Math.floor((100 * step) / Math.max(1, recording.about.steps))} % of the work done`;
  }

  private json(study: Study): string {
    const { recording, link, step } = this.context;
    const head = { link: recording?.link ?? link, step, steps: recording?.about.steps ?? null };
    return `${JSON.stringify({ ...head, ...study }, null, 1)}\n`;
  }

  private armsOf({ curves, entries, hidden, toggle }: Shown): TemplateResult {
    return armsTable(curves, {
      entries,
      hidden,
      toggle,
      point: (id) => this.set(() => (this.spotlight = id)),
      at: lastPoint(curves),
      done: this.context.recording?.finished ?? false,
    });
  }

  private charts(shown: Shown): TemplateResult {
    const { curves, entries, hidden } = shown;
    // Both sets may have a measure of one name.
    const log = new Set(curves.measures.map(({ id }) => id).filter((id) => this.log.has(logName(shown, id))));
    const { study, named } = shown;
    const within = (title: string) => study.label.toLowerCase().includes(title.toLowerCase());
    const charts = chartsOf(curves, {
      entries,
      hidden,
      log,
      named,
      name: `sequence-${study.id}-${prefix(shown)}`,
      titleOf: (title) => (within(title) ? study.label : `${curves.label}: ${title}`),
    });
    return html`<div class=${charts.length > 1 ? 'two' : 'one'}>
      ${charts.map((chart) => this.chart(chart, shown))}
    </div>`;
  }

  private chart({ title, unit, by, logs, zeros, figure }: Chart, shown: Shown): TemplateResult {
    const link = this.context.recording?.link ?? this.context.link;
    return html`<section class="figure" aria-labelledby="title-${figure.name}">
      <header>
        <h3 id="title-${figure.name}">
          ${title} <span class="quiet">${[unit, by, zeros].filter(Boolean).join(', ')}</span>
        </h3>
        ${logs ? this.logSwitch(logName(shown, logs)) : nothing}
      </header>
      ${figureView(figure, link, { spotlight: this.spotlight })}
    </section>`;
  }

  private logSwitch(name: string): TemplateResult {
    return html`<label class="check">
      <input
        type="checkbox"
        name=${name}
        .checked=${this.log.has(name)}
        @change=${(event: Event) =>
          this.set(() => {
            const log = new Set(this.log);
            if ((event.target as HTMLInputElement).checked) log.add(name);
            else log.delete(name);
            this.log = log;
          })}
      />Log axis
    </label>`;
  }

  private second(study: Study, known: Entry[]): TemplateResult | typeof nothing {
    const { second } = study;
    if (!second) return nothing;
    const { context } = this;
    const entries = entriesOf(second, known);
    // The same arms once more are switched in the table above.
    const same = second.arms.every(({ id }) => known.some((entry) => entry.id === id));
    const toggle = (id: string) =>
      this.set(() => {
        const hidden = new Set(this.away);
        if (!hidden.delete(id)) hidden.add(id);
        this.away = hidden;
      });
    const hidden = same ? context.hidden : this.away;
    const shown: Shown = { set: 'second', curves: second, entries, hidden, toggle, study, named: !same };
    return html`<section class="card part study" aria-labelledby="title-second">
      <header><h2 id="title-second">${second.label}</h2></header>
      ${
        same
          ? nothing
          : html`${armsButtons({
                entries,
                hidden,
                toggle,
                point: (id) => this.set(() => (this.spotlight = id)),
              })}
              <dl class="arms-help">
                ${second.arms
                  .filter(({ help }) => help)
                  .map(
                    ({ label, help }) =>
                      html`<dt>${label}</dt>
                        <dd>${help}</dd>`,
                  )}
              </dl>`
      }
      ${this.charts(shown)}
    </section>`;
  }

  private verdicts(study: Study): TemplateResult | typeof nothing {
    const verdicts = study.verdicts.length ? study.verdicts : this.context.verdicts;
    if (!verdicts.length) return nothing;
    const { recording } = this.context;
    const about = experimentLabel(this.context, recording?.about.values.experiment ?? study.id);
    return html`<section class="card verdicts" aria-labelledby="title-verdicts">
      <header>
        <h2 id="title-verdicts">Claims, measured here</h2>
        <p class="quiet">verdicts are computed from “${about}”</p>
      </header>
      ${verdictList(verdicts, 'in this experiment', this.context)}
    </section>`;
  }
}

customElements.define('lab-sequence-experiment', LabSequenceExperiment);

export function experimentPart(context: SequenceContext): TemplateResult {
  return html`<lab-sequence-experiment .context=${context}></lab-sequence-experiment>`;
}
