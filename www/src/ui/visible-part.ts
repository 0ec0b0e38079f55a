/** A part of the page that asks the worker by itself, and only while it is in view. */

import { LitElement, type PropertyValues } from 'lit';
import type { Question } from './ask';
import { Draw } from './draw';
import type { PartContext } from './part-context';

export abstract class VisiblePart<Context extends PartContext = PartContext> extends LitElement {
  static override properties = { context: { attribute: false } };
  /** The page makes a new one for every drawing. */
  declare context: Context;

  private inView = false;
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

  /** All that it asks. How they stand is in `data-state`, and of which moment of a run the answers are in `data-live`. */
  protected abstract readonly questions: readonly Question<unknown>[];

  /** Puts the questions that the present context leads to. Called after every drawing, while in view. */
  protected abstract request(): void;

  /** The part has gone out of view. */
  protected suspend(): void {
    for (const question of this.questions) question.suspend();
  }

  private reflect() {
    const states = this.questions.map(({ state }) => state);
    this.dataset.state =
      (['asking', 'refused', 'idle'] as const).find((state) => states.includes(state)) ?? 'answered';
    this.dataset.live = [...new Set(this.questions.map(({ live }) => live))].join(' ');
  }

  protected override createRenderRoot() {
    return this;
  }

  override connectedCallback() {
    super.connectedCallback();
    this.watcher.start();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.watcher.stop();
    this.inView = false;
    this.suspend();
  }

  protected override updated(_: PropertyValues) {
    if (this.inView) this.request();
    this.reflect();
  }
}

/** A number for each object, the same whenever it is asked for: it tells one recording from another. */
const numbers = new WeakMap<object, number>();
let lastNumber = 0;

export function objectId(thing: object): number {
  const known = numbers.get(thing) ?? ++lastNumber;
  numbers.set(thing, known);
  return known;
}

/** The settings that the answer of a part depends on. */
export function settingsOf({ parts }: Pick<PartContext, 'parts'>, id: string): string[] {
  const part = parts.find((known) => known.id === id);
  if (!part) throw new Error(`There is no part “${id}”.`);
  return part.settings;
}

/** Their values, as a text that changes when one of them does. */
export function keyOf(context: Pick<PartContext, 'parts' | 'settled'>, id: string): string {
  return JSON.stringify(settingsOf(context, id).map((name) => context.settled.values[name]));
}
