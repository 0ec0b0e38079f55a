/** "Look inside": one run of the race on one sequence, as it trains. Looks only while it is in view. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { live } from 'lit/directives/live.js';
import type { About, Inspection, LabError } from '../../engine/types';
import { count, shortened } from '../../ui/format';
import type { Subject } from '../../engine/types';
import type { Entry } from '../../ui/series';
import { Draw } from '../../ui/draw';
import { paintSmall } from '../../figure/colours';
import type { Figure } from '../../figure/figure';
import '../../figure/lab-figure';
import '../../ui/look.css';
import { NormHistory, normsTable } from './norms';
import { probeTable, strip, tally } from './probe';
import { attentionMap, attentionValues, judgedGreatest, readings, similarityMap, source } from './views';

export interface Seen {
  subject: Subject;
  inspection: Inspection;
}

export interface Unseen {
  subject: Subject;
  error: LabError;
}

/** What a head that solves the task may show, by task. */
const LOOK_FOR: Record<string, string> = {
  'causal-copy':
    'A head that copies shows a line parallel to the diagonal, half a sequence to its left: each judged position reads the symbol it has to name, or the one before.',
  'previous-token': 'A head that solves the task shows a line just left of the diagonal.',
  reversal: 'A head that solves the task shows the other diagonal, from bottom left to top right.',
  'half-shift': 'A head that solves the task shows two lines, half a sequence away from the diagonal.',
  increment: 'The task needs no position: any pattern will do.',
};

/** Where the sequence on show comes from, in words. */
const ORIGIN = {
  'held-out': 'The one shown is held out: it cannot occur in training.',
  own: 'The one shown is yours; training may have shown it.',
};

const kindOf = ({ probe }: Subject): keyof typeof ORIGIN =>
  probe === '' || probe.startsWith('#') ? 'held-out' : 'own';

/** Symbols named in full up to this many. */
const FEW_SYMBOLS = 12;
/** A small map is at most this many pixels wide; of a longer sequence it shows every so many positions. */
const SMALL = 96;

export class LabInspector extends LitElement {
  static override properties = {
    about: { attribute: false },
    run: { attribute: false },
    entries: {
      attribute: false,
      // The page makes the list anew for every drawing.
      hasChanged: (now: Entry[], before: Entry[] | undefined) =>
        now.length !== before?.length ||
        now.some(({ id, label }, i) => id !== before[i]?.id || label !== before[i]?.label),
    },
    seen: { attribute: false },
    unseen: { attribute: false },
    watch: { attribute: false },
    layer: { state: true },
    head: { state: true },
    stretched: { state: true },
    position: { state: true },
    text: { state: true },
    tableOpen: { state: true },
  };
  declare about: About | null;
  /** The link that the run began with. What was seen of it stays when it goes on to a later end. */
  declare run: string;
  declare entries: Entry[];
  declare seen: Seen | null;
  declare unseen: Unseen | null;
  /** Asks for looks at a subject, again and again; null ends that. */
  declare watch: (subject: Subject | null) => void;
  declare layer: number;
  declare head: number;
  declare stretched: boolean;
  declare position: number;
  declare text: string;
  declare tableOpen: boolean;

  private subject: Subject = { replica: 0, probe: '' };
  /** Number of the held-out sequence that was asked for last. */
  private heldOut = 0;
  private typed = false;
  private refused = '';
  /** No look can be had of the subject, until another is asked for. */
  private declined = false;
  private inView = false;
  private watching = '';
  /** The last similarity map: its picture is drawn again only when it is another. */
  private similar: { of: Inspection; map: Figure | null } | null = null;
  private histories = new Map<number, NormHistory>();
  private readonly drawing = new Draw(
    this,
    () => this.paint(),
    (inView) => {
      if (this.inView !== inView) this.requestUpdate();
      this.inView = inView;
      this.updateWatch();
    },
  );

  constructor() {
    super();
    this.about = null;
    this.run = '';
    this.entries = [];
    this.seen = null;
    this.unseen = null;
    this.watch = () => {};
    this.layer = -1;
    this.head = 0;
    this.stretched = false;
    this.position = -1;
    this.text = '';
    this.tableOpen = false;
  }

  protected override createRenderRoot() {
    return this;
  }

  override connectedCallback() {
    super.connectedCallback();
    this.drawing.start();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.drawing.stop();
    this.inView = false;
    this.updateWatch();
  }

  /** Tells the worker what is looked at, if that has changed. */
  private updateWatch() {
    const subject = this.inView && this.about && !this.declined ? this.subject : null;
    const key = subject ? `${this.run} ${subject.replica} ${subject.probe}` : '';
    if (key === this.watching) return;
    this.watching = key;
    this.watch(subject);
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('run') || (changed.has('about') && !this.about)) {
      const runs = this.about?.runs.length ?? 0;
      this.subject = { replica: this.subject.replica < runs ? this.subject.replica : 0, probe: '' };
      this.heldOut = 0;
      this.typed = false;
      this.refused = '';
      this.declined = false;
      this.histories.clear();
    }
    if (changed.has('seen') && this.seen) this.take(this.seen);
    if (changed.has('unseen') && this.unseen) this.decline(this.unseen);
  }

  private take({ inspection }: Seen) {
    const { replica } = inspection;
    const history = this.histories.get(replica) ?? new NormHistory();
    history.add(inspection);
    this.histories.set(replica, history);
    // The last layer's heads show what the answer is read from.
    this.layer = this.layer < 0 ? inspection.layers - 1 : Math.min(this.layer, inspection.layers - 1);
    this.head = Math.min(this.head, inspection.heads - 1);
    if (!this.typed) this.text = source(inspection).text;
  }

  private decline({ subject, error }: Unseen) {
    if (subject.probe !== this.subject.probe || subject.replica !== this.subject.replica) return;
    this.watching = '';
    this.refused = error.message;
    // The last good sequence stays in view, and goes on.
    const good = this.seen?.subject;
    this.subject = {
      replica: subject.replica,
      probe: good && good.probe !== subject.probe ? good.probe : '',
    };
    // Where that very look was refused, asking for it again and again does not help.
    this.declined = this.subject.probe === subject.probe;
  }

  protected override updated() {
    this.updateWatch();
    this.drawing.ask();
  }

  private ask(subject: Partial<Subject>) {
    this.subject = { ...this.subject, ...subject };
    this.refused = '';
    this.declined = false;
    this.requestUpdate();
  }

  private anotherHeldOut() {
    this.heldOut += 1;
    const all = Number(this.about?.values.held_out ?? 1);
    this.typed = false;
    this.ask({ probe: `#${this.heldOut % Math.max(1, all)}` });
  }

  private paint() {
    const inspection = this.seen?.inspection;
    if (!inspection) return;
    const { length } = inspection;
    const stride = Math.ceil(length / SMALL);
    for (const canvas of this.querySelectorAll<HTMLCanvasElement>('canvas.small')) {
      const values = attentionValues(inspection, Number(canvas.dataset.layer), Number(canvas.dataset.head));
      const range: [number, number] = [0, this.stretched ? judgedGreatest(inspection, values) : 1];
      paintSmall(canvas, { rows: length, columns: length, values, range, scale: 'sequential' }, stride);
    }
  }

  protected override render(): TemplateResult {
    const { about } = this;
    const inspection = this.seen?.inspection ?? null;
    return html`<section class="card look" aria-labelledby="title-look">
      <header>
        <h2 id="title-look">Look inside</h2>
        <p class="quiet">
          ${
            inspection
              ? html`${this.nameOf(inspection.replica)} at step
                  <span data-testid="look-step">${count(inspection.step)}</span>`
              : nothing
          }
        </p>
      </header>
      ${
        about
          ? html`${this.form(about, inspection)}
            ${inspection ? this.views(inspection) : html`<p class="help" data-testid="look-waits">${this.waits()}</p>`}`
          : html`<p class="help">
              Press Train. Then this shows what a run predicts, where its attention goes, and what its
              positions look like, as it learns.
            </p>`
      }
    </section>`;
  }

  /** Why there is nothing to see yet. */
  private waits(): string {
    if (this.declined) return 'There is nothing to show: this look was refused.';
    return this.inView
      ? 'The first look is on its way.'
      : 'Looks are taken while this part of the page is in view.';
  }

  private nameOf(replica: number): string {
    const run = this.about?.runs.find((candidate) => candidate.replica === replica);
    if (!run) return '';
    const label = this.entries.find((entry) => entry.id === run.arm)?.label ?? run.arm;
    return `${label}, seed ${run.seed}`;
  }

  private form(about: About, inspection: Inspection | null): TemplateResult {
    const allowed = inspection ? source(inspection) : null;
    const symbols = allowed
      ? allowed.symbols.length > FEW_SYMBOLS
        ? `${allowed.symbols[0]} to ${allowed.symbols.at(-1)}`
        : allowed.symbols.join(', ')
      : '';
    return html`<form
      class="probe"
      aria-label="What to look at"
      @submit=${(event: Event) => {
        event.preventDefault();
        this.ask({ probe: this.text.trim() });
      }}
    >
      <p class="field">
        <label for="look-run">Run</label>
        <select
          id="look-run"
          data-testid="look-run"
          .value=${live(String(this.subject.replica))}
          @change=${(event: Event) => this.ask({ replica: Number((event.target as HTMLSelectElement).value) })}
        >
          ${about.runs.map(
            ({ replica }) =>
              html`<option value=${replica} ?selected=${replica === this.subject.replica}>
                ${this.nameOf(replica)}
              </option>`,
          )}
        </select>
      </p>
      <p class="field wide">
        <label for="look-probe">Probe</label>
        <input
          id="look-probe"
          data-testid="look-probe"
          type="text"
          autocomplete="off"
          spellcheck="false"
          aria-invalid=${this.refused ? 'true' : 'false'}
          aria-describedby="look-help look-refused"
          .value=${live(this.text)}
          @input=${(event: Event) => {
            this.typed = true;
            this.text = (event.target as HTMLInputElement).value;
          }}
        />
      </p>
      <p class="field">
        <button type="submit" data-testid="look-submit">Look</button>
        <button type="button" data-testid="look-another" @click=${() => this.anotherHeldOut()}>
          Another held-out sequence
        </button>
      </p>
      <p class="help" id="look-help">
        ${allowed ? html`${count(allowed.count)} symbols, of ${symbols}, with spaces between.` : nothing}
        ${this.seen ? ORIGIN[kindOf(this.seen.subject)] : nothing}
      </p>
      <p class="refused" role="status" id="look-refused">
        ${
          this.refused
            ? html`<span class="wrong">${this.refused}</span>${
                  allowed && this.seen
                    ? html` Still shown: <b data-testid="look-still">${shortened(allowed.text)}</b>,
                        ${kindOf(this.seen.subject) === 'own' ? 'which is yours' : 'which is held out'}.`
                    : nothing
                }`
            : nothing
        }
      </p>
    </form>`;
  }

  private views(inspection: Inspection): TemplateResult {
    const judged = readings(inspection);
    const note = `${this.nameOf(inspection.replica)}, step ${count(inspection.step)}`;
    const similarity = this.similarityOf(inspection, note);
    const history = this.histories.get(inspection.replica) ?? new NormHistory();
    return html`
      <section class="view" aria-labelledby="title-probe">
        <h3 id="title-probe">
          Prediction against truth<span class="quiet" data-testid="tally"> · ${tally(judged)}</span>
        </h3>
        <p class="help">
          Top: the input. Below it: the most probable answer, its probability as a bar, ✓ where it is right,
          and after ≠ the truth where it is not. p(s) = softmax<sub>s</sub>(W h), with h the last layer's
          output at that position.
        </p>
        ${strip(inspection, judged, { shown: this.position, show: (position) => (this.position = position) })}
        <details
          class="more"
          @toggle=${(event: Event) => (this.tableOpen = (event.target as HTMLDetailsElement).open)}
        >
          <summary>Numbers<span class="sr">: Predictions</span></summary>
          ${this.tableOpen ? probeTable(judged) : nothing}
        </details>
      </section>
      <section class="view" aria-labelledby="title-attention">
        <h3 id="title-attention">Attention</h3>
        <p class="help">
          Each row says how much a query position reads from each key position: A = softmax(Q Kᵀ ∕ √d), by
          head; a row sums to 1. ${LOOK_FOR[this.about?.values.task ?? ''] ?? nothing}
        </p>
        <div class="attention">
          ${this.heads(inspection)}
          ${guard(
            [inspection, this.layer, this.head, this.stretched],
            () =>
              html`<lab-figure
                data-testid="attention"
                .link=${this.about?.link ?? ''}
                .figure=${attentionMap(inspection, this.layer, this.head, this.stretched, note)}
              ></lab-figure>`,
          )}
        </div>
      </section>
      <section class="view" aria-labelledby="title-similarity">
        <h3 id="title-similarity">Similarity of positions</h3>
        <p class="help">
          ${inspection.similarityKind}
          ${
            similarity
              ? 'A sharp diagonal tells each position from its neighbours; a flat map tells none apart. A learned encoding changes as it trains.'
              : nothing
          }
        </p>
        ${
          similarity
            ? html`<lab-figure
                data-testid="similarity"
                .link=${this.about?.link ?? ''}
                .figure=${similarity}
              ></lab-figure>`
            : nothing
        }
      </section>
      <section class="view" aria-labelledby="title-norms">
        <h3 id="title-norms">Weights and gradients</h3>
        <p class="help">
          ‖w‖ = √Σ w² over the parameters of a group, and the same of the last step's gradient, before
          clipping. A gradient many decades below the others has stopped learning; one that grows without end
          is about to diverge.
        </p>
        ${normsTable(inspection, history)}
      </section>
    `;
  }

  private similarityOf(inspection: Inspection, note: string): Figure | null {
    if (this.similar?.of !== inspection)
      this.similar = { of: inspection, map: similarityMap(inspection, note) };
    return this.similar.map;
  }

  private heads({ layers, heads }: Inspection): TemplateResult {
    return html`<div class="heads">
      <div class="scroll" role="group" aria-label="Attention heads">
        <table class="maps">
          <thead>
            <tr>
              <td></td>
              ${Array.from({ length: heads }, (_, head) => html`<th scope="col">Head ${head + 1}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${Array.from(
              { length: layers },
              (_, layer) =>
                html`<tr>
                  <th scope="row">Layer ${layer + 1}</th>
                  ${Array.from(
                    { length: heads },
                    (_, head) =>
                      html`<td>
                        <button
                          type="button"
                          class="map"
                          aria-label="Layer ${layer + 1}, head ${head + 1}"
                          aria-pressed=${layer === this.layer && head === this.head ? 'true' : 'false'}
                          @click=${() => {
                            this.layer = layer;
                            this.head = head;
                          }}
                        >
                          <canvas class="small" data-layer=${layer} data-head=${head}></canvas>
                        </button>
                      </td>`,
                  )}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <label class="check">
        <input
          type="checkbox"
          .checked=${live(this.stretched)}
          @change=${(event: Event) => (this.stretched = (event.target as HTMLInputElement).checked)}
        />Stretch the colours to each map's greatest judged value
      </label>
    </div>`;
  }
}

customElements.define('lab-inspector', LabInspector);
