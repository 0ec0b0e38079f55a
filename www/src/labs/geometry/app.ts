/** The geometry lab's root element: where its parts stand. */

import { html } from 'lit';
import '../../ui/styles.css';
import type { LabId } from '../../engine/types';
import { mainFigure, otherFigures, type FiguresContext } from '../../figure/figures';
import { chartTools } from '../../figure/tools';
import { LabPage } from '../../page/lab-page';
import { mark } from '../../ui/palette';
import { about, stopBox } from '../../ui/panel';
import type { Entry } from '../../ui/series';
import { Shortcuts } from '../../ui/shortcuts';
import { verdictTable } from '../../ui/verdicts';
import { Welcome } from '../../ui/welcome';

const STEPS = [
  html`<strong>Press Train.</strong> A table with a row of numbers for each node is taught only which nodes
    are neighbours: rows of neighbours shall have large dot products.`,
  html`<strong>Watch the hop correlation</strong> fall to −1: nodes that are far apart in the graph become
    unlike each other, though nobody has said how far apart they are.`,
  html`<strong>Look at both ends of the spectrum:</strong> a map lies at the top, where neighbours are alike.
    One even share is what a table without geometry has there.`,
  html`<strong>Change the graph</strong> and train again. The page's address always holds your settings.`,
];

export default class MnemoscopeGeometry extends LabPage {
  readonly lab: LabId = 'geometry';
  private log = false;
  private cursor: number | null = null;
  protected readonly welcome = new Welcome('welcome-geometry', STEPS, () => this.requestUpdate());
  protected readonly shortcuts = new Shortcuts([...this.runKeys(), ...this.pageKeys()], () =>
    this.requestUpdate(),
  );

  protected override entries(): Entry[] {
    const arms = this.recording?.about.arms ?? [];
    return arms.map(({ id, label }, place) => ({ id, label, mark: mark(place + 1) }));
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
    const saves = [...this.runFiles(), this.weightsFile()];
    return this.keepPart({ saves, open: { label: 'Weights of any lab', accept: '.safetensors' } });
  }

  protected override render() {
    const { client, recording, live, stale } = this;
    const figures = this.figures();
    const tools = chartTools(figures, recording, figures.measures, ({ log }) => {
      this.log = log ?? this.log;
      this.requestUpdate();
    });
    return this.frame({
      offered: ({ link }) => link,
      above: this.runPart(),
      results: html`${this.comparisonPart()} ${this.showing('objective', () => mainFigure(figures, tools))}
      ${this.welcomePart()}
      ${this.showing('verdicts', () => verdictTable(this.verdicts, { client, recording, live, stale }))}
      ${stopBox(recording, this.entries())}
      ${this.showing('measures', () => html`${otherFigures(figures)} ${about(recording)}`)}`,
      settings: this.settingsPart(() => null),
    });
  }
}

customElements.define('mnemoscope-geometry', MnemoscopeGeometry);
