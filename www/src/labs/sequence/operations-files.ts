/** Every vector and similarity of a step as files. */

import { single } from '../../figure/table';
import type { Operations, StageView, VectorView } from '../../engine/types';

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
