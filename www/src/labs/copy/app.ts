/** The copy lab's root element: what the reader chose to look at, and where its parts stand. */

import { html, nothing } from 'lit';
import '../../ui/styles.css';
import { mainFigure, otherFigures, type FiguresContext } from '../../figure/figures';
import { LabPage } from '../../page/lab-page';
import { Shelf } from '../../figure/shelf';
import { about, stopBox } from '../../ui/panel';
import type { Kept } from '../../engine/protocol';
import type { Source } from '../../engine/record';
import { scoreboard } from '../../figure/scoreboard';
import type { Entry } from '../../ui/series';
import { entryOf, SERIES } from '../../ui/series';
import { whyPart } from './why';
import { Shortcuts } from '../../ui/shortcuts';
import { costPart } from './cost';
import { lookPart } from './look';
import { verdictTable } from '../../ui/verdicts';
import { chartTools, type View } from '../../figure/tools';
import { Welcome } from '../../ui/welcome';

const STEPS = [
  html`<strong>Press Train.</strong> Small transformers start from the same weights and read the same data;
    they differ only in how they are told where a symbol stands.`,
  html`<strong>Watch the loss fall</strong> from guessing towards 0 bits: a line is the mean over seeds, its
    band their spread.`,
  html`<strong>Look inside</strong> a run while it learns: its answers, its attention.`,
  html`<strong>Change a setting</strong>, train again, compare. The page's address always holds your settings.`,
];

export default class MnemoscopeApp extends LabPage {
  readonly lab = 'copy';
  protected override readonly shelf = new Shelf();
  private source: Source = 'held-out';
  private log = false;
  private cursor: number | null = null;
  protected readonly welcome = new Welcome(
    'welcome',
    STEPS,
    () => this.requestUpdate(),
    html`<p>
      Attention by itself does not know where a symbol stands. Here several ways of telling it race on one
      task, from the same initial weights and on the same data, in your own browser.
    </p>`,
  );
  protected readonly shortcuts = new Shortcuts(
    [
      ...this.runKeys(),
      { key: 'i', label: 'Go to Look inside', act: () => this.goTo('#title-look') },
      {
        key: 'd',
        label: 'Held-out or training curves',
        act: () => this.view({ source: this.source === 'held-out' ? 'training' : 'held-out' }),
      },
      { key: 'g', label: 'Log axis on or off', act: () => this.view({ log: !this.log }) },
      ...this.pageKeys(),
    ],
    () => this.requestUpdate(),
  );

  protected override begin(): void {
    super.begin();
    this.cursor = null;
  }

  private readonly entryOf = (id: string): Entry => entryOf(this.properties, id);

  /** Those of the run on show, or, before the first, those that are chosen. */
  protected override entries(): Entry[] {
    const ids =
      this.recording?.about.arms.map(({ id }) => id) ?? this.client.settled?.values[SERIES]?.split(',') ?? [];
    return ids.map(this.entryOf);
  }

  private view(view: Partial<View>) {
    this.source = view.source ?? this.source;
    this.log = view.log ?? this.log;
    this.requestUpdate();
  }

  private figures(): FiguresContext {
    return {
      recording: this.recording,
      measures: this.recording?.about.measures ?? this.client.settled?.measures ?? [],
      entries: this.entries(),
      entryOf: this.entryOf,
      properties: this.properties,
      hidden: this.hiddenLines,
      source: this.source,
      log: this.log,
      cursor: this.cursor,
      onCursor: (step) => {
        if (step === this.cursor) return;
        this.cursor = step;
        this.requestUpdate();
      },
      link: this.client.settled?.link ?? '',
      earlier: this.shelf.runs,
    };
  }

  protected keeping() {
    return this.keepPart({
      saves: [...this.runFiles(), this.weightsFile()],
      open: { label: 'Weights, or results to compare with', accept: '.safetensors,.json,.csv' },
    });
  }

  protected override render() {
    const { client, recording, live, stale } = this;
    const context = this.partContext();
    const figures = this.figures();
    const offered = (kept: Kept) => kept.arms.map((id) => this.entryOf(id).label).join(', ');
    return this.frame({
      offered: offered,
      above: this.runPart(),
      results: html`${this.comparisonPart()}
      ${this.showing('loss', () =>
        mainFigure(
          figures,
          chartTools(figures, recording, figures.measures, (view) => this.view(view)),
        ),
      )}
      ${this.welcomePart()}
      ${this.showing(
        'scoreboard',
        () =>
          html`${scoreboard({ ...figures, arm: 'Encoding', toggle: (id) => this.toggleLine(id) })}
          ${verdictTable(this.verdicts, { client, recording, live, stale })}`,
      )}
      ${context ? this.showing('why', () => whyPart(context)) : nothing}
      ${stopBox(recording, figures.entries)} ${this.showing('accuracy', () => otherFigures(figures))}
      ${this.showing('look', () => (context ? lookPart(context) : nothing))} ${this.comparePart(figures)}
      ${this.showing('cost', () => html`${about(recording)} ${context ? costPart(context) : nothing}`)}`,
      settings: this.settingsPart((property, option) =>
        property === SERIES ? this.entryOf(option).mark : null,
      ),
    });
  }
}

customElements.define('mnemoscope-app', MnemoscopeApp);
