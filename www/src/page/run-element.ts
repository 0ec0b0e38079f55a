/** What the worker has said about the run and its settings: the state of a lab's root element, without anything to look at. */

import { LitElement } from 'lit';
import { fragment, LabClient } from '../engine/client';
import type { Table } from '../engine/early';
import { compiledModule } from '../engine/module';
import type { CheckComparison, LabId, Part, Problem, Property, Values, Verdict } from '../engine/types';
import { mark } from '../ui/palette';
import type { Entry } from '../ui/series';
import type { Kept, LinkedPreset, Report } from '../engine/protocol';
import { Recording } from '../engine/record';
import { pick } from './pick';
import { concernsRun } from '../engine/run-key';

export abstract class RunElement extends LitElement {
  abstract readonly lab: LabId;
  /** What is known of the lab before its engine is there. */
  table?: Table;
  /** There from the first connection on. */
  client!: LabClient;
  protected properties: Property[] = [];
  protected presets: LinkedPreset[] = [];
  protected parts: Part[] = [];
  protected problems: Problem[] = [];
  protected recording: Recording | null = null;
  /** The worker holds the run on show. */
  protected live = false;
  protected compiling = '';
  protected fraction = 0;
  protected error = '';
  /** Settings of the run whose preparing was given up last. */
  protected cancelled: string | null = null;
  protected verdicts: Verdict[] = [];
  protected comparison: CheckComparison | null = null;
  protected kept: Kept | null = null;
  protected keptStep: number | null = null;
  protected unkept = '';
  private reportedUnkept = false;
  /** Lines that the reader has switched off. */
  protected hiddenLines = new Set<string>();

  protected get embedded(): boolean {
    return this.hasAttribute('embedded');
  }

  protected override createRenderRoot() {
    return this;
  }

  override connectedCallback() {
    if (!this.client) {
      this.client = new LabClient({
        worker: () => new Worker(new URL('../worker.ts', import.meta.url), { type: 'module' }),
        store: !this.embedded,
        lab: this.lab,
        module: compiledModule(),
        ...(this.table ? { table: this.table } : {}),
      });
      const { properties = [], presets = [], parts = [] } = this.table ?? {};
      Object.assign(this, { properties, presets, parts });
      // Also while it is out of the page, so that nothing of its run is missed.
      this.client.listen((report) => {
        this.onReport(report);
        this.requestUpdate();
      });
    }
    super.connectedCallback();
    this.requestUpdate();
  }

  protected override willUpdate() {
    if (this.isConnected) pick(this.client.shown, this.parts);
  }

  /** Labs with reports of their own handle them beside this. */
  protected onReport(report: Report): void {
    switch (report.type) {
      case 'described':
        this.properties = report.properties;
        this.presets = report.presets;
        this.parts = report.parts;
        break;
      case 'settled':
        this.problems = report.settled.problems;
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
        if (this.recording?.key !== report.key) this.leaving(this.recording);
        this.recording =
          (report.recorded && Recording.from(report.recorded)) ??
          new Recording(report.about, report.link, report.key);
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
          this.leaving(this.recording);
          this.recording = null;
          this.live = false;
        } else if (this.recording) {
          const { about, link, key } = this.recording;
          this.recording = new Recording(about, link, key);
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
      case 'offered':
        this.kept = report.kept;
        break;
      case 'kept':
        this.keptStep = report.step;
        // It has taken the place of the one that was offered.
        this.kept = null;
        break;
      case 'unkept':
        // A worker that took another's place may meet it again.
        if (!this.reportedUnkept) this.unkept = report.message;
        this.reportedUnkept = true;
        break;
      case 'cancelled':
        this.cancelled = this.client.runKey;
        this.live = false;
        break;
      case 'failed':
        this.live = false;
        this.error = report.error.message;
        break;
    }
  }

  /** The run on show is about to be replaced. */
  protected leaving(_recording: Recording | null): void {}

  /** What belongs to the run that was on show before. */
  protected begin(): void {
    this.comparison = null;
    this.verdicts = [];
    this.keptStep = null;
  }

  protected get stale(): boolean {
    const { recording, client } = this;
    return recording !== null && client.settled !== null && recording.key !== client.runKey;
  }

  /** What is to be set before it can run, in the reader's words; empty where nothing is missing. */
  protected get lacking(): string {
    const [first] = this.client.settled?.lacking ?? [];
    return this.properties.find(({ name }) => name === first?.field)?.label ?? first?.field ?? '';
  }

  /** The step to which the run on show would go on, if nothing that it depends on but the number of steps has changed. */
  protected get further(): number | null {
    const { recording, live } = this;
    const values = this.client.settled?.values;
    if (!recording || !values || !live) return null;
    if (recording.stops.length === recording.about.runs.length) return null;
    const before = recording.about.values;
    const differ = this.properties.filter(
      (property) => concernsRun(property) && before[property.name] !== values[property.name],
    );
    const [name, ...others] = differ.map((property) => property.name);
    const steps = Number(values[name ?? '']);
    const ends = others.length === 0 && recording.about.ends.includes(name ?? '');
    return ends && steps > recording.step ? steps : null;
  }

  /** A finished run, twice as long: to which step, and the settings that say so. Null where it cannot go on. */
  protected get onwards(): { step: number; values: Values } | null {
    const { recording, live, stale, properties } = this;
    if (!recording?.finished || !live || stale) return null;
    const { ends, runs } = recording.about;
    if (!ends.length || recording.stops.length === runs.length) return null;
    const kinds = properties.flatMap(({ name, kind }) => (ends.includes(name) ? [kind] : []));
    const most = Math.min(...kinds.map((kind) => (kind.type === 'integer' ? kind.max : Infinity)));
    const step = Math.min(2 * recording.step, most);
    if (step <= recording.step) return null;
    return { step, values: Object.fromEntries(ends.map((name) => [name, String(step)])) };
  }

  /** The certificate that a link read, if it is for the present settings. */
  protected get expected(): string | null {
    const { expected, runKey } = this.client;
    return expected?.key === runKey ? expected.check : null;
  }

  /** The fragment that restores the present settings, what is hidden, and a certificate that came with a link. */
  get fragment(): string {
    const { settled, shown } = this.client;
    return settled ? fragment(settled.link, shown, this.expected) : `#lab=${this.lab}`;
  }

  /** The lines of the charts: the arms of the open run. */
  protected entries(): Entry[] {
    const arms = this.recording?.about.arms ?? [];
    return arms.map(({ id, label }, place) => ({ id, label, mark: mark(place) }));
  }

  protected toggleLine(id: string) {
    this.hiddenLines = new Set(this.hiddenLines);
    if (!this.hiddenLines.delete(id)) this.hiddenLines.add(id);
    this.requestUpdate();
  }
}
