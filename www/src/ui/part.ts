/**
 * A part of the page, declared: what it asks, what its controls are, and what it shows of an answer. It asks while it is in
 * view, shows how far a long answer is, with Stop, says a refusal beside the controls that led to it, and asks again.
 */

import { LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { html, unsafeStatic } from 'lit/static-html.js';
import type { Report } from '../engine/protocol';
import { Question } from './ask';
import { Draw } from './draw';
import { fold, isOpen } from './fold';
import { KeepFocus } from './keep-focus';
import type { PartContext } from './part-context';
import { keyOf, type Key } from './part-key';
import { PendingEdits } from './pending-edits';
import type { SliderContext } from './slider';
import { workBar, type Bar } from './work';

/** What a part has while it is on the page. */
export interface Part<C extends PartContext, S = unknown, Q = unknown> {
  context: C;
  /** What the reader has chosen here, and nowhere else. */
  state: S;
  asked: { readonly [N in keyof Q]: Question<Q[N]> };
  /** For its sliders. */
  sliders: SliderContext;
  /** Whether all answers on show are for the present settings. */
  fresh: boolean;
  /** Changes its state, and draws it anew. */
  set: (change: Partial<S>) => void;
  redraw: () => void;
}

export interface Ask<C extends PartContext, S, T> {
  ask: (context: C, state: S) => Promise<T>;
  /** What the answer depends on: the settings that the part names, unless it is said here; null if it cannot be asked now. */
  key?: (context: C, state: S) => Key | null;
  /** Whether a slow answer waits for the reader to let go of a slider, so that quicker ones come first. */
  patient?: boolean;
}

interface Framed<C extends PartContext, S, Q> {
  /** Name of its element. */
  tag: string;
  /** By this name links hide it. */
  id: string;
  title: string;
  /** Behind the title. */
  note: (context: C, part: Part<C, S, Q>) => unknown;
  /** What it is about. */
  intro?: TemplateResult | ((context: C) => unknown);
  /** Whether it is folded on a first visit; asked then only for what it says there. */
  folded?: boolean;
  /** What it has found, in a line that stands while it is folded. */
  says?: (part: Part<C, S, Q>) => unknown;
  /** What the reader may choose here, as it is at first. `now` gives the part as it is by then. */
  state?: (now: () => Part<C, S, Q>) => S;
  /** It has gone out of view, or out of the page. */
  left?: (part: Part<C, S, Q>) => void;
  /** It has gone out of the page. */
  gone?: (part: Part<C, S, Q>) => void;
  /** The worker says something by itself. */
  heard?: (report: Report, part: Part<C, S, Q>) => void;
  /** After every drawing. */
  drawn?: (element: HTMLElement, part: Part<C, S, Q>) => void;
}

/** A part with several questions. */
export interface DeclaredParts<C extends PartContext, S, Q> extends Framed<C, S, Q> {
  asks: { readonly [N in keyof Q]: Ask<C, S, Q[N]> };
  /** Below the heading. */
  body: (part: Part<C, S, Q>) => unknown;
  /** Sections of their own, below it. */
  below?: (part: Part<C, S, Q>) => unknown;
}

/** A part with one question. */
export type Asking<C extends PartContext, T, S> = Part<C, S, { one: T }> & {
  answer: T | null;
  /** How far the answer is that is worked on in turns. */
  bar: TemplateResult | typeof nothing;
};

export interface Declared<C extends PartContext, T, S>
  extends Omit<Framed<C, S, { one: T }>, 'says'>, Ask<C, S, T> {
  /** What it has found, in a line that stands while it is folded. */
  says?: (answer: T, part: Asking<C, T, S>) => unknown;
  controls?: (part: Asking<C, T, S>) => unknown;
  found?: (answer: T, part: Asking<C, T, S>) => unknown;
  /** Stands in the place of an answer while there is none. */
  waits?: string | ((part: Asking<C, T, S>) => unknown);
  /** Below everything in its card, with an answer or without. */
  foot?: (part: Asking<C, T, S>) => unknown;
  /** Sections of their own below it, which show the bar too; a part without them has it below its controls. */
  below?: (part: Asking<C, T, S>) => unknown;
  /** Words of the bar, and what work is shown in it. */
  bar?: Bar;
  /** What was stopped before there was an answer is gone on with, not begun again. */
  goesOn?: boolean;
}

/** Defines the element of a part with several questions; gives what draws it. */
export function parts<C extends PartContext, S, Q>(
  declared: DeclaredParts<C, S, Q>,
): (context: C) => TemplateResult {
  const { tag, id, asks } = declared;
  const names = Object.keys(asks) as (keyof Q & string)[];

  class DeclaredPart extends LitElement {
    static override properties = { context: { attribute: false } };
    /** The page makes a new one for every drawing. */
    declare context: C;

    private inView = false;
    /** What was drawn last was an answer to the present questions. */
    private drawnFresh = true;
    private unlisten = () => {};
    private readonly redraw = () => this.requestUpdate();
    private readonly edits = new PendingEdits((name, value) => this.context.change(name, value), this.redraw);
    private readonly asked = Object.fromEntries(
      names.map((name) => {
        const { ask, patient } = asks[name];
        return [name, new Question(() => ask(this.context, this.state), this.redraw, patient)];
      }),
    ) as Part<C, S, Q>['asked'];
    private readonly state = declared.state?.(() => this.own) as S;
    private readonly watcher = new Draw(
      this,
      () => {},
      (inView) => {
        if (this.inView === inView) return;
        this.inView = inView;
        if (inView) this.request();
        else this.suspend();
        this.reflect();
      },
    );

    constructor() {
      super();
      new KeepFocus(this);
    }

    private get questions(): Question<unknown>[] {
      return Object.values(this.asked);
    }

    private get own(): Part<C, S, Q> {
      const { context, state, asked, edits, redraw } = this;
      const { properties, settled, typeIn } = context;
      const { values, problems } = settled;
      const sliders = { properties, values, problems, edits, typeIn };
      const set = (change: Partial<S>) => {
        Object.assign(state as object, change);
        redraw();
      };
      return { context, state, asked, sliders, fresh: this.fresh, set, redraw };
    }

    private get fresh(): boolean {
      return this.questions.every(({ fresh }) => fresh);
    }

    /** Nothing of it can be seen. */
    private get folded(): boolean {
      return declared.folded === true && !isOpen(id);
    }

    private request() {
      if (this.folded && !declared.says) return;
      for (const name of names) {
        const { key = settingsKey(id) } = asks[name];
        const wanted = key(this.context, this.state);
        if (wanted) this.asked[name].request(wanted.settings, wanted.moment);
      }
      // An answer that waits its turn is not asked for yet, but the last one is out of date.
      if (this.fresh !== this.drawnFresh) this.redraw();
    }

    private suspend() {
      for (const question of this.questions) question.suspend();
      declared.left?.(this.own);
    }

    /** How its questions stand is in `data-state`, and of which moment of a run the answers are in `data-live`. */
    private reflect() {
      const states = this.questions.map(({ state }) => state);
      this.dataset.state =
        (['asking', 'refused', 'idle'] as const).find((state) => states.includes(state)) ?? 'answered';
      this.dataset.live = [...new Set(this.questions.map(({ live }) => live))].join(' ');
      declared.drawn?.(this, this.own);
    }

    protected override createRenderRoot() {
      return this;
    }

    override connectedCallback() {
      super.connectedCallback();
      this.watcher.start();
      const { heard } = declared;
      if (heard) this.unlisten = this.context.client.listen((report) => heard(report, this.own));
    }

    override disconnectedCallback() {
      super.disconnectedCallback();
      this.watcher.stop();
      this.unlisten();
      this.inView = false;
      this.suspend();
      declared.gone?.(this.own);
    }

    protected override willUpdate(changed: PropertyValues<this>) {
      // Preparing a run that was given up took the worker, and the questions with it.
      const before = changed.get('context') as C | undefined;
      if (before?.activity !== 'compiling' || this.context.activity === 'compiling') return;
      for (const question of this.questions) question.retry();
    }

    protected override updated() {
      this.drawnFresh = this.fresh;
      if (this.inView) this.request();
      this.reflect();
    }

    protected override render(): TemplateResult {
      const { own, context } = this;
      const { intro } = declared;
      const about = typeof intro === 'function' ? intro(context) : intro;
      const { title } = declared;
      const note = declared.note(context, own);
      const body = html`${about ? html`<p class="help">${about}</p>` : nothing} ${declared.body(own)}`;
      const card = declared.folded
        ? fold({ id, title, note, says: declared.says?.(own), toggled: this.redraw }, body)
        : html`<header>
              <h2 id="title-${id}">${title}</h2>
              <p class="quiet">${note}</p>
            </header>
            ${body}`;
      return html`<section class="card part ${id}" aria-labelledby="title-${id}">${card}</section>
        ${this.folded ? nothing : (declared.below?.(own) ?? nothing)}`;
    }
  }

  customElements.define(tag, DeclaredPart);
  // A name of the lab's own, and no text of a reader's.
  const name = unsafeStatic(tag);
  return (context) => html`<${name} .context=${context}></${name}>`;
}

const settingsKey = (id: string) => (context: PartContext) => ({ settings: keyOf(context, id), moment: '' });

/** The same of a part with one question. */
export function part<C extends PartContext, T, S = undefined>(
  declared: Declared<C, T, S>,
): (context: C) => TemplateResult {
  const { below, says, ...framed } = declared;
  const { id, ask, key = settingsKey(id), patient = false } = declared;

  const asking = (whole: Part<C, S, { one: T }>): Asking<C, T, S> => {
    const { context, state, asked } = whole;
    const question = asked.one;
    return {
      ...whole,
      answer: key(context, state) ? question.answer : null,
      bar: question.fresh ? nothing : workBar(context.client, id, { ...declared.bar, question }),
    };
  };

  const refusal = ({ asked, redraw }: Asking<C, T, S>): TemplateResult => {
    const question = asked.one;
    const onwards = declared.goesOn && question.stopped;
    const again = () => {
      question.retry();
      redraw();
    };
    const why = html`<span class="wrong">${question.refused}</span>`;
    if (question.hopeless) return why;
    return html`${why}
      <button
        type="button"
        class="small"
        data-testid=${onwards ? `go-on-${id}` : `${id}-again`}
        @click=${again}
      >
        ${onwards ? 'Go on' : 'Compute again'}
      </button>`;
  };

  const body = (whole: Part<C, S, { one: T }>): TemplateResult => {
    const own = asking(whole);
    const { context, state, answer } = own;
    const question = own.asked.one;
    const can = key(context, state) !== null;
    // While something else is asked for, the last refusal is out of date.
    const refused = can && question.fresh && question.refused !== '';
    const { waits = 'Computed while this part of the page is in view.' } = declared;
    const waiting = () => (typeof waits === 'string' ? html`<p class="help waits">${waits}</p>` : waits(own));
    return html`${declared.controls?.(own) ?? nothing} ${below ? nothing : own.bar}
      <p class="refused" role="status">${refused ? refusal(own) : nothing}</p>
      ${
        !declared.found
          ? nothing
          : answer !== null
            ? declared.found(answer, own)
            : can && !refused
              ? waiting()
              : nothing
      }
      ${declared.foot?.(own) ?? nothing}`;
  };

  return parts<C, S, { one: T }>({
    ...framed,
    asks: { one: { ask, key, patient } },
    body,
    ...(below ? { below: (whole) => below(asking(whole)) } : {}),
    ...(says
      ? {
          says: (whole) => {
            const own = asking(whole);
            return own.answer === null ? nothing : says(own.answer, own);
          },
        }
      : {}),
  });
}
