/** The sequence lab's root element: where its parts stand, and what of them can be kept. */

import { html, nothing } from 'lit';
import '../../ui/styles.css';
import '../../ui/labs.css';
import { save } from '../../ui/download';
import type { LabId } from '../../engine/types';
import { saveCurves, saveJson, saveResults, type Opened } from '../../page/files';
import { plural } from '../../ui/format';
import { LabPage } from '../../page/lab-page';
import { mark } from '../../ui/palette';
import { stopBox } from '../../ui/panel';
import type { Kept } from '../../engine/protocol';
import type { Entry } from '../../ui/series';
import { Shortcuts } from '../../ui/shortcuts';
import { Welcome } from '../../ui/welcome';
import { RUNNING } from '../../ui/words';
import { ballPart } from './ball';
import type { SequenceContext } from './context';
import { experimentPart } from './experiment';
import { operationsPart } from './operations';
import { sessionPart } from './session';
import { spikesPart } from './spikes';

const STEPS = [
  html`<strong>Press Store.</strong> The machine is shown the sequence once, and says before each symbol what
    it expects: at first nothing, and soon what comes.`,
  html`<strong>Press Recall.</strong> From the cue it goes on by itself, each prediction its next input. Then
    put a wrong turn into the sequence, press Show again, and see where it is surprised.`,
  html`<strong>Step through one symbol</strong> in five operations, beside a transformer that does the same,
    and see the spikes behind each code.`,
  html`<strong>Press Run</strong> for an experiment over many machines: how much fits into the memory, which
    context loses its way, and how a transformer fares. The page's address always holds your settings.`,
];

/** Groups of settings that stand open. */
const OPEN = new Set(['Sequence', 'Context']);

export default class MnemoscopeSequence extends LabPage {
  readonly lab: LabId = 'sequence';
  protected override readonly words = RUNNING;
  protected readonly welcome = new Welcome('welcome-sequence', STEPS, () => this.requestUpdate());
  protected readonly shortcuts = new Shortcuts(
    [
      { key: 'w', label: 'Store: write the sequence', act: () => this.pressed('store') },
      { key: 'l', label: 'Recall from the cue', act: () => this.pressed('recall-now') },
      { key: 'g', label: 'Show the sequence again', act: () => this.pressed('replay') },
      { key: 'f', label: 'Forget: a blank memory', act: () => this.pressed('forget') },
      ...this.runKeys(RUNNING),
      ...(
        [
          ['m', 'session', 'Go to the machine'],
          ['o', 'operations', 'Go to the five operations'],
          ['k', 'spikes', 'Go to the spikes'],
          ['a', 'ball', 'Go to attention and SDM'],
          ['x', 'experiment', 'Go to the experiment'],
        ] as const
      ).map(([key, part, label]) => ({ key, label, act: () => this.goTo(`[data-part=${part}] h2`) })),
      ...this.pageKeys(),
    ],
    () => this.requestUpdate(),
  );

  /** Which symbol its parts look at. */
  private at = 0;

  protected override partContext(): SequenceContext | null {
    const context = super.partContext();
    const go = (at: number) => {
      this.at = at;
      this.requestUpdate();
    };
    return context && { ...context, at: this.at, go };
  }

  /** A key of the session does what its button does. */
  private pressed(id: string) {
    this.querySelector<HTMLButtonElement>(`lab-session #session-${id}`)?.click();
  }

  /** The arms of the open experiment. */
  protected entries(): Entry[] {
    return (this.recording?.about.arms ?? []).map(({ id, label }, place) => ({
      id,
      label,
      mark: mark(place),
    }));
  }

  protected takeResults({ results }: Opened & { kind: 'results' }, file: File): string {
    return `“${file.name}” holds results of the lab “${results.lab}”. Nothing has changed.`;
  }

  private keeping() {
    const { savable } = this;
    const ready = this.client.settled !== null && this.client.activity !== 'compiling';
    const csv = (text: string, name: string) =>
      save(new Blob([text], { type: 'text/csv' }), `mnemoscope-${name}.csv`);
    return this.keepPart({
      saves: [
        {
          id: 'session-csv',
          label: 'Session (CSV)',
          enabled: ready,
          act: () =>
            this.export(async (client) =>
              csv(await client.ask('csv', { table: 'session' }), 'sequence-session'),
            ),
        },
        {
          id: 'report',
          label: 'Report (JSON)',
          enabled: ready && !this.busy,
          act: () =>
            this.export(async (client) => saveJson(await client.ask('report', {}), 'sequence-report')),
        },
        {
          id: 'csv',
          label: 'Experiment (CSV)',
          enabled: savable,
          act: () => this.export(saveCurves),
        },
        {
          id: 'json',
          label: 'Experiment (JSON)',
          enabled: savable,
          act: () => this.export(saveResults),
        },
      ],
      about:
        'The session is what has happened to the machine above. The report is what the command line writes about the settings’ sequence. An experiment is not kept for your next visit: its link runs it again, with the very same numbers.',
      open: { label: 'Weights of another lab', accept: '.safetensors' },
    });
  }

  /** Where the experiment runs, and over how much. */
  private aboutRun() {
    const info = this.recording?.about;
    if (!info) return nothing;
    const { executor, arms, runs } = info;
    return html`<section class="card about" aria-labelledby="title-about">
      <h2 id="title-about">This run</h2>
      <dl>
        <div>
          <dt>Runs on</dt>
          <dd data-testid="executor">
            <strong>${executor.kind === 'webgpu' ? 'WebGPU' : 'CPU'}</strong>${
              executor.name ? ` (${executor.name})` : nothing
            }.
            ${executor.reason}
          </dd>
        </div>
        <div>
          <dt>Compares</dt>
          <dd>${plural(arms.length, 'line')}, ${plural(runs.length, 'machine')} in all</dd>
        </div>
      </dl>
    </section>`;
  }

  /** Nothing of this lab is kept for the next visit. */
  private readonly offered = ({ link }: Kept): string => link;

  protected override render() {
    const context = this.partContext();
    const { recording } = this;
    return html`
      ${this.top(this.offered)}
      <div class="bench ${this.withSettings ? '' : 'alone'}">
        <div class="results">
          ${
            context
              ? html`${this.showing('session', () => sessionPart(context))} ${this.welcomePart()}
                ${this.showing('operations', () => operationsPart(context))}
                ${this.showing('spikes', () => spikesPart(context))}
                ${this.showing('ball', () => ballPart(context))}`
              : nothing
          }
          ${this.runPart()} ${this.comparisonPart()} ${stopBox(recording, this.entries())}
          ${context ? this.showing('experiment', () => html`${experimentPart(context)} ${this.aboutRun()}`) : nothing}
          ${this.keeping()}
        </div>
        ${this.settingsPart(() => null, OPEN)}
      </div>
      ${this.sheetPart()}
    `;
  }
}

customElements.define('mnemoscope-sequence', MnemoscopeSequence);
