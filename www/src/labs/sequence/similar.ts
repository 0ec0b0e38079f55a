/** Similarities that a retrieval used, as bars: those that it chose are marked. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Figure } from '../../figure/figure';
import { count, shortened } from '../../ui/format';
import { mark } from '../../ui/palette';
import { figureText } from '../../ui/text';
import type { SimilarityView, StageView } from '../../engine/types';
import { symbolText } from './symbols';

/** Of more items than this the largest are drawn; of fewer where a cell has several lists … */
const MOST_BARS = 8;
const MOST_OF_SEVERAL = 6;
/** … and some of these are such as were not chosen, so that a reader sees by how much they missed. */
const LEAST_OTHERS = 2;
/** In a file: the height of a bar's row in pixels, and the letters of its name. */
const ROW = 13;
const MOST_LETTERS = 20;

export function mostBars({ similarities }: StageView): number {
  return similarities.length > 1 ? MOST_OF_SEVERAL : MOST_BARS;
}

type Item = SimilarityView['items'][number];

/** What is drawn of many items: the largest of the chosen and of the others, in the order that they came in. */
function drawnItems({ items }: SimilarityView, most: number): Item[] {
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

/** From the least to the greatest, zero between or at one of them. */
function rangeOf(items: Item[]): [number, number] {
  const finite = items.map(({ value }) => value).filter(Number.isFinite);
  const [least, greatest] = [Math.min(0, ...finite), Math.max(0, ...finite)];
  return greatest > least ? [least, greatest] : [0, 1];
}

const valueText = (value: number) => figureText(Number(value.toPrecision(3)));
const finite = (value: number) => (Number.isFinite(value) ? value : 0);

/** The bars for a file. Those that were chosen are filled and have a dot. */
export function similarFigure(view: SimilarityView, most: number): Figure {
  const items = drawnItems(view, most);
  const [least, greatest] = rangeOf(items);
  const names = items.map(({ label }) => shortened(symbolText(label), MOST_LETTERS));
  return {
    name: 'similar',
    title: view.label,
    summary: view.label,
    empty: '',
    panels: [
      {
        // Room for the number behind the longest bar.
        x: { title: '', range: [least, greatest + 0.35 * (greatest - least)], bare: true },
        y: { title: '', range: [items.length - 0.5, -0.5], names },
        height: items.length * ROW,
        marks: [
          { kind: 'rule', axis: 'x', at: 0 },
          {
            kind: 'bar',
            id: 'similarity',
            label: view.label,
            mark: mark(1),
            place: items.map((_, i) => i),
            thick: 0.6,
            from: items.map(() => 0),
            to: items.map(({ value }) => finite(value)),
            texts: items.map(({ value, chosen }) => `${valueText(value)}${chosen ? ' ●' : ''}`),
            hollow: (i) => items[i]?.chosen !== true,
          },
        ],
      },
    ],
    reading: null,
    tables: [],
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
  const [least, greatest] = rangeOf(items);
  const percent = (share: number) => `${((share / (greatest - least)) * 100).toFixed(2)}%`;
  const left = leftOut(view, most);
  return html`<div class="similar" data-testid="similar">
    <p class="name">
      ${view.label} <span class="quiet">${view.unit}${left ? html`, ${left}` : nothing}</span>
    </p>
    <ul>
      ${items.map(({ label, value, chosen }) => {
        const [from, to] = [Math.min(0, finite(value)), Math.max(0, finite(value))];
        return html`<li class=${chosen ? 'picked' : ''} data-chosen=${chosen ? 'true' : 'false'}>
          <span
            class="gauge"
            aria-hidden="true"
            .style=${`left: ${percent(from - least)}; width: ${percent(to - from)}`}
          ></span>
          <span class="dot" aria-hidden="true">${chosen ? '●' : ''}</span>
          <span class="what" title=${label}>${symbolText(label)}</span>
          <span class="n" data-value=${value}>${valueText(value)}</span>
          ${chosen ? html`<span class="sr">, chosen</span>` : nothing}
        </li>`;
      })}
    </ul>
  </div>`;
}
