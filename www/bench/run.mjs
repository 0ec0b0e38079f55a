// Runs the benchmark: every contender in a page of its own, all in one browser, rounds in turn.
//
//   node run.mjs [--sizes=copy-tiny,copy-small] [--only=Mnemoscope,jax-js] [--rounds=5] [--round-ms=1500]
//
// Prints a Markdown table and writes target/bench.json. Fails if a contender's losses are not ours.

import { createReadStream, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { cpus, platform, release } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { chromium } = createRequire(join(ROOT, 'www/package.json'))('playwright-core');
const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: 'copy-tiny,copy-small' },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '5' },
    'round-ms': { type: 'string', default: '1500' },
  },
});

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Steps whose losses are compared, and milliseconds after which fewer must do. */
const CHECKED = 30;
const CHECK_MS = 20_000;
/** Relative difference of losses that rounding explains. About ten times what is seen; a wrong β₂ gives 3e-5. */
const TOLERANCE = 1e-5;

const version = (name) =>
  JSON.parse(readFileSync(join(ROOT, 'www/bench/node_modules', name, 'package.json'), 'utf8')).version;
const jax = `jax-js ${version('@jax-js/jax')}`;
const tf = `TensorFlow.js ${version('@tensorflow/tfjs')}`;
// `isolated` pages have SharedArrayBuffer, so that a library may use threads; it takes headers from the server.
const CONTENDERS = [
  { name: 'Mnemoscope', module: 'mnemoscope', device: 'cpu', kind: 'CPU (wasm)' },
  { name: jax, module: 'jax', device: 'wasm', kind: 'CPU (wasm)' },
  { name: jax, module: 'jax', device: 'wasm', kind: 'CPU (wasm)', isolated: true },
  { name: tf, module: 'tf', device: 'wasm', kind: 'CPU (wasm)' },
  { name: tf, module: 'tf', device: 'wasm', kind: 'CPU (wasm)', isolated: true },
  { name: 'Mnemoscope', module: 'mnemoscope', device: 'webgpu', kind: 'WebGPU' },
  { name: jax, module: 'jax', device: 'webgpu', kind: 'WebGPU' },
  { name: tf, module: 'tf', device: 'webgpu', kind: 'WebGPU' },
].filter(({ name }) => !options.only || options.only.split(',').some((part) => name.startsWith(part)));

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Serves the repository; the same files once more under /isolated/, with the headers for threads. */
async function serve() {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const isolated = pathname.startsWith('/isolated/');
    const file = join(ROOT, isolated ? pathname.slice('/isolated'.length) : pathname);
    if (!file.startsWith(ROOT) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, ...(isolated ? ISOLATED : {}) });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** Opens a contender and compares its first losses with `wanted`, if given. */
async function enter(browser, address, contender, size, wanted) {
  const page = await browser.newPage();
  const result = { ...contender, size, page, rounds: [] };
  try {
    await page.goto(`${address}${contender.isolated ? 'isolated/' : ''}www/bench/index.html`);
    await page.waitForFunction(() => 'bench' in globalThis);
    const { module, device } = contender;
    result.info = await page.evaluate((args) => bench.open(...args), [module, size, device]);
    result.losses = await page.evaluate((args) => bench.losses(...args), [CHECKED, CHECK_MS]);
    const off = result.losses.map((loss, i) => Math.abs(loss / (wanted ?? result.losses)[i] - 1));
    result.worst = Math.max(...off.map((x) => (Number.isFinite(x) ? x : Infinity)));
    if (result.worst > TOLERANCE) throw new Error(`its losses are off by ${result.worst.toExponential(1)}`);
    result.steps = await page.evaluate((target) => bench.calibrate(target), Number(options['round-ms']));
  } catch (error) {
    result.failure = error.message.split('\n')[0];
  }
  return result;
}

const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

async function race(browser, address, size) {
  const entries = [];
  for (const contender of CONTENDERS) {
    process.stderr.write(`${size}: ${label(contender)}\n`);
    entries.push(await enter(browser, address, contender, size, entries[0]?.losses));
  }
  const running = entries.filter(({ failure }) => !failure);
  for (let round = 0; round < Number(options.rounds); round++) {
    process.stderr.write(`${size}: round ${round + 1}\n`);
    for (const entry of running) {
      const taken = await entry.page.evaluate((steps) => bench.time(steps), entry.steps);
      entry.rounds.push(taken / entry.steps);
    }
  }
  for (const entry of entries) {
    await entry.page.close();
    delete entry.page;
    if (entry.rounds.length === 0) continue;
    entry.ms = median(entry.rounds);
    const ours = entries.find(({ module, kind }) => module === 'mnemoscope' && kind === entry.kind);
    if (ours?.ms) entry.ratio = entry.ms / ours.ms;
  }
  return entries;
}

const label = ({ name, kind, isolated }) => `${name}, ${kind}${isolated ? ', threads' : ''}`;
const digits = (ms) => (ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3));

function table(entries) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const head = [
    '',
    'ms per step',
    'range',
    'ratio to ours',
    'steps a round',
    'bits, first and last checked',
    'off by',
  ];
  const rows = entries.map((entry) => {
    const { failure, ms, rounds, ratio, steps, worst, losses } = entry;
    if (failure) return [label(entry), `failed: ${failure}`, '', '', '', '', ''];
    const range = `${digits(Math.min(...rounds))} – ${digits(Math.max(...rounds))}`;
    const bits = `${losses[0].toFixed(3)}, ${losses.at(-1).toFixed(3)} (step ${losses.length})`;
    const off = entry === entries[0] ? 'reference' : worst.toExponential(0);
    return [label(entry), digits(ms), range, ratio ? `${ratio.toFixed(2)} ×` : '', String(steps), bits, off];
  });
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

const server = await serve();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: FLAGS,
});
const cores = cpus();
const machine = {
  system: `${platform()} ${release()}`,
  processor: cores[0]?.model ?? 'unknown',
  cores: cores.length,
  chromium: browser.version(),
};
const results = {};
try {
  for (const size of options.sizes.split(',')) {
    results[size] = await race(browser, server.address, size);
  }
} finally {
  await browser.close();
  server.close();
}

const adapter = Object.values(results)
  .flat()
  .find(({ module, device }) => module === 'mnemoscope' && device === 'webgpu')?.info?.about.executor.name;
machine.adapter = adapter ?? 'unknown';
console.log(`${machine.processor}, ${machine.cores} cores, ${machine.system}; Chromium ${machine.chromium}`);
console.log(
  `WebGPU adapter: ${machine.adapter}. Median of ${options.rounds} rounds in turn, same weights and data.`,
);
for (const [size, entries] of Object.entries(results)) console.log(`\n**${size}**\n\n${table(entries)}`);

mkdirSync(join(ROOT, 'target'), { recursive: true });
writeFileSync(join(ROOT, 'target/bench.json'), `${JSON.stringify({ machine, results }, null, 2)}\n`);
const failed = Object.values(results)
  .flat()
  .filter(({ failure }) => failure);
for (const entry of failed) console.error(`${entry.size}: ${label(entry)}: ${entry.failure}`);
process.exit(failed.length > 0 ? 1 : 0);
