// Runs the benchmark: every contender in a page of its own, all in one browser, rounds in turn.
//
//   node run.mjs [--quick] [--only=compare,growth,page,turn,workers] [--sizes=copy-tiny,copy-small,paper,paths-small,recall]
//                [--growth=copy-tiny,copy-small] [--libraries=Mnemoscope,jax-js,TensorFlow.js]
//                [--rounds=3] [--round-ms=1500] [--check-ms=25000] [--cap-s=60]
//
// compare   a training step beside other libraries
// growth    how the time of a step grows with width, length and replicas
// page      how soon the built page can be used
// turn      how long a frame takes while a figure in space is turned
// workers   how much sooner two workers are through than one
//
// Prints tables; writes target/bench.json (everything) and target/bench.md (the tables), with --quick target/bench-quick.*.
// Fails if a contender fails or its losses are not ours; one that is merely too slow is told as such.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Browser, ROOT, serve } from './browser.mjs';
import { CHECKED, compare, goalText, goals, table as comparison } from './compare.mjs';
import { Contest, TOLERANCE, contenders, label } from './contest.mjs';
import { HEAD, growth, table as grown } from './growth.mjs';
import { pageTimings, tables as loaded } from './load.mjs';
import { SEED, SIZES } from './model.js';
import { markdown, plain } from './report.mjs';
import { table as turned, turning } from './turn.mjs';
import { table as dealt, workers } from './workers.mjs';

const DEFAULTS = {
  full: {
    sizes: Object.keys(SIZES).join(','),
    growth: 'copy-tiny,copy-small',
    roundMs: 1500,
    checkMs: 25_000,
    enterMs: 120_000,
    capS: 60,
    checked: CHECKED,
    threads: true,
  },
  quick: {
    sizes: Object.keys(SIZES)[0],
    growth: 'copy-tiny',
    roundMs: 300,
    checkMs: 4000,
    enterMs: 120_000,
    capS: 15,
    checked: CHECKED,
    threads: false,
  },
};
const SECTIONS = ['compare', 'growth', 'page', 'turn', 'workers'];
const GROWTH_ROUND_MS = 600;
/** Sizes whose length can be set. */
const GROWING = Object.keys(SIZES).filter((name) => 'length' in SIZES[name]);

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: SECTIONS.join(',') },
    sizes: { type: 'string' },
    growth: { type: 'string' },
    libraries: { type: 'string', default: '' },
    rounds: { type: 'string', default: '3' },
    'round-ms': { type: 'string' },
    'check-ms': { type: 'string' },
    'cap-s': { type: 'string' },
  },
});
const defaults = given.quick ? DEFAULTS.quick : DEFAULTS.full;
const list = (text) => text.split(',').filter(Boolean);
function known(what, names, allowed) {
  const wrong = names.filter((name) => !allowed.includes(name));
  if (wrong.length > 0) die(`--${what}: ${wrong.join(', ')} is none of ${allowed.join(', ')}`);
  return names;
}
function positive(what, fallback) {
  const value = Number(given[what] ?? fallback);
  if (!(value > 0)) die(`--${what} must be a positive number`);
  return value;
}
function die(message) {
  console.error(`bench: ${message}`);
  process.exit(2);
}
const only = known('only', list(given.only), SECTIONS);
const sizes = known('sizes', list(given.sizes ?? defaults.sizes), Object.keys(SIZES));
const bases = known('growth', list(given.growth ?? defaults.growth), GROWING);
const options = {
  rounds: Math.round(positive('rounds', 3)),
  roundMs: positive('round-ms', defaults.roundMs),
  checkMs: positive('check-ms', defaults.checkMs),
  enterMs: defaults.enterMs,
  capMs: 1000 * positive('cap-s', defaults.capS),
};
const growthRoundMs = Math.min(options.roundMs, GROWTH_ROUND_MS);
// Other libraries need not be there for what is only ours.
const contested = only.includes('compare') || only.includes('growth');
const wanted = (contested ? contenders() : [])
  .filter(({ name }) => !given.libraries || list(given.libraries).some((part) => name.startsWith(part)))
  .filter(({ isolated }) => defaults.threads || !isolated);
if (contested && wanted.length === 0) die(`--libraries: nothing is called ${given.libraries}`);

const start = performance.now();
const log = (message) => {
  const seconds = Math.round((performance.now() - start) / 1000);
  process.stderr.write(
    `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}  ${message}\n`,
  );
};

function commit() {
  const git = (...args) => execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain') === '' ? '' : ', with changes';
    return `${git('rev-parse', '--short', 'HEAD')}${changed}`;
  } catch {
    return 'unknown';
  }
}

const output = {
  date: new Date().toISOString(),
  commit: commit(),
  seed: SEED,
  tolerance: TOLERANCE,
  options,
};
const server = await serve();
const browser = await Browser.launch();
output.machine = {
  ...browser.machine,
  ...(await browser.adapter(server.address)),
  othersAtStart: browser.othersAtStart,
};
if (browser.othersAtStart > 0.2) {
  log(
    `others use ${browser.othersAtStart.toFixed(1)} of ${output.machine.cores} cores: milliseconds and even ratios will be off`,
  );
}
const broken = [];
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    interrupted = true;
    void browser.close();
  });
}
try {
  if (only.includes('compare')) {
    const contest = new Contest(browser, server.address, options, log);
    output.compare = {};
    for (const size of sizes) output.compare[size] = await compare(contest, wanted, size, defaults.checked);
    output.goals = goals(output.compare);
  }
  if (only.includes('growth')) {
    const contest = new Contest(browser, server.address, { ...options, roundMs: growthRoundMs }, log);
    output.growth = [];
    for (const base of bases) await growth(contest, wanted, base, given.quick, output.growth);
  }
  const parts = { page: pageTimings, turn: turning, workers };
  for (const [name, measure] of Object.entries(parts).filter(([name]) => only.includes(name))) {
    try {
      output[name] = await measure(browser, server.address, log);
    } catch (error) {
      broken.push(`${name}: ${error.message.split('\n')[0]}`);
    }
  }
} catch (error) {
  // What has been measured is still worth telling.
  broken.push(interrupted ? 'interrupted' : `the run ended early: ${error.message.split('\n')[0]}`);
} finally {
  await browser.close();
  server.close();
}

const all = [
  ...Object.values(output.compare ?? {}).flat(),
  ...(output.growth ?? []).flatMap(({ columns }) => columns.flatMap(({ entries }) => entries)),
];
const { machine } = output;
machine.loadAverageAtEnd = loadavg();
output.minutes = (performance.now() - start) / 60_000;

const seconds = (round) => `${round / 1000} s`;
const facts = [
  [
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGib} GiB, ${machine.system};`,
    `Chromium ${machine.chromium}; WebGPU adapter: ${machine.adapter}.`,
    `Commit ${output.commit}, ${output.date.slice(0, 10)}.`,
  ].join(' '),
  `Other processes used ${machine.othersAtStart.toFixed(2)} cores before the run, which took ${output.minutes.toFixed(1)} minutes.`,
];
if (output.compare) {
  facts.push(
    [
      `Seed ${SEED}, same initial weights and batches for all; losses may differ by ${TOLERANCE.toExponential()} (relative).`,
      `Medians of ${options.rounds} rounds in turn, each of about ${seconds(options.roundMs)}, or one step.`,
      "The paper's setting is compared without dropout, since libraries draw their own masks.",
      'Threads: a page that may use SharedArrayBuffer.',
    ].join(' '),
  );
}
if (output.growth) {
  facts.push(
    [
      `Growth: medians of ${options.rounds} rounds in turn, each of about ${seconds(growthRoundMs)}, or one step;`,
      `heads stay ${HEAD} wide, the MLP four times as wide as the model.`,
    ].join(' '),
  );
}
const tables = [
  ...Object.entries(output.compare ?? {}).map(([size, entries]) => comparison(size, entries)),
  ...(output.growth ?? []).map(grown),
  ...(output.page ? loaded(output.page) : []),
  ...(output.turn ? [turned(output.turn)] : []),
  ...(output.workers ? [dealt(output.workers)] : []),
];
const goalLines = (output.goals ?? []).map(goalText);

console.log(`\n${facts.join('\n')}`);
for (const table of tables) console.log(`\n${plain(table)}`);
if (goalLines.length > 0) console.log(`\n${goalLines.join('\n')}`);

mkdirSync(join(ROOT, 'target'), { recursive: true });
const file = given.quick ? 'target/bench-quick' : 'target/bench';
writeFileSync(join(ROOT, `${file}.json`), `${JSON.stringify(output, null, 2)}\n`);
const text = [
  facts.join(' '),
  ...tables.map((table) => `**${table.title}**\n\n${markdown(table)}`),
  goalLines.map((goal) => `- ${goal}`).join('\n'),
];
writeFileSync(join(ROOT, `${file}.md`), `${text.filter(Boolean).join('\n\n')}\n`);
console.log(`\nAll samples: ${file}.json. Markdown: ${file}.md.`);

for (const entry of all.filter(({ failure, slow }) => failure && !slow)) {
  broken.push(`${entry.size.name}: ${label(entry)}: ${entry.failure}`);
}
for (const failure of broken) console.error(`FAILED  ${failure}`);
process.exit(broken.length > 0 ? 1 : 0);
