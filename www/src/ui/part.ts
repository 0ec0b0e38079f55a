/**
 * A part of the page, declared: what it asks, what its controls are, and what it shows of an answer. It asks while it is in
 * view, shows how far a long answer is, with Stop, says a refusal beside the controls that led to it, and asks again.
 */

import { nothing, type PropertyValues, type TemplateResult } from 'lit';
import { html, unsafeStatic } from 'lit/static-html.js';
import { Question } from './ask';
import type { PartContext } from './part-context';
import { PendingEdits } from './pending-edits';
import type { SliderContext } from './slider';
import { keyOf, VisiblePart } from './visible-part';
import { workBar } from './work';

/** What an answer depends on, as texts: equal texts, equal answers. */
export interface Key {
  settings: string;
  /** Changes by itself as a run trains. */
  moment: string;
}

export interface Part<C extends PartContext> {
  context: C;
  /** For its sliders. */
  sliders: SliderContext;
  /** Whether the answer on show is for the present settings. */
  fresh: boolean;
}

export interface Declared<C extends PartContext, T> {
  /** Name of its element. */
  tag: string;
  /** By this name links hide it. */
  id: string;
  title: string;
  /** Behind the title. */
  note: (context: C) => unknown;
  /** What it is about. */
  intro: TemplateResult;
  ask: (context: C) => Promise<T>;
  /** What the answer depends on: the settings that the part names, unless it is said here; null if it cannot be asked now. */
  key?: (context: C) => Key | null;
  /** Whether a slow answer waits for the reader to let go of a slider, so that quicker ones come first. */
  patient?: boolean;
  controls?: (part: Part<C>) => TemplateResult;
  found: (answer: T, part: Part<C>) => unknown;
  /** Stands in the place of an answer while there is none. */
  waits?: string;
  /** Below everything, with an answer or without. */
  foot?: (part: Part<C>, answer: T | null) => unknown;
}

/** Defines the element of a part; gives what draws it. */
export function part<C extends PartContext, T>(declared: Declared<C, T>): (context: C) => TemplateResult {
  const { tag, id } = declared;
  const keyed = (context: C): Key | null =>
    declared.key ? declared.key(context) : { settings: keyOf(context, id), moment: '' };

  class DeclaredPart extends VisiblePart<C> {
    private readonly redraw = () => this.requestUpdate();
    private readonly question = new Question<T>(
      () => declared.ask(this.context),
      this.redraw,
      declared.patient,
    );
    protected readonly questions = [this.question];
    private readonly edits = new PendingEdits((name, value) => this.context.change(name, value), this.redraw);

    protected override willUpdate(changed: PropertyValues<this>) {
      // Preparing a run that was given up took the worker, and the question with it.
      const before = changed.get('context') as C | undefined;
      if (before?.activity === 'compiling' && this.context.activity !== 'compiling') this.question.retry();
    }

    protected override request() {
      const key = keyed(this.context);
      if (key) this.question.request(key.settings, key.moment);
    }

    private again() {
      this.question.retry();
      this.requestUpdate();
    }

    protected override render(): TemplateResult {
      const { context, question } = this;
      const { properties, settled, typeIn } = context;
      const asked = keyed(context) !== null;
      const answer = asked ? question.answer : null;
      // While something else is asked for, the last refusal is out of date.
      const refused = asked && question.fresh ? question.refused : '';
      const { values, problems } = settled;
      const sliders = { properties, values, problems, edits: this.edits, typeIn };
      const own: Part<C> = { context, sliders, fresh: question.fresh };
      return html`<section class="card part ${id}" aria-labelledby="title-${id}">
        <header>
          <h2 id="title-${id}">${declared.title}</h2>
          <p class="quiet">${declared.note(context)}</p>
        </header>
        <p class="help">${declared.intro}</p>
        ${declared.controls?.(own) ?? nothing} ${question.fresh ? nothing : workBar(context.client, id)}
        <p class="refused" role="status">${refused ? this.refusal(refused) : nothing}</p>
        ${
          answer !== null
            ? declared.found(answer, own)
            : asked && !refused
              ? html`<p class="help waits">
                  ${declared.waits ?? 'Computed while this part of the page is in view.'}
                </p>`
              : nothing
        }
        ${declared.foot?.(own, answer) ?? nothing}
      </section>`;
    }

    private refusal(refused: string): TemplateResult {
      return html`<span class="wrong">${refused}</span>
        <button type="button" class="small" data-testid="${id}-again" @click=${() => this.again()}>
          Compute again
        </button>`;
    }
  }

  customElements.define(tag, DeclaredPart);
  // A name of the lab's own, and no text of a reader's.
  const name = unsafeStatic(tag);
  return (context) => html`<${name} .context=${context}></${name}>`;
}
