/** Spikes as files. */

import { csv } from '../../figure/print';
import type { Spikes } from './engine';

/** A line a spike, those that come too late among them. `at` and `rank` count from 0. */
export function spikesCsv({ at, symbol, neuron, layers }: Spikes): string {
  return csv(
    ['at', 'symbol', 'model', 'layer', 'neurons', 'neuron', 'rank', 'time', 'significance', 'late'],
    layers.flatMap((layer) => {
      const before = [at, symbol, neuron, layer.id, layer.neurons];
      return [
        ...layer.spikes.map(({ neuron, rank, time, significance }) => [
          ...before,
          neuron,
          rank,
          time,
          significance,
          false,
        ]),
        ...layer.late.map(({ neuron, time }) => [...before, neuron, null, time, null, true]),
      ];
    }),
  );
}

export function checksCsv({ checks }: Spikes): string {
  return csv(
    ['model', 'load', 'pairs', 'same', 'mean_similarity', 'least_similarity'],
    checks.map(({ neuron, load, pairs, same, mean, least }) => [neuron, load, pairs, same, mean, least]),
  );
}
