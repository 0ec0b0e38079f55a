/** Part `experiment`: what Run runs over many machines, as curves, tables and findings. */

import { check } from '../../ui/options';
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { figureView } from '../../figure/lab-figure';
import '../../ui/parts.css';
import { saveButton, saving } from '../../figure/print';
import { seedsOf } from '../../figure/curves';
import { plural } from '../../ui/format';
import { verdictTable } from '../../ui/verdicts';
import type { Curves } from '../../engine/types';
import type { Entry } from '../../ui/series';
import { experiment, experimentKinds, experimentLabel, type Experiment } from '../../page/choose';
import { RUNNING } from '../../ui/words';
import type { SequenceContext } from './context';
import type { Study } from '../../engine/types';
import './experiment.css';
import { planOf } from './plan';
import { anyFound } from './spread';
import { chartsOf, entriesOf, lastPoint, type Chart } from './study-figure';
import { armsButtons, armsTable, summaryTable } from './study-table';

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

interface State {
  spotlight: string | null;
  /** Names of the switches that are on. */
  log: ReadonlySet<string>;
  /** Lines of the second set of a run that the reader has switched off, where its arms are others than the page's. */
  away: { of: object | null; ids: ReadonlySet<string> };
}

type Own = Experiment<SequenceContext, Study, State>;

export const experimentPart = experiment<SequenceContext, Study, State>({
  tag: 'lab-sequence-experiment',
  about: 'the same over many machines: how much, how long, how noisy',
  // Those that set an experiment up; the others are sequences.
  presets: (context) => {
    const kinds = experimentKinds(context).map(({ value }) => value);
    return context.presets.filter(
      ({ id, values }) => kinds.includes(id) || values.some(([name]) => name === 'experiment'),
    );
  },
  testId: 'experiment-preset-',
  words: RUNNING,
  plan: (study, context) => (study && anyFound(study) && !context.stale ? nothing : planOf(context)),
  state: () => ({ spotlight: null, log: new Set(), away: { of: null, ids: new Set() } }),
  below: (study, own) => html`${own.bar}${study ? whole(study, own) : waits(own)}`,
});

const without = (ids: ReadonlySet<string>, id: string) => {
  const others = new Set(ids);
  if (!others.delete(id)) others.add(id);
  return others;
};

function waits({ context, asked }: Own): TemplateResult | typeof nothing {
  const { recording, live } = context;
  if (!recording || !live || asked.one.refused) return nothing;
  return html`<section class="card part" data-testid="study-waits">
    <p class="help">What it has found so far is worked out while this part of the page is in view.</p>
  </section>`;
}

function whole(study: Study, own: Own): TemplateResult {
  const { hidden, toggle, client, saveCurves, live } = own.context;
  const entries = entriesOf(study);
  const first: Shown = { set: 'first', curves: study, entries, hidden, toggle, study, named: false };
  return html`<section class="card part study" aria-labelledby="title-study">
      <header>
        <h2 id="title-study">${study.label}</h2>
        <p class="quiet">${progress(study, own.context)}</p>
      </header>
      ${armsTable(study, {
        entries,
        hidden,
        toggle,
        point: (spotlight) => own.set({ spotlight }),
        at: lastPoint(study),
        done: own.context.recording?.finished ?? false,
      })}
      <p class="finding" data-testid="study-sentence">${study.sentence}</p>
      ${charts(first, own)}
      ${
        study.rows.body.length
          ? guard([study], () =>
              summaryTable(study.rows, `sequence-${study.id}-summary.csv`, () =>
                client.ask('run.csv', { table: 'summary' }),
              ),
            )
          : nothing
      }
      <p class="take">
        ${saving('All numbers (CSV)', 'save-study', saveCurves, live)}
        ${saveButton('All of it (JSON)', `sequence-${study.id}.json`, () => json(study, own.context))}
      </p>
    </section>
    ${secondView(study, entries, own)} ${verdicts(study, own.context)}`;
}

function progress(study: Study, { recording, step }: SequenceContext): string {
  const seeds = plural(seedsOf(study).length, 'seed');
  if (!recording || recording.finished) return seeds;
  return `${seeds}, ${Math.floor((100 * step) / Math.max(1, recording.about.steps))} % of the work done`;
}

function json(study: Study, { recording, link, step }: SequenceContext): string {
  const head = { link: recording?.link ?? link, step, steps: recording?.about.steps ?? null };
  return `${JSON.stringify({ ...head, ...study }, null, 1)}\n`;
}

function charts(shown: Shown, own: Own): TemplateResult {
  const { curves, entries, hidden, study, named } = shown;
  // Both sets may have a measure of one name.
  const log = new Set(
    curves.measures.map(({ id }) => id).filter((id) => own.state.log.has(logName(shown, id))),
  );
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
    ${charts.map((one) => chart(one, shown, own))}
  </div>`;
}

function chart(
  { title, unit, by, logs, zeros, figure }: Chart,
  shown: Shown,
  { context, state, set }: Own,
): TemplateResult {
  const name = logs && logName(shown, logs);
  return html`<section class="figure" aria-labelledby="title-${figure.name}">
    <header>
      <h3 id="title-${figure.name}">
        ${title} <span class="quiet">${[unit, by, zeros].filter(Boolean).join(', ')}</span>
      </h3>
      ${
        name
          ? check('Log axis', state.log.has(name), () => set({ log: without(state.log, name) }), name)
          : nothing
      }
    </header>
    ${figureView(figure, context.recording?.link ?? context.link, { spotlight: state.spotlight })}
  </section>`;
}

function secondView(study: Study, known: Entry[], own: Own): TemplateResult | typeof nothing {
  const { second } = study;
  if (!second) return nothing;
  const { context, state, set } = own;
  const entries = entriesOf(second, known);
  // The same arms once more are switched in the table above.
  const same = second.arms.every(({ id }) => known.some((entry) => entry.id === id));
  const away = state.away.of === context.recording ? state.away.ids : new Set<string>();
  const toggle = (id: string) => set({ away: { of: context.recording, ids: without(away, id) } });
  const hidden = same ? context.hidden : away;
  const shown: Shown = { set: 'second', curves: second, entries, hidden, toggle, study, named: !same };
  return html`<section class="card part study" aria-labelledby="title-second">
    <header><h2 id="title-second">${second.label}</h2></header>
    ${
      same
        ? nothing
        : html`${armsButtons({ entries, hidden, toggle, point: (spotlight) => set({ spotlight }) })}
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
    ${charts(shown, own)}
  </section>`;
}

function verdicts(study: Study, context: SequenceContext): TemplateResult | typeof nothing {
  const verdicts = study.verdicts.length ? study.verdicts : context.verdicts;
  if (!verdicts.length) return nothing;
  const about = experimentLabel(context, context.recording?.about.values.experiment ?? study.id);
  return verdictTable(verdicts, context, {
    title: 'Claims, measured here',
    note: `verdicts are computed from “${about}”`,
    where: 'in this experiment',
  });
}
