/** The geometry lab's root element: where its parts stand. */

import { html, nothing, type TemplateResult } from 'lit';
import '../../ui/styles.css';
import type { LabId } from '../../engine/types';
import { mainFigure, otherFigures, type FiguresContext } from '../../figure/figures';
import { chartTools } from '../../figure/tools';
import { checkSize } from '../../page/files';
import { LabPage } from '../../page/lab-page';
import { mark } from '../../ui/palette';
import { about, stopBox } from '../../ui/panel';
import type { Entry } from '../../ui/series';
import { Shortcuts } from '../../ui/shortcuts';
import { verdictTable } from '../../ui/verdicts';
import { Welcome } from '../../ui/welcome';
import type { GeometryContext } from './context';
import { kindsPart } from './kinds';
import { mapPart } from './map';
import { matricesPart } from './matrices';
import { spectrumPart } from './spectrum';

const STEPS = [
  html`<strong>Press Train.</strong> Each node has a row of numbers, and several learners are taught only
    which nodes are neighbours. On the left the rows become places: turn them with the pointer, or with Shift
    and the arrow keys.`,
  html`<strong>Pick a node</strong> in either drawing, and see whether those that are nearest to it are those
    that are few hops away. Look at other learners and seeds.`,
  html`<strong>Look at both ends of the spectrum:</strong> a map lies at one, a zigzag at the other, and a
    mere list of edges everywhere.`,
  html`<strong>Change the graph</strong>, or bring your own edge list, and train again. The page's address
    always holds your settings.`,
];

const MOST_EDGES = 16 << 20;
const OPEN = {
  label: 'Weights of any lab, or an edge list',
  accept: '.safetensors,.txt,.csv,.tsv,.edges,.json',
};

export default class MnemoscopeGeometry extends LabPage {
  readonly lab: LabId = 'geometry';
  private log = false;
  private cursor: number | null = null;
  /** The run that is looked at. */
  private run = 0;
  protected readonly welcome = new Welcome('welcome-geometry', STEPS, () => this.requestUpdate());
  protected readonly shortcuts = new Shortcuts([...this.runKeys(), ...this.pageKeys()], () =>
    this.requestUpdate(),
  );

  protected override entries(): Entry[] {
    const arms = this.recording?.about.arms ?? [];
    return arms.map(({ id, label }, place) => ({ id, label, mark: mark(place + 1) }));
  }

  protected override partContext(): GeometryContext | null {
    const context = super.partContext();
    const runs = this.recording?.about.runs.length ?? 0;
    const look = (run: number) => {
      this.run = run;
      this.requestUpdate();
    };
    return context && { ...context, run: this.run < runs ? this.run : 0, look };
  }

  /** Whatever is neither weights nor results of a lab is read as an edge list. */
  override async takeFile(file: File): Promise<void> {
    const ours =
      file.name.endsWith('.safetensors') || (await file.slice(0, 64).text()).trimStart().startsWith('{');
    if (ours) return super.takeFile(file);
    return this.withFile('keep', async () => {
      checkSize(file, MOST_EDGES);
      const bytes = new Uint8Array(await file.arrayBuffer());
      const { edges, notices } = await this.client.ask('map.edges', { bytes });
      // First the edges: without any there is no graph of the reader's to choose.
      this.client.change('edges', edges);
      this.client.change('graph', 'own');
      this.goTo('[data-part=map] h2');
      return `“${file.name}” is the graph. ${notices.join(' ')}`;
    });
  }

  /** Of paths no graph is stored as a whole: there are no words for it. */
  private get overPaths(): boolean {
    return this.client.settled?.values.experiment === 'paths';
  }

  /** Every look is at what is taught: there is nothing held out to choose between. */
  private figures(): FiguresContext {
    const measures = this.recording?.about.measures ?? this.client.settled?.measures ?? [];
    return {
      recording: this.recording,
      measures: measures.filter(({ phase }) => phase === 'evaluation'),
      entries: this.entries(),
      hidden: this.hiddenLines,
      source: 'held-out',
      log: this.log,
      cursor: this.cursor,
      onCursor: (step) => {
        this.cursor = step;
        this.requestUpdate();
      },
      link: this.client.settled?.link ?? '',
      earlier: [],
      properties: this.properties,
      entryOf: (id) => this.entries().find((entry) => entry.id === id) ?? { id, label: id, mark: mark(0) },
    };
  }

  protected keeping() {
    return this.keepPart({ saves: [...this.runFiles(), this.weightsFile()], open: OPEN });
  }

  protected override render() {
    const { client, recording, live, stale } = this;
    const figures = this.figures();
    const context = this.partContext();
    const part = (id: string, view: (context: GeometryContext) => TemplateResult) =>
      context ? this.showing(id, () => view(context)) : nothing;
    const tools = chartTools(figures, recording, figures.measures, ({ log }) => {
      this.log = log ?? this.log;
      this.requestUpdate();
    });
    return this.frame({
      offered: ({ link }) => link,
      above: this.runPart(),
      results: html`${this.comparisonPart()} ${stopBox(recording, this.entries())} ${part('map', mapPart)}
      ${this.welcomePart()} ${this.overPaths ? nothing : part('kinds', kindsPart)}
      ${this.showing('verdicts', () => verdictTable(this.verdicts, { client, recording, live, stale }))}
      ${this.showing('objective', () => mainFigure(figures, tools))} ${part('spectrum', spectrumPart)}
      ${part('matrices', matricesPart)}
      ${this.showing('measures', () => html`${otherFigures(figures)} ${about(recording)}`)}`,
      settings: this.settingsPart(() => null),
    });
  }
}

customElements.define('mnemoscope-geometry', MnemoscopeGeometry);
