/** The page's root element: keeps what the reader chose and what the worker said, and draws both. */

import { html, LitElement, nothing } from 'lit';
import './styles.css';
import type { Problem, Property, Settled } from './engine';
import { accuracyFigures, lossFigure, type FiguresContext } from './figures';
import { about, panel, problemBox, stopBox } from './panel';
import { mark, type Mark } from './palette';
import type { Activity, Command, LinkedPreset, Report } from './protocol';
import { Recording, type Measure, type Source } from './record';
import { runbar } from './runbar';
import { scoreboard, type Entry } from './scoreboard';

/** The property whose options are the lines of the charts. */
const SERIES = 'encodings';

class MnemoscopeApp extends LitElement {
  private readonly worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  private properties: Property[] = [];
  private presets: LinkedPreset[] = [];
  private settled: Settled | null = null;
  private problems: Problem[] = [];
  private recording: Recording | null = null;
  private activity: Activity = 'starting';
  private compiling = '';
  private fraction = 0;
  private error = '';
  private hiddenLines = new Set<string>();
  private source: Source = 'held-out';
  private log = false;
  private cursor: number | null = null;
  private opened = new Set<Measure>();
  private copied = false;

  constructor() {
    super();
    this.worker.onmessage = (message: MessageEvent<Report>) => this.hear(message.data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.hear({
        type: 'failed',
        error: {
          code: 'internal',
          message: 'The engine could not be started. Reload the page, or try another browser.',
        },
      });
    };
  }

  protected override createRenderRoot() {
    return this;
  }

  override connectedCallback() {
    this.replaceChildren();
    super.connectedCallback();
    this.say({ type: 'read', link: location.hash });
    this.tellVisibility();
    addEventListener('hashchange', () => this.say({ type: 'read', link: location.hash }));
    document.addEventListener('visibilitychange', () => this.tellVisibility());
  }

  private tellVisibility() {
    this.say({ type: 'visible', visible: document.visibilityState === 'visible' });
  }

  private say(command: Command) {
    this.worker.postMessage(command);
  }

  private hear(report: Report) {
    switch (report.type) {
      case 'described':
        this.properties = report.properties;
        this.presets = report.presets;
        break;
      case 'settled':
        this.settled = report.settled;
        this.problems = report.settled.problems;
        this.copied = false;
        history.replaceState(null, '', `#${report.settled.link}`);
        // A refused configuration is no longer the present one.
        if (this.activity === 'starting' || this.activity === 'error') this.activity = 'ready';
        break;
      case 'activity':
        this.activity = report.activity;
        break;
      case 'compiling':
        this.activity = 'compiling';
        this.fraction = report.fraction;
        this.compiling = report.what;
        break;
      case 'opened':
        this.recording = new Recording(report.about, report.link);
        this.hiddenLines = new Set();
        this.error = '';
        break;
      case 'reset':
        this.recording =
          report.closed || !this.recording ? null : new Recording(this.recording.about, this.recording.link);
        this.cursor = null;
        break;
      case 'happened':
        this.recording?.apply(report.events);
        break;
      case 'failed':
        this.activity = 'error';
        this.error = report.error.message;
        break;
    }
    this.requestUpdate();
  }

  private get stale(): boolean {
    return this.recording !== null && this.settled !== null && this.recording.link !== this.settled.link;
  }

  private markOf(option: string): Mark {
    const kind = this.properties.find((property) => property.name === SERIES)?.kind;
    return mark(
      kind?.type === 'many' ? kind.options.findIndex((candidate) => candidate.value === option) : 0,
    );
  }

  /** The lines: those of the run on show, or, before the first, those that are chosen. */
  private entries(): Entry[] {
    const kind = this.properties.find((property) => property.name === SERIES)?.kind;
    const options = kind?.type === 'many' ? kind.options : [];
    const ids =
      this.recording?.encodings.map((encoding) => encoding.id) ??
      this.settled?.values[SERIES]?.split(',') ??
      [];
    return ids.map((id) => ({
      id,
      label: options.find((option) => option.value === id)?.label ?? id,
      mark: this.markOf(id),
    }));
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

  private view(view: { source?: Source; log?: boolean }) {
    this.source = view.source ?? this.source;
    this.log = view.log ?? this.log;
    this.requestUpdate();
  }

  private async copyLink() {
    try {
      await navigator.clipboard.writeText(location.href);
      this.copied = true;
    } catch {
      // Without permission to write the clipboard the address bar still holds the link.
      this.copied = false;
    }
    this.requestUpdate();
  }

  private downloadCsv() {
    if (!this.recording) return;
    const address = URL.createObjectURL(new Blob([this.recording.csv()], { type: 'text/csv' }));
    const anchor = document.createElement('a');
    anchor.href = address;
    anchor.download = 'mnemoscope-copy.csv';
    anchor.click();
    URL.revokeObjectURL(address);
  }

  private chartTools() {
    const averaged =
      this.source === 'training' && (this.recording?.stepsPerPoint ?? 1) > 1
        ? html`<span class="quiet">each point averages ${this.recording?.stepsPerPoint} steps</span>`
        : nothing;
    return html`<div class="tools">
      <fieldset class="switch">
        <legend class="sr">Show loss and tokens of</legend>
        ${(['held-out', 'training'] as const).map(
          (source) =>
            html`<label>
              <input
                type="radio"
                name="source"
                value=${source}
                .checked=${this.source === source}
                @change=${() => this.view({ source })}
              /><span>${source === 'held-out' ? 'Held-out' : 'Training'}</span>
            </label>`,
        )}
      </fieldset>
      <label class="check">
        <input
          type="checkbox"
          name="log"
          .checked=${this.log}
          @change=${(event: Event) => this.view({ log: (event.target as HTMLInputElement).checked })}
        />Log axis
      </label>
      ${averaged}
    </div>`;
  }

  protected override updated() {
    this.dataset.state = this.activity;
    this.dataset.step = String(this.recording?.step ?? 0);
    this.dataset.executor = this.recording?.about.executor.kind ?? '';
  }

  protected override render() {
    const { recording, activity, stale, settled } = this;
    const situation = {
      activity,
      recording,
      stale,
      compiling: this.compiling,
      fraction: this.fraction,
      error: this.error,
    };
    const entries = this.entries();
    const context: FiguresContext = {
      recording,
      entries,
      hidden: this.hiddenLines,
      source: this.source,
      log: this.log,
      opened: this.opened,
      open: (measure, open) => this.openTable(measure, open),
      onCursor: (step) => {
        // Redrawing a chart moves its cursor again, to the same place.
        if (step === this.cursor) return;
        this.cursor = step;
        this.requestUpdate();
      },
    };
    return html`
      ${problemBox(this.problems, this.properties, () => {
        this.problems = [];
        this.requestUpdate();
      })}
      ${runbar(situation, {
        train: () => this.say({ type: 'train' }),
        pause: () => this.say({ type: 'pause' }),
        step: () => this.say({ type: 'step' }),
        reset: () => this.say({ type: 'reset' }),
        settings: () => {
          const heading = this.querySelector<HTMLElement>('#settings');
          heading?.scrollIntoView({ block: 'start' });
          heading?.focus({ preventScroll: true });
        },
      })}
      <div class="bench">
        <div class="results">
          ${lossFigure(context, this.chartTools())}
          ${scoreboard({ ...context, cursor: this.cursor, toggle: (id) => this.toggleLine(id) })}
          ${stopBox(recording, entries)} ${accuracyFigures(context)}
          ${about(recording, {
            copied: this.copied,
            copyLink: () => void this.copyLink(),
            downloadCsv: () => this.downloadCsv(),
          })}
        </div>
        ${
          settled
            ? panel({
                properties: this.properties,
                presets: this.presets,
                settled,
                problems: this.problems,
                onChange: (name, value) => this.say({ type: 'change', name, value }),
                onPreset: (preset) => this.say({ type: 'settle', values: Object.fromEntries(preset.values) }),
                markOf: (property, option) => (property === SERIES ? this.markOf(option) : null),
              })
            : nothing
        }
      </div>
    `;
  }
}

customElements.define('mnemoscope-app', MnemoscopeApp);
