/** The encodings lab's root element: a table that the reader brought along, and where the lab's parts stand. */

import { html, nothing } from 'lit';
import '../../ui/styles.css';
import '../../ui/labs.css';
import type { LabId, Property } from '../../engine/types';
import { checkSize } from '../../page/files';
import { plural } from '../../ui/format';
import { LabPage } from '../../page/lab-page';
import { mark } from '../../ui/palette';
import { about, stopBox } from '../../ui/panel';
import type { Kept, Report } from '../../engine/protocol';
import type { Entry } from '../../ui/series';
import { SERIES } from '../../ui/series';
import { Shortcuts } from '../../ui/shortcuts';
import { Welcome } from '../../ui/welcome';
import type { EncodingsContext } from './context';
import type { UploadInfo } from '../../engine/types';
import { experimentPart } from './experiment';
import { inspectPart } from './inspect';
import { lemmaPart } from './lemma';
import { logitPart } from './logit';
import { measuresPart } from './measures';
import { phasePart } from './phase';

const STEPS = [
  html`<strong>Pick two encodings.</strong> Each picture shows how similar every position is to every other,
    as attention's dot product sees it; point at a cell for its value.`,
  html`<strong>Compare them in numbers.</strong> The measures say how well positions can be told apart.`,
  html`<strong>Move a position</strong> and read it as a phase and as a spike time; then see what the lemma
    promises about their dot products, and where it stops.`,
  html`<strong>Press Train</strong> to find out whether positions that are easier to tell apart are learned
    from sooner. The page's address always holds your settings.`,
];

/** Groups of settings that stand open; those of the two encodings stand beside their pictures. */
const OPEN = new Set(['Positions', 'Experiment']);
/** The largest table that the engine takes is far below this. */
const MOST_TABLE = 64 << 20;
const TABLE = /\.(npy|csv|tsv|txt)$/i;

/** The value of a setting that a link holds, or its default, in the reader's words. */
function said(properties: Property[], link: string, name: string): string {
  const property = properties.find((candidate) => candidate.name === name);
  const value = new URLSearchParams(link).get(name) ?? property?.default ?? '';
  const options = property?.kind.type === 'choice' ? property.kind.options : [];
  return options.find((option) => option.value === value)?.label ?? value;
}

export default class MnemoscopeEncodings extends LabPage {
  readonly lab: LabId = 'encodings';
  protected override readonly bar = 'between';
  private upload: UploadInfo | null = null;
  private uploadRefused = '';
  protected readonly welcome = new Welcome(
    'welcome-encodings',
    STEPS,
    () => this.requestUpdate(),
    html`<p>
      Attention compares positions by dot products of their vectors. Here two encodings stand side by side:
      what such a product sees of them, where a phase becomes a spike time, and whether positions that are
      easy to tell apart are also easy to learn from.
    </p>`,
  );
  protected readonly shortcuts = new Shortcuts(
    [
      ...this.runKeys(),
      ...this.partKeys([
        ['i', 'inspect', 'Go to the pictures'],
        ['m', 'measures', 'Go to the measures'],
        ['l', 'lemma', 'Go to the lemma'],
        ['x', 'experiment', 'Go to the experiment'],
      ]),
      ...this.pageKeys(),
    ],
    () => this.requestUpdate(),
  );

  /** The arms of the open run. An encoding of the copy lab has the mark that it has there. */
  protected override entries(): Entry[] {
    const arms = this.recording?.about.arms ?? [];
    const kind = this.properties.find((property) => property.name === SERIES)?.kind;
    const known = kind?.type === 'many' ? kind.options.map((option) => option.value) : [];
    const all = arms.every((arm) => known.includes(arm.id));
    return arms.map(({ id, label }, place) => ({
      id,
      label,
      mark: mark(all ? known.indexOf(id) : place),
    }));
  }

  /** A table that learns is watched where it is drawn. */
  protected override onReport(report: Report): void {
    super.onReport(report);
    if (report.type !== 'opened' || report.recorded || this.embedded) return;
    const { experiment, left, right } = this.client.settled?.values ?? {};
    if (experiment !== 'live' || (left !== 'trained' && right !== 'trained')) return;
    this.querySelector('[data-part=inspect] .sides')?.scrollIntoView({ block: 'start' });
  }

  override takeFile(file: File): Promise<void> {
    if (!TABLE.test(file.name)) return super.takeFile(file);
    this.goToPart('inspect');
    // Said in the keep panel too: the pictures may be left out.
    return this.withFile('keep', async () => {
      await this.takeTable(file);
      if (this.uploadRefused) throw new Error(this.uploadRefused);
      return `“${file.name}” is the encoding “Uploaded”.`;
    });
  }

  private async takeTable(file: File): Promise<void> {
    this.uploadRefused = '';
    try {
      checkSize(file, MOST_TABLE);
      this.upload = await this.client.tell('inspect.upload', {
        name: file.name,
        bytes: new Uint8Array(await file.arrayBuffer()),
      });
      // Whoever brings a table along wants to see it: beside the encoding on the left, unless one side shows it already.
      const { left, right } = this.client.settled?.values ?? {};
      if (left !== 'uploaded' && right !== 'uploaded') this.client.change('right', 'uploaded');
    } catch (thrown) {
      this.uploadRefused = thrown instanceof Error ? thrown.message : String(thrown);
    }
    this.requestUpdate();
  }

  private async forgetTable(): Promise<void> {
    this.client.forget('inspect.upload');
    await this.client.ask('inspect.forget', {});
    this.upload = null;
    this.uploadRefused = '';
    this.requestUpdate();
  }

  protected override partContext(): EncodingsContext | null {
    const context = super.partContext();
    return (
      context && {
        ...context,
        upload: this.upload,
        uploadRefused: this.uploadRefused,
        uploadFile: (file) => void this.takeTable(file),
        forgetUpload: () => void this.forgetTable(),
      }
    );
  }

  protected keeping() {
    return this.keepPart({
      saves: [this.reportFile(), ...this.runFiles(), this.weightsFile()],
      open: { label: 'Weights of any lab, or a table', accept: '.safetensors,.npy,.csv' },
    });
  }

  private readonly offered = ({ link, arms }: Kept): string =>
    `${said(this.properties, link, 'experiment')}, ${plural(arms.length, 'line')}`;

  protected override render() {
    const context = this.partContext();
    const { recording } = this;
    return this.frame({
      offered: this.offered,
      results: html`${
        context
          ? html`${this.showing('inspect', () => inspectPart(context))} ${this.welcomePart()}
            ${this.showing('measures', () => measuresPart(context))}
            ${this.showing('phase', () => phasePart(context))}
            ${this.showing('lemma', () => lemmaPart(context))}
            ${this.showing('logit', () => logitPart(context))}`
          : nothing
      }
      ${this.runPart()} ${this.comparisonPart()} ${stopBox(recording, this.entries())}
      ${context ? this.showing('experiment', () => html`${experimentPart(context)} ${about(recording)}`) : nothing}`,
      settings: this.settingsPart(() => null, OPEN),
    });
  }
}

customElements.define('mnemoscope-encodings', MnemoscopeEncodings);
