/** The numbers of one vector, or of the similarities of one retrieval, as a table. */

import { nothing, type TemplateResult } from 'lit';
import { numbers, tableView, type Table } from '../../figure/table';
import { count } from '../../ui/format';
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
  if (vector) return tableView(vectorTable(label, vector));
  return similarity ? tableView(similarityTable(label, similarity)) : nothing;
}

function vectorTable(title: string, { kind, values, order }: VectorView): Table {
  if (kind === 'code') {
    return {
      title,
      rows: order.length,
      columns: [
        { name: 'rank', label: 'Rank, from 0', value: (row) => row },
        numbers('neuron', 'Neuron', order, count),
        numbers(
          'significance',
          'Significance',
          order.map((index) => values[index]),
          figureText,
        ),
      ],
    };
  }
  return {
    title,
    rows: values.length,
    columns: [
      { name: 'index', label: 'Entry, from 0', value: (row) => row },
      numbers('value', 'Value', values, figureText),
    ],
  };
}

function similarityTable(title: string, { unit, items }: SimilarityView): Table {
  return {
    title,
    rows: items.length,
    columns: [
      {
        name: 'label',
        label: 'Compared with',
        words: true,
        value: (row) => symbolText(items[row]?.label ?? ''),
      },
      numbers(
        'value',
        unit,
        items.map(({ value }) => value),
        figureText,
      ),
      { name: 'chosen', label: 'Chosen', words: true, value: (row) => (items[row]?.chosen ? 'yes' : 'no') },
    ],
  };
}
