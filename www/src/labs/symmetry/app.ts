/** The symmetry lab's root element: where its parts stand. */

import { html, nothing } from 'lit';
import '../../ui/styles.css';
import type { LabId } from '../../engine/types';
import { mainFigure, otherFigures, type FiguresContext } from '../../figure/figures';
import { RacePage } from '../../page/race-page';
import { about, stopBox } from '../../ui/panel';
import { Shortcuts } from '../../ui/shortcuts';
import { verdictTable } from '../../ui/verdicts';
import { Welcome } from '../../ui/welcome';
import { blockPart, ownPart } from './block';
import { dialPart } from './dial';
import { errorsPart, spanPart } from './errors';
import { outcomeView } from './outcome';

const STEPS = [
  html`<strong>Turn the space</strong> with the slider, and look at other maps: attention whose matrices are
    built from knowledge turns along, attention with fixed matrices does not.`,
  html`<strong>Read the errors</strong> of every map, and put a block together to see which part breaks the
    symmetry.`,
  html`<strong>Press Train.</strong> Students learn in one basis and are asked in others. The preset Training
    asks whether training itself respects the turn.`,
];

const OPEN = { label: 'Weights or results of any lab', accept: '.safetensors,.json' };

export default class MnemoscopeSymmetry extends RacePage {
  readonly lab: LabId = 'symmetry';
  protected override log = true;
  protected readonly welcome = new Welcome('welcome-symmetry', STEPS, () => this.requestUpdate());
  protected readonly shortcuts = new Shortcuts([...this.runKeys(), ...this.pageKeys()], () =>
    this.requestUpdate(),
  );

  /** The distance of two trainings has a figure of its own. */
  protected override figures(): FiguresContext {
    const figures = super.figures();
    return { ...figures, measures: figures.measures.filter(({ id }) => id !== 'distance') };
  }

  protected keeping() {
    return this.keepPart({ saves: [...this.runFiles(), this.weightsFile()], open: OPEN });
  }

  protected override render() {
    const { client, recording, live, stale } = this;
    const figures = this.figures();
    // What was pressed for stands first.
    const outcome = this.partOf('outcome', outcomeView);
    return this.frame({
      offered: ({ link }) => link,
      above: this.runPart(),
      results: html`${this.comparisonPart()} ${stopBox(recording, this.entries())}
      ${recording ? outcome : nothing} ${this.partOf('dial', dialPart)} ${this.welcomePart()}
      ${recording ? nothing : outcome}
      ${this.showing('verdicts', () => verdictTable(this.verdicts, { client, recording, live, stale }))}
      ${this.partOf('errors', errorsPart)} ${this.partOf('block', blockPart)} ${this.partOf('own', ownPart)}
      ${this.partOf('span', spanPart)}
      ${this.showing('objective', () => mainFigure(figures, this.tools(figures)))}
      ${this.showing('measures', () => html`${otherFigures(figures)} ${about(recording)}`)}
      ${this.comparePart(figures)}`,
      settings: this.settingsPart(() => null),
    });
  }
}

customElements.define('mnemoscope-symmetry', MnemoscopeSymmetry);
