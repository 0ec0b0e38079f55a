/**
 * What the root elements of all labs share beside their run: its controls, the address, files, keys, and the panels
 * around a lab's own parts. With the attribute `embedded` an element leaves the address bar, the
 * keys and the browser's storage alone.
 *
 * An element that is taken out of the page and put back goes on where it was; while it is out, its run waits.
 */

import { html, nothing, type TemplateResult } from 'lit';
import { labAddress } from '../ui/address';
import { fragment, type LabClient } from '../engine/client';
import { acceptFiles } from '../ui/drop';
import type { FilePlace, PartContext } from '../ui/part-context';
import { labOf } from '../engine/lab-of';
import { saveCurves, saveJson, saveResults, saveWeights } from './files';
import { FILES, openFile, type Opened, type OtherLab } from './files';
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
import { mark, type Mark } from '../ui/palette';
import { KeepFocus } from '../ui/keep-focus';
import { panel, problemBox } from '../ui/panel';
import type { Kept, Report } from '../engine/protocol';
import { RunElement } from './run-element';
import { runbar } from '../ui/runbar';
import type { Entry } from '../ui/series';
import { Shortcuts, type Shortcut } from '../ui/shortcuts';
import { helpBar, type Welcome } from '../ui/welcome';
import { TRAINING, type RunWords } from '../ui/words';
import { workBar } from '../ui/work';

/** Browsers allow only so many changes of the address; a slider that is dragged would use them up. */
const ADDRESS_MS = 150;

export abstract class LabPage extends RunElement {
  private copying: Copying = { state: 'idle' };
  /** A file is being made or read. */
  protected busy = false;
  private fileStatus = '';
  protected refused: Record<FilePlace | 'resume', string> = { keep: '', compare: '', resume: '' };
  private onScreen = true;
  private addressed = -Infinity;
  private address: string | null = null;
  private addressing: ReturnType<typeof setTimeout> | undefined;
  protected abstract readonly welcome: Welcome;
  protected abstract readonly shortcuts: Shortcuts;
  private undrop = () => {};
  /** Stop goes once there is nothing to stop. */
  protected readonly focusKeeper = new KeepFocus(this, '.work');
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
    if (!this.embedded && link === this.address) return this.showAddress();
    this.address = link;
    this.client.read(link);
  }

  private updateVisibility() {
    this.client.setVisible(this.isConnected && this.onScreen && document.visibilityState === 'visible');
  }

  protected override onReport(report: Report): void {
    super.onReport(report);
    if (report.type !== 'settled') return;
    this.copying = { state: 'idle' };
    this.showAddress();
  }

  protected override begin(): void {
    super.begin();
    this.fileStatus = '';
    this.refused = { keep: '', compare: '', resume: '' };
    this.copying = { state: 'idle' };
  }

  /** The first change at once, those that follow closely together. */
  private showAddress() {
    if (this.embedded || this.addressing !== undefined) return;
    const wait = this.addressed + ADDRESS_MS - performance.now();
    const before = location.hash;
    const write = () => {
      this.addressing = undefined;
      // An address that somebody else has written meanwhile is about to be read, and may name another lab.
      if (!this.isConnected || location.hash !== before || labOf(before) !== this.lab) return;
      this.addressed = performance.now();
      try {
        history.replaceState(null, '', this.fragment);
        this.address = location.hash;
      } catch {
        // The browser has had enough for now; the next change puts it right.
      }
    };
    if (wait > 0) this.addressing = setTimeout(write, wait);
    else write();
  }

  protected toggleLine(id: string) {
    this.hiddenLines = new Set(this.hiddenLines);
    if (!this.hiddenLines.delete(id)) this.hiddenLines.add(id);
    this.requestUpdate();
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

  protected goToPart(part: string) {
    this.goTo(`[data-part=${part}] h2`);
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
    target.tabIndex = -1;
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
    const { settled, hide } = this.client;
    if (!settled) return;
    const own = this.stale ? null : (this.recording?.check ?? null);
    const check = own ?? this.expected;
    // From a frame in someone's notes the link leads to the whole lab.
    const address = this.embedded
      ? labAddress(fragment(settled.link, [], check).slice(1))
      : new URL(fragment(settled.link, hide, check), location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      this.copying = { state: 'copied', certified: check !== null };
    } catch {
      this.copying = { state: 'shown', address };
    }
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
    void this.withFile('keep', async () => {
      await write(this.client);
      return '';
    });
  }

  /** A file that was dropped on the page, chosen in the keep panel, or handed over by another lab. */
  takeFile(file: File): Promise<void> {
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
          return this.takeResults(opened, file);
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

  /** Says what became of them. */
  protected takeResults({ results }: Opened & { kind: 'results' }, file: File): string {
    return `“${file.name}” holds results of the lab “${results.lab}”. Nothing has changed.`;
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
    this.dataset.state = this.client.activity;
    this.dataset.step = String(this.recording?.step ?? 0);
    this.dataset.executor = this.recording?.about.executor.kind ?? '';
    this.dataset.kept = String(this.keptStep ?? '');
    if (!this.isConnected) return;
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
        : helpBar(
            () => void this.explain(),
            () => Shortcuts.open(this),
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
      <div class="bench ${this.withSettings ? '' : 'alone'}">
        <div class="results">${parts.results} ${this.keeping()}</div>
        ${parts.settings}
      </div>
      ${this.embedded ? nothing : this.shortcuts.sheet()}
    `;
  }

  /** What can be kept of it. */
  protected abstract keeping(): TemplateResult | typeof nothing;

  protected get withSettings(): boolean {
    return !this.client.hide.includes('settings');
  }

  protected runPart(): TemplateResult {
    const { client, recording, stale } = this;
    const situation = {
      words: this.words,
      activity: client.activity,
      recording,
      stale,
      further: this.further,
      compiling: this.compiling,
      fraction: this.fraction,
      error: this.error,
      cancelled: this.cancelled !== null && this.cancelled === client.runKey,
    };
    return html`${this.showing('run', () =>
      runbar(situation, {
        train: () => client.train(),
        pause: () => client.pause(),
        step: () => client.step(),
        reset: () => client.reset(),
        settings: this.withSettings ? () => this.goTo('#settings') : null,
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

  /** The lines of the charts: the arms of the open run. */
  protected entries(): Entry[] {
    const arms = this.recording?.about.arms ?? [];
    return arms.map(({ id, label }, place) => ({ id, label, mark: mark(place) }));
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
