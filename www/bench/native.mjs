// A training step natively, one run on all cores: `mnemoscope` beside JAX on the same processor, in turn.
//
//   node native.mjs [--sizes=copy-tiny,copy-small,width-128] [--rounds=5] [--round-ms=2000]
//
// JAX gets the same weights, and batches that were drawn before; ours draws its own. What a process of ours takes beside its steps is
// measured and taken off. Fails if the losses of the first steps differ.

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { ROOT } from './browser.mjs';
import { difference, median, TOLERANCE } from './contest.mjs';
import { Batches, positions, shapes, SIZES, weights } from './model.js';
import { markdown, ms, plain, range, times } from './report.mjs';

const WIDE = {
  name: 'width-128',
  ...{ width: 128, layers: 4, heads: 8, mlp: 512, symbols: 31, length: 64, batch: 32 },
};
/** The two smaller models of a lab's own presets, and a wider one. */
const [TINY, SMALL] = Object.values(SIZES);
const ALL = Object.fromEntries([TINY, SMALL, { ...SMALL, ...WIDE }].map((size) => [size.name, size]));
const { values: given } = parseArgs({
  options: {
    sizes: { type: 'string', default: Object.keys(ALL).join(',') },
    rounds: { type: 'string', default: '5' },
    'round-ms': { type: 'string', default: '2000' },
  },
});
/** Steps whose losses are compared. */
const CHECKED = 10;
const PYTHON = process.env.PYTHON ?? 'python3';
const BINARY = process.env.MNEMOSCOPE ?? join(ROOT, 'target/release/mnemoscope');

/** Our program, so many steps: milliseconds of the whole process, and what it found. */
function ours(size, steps) {
  const settings = [
    'symbols',
    'length',
    'batch',
    'layers',
    'width',
    'heads',
    'mlp',
    'activation',
    'norm',
    'rate',
    'decay',
  ];
  const flags = {
    executor: 'cpu',
    encodings: 'sinusoidal',
    seeds: 1,
    seed: 0,
    steps,
    every: 10_000,
    dropout: 0,
  };
  for (const name of settings) flags[name] = size[name];
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const start = performance.now();
  const text = execFileSync(BINARY, [size.lab, 'run', '--quiet', '--out', '-', ...args], {
    encoding: 'utf8',
  });
  return { ms: performance.now() - start, found: JSON.parse(text) };
}

/** Writes tensors as JAX reads them. */
function write(folder, name, tensors) {
  const described = tensors.map(([name, { shape }]) => ({ name, shape }));
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(described));
  const values = Float32Array.from(tensors.flatMap(([, { values }]) => Array.from(values)));
  writeFileSync(join(folder, `${name}.bin`), Buffer.from(values.buffer));
}

/** JAX with a size's weights and batches; answers line by line. */
function rival(size) {
  const folder = join(ROOT, 'target/native-bench');
  mkdirSync(folder, { recursive: true });
  write(folder, 'weights', Object.entries(weights(size)));
  const batches = new Batches(size);
  const drawn = Array.from({ length: CHECKED }, () => batches.next());
  const all = (name) => ({
    shape: [CHECKED, ...drawn[0][name].shape],
    values: drawn.flatMap((batch) => Array.from(batch[name].values)),
  });
  const table = { shape: [size.length, size.width], values: positions(size) };
  write(folder, 'batches', [
    ['tokens', all('tokens')],
    ['targets', all('targets')],
    ['positions', table],
  ]);
  const child = spawn(PYTHON, [join(ROOT, 'www/bench/native.py'), JSON.stringify(size), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('JAX ended early');
    return JSON.parse(value);
  };
  const ask = (line) => {
    child.stdin.write(`${line}\n`);
    return answer();
  };
  return { name: answer, ask, end: () => child.stdin.end() };
}

/** Steps that take about so long. */
async function calibrated(time, target) {
  for (let steps = 4; ; steps *= 2) {
    const taken = (await time(steps)) * steps;
    if (taken > target / 2) return Math.max(1, Math.round((steps * target) / taken));
  }
}

const rows = [];
let jax;
for (const name of given.sizes.split(',')) {
  if (!(name in ALL)) throw new Error(`--sizes: ${name} is none of ${Object.keys(ALL).join(', ')}`);
  const size = shapes(ALL[name]);
  const other = rival(size);
  jax = await other.name();
  const losses = await other.ask(`losses ${CHECKED}`);
  // A certificate carries the first and the tenth loss.
  const [, ...told] = ours(size, CHECKED).found.check.split('_').map(Number);
  const off = difference(told, [losses[0], losses[CHECKED - 1]]);
  if (!(off <= TOLERANCE)) throw new Error(`${name}: losses ${told.join(', ')}, in JAX ${losses.join(', ')}`);
  const beside = () => Math.min(...[1, 1, 1].map((steps) => ours(size, steps).ms));
  const start = beside();
  const step = (steps) => (ours(size, steps + 1).ms - start) / steps;
  const target = Number(given['round-ms']);
  const counts = [
    await calibrated(step, target),
    await calibrated((steps) => other.ask(`time ${steps}`), target),
  ];
  const found = [[], []];
  for (let round = 0; round < Number(given.rounds); round++) {
    found[0].push(step(counts[0]));
    found[1].push(await other.ask(`time ${counts[1]}`));
  }
  other.end();
  const ratios = found[1].map((theirs, round) => theirs / found[0][round]);
  rows.push([
    name,
    ...found.map((all) => ms(median(all))),
    `${times(median(ratios))} (${range(ratios, times)})`,
    off.toExponential(0),
  ]);
}
const table = {
  title: 'One run natively, all cores',
  head: ['', 'Mnemoscope, ms', `${jax}, ms`, 'ratio (rounds)', 'losses differ'],
  rows,
  note: `${cpus().length} × ${cpus()[0]?.model}; load ${loadavg()[0].toFixed(1)}; ${given.rounds} rounds in turn.`,
};
console.log(`\n${plain(table)}\n\n${markdown(table)}`);
