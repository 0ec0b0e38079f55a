/**
 * What the root elements of all labs share beside their run: its controls, the address, files, keys, and the panels
 * around a lab's own parts. With the attribute `embedded` an element leaves address bar, keys and storage alone.
 *
 * An element that is taken out of the page and put back goes on where it was; while it is out, its run waits.
 */

import { html, nothing, type TemplateResult } from 'lit';
import type { LabClient } from '../engine/client';
import { acceptFiles } from '../ui/drop';
import type { FilePlace, PartContext } from '../ui/part-context';
import { compare } from '../figure/compare';
import type { FiguresContext } from '../figure/figures';
import type { Shelf } from '../figure/shelf';
import type { Recording } from '../engine/record';
import { AddressBar } from './address-bar';
import { Contents } from './contents';
import { copied } from './copied';
import { FILES, openFile, saveCurves, saveJson, saveResults, saveWeights, type OtherLab } from './files';
import { deviceCard } from './device';
import { onward } from './onward';
import { count } from '../ui/format';
import {
  comparisonBox,
  incidents,
  keepPanel,
  offerBox,
  type Copying,
  type KeepParts,
  type Save,
} from '../ui/keep';
import { unfold } from '../ui/fold';
import type { Mark } from '../ui/palette';
import { KeepFocus } from '../ui/keep-focus';
import { panel, problemBox } from '../ui/panel';
import type { Kept, Report } from '../engine/protocol';
import { RunElement } from './run-element';
import { runbar } from '../ui/runbar';
import { Shortcuts, type Shortcut } from '../ui/shortcuts';
import { helpBar, type Welcome } from '../ui/welcome';
import { TRAINING, type RunWords } from '../ui/words';
import { workBar } from '../ui/work';

export abstract class LabPage extends RunElement {
  private copying: Copying = { state: 'idle' };
  /** A file is being made or read. */
  protected busy = false;
  private fileStatus = '';
  protected refused: Record<FilePlace | 'resume', string> = { keep: '', compare: '', resume: '' };
  private onScreen = true;
  private readonly address = new AddressBar(this);
  protected abstract readonly welcome: Welcome;
  protected abstract readonly shortcuts: Shortcuts;
  private undrop = () => {};
  private readonly contents = new Contents(this, () => this.requestUpdate());
  /** Stop goes once there is nothing to stop. */
  protected readonly focusKeeper = new KeepFocus(this, '.work');
  /** Earlier runs, where the lab lays curves over each other. */
  protected readonly shelf: Shelf | null = null;
  /** Where its run bar stands: above everything, or between its parts. */
  protected readonly bar: 'above' | 'between' = 'above';
  /** What this lab calls its work. */
  protected readonly words: RunWords = TRAINING;

  private readonly onVisibility = () => this.updateVisibility();
  private readonly onLeave = () => this.client.keep();
  private readonly onKey = (event: KeyboardEvent) => this.shortcuts.press(event);

  override connectedCallback() {
    super.connectedCallback();
    this.updateVisibility();
    document.addEventListener('visibilitychange', this.onVisibility);
    if (this.embedded) return;
    addEventListener('pagehide', this.onLeave);
    addEventListener('keydown', this.onKey);
    this.undrop = acceptFiles(this, (file) => void this.takeFile(file));
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.onVisibility);
    removeEventListener('pagehide', this.onLeave);
    removeEventListener('keydown', this.onKey);
    this.undrop();
    this.contents.stop();
    this.client.keep();
    this.updateVisibility();
  }

  /** For the page around the lab: whether the reader can see it. */
  setVisible(onScreen: boolean): void {
    this.onScreen = onScreen;
    this.updateVisibility();
  }

  /**
   * For the page around the lab: what a link says. The address that the lab itself wrote or read last stands for the lab as
   * it was left, even if what was done in it then came too late for the address.
   */
  read(link: string): void {
    if (!this.embedded && link === this.address.link) return this.address.show();
    this.address.link = link;
    this.client.read(link);
  }

  private updateVisibility() {
    this.client.setVisible(this.isConnected && this.onScreen && document.visibilityState === 'visible');
  }

  protected override onReport(report: Report): void {
    super.onReport(report);
    if (report.type !== 'settled') return;
    this.copying = { state: 'idle' };
    if (!this.embedded) this.address.show();
  }

  protected override begin(): void {
    super.begin();
    this.fileStatus = '';
    this.refused = { keep: '', compare: '', resume: '' };
    this.copying = { state: 'idle' };
  }

  protected override leaving(recording: Recording | null): void {
    this.shelf?.keep(recording);
  }

  /** Keys that every lab has: those of the run, and those of the page. */
  protected runKeys(words: RunWords = TRAINING): Shortcut[] {
    return [
      { key: words.key, label: `${words.start}, or go on`, act: () => this.press('train') },
      { key: 'p', label: 'Pause, or give up preparing', act: () => this.press('pause') },
      { key: 's', label: words.one, act: () => this.press('step') },
      { key: 'r', label: `Reset to ${words.unit} 0`, act: () => this.press('reset') },
      { key: 'e', label: 'Go to the settings', act: () => this.goTo('#settings') },
    ];
  }

  /** Keys that lead to parts. */
  protected partKeys(rows: readonly (readonly [key: string, part: string, label: string])[]): Shortcut[] {
    return rows.map(([key, part, label]) => ({ key, label, act: () => this.goToPart(part) }));
  }

  /** To its first box: by its heading, if it has one. */
  goToPart(part: string) {
    const box = `[data-part=${part}] > :first-child`;
    this.goTo(this.querySelector(`${box} h2`) ? `${box} h2` : box);
  }

  protected pageKeys(): Shortcut[] {
    return [
      { key: 'c', label: 'Copy the link', act: () => void this.copyLink() },
      { key: 'h', label: 'How to read this page', act: () => void this.explain() },
      { key: '?', label: 'This sheet', act: () => Shortcuts.open(this) },
    ];
  }

  /** A key does what the button does, and nothing where the button cannot be used. */
  private press(id: string) {
    this.querySelector<HTMLButtonElement>(`#${id}`)?.click();
  }

  protected goTo(selector: string) {
    const target = this.querySelector<HTMLElement>(selector);
    if (!target) return;
    unfold(target);
    target.tabIndex = -1;
    // Beside the others the settings are in view already.
    const { top, bottom } = target.getBoundingClientRect();
    if (!target.closest('.settings') || top < 0 || bottom > innerHeight)
      target.scrollIntoView({ block: 'start' });
    target.focus({ preventScroll: true });
  }

  private async explain() {
    this.welcome.show(true);
    await this.updateComplete;
    this.goTo('#title-welcome');
  }

  private closeWelcome() {
    this.welcome.show(false);
    // The button that had the focus is gone; the one that opens the panel again takes it.
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('[data-testid=explain]')?.focus());
  }

  private async copyLink() {
    const { settled, shown } = this.client;
    if (!settled) return;
    const own = this.stale ? null : (this.recording?.check ?? null);
    this.copying = await copied(settled.link, this.embedded ? null : shown, own ?? this.expected);
    this.requestUpdate();
  }

  /** Shows that work on a file is under way, and why it failed if it did. */
  protected async withFile(place: FilePlace, work: () => Promise<string>) {
    this.refused[place] = '';
    this.fileStatus = '';
    this.busy = true;
    this.requestUpdate();
    try {
      this.fileStatus = await work();
    } catch (thrown) {
      this.refused[place] = thrown instanceof Error ? thrown.message : String(thrown);
    }
    this.busy = false;
    this.requestUpdate();
  }

  protected export(write: (client: LabClient) => Promise<void>) {
    void this.withFile('keep', () => write(this.client).then(() => ''));
  }

  /** A file that was dropped on the page, chosen in the keep panel, or handed over by another lab, which may say what it is. */
  takeFile(file: File, _kind?: string): Promise<void> {
    return this.readFile(file, 'keep');
  }

  protected readFile(file: File, place: FilePlace): Promise<void> {
    return this.withFile(place, async () => {
      const opened = await openFile(this.client, file, this.lab, place === 'compare' ? 'results' : 'any');
      switch (opened.kind) {
        case 'elsewhere': {
          const asked: OtherLab = new CustomEvent('other-lab', {
            cancelable: true,
            detail: { lab: opened.lab, file },
          });
          if (this.dispatchEvent(asked)) {
            throw new Error(`“${file.name}” belongs to the lab “${opened.lab}”. Open it there.`);
          }
          return '';
        }
        case 'results':
          if (!this.shelf)
            throw new Error(`“${file.name}” holds results, which this lab does not lay over each other.`);
          this.shelf.add(opened.results, file.name);
          return `“${file.name}” is drawn beside the present run, and listed under Compare.`;
        case 'weights': {
          const { step, optimiser } = opened.weights;
          const fresh = optimiser
            ? ''
            : ' The file lacks the optimiser’s state, so the optimiser starts afresh.';
          return `“${file.name}” is open at step ${count(step)}.${fresh}`;
        }
      }
    });
  }

  /** The earlier runs, beside the present one. */
  protected comparePart(figures: FiguresContext): TemplateResult | typeof nothing {
    const { shelf, refused } = this;
    if (!shelf) return nothing;
    const readFile = (file: File) => void this.readFile(file, 'compare');
    return this.showing('compare', () =>
      compare({ ...figures, shelf, changed: () => this.requestUpdate(), refused: refused.compare, readFile }),
    );
  }

  private async goOn() {
    const finished = this.kept?.finished;
    try {
      await this.client.resume();
      if (!finished) this.client.train();
    } catch (thrown) {
      this.refused.resume = thrown instanceof Error ? thrown.message : String(thrown);
      this.requestUpdate();
    }
  }

  protected override updated() {
    this.dataset.lab = this.lab;
    this.dataset.bar = this.bar;
    this.dataset.state = this.client.activity;
    this.dataset.step = String(this.recording?.step ?? 0);
    this.dataset.executor = this.recording?.about.executor.kind ?? '';
    this.dataset.kept = String(this.keptStep ?? '');
    if (!this.isConnected) return;
    if (!this.embedded) this.contents.follow();
    // The head stands outside, so that it can be read before the scripts are there.
    const head = document.querySelector<HTMLElement>('[data-part=head]');
    if (head) head.hidden = this.client.hide.includes('head');
  }

  /** A part that a link can hide. The wrapper has no box of its own. */
  protected showing(
    id: string,
    content: () => TemplateResult | typeof nothing,
  ): TemplateResult | typeof nothing {
    return this.client.hide.includes(id) ? nothing : html`<div data-part=${id}>${content()}</div>`;
  }

  /** Above everything: help, what was wrong with the settings, and the run of an earlier visit. */
  private top(describe: (kept: Kept) => string): TemplateResult {
    return html`${
      this.embedded
        ? nothing
        : this.contents.view(
            this.parts,
            (id) => this.goToPart(id),
            helpBar(
              () => void this.explain(),
              () => Shortcuts.open(this),
            ),
          )
    }
    ${problemBox(this.problems, this.properties, () => {
      this.problems = [];
      this.requestUpdate();
    })}
    ${offerBox(this.kept, describe, this.refused.resume, {
      goOn: () => void this.goOn(),
      discard: () => this.client.discard(),
    })}`;
  }

  /** The frame of every lab: figures, and beside them or below them the settings. */
  protected frame(parts: {
    /** What the run of an earlier visit was. */
    offered: (kept: Kept) => string;
    above?: unknown;
    results: unknown;
    settings: unknown;
  }): TemplateResult {
    return html`
      ${this.top(parts.offered)} ${parts.above ?? nothing}
      <div class="bench ${this.client.hide.includes('settings') ? 'alone' : ''}">
        <div class="results">
          ${parts.results} ${this.keeping()} ${this.embedded ? nothing : onward(this.partContext())}
          ${deviceCard(this.client, this.partContext(), this.embedded)}
        </div>
        ${parts.settings}
      </div>
      ${this.embedded ? nothing : this.shortcuts.sheet()}
    `;
  }

  /** What can be kept of it. */
  protected abstract keeping(): TemplateResult | typeof nothing;

  protected runPart(): TemplateResult {
    const { client, recording, stale } = this;
    const situation = {
      words: this.words,
      activity: client.activity,
      known: client.settled !== null,
      recording,
      stale,
      further: this.further,
      compiling: this.compiling,
      fraction: this.fraction,
      error: this.error,
      cancelled: this.cancelled !== null && this.cancelled === client.runKey,
      lacking: this.lacking,
      onwards: this.onwards?.step ?? null,
    };
    // Where something is missing, it leads there, to the words.
    const unlessLacking = (act: () => void) => () => {
      const [first] = client.settled?.lacking ?? [];
      if (!first) return act();
      const control = this.querySelector<HTMLElement>(`#set-${first.field}`);
      control?.closest('details')?.setAttribute('open', '');
      control?.focus();
    };
    return html`${this.showing('run', () =>
      runbar(situation, {
        train: unlessLacking(() => {
          const { onwards } = this;
          if (onwards) client.settle({ ...client.settled?.values, ...onwards.values });
          client.train();
        }),
        pause: () => client.pause(),
        step: unlessLacking(() => client.step()),
        reset: () => client.reset(),
        settings: client.hide.includes('settings') ? null : () => this.goTo('#settings'),
      }),
    )}
    ${incidents(recording, this.unkept, () => {
      this.unkept = '';
      this.requestUpdate();
    })}`;
  }

  /** Whether this reader's numbers are those of whoever shared the link. */
  protected comparisonPart(): TemplateResult {
    return comparisonBox(this.comparison, this.expected !== null && !this.stale);
  }

  protected welcomePart(): TemplateResult | typeof nothing {
    return this.embedded ? nothing : this.welcome.panel(() => this.closeWelcome());
  }

  protected keepPart(parts: KeepParts): TemplateResult | typeof nothing {
    return this.showing('keep', () =>
      keepPanel({
        ...parts,
        work: this.busy
          ? html`${workBar(this.client, 'run', { names: FILES })}${workBar(this.client, 'report')}`
          : nothing,
        drops: !this.embedded,
        copying: this.copying,
        notes: `./examples.html#${this.client.settled?.link ?? ''}`,
        keptStep: this.keptStep,
        status: this.fileStatus,
        refused: this.refused.keep,
        copyLink: () => void this.copyLink(),
        readFile: (file) => void this.takeFile(file),
      }),
    );
  }

  /** What the command line writes about the settings, as a file. */
  protected reportFile(): Save {
    const { settled, activity } = this.client;
    return {
      id: 'report',
      label: 'Report (JSON)',
      enabled: settled !== null && activity !== 'compiling' && !this.busy,
      act: () =>
        this.export(async (client) => saveJson(await client.ask('report', {}), `${this.lab}-report`)),
    };
  }

  /** The files that a run gives; one that trains has curves once something was measured. */
  protected runFiles(names: { csv?: string; json?: string } = {}): Save[] {
    const { recording, savable } = this;
    const drawn = !recording?.about.weights || recording.evaluations.length > 0;
    const { csv = 'Curves (CSV)', json = 'Results (JSON)' } = names;
    return [
      { id: 'csv', label: csv, enabled: savable && drawn, act: () => this.export(saveCurves) },
      { id: 'json', label: json, enabled: savable, act: () => this.export(saveResults) },
    ];
  }

  protected weightsFile(): Save {
    const act = () => this.export(saveWeights);
    return { id: 'weights', label: 'Weights (safetensors)', enabled: this.savable, act };
  }

  /** Whether the open run can be written to a file now. */
  protected get savable(): boolean {
    return this.live && !this.busy;
  }

  /** `open` names the groups that stand open at first. */
  protected settingsPart(
    markOf: (property: string, option: string) => Mark | null,
    open?: ReadonlySet<string>,
  ): TemplateResult | typeof nothing {
    const { client, properties, presets, problems } = this;
    const { settled } = client;
    if (!settled) return nothing;
    const parts = new Set(this.parts.map(({ id }) => id));
    return this.showing('settings', () =>
      panel({
        properties,
        presets,
        settled,
        problems,
        // A part and a setting may have the same name; then it is the part that is hidden.
        hide: client.hide.filter((name) => !parts.has(name)),
        onChange: (name, value) => client.change(name, value),
        typeIn: (name, text) => client.typeIn(name, text),
        onPreset: (preset) => client.settle(Object.fromEntries(preset.values)),
        markOf,
        ...(open ? { open } : {}),
      }),
    );
  }

  /** For the lab's parts; null until the settings are known. */
  protected partContext(): PartContext | null {
    const { client } = this;
    const { settled } = client;
    if (!settled || settled.lab !== this.lab) return null;
    return {
      client,
      properties: this.properties,
      presets: this.presets,
      parts: this.parts,
      settled,
      change: (name, value) => client.change(name, value),
      typeIn: (name, text) => client.typeIn(name, text),
      settle: (values) => client.settle(values),
      recording: this.recording,
      live: this.live,
      stale: this.stale,
      activity: client.activity,
      step: this.recording?.step ?? 0,
      entries: this.entries(),
      hidden: this.hiddenLines,
      toggle: (id) => this.toggleLine(id),
      verdicts: this.verdicts,
      saveCurves: () => this.export(saveCurves),
      link: settled.link,
    };
  }
}
