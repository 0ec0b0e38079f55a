/**
 * What a first visit does not need is folded: its title and what it has found stay in view. What a reader has opened is open at
 * the next visit too. Find-in-page looks into what is folded by itself; a print shows it.
 */

import { html, nothing, type TemplateResult } from 'lit';
import { recall, remember } from '../engine/memory';
import './fold.css';

const opened = new Set((recall('folds') ?? '').split(',').filter((id) => id !== ''));
/** In someone's notes nothing is folded: what is shown there was chosen. */
let always = false;

/** From now on everything stands open. */
export function unfoldAll(): void {
  always = true;
}

export const isOpen = (id: string): boolean => always || opened.has(id);

interface Folded {
  /** Unlike that of every other fold of the labs. */
  id: string;
  title: string;
  /** It lies within a part. */
  within?: boolean;
  note?: unknown;
  /** What it has found, in a line. */
  says?: unknown;
  /** It was opened or closed. */
  toggled?: () => void;
}

export function fold({ id, title, within, note, says, toggled }: Folded, body: unknown): TemplateResult {
  const toggle = ({ newState, currentTarget }: ToggleEvent) => {
    if ((currentTarget as HTMLDetailsElement).dataset.print !== undefined) return;
    if (newState === 'open') opened.add(id);
    else opened.delete(id);
    // In someone's notes nothing is stored.
    if (!always) remember('folds', [...opened].join(','));
    toggled?.();
  };
  return html`<details class="fold" data-fold=${id} ?open=${isOpen(id)} @toggle=${toggle}>
    <summary>
      ${within ? html`<h3 id="title-${id}">${title}</h3>` : html`<h2 id="title-${id}">${title}</h2>`}
      ${note ? html`<span class="quiet">${note}</span>` : nothing}
      ${says ? html`<span class="says" data-testid="says-${id}">${says}</span>` : nothing}
    </summary>
    ${body}
  </details>`;
}

/** Opens whatever an element is folded into. */
export function unfold(element: Element): void {
  for (
    let within = element.closest('details');
    within;
    within = within.parentElement?.closest('details') ?? null
  )
    within.open = true;
}

addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll<HTMLDetailsElement>('details.fold:not([open])')) {
    details.dataset.print = '';
    details.open = true;
  }
});

addEventListener('afterprint', () => {
  for (const details of document.querySelectorAll<HTMLDetailsElement>('details.fold[data-print]')) {
    details.open = false;
    // Its event comes later.
    setTimeout(() => delete details.dataset.print);
  }
});
