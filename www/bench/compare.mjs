// One training step beside other libraries.

import { TOLERANCE, label } from './contest.mjs';
import { SIZES, shapes } from './model.js';
import { ms, range, times } from './report.mjs';

export const CHECKED = 30;
/** What is hoped for: how many times slower than ours jax-js is. */
const GOALS = [
  { size: 'copy-small', kind: 'CPU (wasm)', least: 3 },
  { size: 'paths-small', kind: 'CPU (wasm)', least: 3 },
  { size: 'recall', kind: 'CPU (wasm)', least: 3 },
  { size: 'copy-tiny', kind: 'WebGPU', least: 4 },
  { size: 'copy-small', kind: 'WebGPU', least: 1.5 },
];

/** Every contender on one size; ratios are to ours of the same kind. */
export async function compare(contest, contenders, name, checked) {
  const size = SIZES[name];
  // In TensorFlow.js only the transformers are written, whose losses are in nats.
  const able = contenders.filter(({ module }) => module !== 'tf' || shapes(size).nats);
  const wanted = able.map((contender) => ({ contender, size }));
  // Dropout makes losses incomparable with other libraries'; what it costs ours is shown beside.
  if (name === 'paper') {
    const ours = contenders.filter(({ module }) => module === 'mnemoscope');
    wanted.push(
      ...ours.map((contender) => ({ contender, size: { ...size, dropout: 0.1, name: 'paper-dropout' } })),
    );
  }
  const first = {};
  const entries = await contest.measure(wanted, {
    checked,
    reference: ({ size, losses }) => {
      if (first[size.name]) return first[size.name];
      first[size.name] = losses;
      return null;
    },
  });
  for (const entry of entries) {
    const ours = entries.find(({ module, kind }) => module === 'mnemoscope' && kind === entry.kind);
    if (!ours?.ms || !entry.ms) continue;
    entry.ratio = entry.ms / ours.ms;
    entry.ratios = entry.rounds.map((taken, round) => taken / ours.rounds[round]).filter(Number.isFinite);
  }
  return entries;
}

const perStep = ({ counts }) =>
  counts ? `${times(counts.launches)} / ${times(counts.submissions)} / ${times(counts.uploads)}` : '';

function row(entry) {
  const { failure, rounds, ratio, ratios, steps, capped, worst, compared, losses } = entry;
  const bits = losses ? `${losses[0].toFixed(3)} → ${losses.at(-1).toFixed(3)} (${losses.length})` : '';
  const off = worst === undefined ? (losses ? 'reference' : '') : `${worst.toExponential(0)} (${compared})`;
  if (failure) {
    const matched = worst <= TOLERANCE ? `; its first ${compared} losses were right` : '';
    return [label(entry), `${entry.slow ? 'too slow' : 'FAILED'}: ${failure}${matched}`];
  }
  return [
    label(entry),
    ms(entry.ms),
    range(rounds, ms),
    ratio ? `${ratio.toFixed(2)} (${range(ratios, (x) => x.toFixed(2))})` : '',
    `${rounds.length} × ${steps}${capped ? ', time cap' : ''}`,
    perStep(entry),
    bits,
    off,
  ];
}

export function table(name, entries) {
  return {
    title: name,
    head: [
      name,
      'ms per step',
      'range',
      'times ours (range over rounds)',
      'rounds × steps',
      'launches / submissions / uploads per step',
      'loss in bits, or share of variance, first → last (steps)',
      'losses off by (steps)',
    ],
    rows: entries.map(row),
  };
}

/** The goals that this run can judge. */
export function goals(results) {
  const judged = [];
  for (const { size, kind, least } of GOALS) {
    const theirs = (results[size] ?? []).filter(
      (entry) => entry.module === 'jax' && entry.kind === kind && entry.ratio,
    );
    if (theirs.length === 0) continue;
    const measured = Math.min(...theirs.map(({ ratio }) => ratio));
    judged.push({ size, kind, least, measured, met: measured >= least });
  }
  return judged;
}

export const goalText = ({ size, kind, least, measured, met }) =>
  `${size}, ${kind}: jax-js at its best takes ${measured.toFixed(2)} times as long; goal ${least}: ${met ? 'met' : 'missed'}.`;
