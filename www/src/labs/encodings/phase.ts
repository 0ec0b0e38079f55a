/** Part `phase`: one clock, two readings. A position as phases and as a spike time, and what a spike time may stand for. */

import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { live } from 'lit/directives/live.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { labAddress } from '../../ui/address';
import { exportButtons } from '../../ui/download';
import { shortened } from '../../ui/format';
import { numberControl, wholeNumber } from '../../ui/number-control';
import { figureText } from '../../ui/text';
import { caption, heading, picture, tag } from '../../figure/svg';
import { Question } from '../../ui/ask';
import { charted, columnsTable, countText, type Column } from '../../figure/charted';
import { ON_PAGE, ON_PAPER, turns } from '../../figure/inks';
import { drawClock, MOST_DIALS, type Drawn } from './clock';
import type { EncodingsContext } from './context';
import { PendingEdits } from '../../ui/pending-edits';
import type { Phase } from '../../engine/types';
import { field } from '../../ui/fields';
import '../../ui/inspect.css';
import { keyOf, VisiblePart } from '../../ui/visible-part';
import '../../ui/parts.css';
import './phase.css';
import { precise, saveButton } from '../../figure/print';
import { slider, type SliderContext } from '../../ui/slider';
import { entriesTable, substitutions, type Form } from './substitutions';

const FIRST_DIALS = 6;
const PAPER_WIDTH = 640;
/** A position is shown for so long while the clock runs; longer for readers who asked for less motion. */
const TICK_MS = 220;
const CALM_TICK_MS = 1000;

const stillness = matchMedia('(prefers-reduced-motion: reduce)');

class LabPhase extends VisiblePart<EncodingsContext> {
  static override properties = {
    ...VisiblePart.properties,
    dials: { state: true },
    chosen: { state: true },
    playing: { state: true },
    width: { state: true },
    opened: { state: true },
  };
  /** How many pairs have a dial. */
  declare dials: number;
  /** The pair whose substitutions are shown. */
  declare chosen: number;
  declare playing: boolean;
  declare width: number;
  declare opened: ReadonlySet<string>;

  private readonly question = new Question<Phase>(
    () => this.context.client.ask('phase', {}),
    () => this.requestUpdate(),
  );
  protected readonly questions = [this.question];
  private readonly edits = new PendingEdits(
    (name, value) => this.context.change(name, value),
    () => this.requestUpdate(),
  );
  private drawn: Drawn | null = null;
  /** What was typed for the pair, where that is none. */
  private strange = '';
  private forms: { of: Phase; chosen: number; forms: Form[] } | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly resized = new ResizeObserver(() => this.measure());

  constructor() {
    super();
    this.dials = FIRST_DIALS;
    this.chosen = 0;
    this.playing = false;
    this.width = 0;
    this.opened = new Set();
  }

  override connectedCallback() {
    super.connectedCallback();
    this.resized.observe(this);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.resized.disconnect();
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

  protected override updated(changed: PropertyValues) {
    super.updated(changed);
    this.measure();
  }

  private measure() {
    const width = this.querySelector('.clock')?.clientWidth ?? 0;
    if (width > 0) this.width = width;
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

  private toggle(name: string, open: boolean) {
    const opened = new Set(this.opened);
    if (open) opened.add(name);
    else opened.delete(name);
    this.opened = opened;
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
    const shown = this.shown(phase, chosen);
    const width = Math.max(240, this.width || PAPER_WIDTH);
    this.drawn = drawClock(phase, shown, chosen, width, ON_PAGE);
    const { svg, height } = this.drawn;
    const columns = columnsOf(phase);
    const open = this.opened.has('phase');
    const name = 'phase';
    const title = 'Phase and spike time';
    return html`<p class="reading" data-testid="phase-reading">${sentence(phase, chosen)}</p>
      <div
        class="clock"
        @pointerdown=${(event: PointerEvent) => this.point(event, true)}
        @pointermove=${(event: PointerEvent) => this.point(event, false)}
      >
        ${guard([svg], () =>
          unsafeHTML(
            tag(
              'svg',
              {
                width,
                height,
                viewBox: `0 0 ${width} ${height}`,
                role: 'img',
                'aria-label': summary(phase, shown),
              },
              svg,
            ),
          ),
        )}
      </div>
      ${exportButtons(() => this.onPaper(phase, shown, chosen), name, title)}
      <details
        class="numbers"
        @toggle=${(event: Event) => this.toggle(name, (event.target as HTMLDetailsElement).open)}
      >
        <summary>Numbers<span class="sr">: ${title}, all pairs</span></summary>
        ${
          open
            ? html`${columnsTable(`All pairs at position ${phase.position}`, columns)}
              ${saveButton('Download as CSV', 'phase.csv', () => this.context.client.ask('csv', { table: 'phase' }))}`
            : nothing
        }
      </details>
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
      ${entriesTable(phase, pair, forms)}
      <div class="forms">
        ${forms.map((form) => {
          const open = this.opened.has(form.id);
          return html`<section aria-labelledby="title-${form.id}">
            <h3 id="title-${form.id}">${form.title} <span class="formula">${form.formula}</span></h3>
            <p class="help" data-testid="sentence-${form.id}">${form.sentence}</p>
            ${guard([form, open, context.link], () =>
              charted({
                name: `substitution-${form.id}`,
                title: form.title,
                note: `Pair ${chosen}, L = ${phase.length}, T = ${figureText(phase.window)}: ${form.formula}`,
                xTitle: 'Position p',
                yTitle: form.yTitle,
                figure: form.figure,
                columns: form.columns,
                link: context.link,
                open,
                toggle: (now) => this.toggle(form.id, now),
              }),
            )}
          </section>`;
        })}
      </div>
    </section>`;
  }

  /** A press or a drag along the spike times moves the position. */
  private point(event: PointerEvent, pressed: boolean) {
    const { drawn } = this;
    if (!drawn || (!pressed && event.buttons !== 1)) return;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const { from, to, top, bottom } = drawn.axis;
    if (y < top || y > bottom + 20 || x < from - 12 || x > to + 12) return;
    const length = this.last + 1;
    const position = Math.min(this.last, Math.max(0, Math.round(((x - from) / (to - from)) * length)));
    if (this.edits.shown('position', this.context.settled.values.position ?? '0') === String(position))
      return;
    this.edits.release('position', String(position));
  }

  private onPaper(phase: Phase, shown: number[], chosen: number): string {
    const words = {
      title: 'One clock, two readings',
      note: `Position ${phase.position} of L = ${phase.length}, T = ${figureText(phase.window)}: phase φ = ω p against spike time t = (T/L) p`,
      address: labAddress(this.context.link),
    };
    const head = heading(words, 14);
    const { svg, height } = drawClock(phase, shown, chosen, PAPER_WIDTH - 28, ON_PAPER);
    const foot = caption(words, 14, head.height + height + 16, PAPER_WIDTH - 28);
    return picture(
      PAPER_WIDTH,
      head.height + height + 16 + foot.height,
      words,
      summary(phase, shown),
      head.svg + tag('g', { transform: `translate(14 ${head.height})` }, svg) + foot.svg,
    );
  }
}

function sentence(phase: Phase, chosen: number): string {
  const pair = phase.pairs[chosen];
  if (!pair) return '';
  return `Position ${phase.position} of ${phase.length}: spike at t = ${precise(phase.spikeTime)} of T = ${precise(phase.window)}; pair ${pair.index} at φ = ${precise(pair.phase)} rad, ${precise(turns(pair.phase))} turns = ${precise(pair.slope)} · t.`;
}

function summary(phase: Phase, shown: number[]): string {
  const each = shown.map((index) => {
    const pair = phase.pairs[index];
    return pair ? `pair ${index} ${precise(turns(pair.phase))} turns, slope ${precise(pair.slope)}` : '';
  });
  return `Position ${phase.position} of ${phase.length} as a spike at ${precise(phase.spikeTime)} in a window of ${precise(phase.window)}, and as phases: ${each.join('; ')}. The phases of all positions lie on a line through the origin against their spike times.`;
}

function columnsOf(phase: Phase): Column[] {
  const { pairs } = phase;
  const text = (value: number | null | undefined) =>
    value === null || value === undefined ? '–' : precise(value);
  const column = (name: string, label: string, of: (pair: Phase['pairs'][number]) => number): Column => ({
    name,
    label,
    values: pairs.map(of),
    text,
  });
  return [
    { name: 'pair', label: 'Pair i', values: pairs.map(({ index }) => index), text: countText },
    column('frequency', 'ω (rad per position)', ({ frequency }) => frequency),
    column('phase', 'φ (rad)', ({ phase }) => phase),
    column('turns', 'Turns', ({ phase }) => turns(phase)),
    column('spike_time', 't', () => phase.spikeTime),
    column('slope', 'φ ∕ t', ({ slope }) => slope),
    column('sin', 'sin ωp', ({ sinusoidal }) => sinusoidal[0]),
    column('cos', 'cos ωp', ({ sinusoidal }) => sinusoidal[1]),
    column('amplitude_sin', '(T∕L) sin ωp', ({ amplitude }) => amplitude[0]),
    column('amplitude_cos', '(T∕L) cos ωp', ({ amplitude }) => amplitude[1]),
    column('inside_sin', 'sin ωt', ({ inside }) => inside[0]),
    column('inside_cos', 'cos ωt', ({ inside }) => inside[1]),
  ];
}

customElements.define('lab-phase', LabPhase);

export function phasePart(context: EncodingsContext): TemplateResult {
  return html`<lab-phase .context=${context}></lab-phase>`;
}
