/** The sequence lab's root element: where its parts stand, and what of them can be kept. */

import { html, nothing } from 'lit';
import '../../ui/styles.css';
import '../../ui/labs.css';
import { save } from '../../ui/download';
import type { LabId } from '../../engine/types';
import { plural } from '../../ui/format';
import { LabPage } from '../../page/lab-page';
import { facts, stopBox } from '../../ui/panel';
import type { Kept } from '../../engine/protocol';
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
  protected override readonly bar = 'between';
  protected override readonly words = RUNNING;
  protected readonly welcome = new Welcome(
    'welcome-sequence',
    STEPS,
    () => this.requestUpdate(),
    html`<p>
      A sequence machine of 2007 writes each symbol once, as a code of a few spiking neurons, and recalls the
      sequence from a cue. Here it runs beside a transformer: watch both step by step, and find out what fits
      into such a memory, and where it loses its way.
    </p>`,
  );
  protected readonly shortcuts = new Shortcuts(
    [
      { key: 'w', label: 'Store: write the sequence', act: () => this.pressed('store') },
      { key: 'l', label: 'Recall from the cue', act: () => this.pressed('recall-now') },
      { key: 'g', label: 'Show the sequence again', act: () => this.pressed('replay') },
      { key: 'f', label: 'Forget: a blank memory', act: () => this.pressed('forget') },
      ...this.runKeys(RUNNING),
      ...this.partKeys([
        ['m', 'session', 'Go to the machine'],
        ['o', 'operations', 'Go to the five operations'],
        ['k', 'spikes', 'Go to the spikes'],
        ['a', 'ball', 'Go to attention and SDM'],
        ['x', 'experiment', 'Go to the experiment'],
      ]),
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

  protected keeping() {
    const { settled, activity } = this.client;
    return this.keepPart({
      saves: [
        {
          id: 'session-csv',
          label: 'Session (CSV)',
          enabled: settled !== null && activity !== 'compiling',
          act: () =>
            this.export(async (client) => {
              const text = await client.ask('csv', { table: 'session' });
              save(new Blob([text], { type: 'text/csv' }), 'mnemoscope-sequence-session.csv');
            }),
        },
        this.reportFile(),
        ...this.runFiles({ csv: 'Experiment (CSV)', json: 'Experiment (JSON)' }),
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
    const { arms, runs } = info;
    return facts(info, [
      ['Compares', `${plural(arms.length, 'line')}, ${plural(runs.length, 'machine')} in all`],
    ]);
  }

  /** Nothing of this lab is kept for the next visit. */
  private readonly offered = ({ link }: Kept): string => link;

  protected override render() {
    const context = this.partContext();
    const { recording } = this;
    return this.frame({
      offered: this.offered,
      results: html`${
        context
          ? html`${this.showing('session', () => sessionPart(context))} ${this.welcomePart()}
            ${this.showing('operations', () => operationsPart(context))}
            ${this.showing('spikes', () => spikesPart(context))}
            ${this.showing('ball', () => ballPart(context))}`
          : nothing
      }
      ${this.runPart()} ${this.comparisonPart()} ${stopBox(recording, this.entries())}
      ${context ? this.showing('experiment', () => html`${experimentPart(context)} ${this.aboutRun()}`) : nothing}`,
      settings: this.settingsPart(() => null, OPEN),
    });
  }
}

customElements.define('mnemoscope-sequence', MnemoscopeSequence);
