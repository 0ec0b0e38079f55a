// How the time of a step grows, one dimension at a time.

import { label } from './contest.mjs';
import { SIZES } from './model.js';
import { ms, range } from './report.mjs';

/** So many losses show that a point trains the model that it should. */
const CHECKED = 3;
/** Width of a head and the MLP's part of the width stay as in copy-tiny and copy-small. */
export const HEAD = 16;
/** On one base jax-js is shown beside; on all it would double the time of a run. */
const BESIDE = 'copy-small';
const AXES = {
  width: {
    values: [16, 32, 64, 128],
    few: [16, 64],
    of: (width) => ({ width, heads: width / HEAD, mlp: 4 * width }),
  },
  length: { values: [16, 32, 64, 128], few: [16, 64], of: (length) => ({ length }) },
  replicas: { values: [1, 2, 4, 8, 16], few: [1, 8], of: (replicas) => ({ replicas }) },
};

/** Measures growth around one size, axis by axis, into `results`. Only ours has a replica axis. TensorFlow.js would take too long. */
export async function growth(contest, contenders, base, quick, results) {
  for (const [axis, { values: all, few, of }] of Object.entries(AXES)) {
    const values = quick ? few : all;
    const references = new Map();
    const others = axis !== 'replicas' && base === BESIDE;
    const able = contenders.filter(
      ({ module, isolated }) => module === 'mnemoscope' || (module === 'jax' && others && !isolated),
    );
    if (able.length === 0) continue;
    const columns = [];
    for (const contender of able) {
      const wanted = values.map((value) => ({
        contender,
        size: { ...SIZES[base], name: `${base}, ${axis} ${value}`, ...of(value) },
      }));
      const entries = await contest.measure(wanted, {
        checked: CHECKED,
        reference: ({ size, losses }) => {
          const known = references.get(size.name);
          if (!known) references.set(size.name, losses);
          return known ?? null;
        },
      });
      for (const entry of entries) if (entry.ms && entries[0].ms) entry.ratio = entry.ms / entries[0].ms;
      columns.push({ contender, entries });
    }
    results.push({ base, axis, values, columns });
  }
}

export function table({ base, axis, values, columns }) {
  const flops = columns
    .find(({ entries }) => entries.every(({ info }) => info?.about))
    ?.entries.map(({ info }) => info.about.cost.flopsPerStep);
  const perRun = axis === 'replicas';
  // What a replica costs tells whether n of them cost less than n times one.
  const perReplica = axis === 'replicas';
  const cell = ({ failure, slow, ms: taken, ratio, size }) => {
    if (failure) return [slow ? 'too slow' : `FAILED: ${failure}`, '', ...(perReplica ? [''] : [])];
    const share = perReplica ? [ms(taken / size.replicas)] : [];
    return [ms(taken), ratio ? `${ratio.toFixed(2)} ×` : '', ...share];
  };
  return {
    title: `${base}: ${axis}`,
    head: [
      axis,
      'MFLOP of products',
      'growth',
      ...columns.flatMap(({ contender }) => [
        `${label(contender)}, ms`,
        'growth',
        ...(perReplica ? ['ms per replica'] : []),
      ]),
    ],
    rows: values.map((value, i) => [
      String(value),
      ...(flops ? [(flops[i] / 1e6).toPrecision(3), `${(flops[i] / flops[0]).toFixed(2)} ×`] : ['', '']),
      ...columns.flatMap(({ entries }) => cell(entries[i])),
    ]),
    note: columns
      .filter(({ entries }) => entries.some(({ rounds }) => rounds.length > 1))
      .map(({ contender, entries }) => {
        const spreads = entries.map(({ rounds }) => (rounds.length > 0 ? range(rounds, ms) : 'none'));
        return `${label(contender)}: ranges ${spreads.join('; ')}.`;
      })
      .join(' '),
  };
}
