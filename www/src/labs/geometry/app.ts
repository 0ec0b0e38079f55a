/** The geometry lab's root element: where its parts stand. */

import { html, nothing } from 'lit';
import '../../ui/styles.css';
import type { LabId } from '../../engine/types';
import { mainFigure, otherFigures } from '../../figure/figures';
import { RacePage } from '../../page/race-page';
import { about, stopBox } from '../../ui/panel';
import { Shortcuts } from '../../ui/shortcuts';
import { verdictTable } from '../../ui/verdicts';
import { Welcome } from '../../ui/welcome';
import { takeTable } from './context';
import { kindsPart } from './kinds';
import { mapPart } from './map';
import { matricesPart } from './matrices';
import { pathsPart } from './paths';
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

const OPEN = {
  label: 'Weights or results of any lab, or an edge list',
  accept: '.safetensors,.txt,.csv,.tsv,.edges,.json',
};

export default class MnemoscopeGeometry extends RacePage {
  readonly lab: LabId = 'geometry';
  protected readonly welcome = new Welcome('welcome-geometry', STEPS, () => this.requestUpdate());
  protected readonly shortcuts = new Shortcuts([...this.runKeys(), ...this.pageKeys()], () =>
    this.requestUpdate(),
  );

  protected override readonly data = {
    most: 16 << 20,
    take: (bytes: Uint8Array, name: string, kind?: string) =>
      kind === 'table' ? this.takeTable(bytes, name) : this.takeEdges(bytes, name),
  };

  private async takeTable(bytes: Uint8Array, file: string): Promise<string> {
    const name = await takeTable(this.client, bytes, file);
    this.goTo('[data-part=map] h2');
    return `“${name}” is the embedding.`;
  }

  private async takeEdges(bytes: Uint8Array, name: string): Promise<string> {
    const { edges, notices } = await this.client.ask('map.edges', { bytes });
    this.client.change('edges', edges);
    this.client.change('graph', 'own');
    this.goTo('[data-part=map] h2');
    return `“${name}” is the graph. ${notices.join(' ')}`;
  }

  /** Of paths no graph is stored as a whole: there are no words for it. */
  private get overPaths(): boolean {
    return this.client.settled?.values.experiment === 'paths';
  }

  protected keeping() {
    return this.keepPart({ saves: [...this.runFiles(), this.weightsFile()], open: OPEN });
  }

  protected override render() {
    const { client, recording, live, stale } = this;
    const figures = this.figures();
    return this.frame({
      offered: ({ link }) => link,
      above: this.runPart(),
      results: html`${this.comparisonPart()} ${stopBox(recording, this.entries())}
      ${this.overPaths ? this.partOf('paths', pathsPart) : nothing} ${this.partOf('map', mapPart)}
      ${this.welcomePart()} ${this.overPaths ? nothing : this.partOf('kinds', kindsPart)}
      ${this.showing('verdicts', () => verdictTable(this.verdicts, { client, recording, live, stale }))}
      ${this.showing('objective', () => mainFigure(figures, this.tools(figures)))}
      ${this.partOf('spectrum', spectrumPart)} ${this.partOf('matrices', matricesPart)}
      ${this.overPaths ? nothing : this.partOf('paths', pathsPart)}
      ${this.showing('measures', () => html`${otherFigures(figures)} ${about(recording)}`)}
      ${this.comparePart(figures)}`,
      settings: this.settingsPart(() => null),
    });
  }
}

customElements.define('mnemoscope-geometry', MnemoscopeGeometry);
