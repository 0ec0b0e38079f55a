/** Part `session`: a machine is shown a sequence once, and then recalls it from a cue. */

import * as machine from './machine';
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { live } from 'lit/directives/live.js';
import { labAddress } from '../../ui/address';
import { valueText } from '../../ui/controls';
import { exportButtons } from '../../ui/download';
import { field, propertyOf } from '../../ui/fields';
import { saveButton } from '../../figure/print';
import { count, plural, shortened } from '../../ui/format';
import { numberControl, wholeNumber } from '../../ui/number-control';
import type { SequenceContext } from './context';
import { courseFigure } from './course-figure';
import { courseLegend, courseStrip, courseTable, MOST_SHOWN, stepWords } from './course';
import type { Session, SymbolStep } from '../../engine/types';
import { presetIs, sessionPresets, presetValues } from './presets';
import { joined, melodic, symbolText } from './symbols';
import { Playback } from './playback';
import { sessionFacts } from './session-facts';
import { Tune } from './tune';
import { Progress } from './work';
import '../../ui/parts.css';
import './session.css';
import '../../ui/work.css';

/** More symbols of a random sequence are not spelt out. */
const MOST_DRAWN = 100;

type Command = 'store' | 'replay' | 'recall' | 'forget';
/** Beside which control a refusal is said. */
type Place = 'sequence' | 'cue' | 'replay' | 'machine';

const PLACES: Record<Command, Place> = {
  store: 'sequence',
  replay: 'replay',
  recall: 'cue',
  forget: 'machine',
};

const MEMORY_LOST =
  'Giving up the preparing of the experiment ended this machine too: its memory is blank. Store the sequence again.';
const OTHER_MACHINE = 'These settings make another machine, whose memory is blank.';

class LabSession extends LitElement {
  static override properties = { context: { attribute: false } };
  /** The page makes a new one for every drawing. */
  declare context: SequenceContext;

  private session: Session | null = null;
  /** The symbols of the settings' sequence. */
  private symbols: string[] = [];
  /** Link of the settings that `symbols` and `session` were last asked for. */
  private asked: string | null = null;
  /** Answers that are on their way. */
  private pending = 0;
  private busy: Command | null = null;
  private refused: { place: Place; text: string } | null = null;
  /** What has happened to the machine without the reader asking for it. */
  private note = '';
  /** Show the last command's symbols, or all. */
  private whole = false;
  private current = 0;
  /** Place of the wrong turn in the sequence, from 0; null for none. */
  private wrongAt: number | null = null;
  /** What was typed for it, where that is no place. */
  private strange = '';
  private wrongSymbol = '';
  private numbersOpen = false;
  private readonly playback = new Playback(this, () => this.requestUpdate());
  private readonly tune = new Tune();
  private readonly progress = new Progress('session', () => this.requestUpdate());
  private unlisten = () => {};

  protected override createRenderRoot() {
    return this;
  }

  override connectedCallback() {
    super.connectedCallback();
    this.unlisten = this.context.client.listen((report) => {
      this.progress.onReport(report);
      if (report.type !== 'cancelled' && report.type !== 'emptied') return;
      // The worker that takes the place of the one before has a machine of its own.
      if (this.session?.steps.length || this.busy) this.note = MEMORY_LOST;
      this.session = null;
      this.asked = null;
      this.requestUpdate();
    });
    this.requestUpdate();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.unlisten();
    this.tune.stop();
    this.playback.end();
  }

  protected override willUpdate(changed: PropertyValues) {
    if (changed.has('context') || this.asked === null) void this.follow();
  }

  /** What the settings' sequence is, and what is left of the session under them. Answers come in the order of asking. */
  private async follow(): Promise<void> {
    const { client, link } = this.context;
    if (this.asked === link) return;
    this.asked = link;
    // What was refused was asked with the settings before.
    if (this.refused && this.refused.place !== 'machine') this.refused = null;
    this.pending += 1;
    const [symbols, session] = await Promise.allSettled([client.ask('symbols', {}), machine.session(client)]);
    this.pending -= 1;
    // Where there is no symbol, Store says so.
    this.symbols = symbols.status === 'fulfilled' ? symbols.value : [];
    if (this.wrongAt !== null && this.wrongAt >= this.symbols.length) this.wrongAt = null;
    if (session.status === 'fulfilled') {
      const had = this.session?.steps.length ?? 0;
      if (had > 0 && session.value.steps.length === 0 && !this.busy) this.note = OTHER_MACHINE;
      if (session.value.steps.length !== had) this.playback.end();
      this.session = session.value;
      if (this.refused?.place === 'machine') this.refused = null;
    } else if (this.asked === link) {
      this.session = null;
      this.refused = { place: 'machine', text: words(session.reason) };
    }
    this.requestUpdate();
  }

  private async command(which: Command, ask: () => Promise<Session>): Promise<void> {
    if (this.busy) return;
    this.tune.stop();
    this.playback.end();
    this.busy = which;
    this.refused = null;
    this.note = '';
    this.requestUpdate();
    try {
      const session = await this.progress.track(ask);
      this.session = session;
      // After a wrong turn the eye goes there.
      this.current = session.begin + (which === 'replay' ? (this.wrongAt ?? 0) : 0);
      this.whole = false;
      if (which !== 'forget') this.playback.begin(this.shown.length);
    } catch (thrown) {
      this.refused = { place: PLACES[which], text: words(thrown) };
    }
    this.busy = null;
    this.requestUpdate();
  }

  /** For the lab's keys too. */
  store(): void {
    const { problems } = this.context.settled;
    if (problems.some(({ field: name }) => name === 'sequence')) {
      this.note = 'Nothing was stored: the text above is not what would be. Shorten it first.';
      return this.requestUpdate();
    }
    void this.command('store', () => machine.store(this.context.client));
  }

  replay(): void {
    const text = this.turned();
    void this.command('replay', () => machine.replay(this.context.client, text ?? undefined));
  }

  recall(): void {
    const cue = this.querySelector<HTMLInputElement>('#session-cue')?.value ?? '';
    void this.command('recall', () => machine.recall(this.context.client, cue));
  }

  forget(): void {
    void this.command('forget', () => machine.forget(this.context.client));
  }

  /** The settings' sequence with the wrong turn in it, as a text; null where there is none. */
  private turned(): string | null {
    const { wrongAt, wrongSymbol, symbols } = this;
    if (wrongAt === null || wrongSymbol === '') return null;
    const turned = symbols.map((symbol, at) => (at === wrongAt ? wrongSymbol : symbol));
    return joined(turned, this.context.settled.values);
  }

  private turn(at: number | null) {
    this.wrongAt = at;
    if (at === null) return this.requestUpdate();
    const right = this.symbols[at];
    const others = (this.session?.alphabet ?? []).filter((symbol) => symbol !== right);
    if (!others.includes(this.wrongSymbol)) this.wrongSymbol = others[0] ?? '';
    this.requestUpdate();
  }

  // One symbol after the other

  private get shown(): SymbolStep[] {
    const { session, whole } = this;
    if (!session) return [];
    const steps = whole ? session.steps : session.steps.slice(session.begin);
    return steps.slice(-MOST_SHOWN);
  }

  private listen() {
    if (this.tune.playing) {
      this.tune.stop();
      this.sound(null);
      return;
    }
    this.playback.end();
    this.tune.play(
      this.shown.map(({ symbol }) => symbol),
      (index) => this.sound(index),
    );
    this.requestUpdate();
  }

  private sound(index: number | null) {
    this.querySelectorAll('.course > li').forEach((item, i) =>
      item.toggleAttribute('data-sounding', i === index),
    );
    if (index === null) this.requestUpdate();
  }

  protected override updated() {
    this.playback.hideWaiting();
    const { busy, playback, pending } = this;
    this.dataset.state = busy ? 'busy' : playback.running ? 'showing' : pending > 0 ? 'asking' : 'still';
    this.dataset.steps = String(this.session?.steps.length ?? '');
  }

  protected override render(): TemplateResult {
    return html`<section class="card part session" aria-labelledby="title-session">
      <header>
        <h2 id="title-session">A machine that learns in one pass</h2>
        <p class="quiet">store, then recall from a cue</p>
      </header>
      <p class="help">
        Every symbol is a ranked code of a few firing neurons. The machine writes, for each symbol, which code
        followed which context; then it reads that memory at its present context, and so predicts what comes
        next. There is no training and no second pass.
      </p>
      ${this.choosing()} ${this.making()} ${this.doing()}
      ${this.progress.bar(this.context.client, 'Stop here')}
      <p class="finding" role="status" data-testid="session-sentence">
        ${!this.playback.running && !this.busy ? this.sentence() : nothing}
      </p>
      ${this.course()} ${this.facts()}
    </section>`;
  }

  private sentence(): string {
    if (this.note) return this.note;
    const { session } = this;
    if (!session) return '';
    return session.steps.length
      ? session.sentence
      : 'The memory is blank. Press Store: the machine is shown the sequence once.';
  }

  // The sequence, and the machine

  private choosing(): TemplateResult {
    const { context } = this;
    const typed = context.settled.values.source !== 'random';
    return html`<div class="presets" role="group" aria-label="Sequences">
        <span class="quiet">Start from</span>
        ${sessionPresets(context.presets).map(
          (preset) =>
            html`<button
              type="button"
              data-testid="start-${preset.id}"
              aria-pressed=${presetIs(preset, context) ? 'true' : 'false'}
              title=${preset.help}
              @click=${() => context.settle(presetValues(preset, context))}
            >
              ${preset.label}
            </button>`,
        )}
      </div>
      <div class="fields sequence">
        ${field('source', 'session', context)}
        ${
          typed
            ? html`${field('split', 'session', context)}
              ${field('sequence', 'session', context, { refused: this.refusal('sequence') })}`
            : html`${field('alphabet', 'session', context)} ${field('length', 'session', context)}
                <button type="button" class="small" data-testid="draw" @click=${() => this.draw()}>
                  Draw another
                </button>
                <span class="help">The next seed, which also makes another machine.</span>`
        }
        ${this.written(typed)}
      </div>`;
  }

  private written(typed: boolean): TemplateResult {
    const { symbols } = this;
    const different = new Set(symbols).size;
    const left = symbols.length - MOST_DRAWN;
    const summary = symbols.length
      ? `${plural(symbols.length, 'symbol')}, ${count(different)} different`
      : 'no symbol';
    const refused = typed ? '' : this.refusal('sequence');
    return html`<p class="help written" data-testid="session-symbols">
      ${summary}${typed ? nothing : html`: <span class="drawn">${symbols.slice(0, MOST_DRAWN).map(symbolText).join(' ')}${left > 0 ? ` … and ${count(left)} more` : nothing}</span>`}
      ${refused ? html`<span class="wrong" role="status">${refused}</span>` : nothing}
    </p>`;
  }

  private draw() {
    const { settled, change, properties } = this.context;
    const kind = propertyOf({ properties }, 'seed')?.kind;
    const most = kind?.type === 'integer' ? kind.max : Infinity;
    const seed = Number(settled.values.seed);
    change('seed', String(seed >= most ? 0 : seed + 1));
  }

  private making(): TemplateResult {
    const { context } = this;
    return html`<div class="fields machine" role="group" aria-label="The machine">
      ${field('context', 'session', context)}
      ${context.settled.values.context === 'shift' ? nothing : field('retention', 'session', context)}
      <span class="help">Its other settings stand under Settings. Other settings, another machine.</span>
      ${this.refused?.place === 'machine' ? html`<span class="wrong" role="status">${this.refused.text}</span>` : nothing}
    </div>`;
  }

  private refusal(place: Place): string {
    return this.refused?.place === place ? this.refused.text : '';
  }

  // What can be done with it

  private button(
    id: string,
    label: string,
    title: string,
    act: () => void,
    { enabled = true, primary = false } = {},
  ): TemplateResult {
    const able = enabled && this.busy === null;
    return html`<button
      type="button"
      id="session-${id}"
      data-testid=${id}
      class=${primary ? 'primary' : ''}
      aria-disabled=${able ? 'false' : 'true'}
      title=${title}
      @click=${() => able && act()}
    >
      ${label}
    </button>`;
  }

  private doing(): TemplateResult {
    const { session, context } = this;
    const stored = (session?.written ?? 0) > 0;
    return html`<div class="doing">
      <div class="act">
        ${this.button(
          'store',
          stored ? 'Store more' : 'Store',
          'Show the sequence once, and write it, from where the machine is',
          () => this.store(),
          { primary: !stored },
        )}
        ${this.button('forget', 'Forget', 'A blank memory', () => this.forget(), {
          enabled: !!session?.steps.length,
        })}
      </div>
      <form
        class="act"
        aria-label="Recall"
        @submit=${(event: Event) => {
          event.preventDefault();
          if (stored && !this.busy) this.recall();
        }}
      >
        ${field('cue', 'session', context, { refused: this.refusal('cue') })}
        ${field('recall', 'session', context, { label: 'and go on for', unit: 'symbols' })}
        <button
          id="session-recall-now"
          data-testid="recall"
          class=${stored ? 'primary' : ''}
          aria-disabled=${stored && !this.busy ? 'false' : 'true'}
          title=${stored ? 'Start from the cue; every prediction is the next input' : 'Store a sequence first'}
        >
          Recall
        </button>
        <span class="help">“#3” is the first three symbols that were stored.</span>
      </form>
      ${stored ? this.turning() : nothing}
    </div>`;
  }

  /** The sequence is shown again, as it was or with one symbol that should not be there. */
  private turning(): TemplateResult {
    const { symbols, wrongAt } = this;
    const right = wrongAt === null ? undefined : symbols[wrongAt];
    const alphabet = this.session?.alphabet ?? [];
    return html`<div class="act" role="group" aria-label="Show again">
      ${this.button('replay', 'Show again', 'Show the sequence without writing it', () => this.replay(), {
        enabled: symbols.length > 0,
      })}
      <span class="field">
        <label for="wrong-at">with a wrong turn at symbol</label>
        ${numberControl({
          id: 'wrong-at',
          testId: 'wrong-at',
          placeholder: 'none',
          kind: { type: 'integer', min: 1, max: symbols.length },
          value: wrongAt === null ? '' : String(wrongAt + 1),
          bad: this.strange !== '',
          described: 'help-wrong',
          change: (text) => {
            const at = wholeNumber(text) ?? 0;
            const known = at > 0 && at <= symbols.length;
            this.strange = known || text.trim() === '' ? '' : text;
            this.turn(known ? at - 1 : null);
          },
        })}
        ${
          this.strange
            ? html`<span class="wrong" role="status">
                “${shortened(this.strange)}” is not allowed. Allowed: a whole number from 1 to
                ${symbols.length}, or nothing.
              </span>`
            : nothing
        }
      </span>
      ${
        right === undefined
          ? nothing
          : html`<span class="field">
              <label for="wrong-symbol"><b>${symbolText(right)}</b> becomes</label>
              <select
                id="wrong-symbol"
                data-testid="wrong-symbol"
                .value=${live(this.wrongSymbol)}
                @change=${(event: Event) => {
                  this.wrongSymbol = (event.target as HTMLSelectElement).value;
                  this.requestUpdate();
                }}
              >
                ${alphabet.map(
                  (symbol) =>
                    html`<option value=${symbol} ?selected=${symbol === this.wrongSymbol}>
                      ${symbolText(symbol)}
                    </option>`,
                )}
              </select>
            </span>`
      }
      <span class="help" id="help-wrong">
        Nothing is written. A symbol in the strip below can be pressed to turn off there. Surprise tells where
        the sequence is not the one that was stored.
      </span>
      ${
        this.refusal('replay')
          ? html`<span class="wrong" role="status">${this.refusal('replay')}</span>`
          : nothing
      }
    </div>`;
  }

  // What has happened

  private course(): TemplateResult | typeof nothing {
    const { session } = this;
    const steps = this.shown;
    if (!session || steps.length === 0) return nothing;
    const all = this.whole ? session.steps.length : session.steps.length - session.begin;
    const left = all - steps.length;
    const from = this.whole ? 0 : session.begin;
    const actions = {
      from,
      current: this.current,
      read: (at: number) => {
        if (this.current === at) return;
        this.current = at;
        this.requestUpdate();
      },
      pick: (step: SymbolStep) => this.pick(step),
    };
    const tuneful = Tune.possible && melodic(steps.map(({ symbol }) => symbol));
    const current = steps.find(({ at }) => at === this.current) ?? steps[0];
    const { settled } = this.context;
    const paper = async () => {
      const { figureSvg } = await import('../../figure/figure-svg');
      const figure = courseFigure(steps, from, {
        title: this.whole ? 'A session with the sequence machine' : this.heading(session),
        note: `${this.contextLabel}, seed ${settled.values.seed}`,
        remarks: [session.sentence].filter(Boolean),
      });
      return figureSvg(figure, labAddress(this.context.link));
    };
    return html`<div class="view">
      <div class="tools">
        <h3>${this.whole ? 'The whole session' : this.heading(session)}</h3>
        ${
          session.begin > 0
            ? html`<fieldset class="switch">
                <legend class="sr">Show</legend>
                ${[false, true].map(
                  (whole) =>
                    html`<label>
                      <input
                        type="radio"
                        name="course-of"
                        value=${whole ? 'all' : 'last'}
                        .checked=${live(this.whole === whole)}
                        @change=${() => {
                          this.tune.stop();
                          this.playback.end();
                          this.whole = whole;
                          this.requestUpdate();
                        }}
                      /><span>${whole ? 'All' : 'Last'}</span>
                    </label>`,
                )}
              </fieldset>`
            : nothing
        }
        ${
          tuneful
            ? html`<button type="button" class="small" data-testid="listen" @click=${() => this.listen()}>
                ${this.tune.playing ? 'Stop' : 'Listen'}
              </button>`
            : nothing
        }
        ${
          !this.playback.running
            ? nothing
            : html`<button type="button" class="small" data-testid="skip" @click=${this.playback.end}>
                Show all at once
              </button>`
        }
      </div>
      ${left > 0 ? html`<p class="help">The last ${count(steps.length)} of ${count(all)} symbols.</p>` : nothing}
      ${guard([session, this.whole, this.current], () => courseStrip(steps, actions))}
      <p class="reading" data-testid="course-reading">${current ? stepWords(current, from) : nothing}</p>
      ${courseLegend()}
      <details
        class="numbers"
        ?open=${this.numbersOpen}
        @toggle=${(event: Event) => {
          this.numbersOpen = (event.target as HTMLDetailsElement).open;
          this.requestUpdate();
        }}
      >
        <summary>Numbers</summary>
        ${this.numbersOpen ? guard([session, this.whole], () => courseTable(steps, left)) : nothing}
      </details>
      <p class="take">
        ${exportButtons(paper, 'session', 'the strip')}
        ${saveButton('Session (CSV)', 'session.csv', () => this.context.client.ask('csv', { table: 'session' }))}
        ${saveButton('Session (JSON)', 'session.json', () =>
          JSON.stringify({ link: this.context.link, settings: settled.values, session }, null, 1),
        )}
      </p>
    </div>`;
  }

  /** How the machine remembers, in the reader's words. */
  private get contextLabel(): string {
    const { context } = this;
    const property = propertyOf(context, 'context');
    const value = context.settled.values.context ?? '';
    const share = value === 'shift' ? '' : `, Λ = ${context.settled.values.retention}`;
    return `${property ? valueText(property, value) : value}${share}`;
  }

  private heading(session: Session): string {
    switch (session.steps[session.begin]?.mode) {
      case 'store':
        return 'Stored, as it was shown for the first time';
      case 'replay':
        return 'Shown, without writing';
      default:
        return 'Recalled from the cue';
    }
  }

  /** A symbol that was shown is where a wrong turn may be. */
  private pick(step: SymbolStep) {
    this.current = step.at;
    const { session, symbols } = this;
    const place = step.at - (session?.begin ?? 0);
    const given = step.mode === 'store' || step.mode === 'replay';
    if (!given || place < 0 || place >= symbols.length || this.playback.running) return this.requestUpdate();
    this.turn(place);
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('#wrong-symbol')?.focus());
  }

  private facts(): TemplateResult | typeof nothing {
    const { session } = this;
    return !session || this.busy || this.playback.running ? nothing : sessionFacts(session);
  }
}

function words(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

customElements.define('lab-session', LabSession);

export function sessionPart(context: SequenceContext): TemplateResult {
  return html`<lab-session .context=${context}></lab-session>`;
}
