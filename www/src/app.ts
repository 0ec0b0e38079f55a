/**
 * The page's root element: keeps what the reader chose and what the worker said, and draws both.
 * With the attribute `embedded` it leaves the address bar, the keys and the browser's storage alone.
 */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import './styles.css';
import { labAddress } from './address';
import { fragment, LabClient } from './client';
import type { FilePlace, LabContext } from './context';
import { acceptFiles } from './drop';
import type { CheckComparison, Problem, Property, Verdict } from './engine';
import { openFile, saveCurves, saveResults, saveWeights } from './files';
import { accuracyFigures, lossFigure } from './figures';
import { count } from './format';
import { comparisonBox, incidents, keepPanel, offerBox, type Copying } from './keep';
import type { Seen, Unseen } from './look/lab-inspector';
import { Shelf } from './look/shelf';
import { about, panel, problemBox, stopBox } from './panel';
import type { Kept, LinkedPreset, Report } from './protocol';
import { Recording, type Measure, type Source } from './record';
import { runbar } from './runbar';
import { scoreboard, type Entry } from './scoreboard';
import { entryOf, SERIES } from './series';
import { Shortcuts } from './shortcuts';
import { compareSlot, costSlot, lookSlot, verdictSlot } from './slots';
import { chartTools, type View } from './tools';
import { helpBar, Welcome } from './welcome';

export class MnemoscopeApp extends LitElement {
  /** There from the first connection on. */
  client!: LabClient;
  private properties: Property[] = [];
  private presets: LinkedPreset[] = [];
  private problems: Problem[] = [];
  private recording: Recording | null = null;
  private live = false;
  private compiling = '';
  private fraction = 0;
  private error = '';
  /** Settings of the run whose preparing was given up last. */
  private cancelled: string | null = null;
  private verdicts: Verdict[] = [];
  private comparison: CheckComparison | null = null;
  private seen: Seen | null = null;
  private unseen: Unseen | null = null;
  private readonly shelf = new Shelf();
  private kept: Kept | null = null;
  private keptStep: number | null = null;
  private unkept = '';
  private toldUnkept = false;
  private hiddenLines = new Set<string>();
  private source: Source = 'held-out';
  private log = false;
  private cursor: number | null = null;
  private opened = new Set<Measure>();
  private copying: Copying = { state: 'idle' };
  private busy = false;
  private told = '';
  private refused: Record<FilePlace | 'resume', string> = { keep: '', compare: '', resume: '' };
  private onScreen = true;
  private readonly welcome = new Welcome(() => this.requestUpdate());
  private readonly shortcuts = new Shortcuts(
    [
      { key: 't', label: 'Train, or go on', act: () => this.press('train') },
      { key: 'p', label: 'Pause, or give up preparing', act: () => this.press('pause') },
      { key: 's', label: 'Train one step', act: () => this.press('step') },
      { key: 'r', label: 'Reset to step 0', act: () => this.press('reset') },
      { key: 'e', label: 'Go to the settings', act: () => this.goTo('#settings') },
      { key: 'i', label: 'Go to Look inside', act: () => this.goTo('#title-look') },
      { key: 'c', label: 'Copy the link', act: () => void this.copyLink() },
      { key: 'd', label: 'Held-out or training curves', act: () => this.view({ source: this.otherSource }) },
      { key: 'g', label: 'Log axis on or off', act: () => this.view({ log: !this.log }) },
      { key: 'h', label: 'How to read this page', act: () => void this.explain() },
      { key: '?', label: 'This sheet', act: () => Shortcuts.open(this) },
    ],
    () => this.requestUpdate(),
  );
  private unlisten = () => {};
  private undrop = () => {};

  private readonly onHash = () => this.client.read(location.hash);
  private readonly onVisibility = () => this.tellVisibility();
  private readonly onLeave = () => this.client.keep();
  private get embedded(): boolean {
    return this.hasAttribute('embedded');
  }

  protected override createRenderRoot() {
    return this;
  }

  override connectedCallback() {
    this.replaceChildren();
    this.client ??= new LabClient({
      worker: () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
      store: !this.embedded,
    });
    super.connectedCallback();
    this.unlisten = this.client.listen((report) => this.hear(report));
    this.client.read(location.hash);
    this.tellVisibility();
    addEventListener('hashchange', this.onHash);
    document.addEventListener('visibilitychange', this.onVisibility);
    if (this.embedded) return;
    addEventListener('pagehide', this.onLeave);
    addEventListener('keydown', this.shortcuts.press);
    this.undrop = acceptFiles(this, (file) => void this.readFile(file, 'keep'));
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.unlisten();
    removeEventListener('hashchange', this.onHash);
    document.removeEventListener('visibilitychange', this.onVisibility);
    removeEventListener('pagehide', this.onLeave);
    removeEventListener('keydown', this.shortcuts.press);
    this.undrop();
  }

  /** For the page around the lab: whether the reader can see it. */
  see(onScreen: boolean): void {
    this.onScreen = onScreen;
    this.tellVisibility();
  }

  private tellVisibility() {
    this.client.see(this.onScreen && document.visibilityState === 'visible');
  }

  private hear(report: Report) {
    switch (report.type) {
      case 'described':
        this.properties = report.properties;
        this.presets = report.presets;
        break;
      case 'settled':
        this.problems = report.settled.problems;
        this.copying = { state: 'idle' };
        this.showAddress();
        break;
      case 'activity':
        this.cancelled = null;
        break;
      case 'compiling':
        this.cancelled = null;
        this.fraction = report.fraction;
        this.compiling = report.what;
        break;
      case 'opened':
        if (this.recording?.link !== report.link) this.shelf.keep(this.recording);
        this.recording = report.recorded
          ? Recording.from(report.recorded)
          : new Recording(report.about, report.link, report.key);
        this.begin();
        this.live = true;
        this.kept = null;
        this.hiddenLines = new Set();
        this.error = '';
        break;
      case 'moved':
        if (this.recording) this.recording.about = report.about;
        break;
      case 'extended':
        this.recording?.extend(report.about, report.link, report.key);
        break;
      case 'reset':
        if (report.closed) {
          this.shelf.keep(this.recording);
          this.recording = null;
          this.live = false;
        } else if (this.recording) {
          this.recording = new Recording(this.recording.about, this.recording.link, this.recording.key);
        }
        this.begin();
        break;
      case 'happened':
        this.recording?.apply(report.events);
        break;
      case 'checked':
        if (this.recording) this.recording.check = report.check;
        this.comparison = report.comparison;
        break;
      case 'verdicts':
        this.verdicts = report.verdicts;
        break;
      case 'seen':
        this.seen = report;
        break;
      case 'unseen':
        this.unseen = report;
        break;
      case 'offered':
        this.kept = report.kept;
        break;
      case 'kept':
        this.keptStep = report.step;
        break;
      case 'unkept':
        // A worker that took another's place may meet it again.
        if (!this.toldUnkept) this.unkept = report.message;
        this.toldUnkept = true;
        break;
      case 'cancelled':
        this.cancelled = this.client.settled?.link ?? null;
        this.live = false;
        break;
      case 'failed':
        this.live = false;
        this.error = report.error.message;
        break;
    }
    this.requestUpdate();
  }

  /** What belongs to the run that was on show before. */
  private begin() {
    this.cursor = null;
    this.comparison = null;
    this.verdicts = [];
    this.seen = null;
    this.unseen = null;
    this.keptStep = null;
    this.told = '';
    this.refused = { keep: '', compare: '', resume: '' };
    this.copying = { state: 'idle' };
  }

  private get stale(): boolean {
    const { recording } = this;
    const { settled } = this.client;
    return recording !== null && settled !== null && recording.link !== settled.link;
  }

  /** The step to which the run on show would go on, if nothing but the number of steps has changed. */
  private get further(): number | null {
    const { recording, live } = this;
    const values = this.client.settled?.values;
    if (!recording || !values || !live || values.schedule !== 'constant') return null;
    if (recording.stops.length === recording.about.runs.length) return null;
    const before = recording.about.values;
    const differ = Object.keys({ ...before, ...values }).filter((name) => before[name] !== values[name]);
    const steps = Number(values.steps);
    return differ.length === 1 && differ[0] === 'steps' && steps > recording.step ? steps : null;
  }

  /** The certificate that a link read, if it is for the present settings. */
  private get expected(): string | null {
    const { expected, settled } = this.client;
    return expected && settled && expected.key === this.client.runKey ? expected.check : null;
  }

  /** The address holds the settings, what is hidden, and a certificate that came with it. */
  private showAddress() {
    const { settled, hide } = this.client;
    if (!settled || this.embedded) return;
    history.replaceState(null, '', fragment(settled.link, hide, this.expected));
  }

  private readonly entryOf = (id: string): Entry => entryOf(this.properties, id);

  /** The lines: those of the run on show, or, before the first, those that are chosen. */
  private entries(): Entry[] {
    const ids =
      this.recording?.encodings.map((encoding) => encoding.id) ??
      this.client.settled?.values[SERIES]?.split(',') ??
      [];
    return ids.map(this.entryOf);
  }

  private toggleLine(id: string) {
    this.hiddenLines = new Set(this.hiddenLines);
    if (!this.hiddenLines.delete(id)) this.hiddenLines.add(id);
    this.requestUpdate();
  }

  private openTable(measure: Measure, open: boolean) {
    if (open) this.opened.add(measure);
    else this.opened.delete(measure);
    this.requestUpdate();
  }

  private view(view: Partial<View>) {
    this.source = view.source ?? this.source;
    this.log = view.log ?? this.log;
    this.requestUpdate();
  }

  private get otherSource(): Source {
    return this.source === 'held-out' ? 'training' : 'held-out';
  }

  /** A key does what the button does, and nothing where the button cannot be used. */
  private press(id: string) {
    this.querySelector<HTMLButtonElement>(`#${id}`)?.click();
  }

  private goTo(selector: string) {
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
  private async withFile(place: FilePlace, work: () => Promise<string>) {
    this.refused[place] = '';
    this.told = '';
    this.busy = true;
    this.requestUpdate();
    try {
      this.told = await work();
    } catch (thrown) {
      this.refused[place] = thrown instanceof Error ? thrown.message : String(thrown);
    }
    this.busy = false;
    this.requestUpdate();
  }

  private export(write: (client: LabClient) => Promise<void>) {
    void this.withFile('keep', async () => {
      await write(this.client);
      return '';
    });
  }

  private readFile(file: File, place: FilePlace) {
    return this.withFile(place, async () => {
      const { results, weights } = await openFile(this.client, file, place === 'compare' ? 'results' : 'any');
      if (results) {
        this.shelf.add(results, file.name);
        return `“${file.name}” is drawn beside the present run, and listed under Compare.`;
      }
      const fresh = 'The file lacks the optimiser’s state, so the optimiser starts afresh.';
      return `“${file.name}” is open at step ${count(weights.step)}. ${weights.optimiser ? '' : fresh}`;
    });
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
    this.dataset.state = this.client.activity;
    this.dataset.step = String(this.recording?.step ?? 0);
    this.dataset.executor = this.recording?.about.executor.kind ?? '';
    this.dataset.kept = String(this.keptStep ?? '');
    // The head stands outside, so that it can be read before the scripts are there.
    const head = document.querySelector<HTMLElement>('[data-part=head]');
    if (head) head.hidden = this.client.hide.includes('head');
  }

  private context(): LabContext {
    return {
      client: this.client,
      recording: this.recording,
      live: this.live,
      entries: this.entries(),
      entryOf: this.entryOf,
      properties: this.properties,
      hidden: this.hiddenLines,
      source: this.source,
      log: this.log,
      opened: this.opened,
      open: (measure, open) => this.openTable(measure, open),
      cursor: this.cursor,
      onCursor: (step) => {
        // Redrawing a chart moves its cursor again, to the same place.
        if (step === this.cursor) return;
        this.cursor = step;
        this.requestUpdate();
      },
      verdicts: this.verdicts,
      seen: this.seen,
      unseen: this.unseen,
      earlier: this.shelf.runs,
      toggleEarlier: (id) => {
        this.shelf.toggle(id);
        this.requestUpdate();
      },
      removeEarlier: (id) => {
        this.shelf.remove(id);
        this.requestUpdate();
      },
      readFile: (file, place) => void this.readFile(file, place),
      refused: this.refused,
    };
  }

  /** A part that a link can hide. The wrapper has no box of its own. */
  private showing(id: string, content: () => TemplateResult) {
    return this.client.hide.includes(id) ? nothing : html`<div data-part=${id}>${content()}</div>`;
  }

  private keepPart() {
    const { recording } = this;
    return keepPanel({
      recording,
      live: this.live,
      drops: !this.embedded,
      copying: this.copying,
      notes: `./examples.html#${this.client.settled?.link ?? ''}`,
      keptStep: this.keptStep,
      told: this.told,
      refused: this.refused.keep,
      busy: this.busy,
      copyLink: () => void this.copyLink(),
      saveCurves: () => recording && saveCurves(recording),
      saveResults: () => this.export(saveResults),
      saveWeights: () => this.export(saveWeights),
      readFile: (file) => void this.readFile(file, 'keep'),
    });
  }

  private settingsPart() {
    const { client, properties, presets, problems } = this;
    const { settled, hide } = client;
    if (!settled) return nothing;
    return this.showing('settings', () =>
      panel({
        properties,
        presets,
        settled,
        problems,
        hide,
        onChange: (name, value) => client.change(name, value),
        onPreset: (preset) => client.settle(Object.fromEntries(preset.values)),
        markOf: (property, option) => (property === SERIES ? this.entryOf(option).mark : null),
      }),
    );
  }

  protected override render() {
    const { client, recording, stale } = this;
    const context = this.context();
    const { entries } = context;
    const situation = {
      activity: client.activity,
      recording,
      stale,
      further: this.further,
      compiling: this.compiling,
      fraction: this.fraction,
      error: this.error,
      cancelled: this.cancelled !== null && this.cancelled === client.settled?.link,
    };
    const settings = client.hide.includes('settings') ? null : () => this.goTo('#settings');
    return html`
      ${
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
      ${offerBox(this.kept, (id) => this.entryOf(id).label, this.refused.resume, {
        goOn: () => void this.goOn(),
        discard: () => client.discard(),
      })}
      ${this.showing('run', () =>
        runbar(situation, {
          train: () => client.train(),
          pause: () => client.pause(),
          step: () => client.step(),
          reset: () => client.reset(),
          settings,
        }),
      )}
      ${incidents(recording, this.unkept, () => {
        this.unkept = '';
        this.requestUpdate();
      })}
      <div class="bench ${settings ? '' : 'alone'}">
        <div class="results">
          ${comparisonBox(this.comparison, this.expected !== null && !stale)}
          ${this.showing('loss', () =>
            lossFigure(
              context,
              chartTools(context, recording, (view) => this.view(view)),
            ),
          )}
          ${this.embedded ? nothing : this.welcome.panel(() => this.closeWelcome())}
          ${this.showing(
            'scoreboard',
            () =>
              html`${scoreboard({ ...context, toggle: (id) => this.toggleLine(id) })} ${verdictSlot(context)}`,
          )}
          ${stopBox(recording, entries)} ${this.showing('accuracy', () => accuracyFigures(context))}
          ${this.showing('look', () => lookSlot(context))}
          ${this.showing('compare', () => compareSlot(context))}
          ${this.showing('cost', () => html`${about(recording)} ${costSlot(context)}`)}
          ${this.showing('keep', () => this.keepPart())}
        </div>
        ${this.settingsPart()}
      </div>
      ${this.embedded ? nothing : this.shortcuts.sheet()}
    `;
  }
}

customElements.define('mnemoscope-app', MnemoscopeApp);
