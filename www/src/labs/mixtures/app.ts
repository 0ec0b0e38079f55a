/** The mixtures lab's root element: where its parts stand. */

import { html, nothing } from 'lit';
import '../../ui/styles.css';
import type { LabId } from '../../engine/types';
import { mainFigure, otherFigures } from '../../figure/figures';
import { scoreboard } from '../../figure/scoreboard';
import { RacePage } from '../../page/race-page';
import { about, stopBox } from '../../ui/panel';
import { Shortcuts } from '../../ui/shortcuts';
import { verdictTable } from '../../ui/verdicts';
import { Welcome } from '../../ui/welcome';
import { coefficientsPart } from './coefficients';
import { contextPart } from './context';
import { headsPart } from './heads';
import { integralPart } from './integral';
import { samplesPart } from './samples';

const STEPS = [
  html`<strong>Press Train.</strong> Kinds of attention learn to answer what is asked of one cloud. Who sees
    the mixture without its tags gets down to the line <em>blur</em>. With eight tags on a circle only recall
    by content gets far below it.`,
  html`<strong>Look at the heads:</strong> which tags does each attend to, when it is asked for one?`,
  html`<strong>Try two tags:</strong> plain averaging answers as well, since values carry the tag. The paper's
    own setting needs no retrieval.`,
  html`<strong>Change the mixture</strong> by hand, or bring a table of densities. The page's address always
    holds your settings.`,
];

const OPEN = {
  label: 'Weights or results of any lab, or a table of densities',
  accept: '.safetensors,.txt,.csv,.tsv,.json',
};

export default class MnemoscopeMixtures extends RacePage {
  readonly lab: LabId = 'mixtures';
  protected readonly welcome = new Welcome('welcome-mixtures', STEPS, () => this.requestUpdate());
  protected readonly shortcuts = new Shortcuts([...this.runKeys(), ...this.pageKeys()], () =>
    this.requestUpdate(),
  );

  protected override readonly data = {
    most: 1 << 20,
    take: (bytes: Uint8Array, name: string) => this.takeTable(bytes, name),
  };

  private async takeTable(bytes: Uint8Array, name: string): Promise<string> {
    const { z, clouds } = await this.client.ask('context.file', { bytes });
    const rows = z.map((place, row) => [place, ...clouds.map((cloud) => cloud[row])].join(' '));
    this.client.change('densities', rows.join('; '));
    this.goTo('[data-part=context] h2');
    return `“${name}” is the mixture: ${clouds.length} clouds at ${z.length} places.`;
  }

  /** Where values carry the tag, an error below blur is no evidence of retrieval. */
  private caveat() {
    const { tags, components, experiment } = this.client.settled?.values ?? {};
    const easy = experiment === 'recall' && (Number(components) < 3 || (tags !== 'circle' && tags !== 'own'));
    return easy
      ? html`<p class="help" data-testid="caveat">
          With tags that are the same in every context, values can carry the tag, so that averaging gets below
          blur as well: here a small error does not show retrieval.
        </p>`
      : nothing;
  }

  protected keeping() {
    return this.keepPart({ saves: [...this.runFiles(), this.weightsFile()], open: OPEN });
  }

  protected override render() {
    const { client, recording, live, stale } = this;
    const figures = this.figures();
    const samples = client.settled?.values.experiment === 'alpha';
    // The errors: weights and read-outs have parts of their own.
    const measures = figures.measures.filter(({ kind }) => kind === 'amount');
    return this.frame({
      offered: ({ link }) => link,
      above: this.runPart(),
      results: html`${this.comparisonPart()} ${stopBox(recording, this.entries())}
      ${this.showing(
        'recall',
        () =>
          html`${mainFigure(figures, this.tools(figures))} ${this.caveat()}
          ${scoreboard({ ...figures, measures, arm: 'Attention', toggle: (id) => this.toggleLine(id) })}`,
      )}
      ${this.welcomePart()} ${samples ? this.partOf('samples', samplesPart) : nothing}
      ${this.showing('verdicts', () => verdictTable(this.verdicts, { client, recording, live, stale }))}
      ${this.partOf('context', contextPart)} ${this.partOf('heads', headsPart)}
      ${this.partOf('coefficients', coefficientsPart)}
      ${samples ? nothing : this.partOf('samples', samplesPart)} ${this.partOf('integral', integralPart)}
      ${this.showing('measures', () => html`${otherFigures(figures)} ${about(recording)}`)}
      ${this.comparePart(figures)}`,
      settings: this.settingsPart(() => null),
    });
  }
}

customElements.define('mnemoscope-mixtures', MnemoscopeMixtures);
