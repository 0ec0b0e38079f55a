/** The five operations of both machines as a sheet for a file: two rows, five columns. */

import type { Operations, SimilarityView, StageView } from '../../engine/types';
import type { Item, Sheet } from './sheet';
import type { Words } from '../../figure/svg';
import { leftOut, mostBars, similarFigure } from './similar';
import { stripFigure, stripWords } from './strip';
import { spoken } from './symbols';

const MACHINES = [
  { id: 'machine', label: 'Sequence machine', rule: '--series-1' },
  { id: 'transformer', label: 'Transformer', rule: '--series-2' },
] as const;

const small = (words: string, room: number): Item => ({ words, size: 9, muted: true, room });

export function operationsSheet(operations: Operations, predictions: string[], words: Words): Sheet {
  const { stages, training, at, length, symbol } = operations;
  return {
    words,
    summary: `Both machines at symbol ${at + 1} of ${length}, ${spoken(symbol)}. ${predictions.join(' ')}`,
    rows: [
      { id: 'predictions', head: predictions.map((line) => ({ words: line, size: 11 })), room: 12 },
      {
        id: 'stages',
        columns: stages.map(({ label, mapping }, i) => [
          { words: `${i + 1} ${label}`, size: 13, bold: true, room: 3 },
          small(mapping, 0),
        ]),
        room: 12,
      },
      ...MACHINES.map(({ id, label, rule }) => ({
        id,
        rule,
        head: [{ words: label, size: 12, bold: true, room: 5 }],
        columns: stages.map((stage) => cell(stage[id])),
        room: 18,
      })),
      { id: 'training', head: [{ words: training, size: 10, muted: true }], room: 14 },
    ],
  };
}

const cell = (view: StageView): Item[] => [
  { words: view.sentence, size: 10, room: 6 },
  small(view.formula, 8),
  ...view.vectors.flatMap((vector): Item[] => [
    { words: vector.label, size: 10, room: 2 },
    { figure: stripFigure(vector), room: 1 },
    small(stripWords(vector), 8),
  ]),
  ...view.similarities.flatMap((similarity) => bars(similarity, mostBars(view))),
];

const bars = (view: SimilarityView, most: number): Item[] =>
  view.items.length
    ? [
        { words: `${view.label}, ${view.unit}`, size: 10, room: 2 },
        { figure: similarFigure(view, most), room: 1 },
        small(leftOut(view, most), 8),
      ]
    : [small(`${view.label}: there is nothing to compare with yet.`, 8)];
