// 10,000 recalls from a sparse distributed memory: the native command line, the module in Chromium, and NumPy, in turn.
//
//   node recall.mjs [--recalls=10000] [--rounds=3]
//
// Each contender takes its turn in every round, so that what else the machine does falls on all alike; the best time of each counts.
// Prints a table, and fails if another share of 5000 words comes back exactly in one of them: then the work is not the same.

import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Browser, ROOT, serve } from './browser.mjs';

const { values } = parseArgs({
  options: { recalls: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '3' } },
});
const recalls = Number(values.recalls);
const rounds = Number(values.rounds);
const PYTHON = process.env.PYTHON ?? 'python3';

const native = (count) =>
  JSON.parse(
    execFileSync(
      process.env.MNEMOSCOPE ?? join(ROOT, 'target/release/mnemoscope'),
      ['sequence', 'time', '--preset', 'capacity', '--executor', 'cpu', '--recalls', String(count)],
      { encoding: 'utf8' },
    ),
  );
const numpy = (count) =>
  JSON.parse(execFileSync(PYTHON, [join(ROOT, 'www/bench/recall.py'), String(count)], { encoding: 'utf8' }));

const server = await serve();
const browser = await Browser.launch();
const page = await browser.open(`${server.address}www/bench/recall.html`);
await page.evaluate(() => globalThis.ready);
const inBrowser = (count) => page.evaluate((count) => globalThis.recall(count), count);

// Ten thousand pairs are more than the memory can hold. That the work is the same shows where most words come back.
const FEW = 5000;
const shares = [native(FEW), await inBrowser(FEW), numpy(FEW)].map(({ exact }) => exact / FEW);
if (shares.some((share) => Math.abs(share - shares[0]) > 0.02)) {
  throw new Error(`exact recalls of ${FEW} differ: ${shares.join(', ')}`);
}

const found = { native: [], Chromium: [], NumPy: [] };
for (let round = 0; round < rounds; round++) {
  found.native.push(native(recalls));
  found.Chromium.push(await inBrowser(recalls));
  found.NumPy.push(numpy(recalls));
}
await browser.close();
server.close();

const best = Object.fromEntries(
  Object.entries(found).map(([name, all]) => [name, all.reduce((a, b) => (b.ms < a.ms ? b : a))]),
);
console.log(`${recalls} recalls, W 4096, A 256, D 256, 11-of-256, w 20; ${rounds} rounds in turn`);
console.log(
  `${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0].toFixed(1)}; NumPy ${best.NumPy.numpy}`,
);
for (const [name, { ms }] of Object.entries(best)) {
  const ratio = best.NumPy.ms / ms;
  const each = found[name].map((one) => one.ms.toFixed(0)).join(', ');
  console.log(
    `${name.padEnd(9)} ${ms.toFixed(0).padStart(6)} ms  ${ratio.toFixed(2)} × NumPy  (rounds: ${each})`,
  );
}
const { ways } = best.NumPy;
console.log(`NumPy, dense product ${ways.product.ms.toFixed(0)} ms, gather ${ways.gather.ms.toFixed(0)} ms`);
console.log(`exact recalls of ${FEW} pairs: ${shares.map((share) => (share * FEW).toFixed(0)).join(', ')}`);
