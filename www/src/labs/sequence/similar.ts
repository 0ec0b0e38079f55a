/** Similarities that a retrieval used, as bars: those that it chose are marked. */

import { html, nothing, type TemplateResult } from 'lit';
import { count } from '../../ui/format';
import { figureText } from '../../ui/text';
import type { SimilarityView, StageView } from '../../engine/types';
import { symbolText } from './symbols';

/** Of more items than this the largest are drawn; of fewer where a cell has several lists … */
const MOST_BARS = 8;
const MOST_OF_SEVERAL = 6;
/** … and some of these are such as were not chosen, so that a reader sees by how much they missed. */
const LEAST_OTHERS = 2;

export function mostBars({ similarities }: StageView): number {
  return similarities.length > 1 ? MOST_OF_SEVERAL : MOST_BARS;
}

export type Item = SimilarityView['items'][number];

/** What is drawn of many items: the largest of the chosen and of the others, in the order that they came in. */
export function drawnItems({ items }: SimilarityView, most: number): Item[] {
  if (items.length <= most) return items;
  const sorted = items
    .map((item, place) => ({ item, place }))
    .sort((a, b) => b.item.value - a.item.value || a.place - b.place);
  const chosen = sorted.filter(({ item }) => item.chosen);
  const others = sorted.filter(({ item }) => !item.chosen);
  const rest = Math.min(others.length, Math.max(LEAST_OTHERS, most - chosen.length));
  const kept = new Set([...chosen.slice(0, most - rest), ...others.slice(0, rest)].map(({ place }) => place));
  return items.filter((_, place) => kept.has(place));
}

/** Where zero lies and how long a bar is, from 0 to 1. */
export interface BarScale {
  zero: number;
  of: (value: number) => number;
}

export function barScaleOf(items: Item[]): BarScale {
  const finite = items.map(({ value }) => value).filter(Number.isFinite);
  const least = Math.min(0, ...finite);
  const greatest = Math.max(0, ...finite);
  const span = greatest - least || 1;
  return {
    zero: -least / span,
    of: (value) => (Number.isFinite(value) ? (value - least) / span : -least / span),
  };
}

/** What is left out, if anything is. */
export function leftOut(view: SimilarityView, most: number): string {
  const drawn = drawnItems(view, most).length;
  return drawn < view.items.length ? `${count(drawn)} of ${count(view.items.length)} drawn` : '';
}

export function similarBars(view: SimilarityView, most: number): TemplateResult {
  if (!view.items.length) {
    return html`<p class="help">${view.label}: there is nothing to compare with yet.</p>`;
  }
  const items = drawnItems(view, most);
  const scale = barScaleOf(items);
  const percent = (share: number) => `${(share * 100).toFixed(2)}%`;
  const left = leftOut(view, most);
  return html`<div class="similar" data-testid="similar">
    <p class="name">
      ${view.label} <span class="quiet">${view.unit}${left ? html`, ${left}` : nothing}</span>
    </p>
    <ul>
      ${items.map(({ label, value, chosen }) => {
        const [from, to] = [scale.zero, scale.of(value)].sort((a, b) => a - b) as [number, number];
        return html`<li class=${chosen ? 'picked' : ''} data-chosen=${chosen ? 'true' : 'false'}>
          <span
            class="gauge"
            aria-hidden="true"
            style="left: ${percent(from)}; width: ${percent(to - from)}"
          ></span>
          <span class="dot" aria-hidden="true">${chosen ? '●' : ''}</span>
          <span class="what" title=${label}>${symbolText(label)}</span>
          <span class="n" data-value=${value}>${figureText(Number(value.toPrecision(3)))}</span>
          ${chosen ? html`<span class="sr">, chosen</span>` : nothing}
        </li>`;
      })}
    </ul>
  </div>`;
}
