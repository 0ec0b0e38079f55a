/** The numbers of one vector, or of the similarities of one retrieval, as a table. */

import { html, nothing, type TemplateResult } from 'lit';
import { columnsTable, countText } from '../../figure/charted';
import { figureText } from '../../ui/text';
import type { Operations, SimilarityView, VectorView } from '../../engine/types';
import { symbolText } from './symbols';

export interface Entry {
  id: string;
  /** Where it stands: stage, machine, name. */
  label: string;
  vector: VectorView | null;
  similarity: SimilarityView | null;
}

const MACHINES = [
  ['machine', 'sequence machine'],
  ['transformer', 'transformer'],
] as const;

/** Everything that a step shows, in the order of reading. */
export function entries({ stages }: Operations): Entry[] {
  return stages.flatMap((stage) =>
    MACHINES.flatMap(([id, name]) => {
      const { vectors, similarities } = stage[id];
      const entry = (kind: string, place: number, label: string) => ({
        id: `${stage.id}-${id}-${kind}-${place}`,
        label: `${stage.label}, ${name}: ${label}`,
      });
      return [
        ...vectors.map((vector, i) => ({ ...entry('vector', i, vector.label), vector, similarity: null })),
        ...similarities.map((similarity, i) => ({
          ...entry('similarity', i, similarity.label),
          vector: null,
          similarity,
        })),
      ];
    }),
  );
}

export function numbersOf({ label, vector, similarity }: Entry): TemplateResult | typeof nothing {
  if (vector) return vectorTable(label, vector);
  return similarity ? similarityTable(label, similarity) : nothing;
}

function vectorTable(title: string, { kind, values, order }: VectorView): TemplateResult {
  const ranks = order.map((_, rank) => rank);
  const value = (of: number[]) => of.map((index) => values[index] ?? null);
  if (kind === 'code') {
    return columnsTable(title, [
      { name: 'rank', label: 'Rank, from 0', values: ranks, text: countText },
      { name: 'neuron', label: 'Neuron', values: order, text: countText },
      { name: 'significance', label: 'Significance', values: value(order), text: figureText },
    ]);
  }
  const indices = Array.from(values, (_, index) => index);
  const places = new Map(order.map((index, rank) => [index, rank]));
  return columnsTable(title, [
    { name: 'index', label: 'Entry, from 0', values: indices, text: countText },
    { name: 'value', label: 'Value', values, text: figureText },
    ...(order.length
      ? [
          {
            name: 'rank',
            label: 'Chosen, from 0',
            values: indices.map((index) => places.get(index) ?? null),
            text: countText,
          },
        ]
      : []),
  ]);
}

function similarityTable(title: string, { unit, items }: SimilarityView): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}, table">
    <table>
      <caption>
        ${title}
      </caption>
      <thead>
        <tr>
          <th scope="col">Compared with</th>
          <th scope="col" class="n">${unit}</th>
          <th scope="col">Chosen</th>
        </tr>
      </thead>
      <tbody>
        ${items.map(
          ({ label, value, chosen }) =>
            html`<tr>
              <th scope="row">${symbolText(label)}</th>
              <td class="n">${figureText(value)}</td>
              <td>${chosen ? 'yes' : 'no'}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
