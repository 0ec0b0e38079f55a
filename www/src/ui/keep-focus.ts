/** The keyboard's place where the control that had it is drawn no longer. */

import type { ReactiveController, ReactiveElement } from 'lit';

/** Ways on from where something was stopped, or is computed again. */
const ONWARDS = '.work button, .refused button';

/**
 * A button that is pressed and goes would leave the keyboard at the top of the page. What replaces it takes the focus: a way
 * on, or else the heading of what is around it.
 */
export class KeepFocus implements ReactiveController {
  private held: Element | null = null;
  private around: Element[] = [];

  constructor(
    private readonly element: ReactiveElement,
    /** Only controls within such an element are followed. */
    private readonly within = '*',
  ) {
    element.addController(this);
  }

  hostUpdate(): void {
    const { element, within } = this;
    const { activeElement } = element.getRootNode() as Document | ShadowRoot;
    const inside = activeElement && element.contains(activeElement) && activeElement.closest(within);
    this.held = inside ? activeElement : null;
    this.around = [];
    if (!inside) return;
    for (let at = activeElement.parentElement; at; at = at.parentElement) {
      if (at.matches('section')) this.around.push(at);
      if (at === element) break;
    }
    this.around.push(element);
  }

  hostUpdated(): void {
    if (!this.held || this.held.isConnected) return;
    const there = this.around.find((one) => one.isConnected);
    const next = there?.querySelector<HTMLElement>(ONWARDS) ?? there?.querySelector<HTMLElement>('h2, h3');
    if (!next) return;
    if (!next.matches('button')) next.tabIndex = -1;
    next.focus({ preventScroll: true });
  }
}
