/** Part `phase`: one clock, two readings. A position as phases and as a spike time, and what a spike time may stand for. */

import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { live } from 'lit/directives/live.js';
import { shortened } from '../../ui/format';
import { numberControl, wholeNumber } from '../../ui/number-control';
import { Question } from '../../ui/ask';
import { figureView } from '../../figure/lab-figure';
import { tableView } from '../../figure/table';
import { clockFigure, DIALS, MOST_DIALS, sentence } from './clock';
import type { EncodingsContext } from './context';
import { PendingEdits } from '../../ui/pending-edits';
import type { Phase } from '../../engine/types';
import { field } from '../../ui/fields';
import '../../ui/inspect.css';
import { keyOf, VisiblePart } from '../../ui/visible-part';
import '../../ui/parts.css';
import './phase.css';
import { slider, type SliderContext } from '../../ui/slider';
import { entriesTable, substitutions, type Form } from './substitutions';

const FIRST_DIALS = 6;
/** A position is shown for so long while the clock runs; longer for readers who asked for less motion. */
const TICK_MS = 220;
const CALM_TICK_MS = 1000;

/** Where a figure was pressed. */
interface Pressed {
  panel: number;
  x: number;
}

const stillness = matchMedia('(prefers-reduced-motion: reduce)');

class LabPhase extends VisiblePart<EncodingsContext> {
  static override properties = {
    ...VisiblePart.properties,
    dials: { state: true },
    chosen: { state: true },
    playing: { state: true },
  };
  /** How many pairs have a dial. */
  declare dials: number;
  /** The pair whose substitutions are shown. */
  declare chosen: number;
  declare playing: boolean;

  private readonly question = new Question<Phase>(
    () => this.context.client.ask('phase', {}),
    () => this.requestUpdate(),
  );
  protected readonly questions = [this.question];
  private readonly edits = new PendingEdits(
    (name, value) => this.context.change(name, value),
    () => this.requestUpdate(),
  );
  /** What was typed for the pair, where that is none. */
  private strange = '';
  private forms: { of: Phase; chosen: number; forms: Form[] } | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.dials = FIRST_DIALS;
    this.chosen = 0;
    this.playing = false;
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    const before = changed.get('context') as EncodingsContext | undefined;
    if (before?.activity === 'compiling' && this.context.activity !== 'compiling') this.question.retry();
  }

  protected override request() {
    this.question.request(keyOf(this.context, 'phase'));
  }

  protected override suspend() {
    super.suspend();
    // A clock that nobody sees stands still.
    this.stop();
  }

  private get last(): number {
    return Math.max(0, Number(this.context.settled.values.length) - 1);
  }

  private play() {
    const { position } = this.context.settled.values;
    if (Number(position) >= this.last) this.context.change('position', '0');
    this.playing = true;
    this.timer = setInterval(() => this.tick(), stillness.matches ? CALM_TICK_MS : TICK_MS);
  }

  private tick() {
    // Behind a busy worker the clock waits, so that no position is left out.
    if (!this.question.fresh) return;
    const position = Number(this.context.settled.values.position) + 1;
    if (position > this.last) this.stop();
    else this.context.change('position', String(position));
  }

  private stop() {
    clearInterval(this.timer);
    this.timer = undefined;
    this.playing = false;
  }

  protected override render(): TemplateResult {
    const { question } = this;
    return html`<section class="card part phase" aria-labelledby="title-phase">
      <header>
        <h2 id="title-phase">One clock, two readings</h2>
        <p class="quiet">A position as phases, and as the time of a spike</p>
      </header>
      <p class="help">
        Position p turns the hand of pair i to the phase φ = ω p, with ω =
        ${this.context.settled.values.left_base}<sup>−2i∕d</sup> (the base of the encoding on the left). The
        same p is a spike at t = (T∕L) p in a window T. So φ = (ω L∕T) t: each pair is a line through the
        origin, and either reading gives the other.
      </p>
      ${this.controls()}
      <p class="refused" role="status">
        ${question.refused ? html`<span class="wrong">${question.refused}</span>` : nothing}
      </p>
      ${
        question.answer
          ? this.readings(question.answer)
          : html`<div class="clock">
              <p class="help">Computed while this part of the page is in view.</p>
            </div>`
      }
    </section>`;
  }

  private controls(): TemplateResult {
    const { context } = this;
    const sliders: SliderContext = {
      properties: context.properties,
      values: context.settled.values,
      problems: context.settled.problems,
      edits: this.edits,
      typeIn: context.typeIn,
    };
    const pairs = Math.floor(Number(context.settled.values.width) / 2);
    return html`<div class="dialling">
      ${slider('position', sliders, { most: this.last })}
      <button
        type="button"
        data-testid="play"
        data-playing=${this.playing ? 'true' : 'false'}
        @click=${() => (this.playing ? this.stop() : this.play())}
      >
        ${this.playing ? 'Stop' : html`Play<span class="sr"> through the positions</span>`}
      </button>
      <div class="fields">
        ${field('length', 'phase', context, { label: 'Length L' })}
        ${field('window', 'phase', context, { label: 'Window T' })}
        <span class="field">
          <label for="phase-dials">Dials</label>
          <select
            id="phase-dials"
            data-testid="dials"
            .value=${live(String(this.dials))}
            @change=${(event: Event) => (this.dials = Number((event.target as HTMLSelectElement).value))}
          >
            ${Array.from({ length: MOST_DIALS }, (_, i) => i + 1).map(
              (count) =>
                html`<option value=${String(count)} ?selected=${count === this.dials}>
                  ${count === 1 ? 'the fastest' : `the ${count} fastest`}
                </option>`,
            )}
          </select>
        </span>
        <span class="field">
          <label for="phase-pair">Pair i</label>
          ${numberControl({
            id: 'phase-pair',
            testId: 'pair',
            kind: { type: 'integer', min: 0, max: Math.max(0, pairs - 1) },
            value: String(Math.min(this.chosen, Math.max(0, pairs - 1))),
            bad: this.strange !== '',
            described: this.strange ? 'phase-pair-wrong' : undefined,
            change: (text) => this.choose(text, pairs),
          })}
          <span class="quiet">of ${pairs}, from 0</span>
          ${
            this.strange
              ? html`<span class="wrong" id="phase-pair-wrong" role="status">
                  “${shortened(this.strange)}” is not allowed. Allowed: a whole number from 0 to ${pairs - 1}.
                </span>`
              : nothing
          }
        </span>
      </div>
    </div>`;
  }

  private choose(text: string, pairs: number) {
    const wanted = wholeNumber(text);
    const known = wanted !== null && wanted < pairs;
    this.strange = known ? '' : text;
    if (known) this.chosen = wanted;
    this.requestUpdate();
  }

  /** The fastest pairs, and the chosen one if it is not among them. */
  private shown(phase: Phase, chosen: number): number[] {
    const first = phase.pairs.slice(0, this.dials).map(({ index }) => index);
    return first.includes(chosen) ? first : [...first.slice(0, MOST_DIALS - 1), chosen];
  }

  private readings(phase: Phase): TemplateResult {
    const { context } = this;
    const chosen = Math.min(this.chosen, phase.pairs.length - 1);
    const pair = phase.pairs[chosen];
    if (!pair) return html`<div class="clock"></div>`;
    const csv = () => context.client.ask('csv', { table: 'phase' });
    return html`<p class="reading" data-testid="phase-reading">${sentence(phase, chosen)}</p>
      <div class="clock" @pressed=${({ detail }: CustomEvent<Pressed>) => this.point(detail)}>
        ${guard([phase, this.dials, chosen, context.link], () =>
          figureView(clockFigure(phase, this.shown(phase, chosen), chosen, csv), context.link),
        )}
      </div>
      ${this.substituted(phase, chosen, context)}`;
  }

  private substituted(phase: Phase, chosen: number, context: EncodingsContext): TemplateResult {
    const pair = phase.pairs[chosen];
    if (!pair) return html``;
    if (this.forms?.of !== phase || this.forms.chosen !== chosen) {
      this.forms = { of: phase, chosen, forms: substitutions(phase, pair) };
    }
    const { forms } = this.forms;
    return html`<section class="view" aria-labelledby="title-substitutions">
      <h3 id="title-substitutions">Two substitutions, which are not the same</h3>
      ${tableView(entriesTable(phase, pair, forms))}
      <div class="forms">
        ${forms.map((form) => {
          return html`<section aria-labelledby="title-${form.id}">
            <h3 id="title-${form.id}">${form.title} <span class="formula">${form.formula}</span></h3>
            <p class="help" data-testid="sentence-${form.id}">${form.sentence}</p>
            ${figureView(form.figure, context.link)}
          </section>`;
        })}
      </div>
    </section>`;
  }

  /** A press or a drag along the spike times moves the position. */
  private point({ panel, x }: Pressed) {
    if (panel === DIALS) return;
    const { window, length } = this.context.settled.values;
    const wanted = Math.round((x / Number(window)) * Number(length));
    const position = String(Math.min(this.last, Math.max(0, wanted)));
    if (this.edits.shown('position', this.context.settled.values.position ?? '0') === position) return;
    this.edits.release('position', position);
  }
}

customElements.define('lab-phase', LabPhase);

export function phasePart(context: EncodingsContext): TemplateResult {
  return html`<lab-phase .context=${context}></lab-phase>`;
}
