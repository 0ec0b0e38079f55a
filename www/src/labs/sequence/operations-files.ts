/** Every vector and similarity of a step as files. */

import { csv } from '../../figure/print';
import type { Operations, StageView, VectorView } from './engine';

const MACHINES = ['machine', 'transformer'] as const;

/** The shortest decimal that a reader of single precision takes for the same number. */
export function single(value: number): number {
  for (const digits of [7, 8]) {
    const near = Number(value.toPrecision(digits));
    if (Math.fround(near) === value) return near;
  }
  return Number(value.toPrecision(9));
}

const finite = (value: number) => (Number.isFinite(value) ? single(value) : null);

function vectorRecord({ label, kind, values, order }: VectorView) {
  return kind === 'code'
    ? {
        label,
        kind,
        size: values.length,
        order,
        significances: order.map((neuron) => finite(values[neuron] ?? NaN)),
      }
    : { label, kind, size: values.length, order, values: Array.from(values, finite) };
}

const viewRecord = ({ sentence, formula, vectors, similarities }: StageView) => ({
  sentence,
  formula,
  vectors: vectors.map(vectorRecord),
  similarities,
});

/** A code is given by the neurons that fire, in the order of their firing; every other entry is zero. */
export function operationsRecord(operations: Operations, link: string) {
  const { at, length, symbol, next, predictions, training, stages } = operations;
  return {
    link,
    at,
    length,
    symbol,
    next,
    predictions,
    training,
    stages: stages.map(({ id, label, mapping, machine, transformer }) => ({
      id,
      label,
      mapping,
      machine: viewRecord(machine),
      transformer: viewRecord(transformer),
    })),
  };
}

/** A line an entry. `at`, `index` and `rank` count from 0; of a code only the neurons that fire have a line. */
export function operationsCsv({ at, symbol, stages }: Operations): string {
  const header = [
    'at',
    'symbol',
    'stage',
    'machine',
    'kind',
    'name',
    'unit',
    'size',
    'index',
    'label',
    'value',
    'rank',
    'chosen',
  ];
  const rows = stages.flatMap((stage) =>
    MACHINES.flatMap((machine) => {
      const { vectors, similarities } = stage[machine];
      const before = [at, symbol, stage.id, machine];
      const entries = vectors.flatMap(({ label, kind, values, order }) => {
        const indices = kind === 'code' ? order : Array.from(values, (_, index) => index);
        const ranks = new Map(order.map((index, rank) => [index, rank]));
        return indices.map((index) => [
          ...before,
          kind,
          label,
          '',
          values.length,
          index,
          '',
          finite(values[index] ?? NaN),
          ranks.get(index) ?? null,
          null,
        ]);
      });
      const items = similarities.flatMap(({ label, unit, items }) =>
        items.map((item, index) => [
          ...before,
          'similarity',
          label,
          unit,
          items.length,
          index,
          item.label,
          item.value,
          null,
          item.chosen,
        ]),
      );
      return [...entries, ...items];
    }),
  );
  return csv(header, rows);
}
