// Workers: how much sooner a run of several replicas is through when two of them train it, and what the machine itself would allow.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './browser.mjs';
import { median } from './contest.mjs';
import { SIZES } from './model.js';
import { ms, range, times } from './report.mjs';

const ROUNDS = 5;
const WORKERS = [1, 2];
const [, SMALL] = Object.values(SIZES);
const small = `lab=${SMALL.lab}&preset=${SMALL.name}`;
const RUNS = [
  {
    name: `${SMALL.name}, 8 replicas`,
    settings: `${small}&encodings=sinusoidal,rope,alibi,none&seeds=2&steps=30&every=10`,
    goal: 1.8,
  },
  { name: 'the demo preset', settings: `lab=${SMALL.lab}&preset=demo`, goal: 1.7 },
  {
    name: `${SMALL.name}, one replica`,
    settings: `${small}&encodings=sinusoidal&seeds=1&steps=120&every=40`,
  },
];
/** Half of the first run, in a page of its own: two such pages share nothing, so that they tell what two cores are worth. */
const HALF = `${small}&encodings=sinusoidal,rope&seeds=2&steps=30&every=10`;

/** In the page: trains the open run from its start; milliseconds since Train until the first evaluation, and until the end. */
async function train() {
  const { client } = document.querySelector('#lab');
  const found = {};
  const state = (wanted) =>
    new Promise((resolve) => {
      const look = () =>
        document.querySelector('#lab').dataset.state === wanted && (observer.disconnect(), resolve());
      const observer = new MutationObserver(look);
      observer.observe(document.querySelector('#lab'), { attributes: true });
      look();
    });
  if (document.querySelector('#lab').dataset.state !== 'ready') {
    document.querySelector('[data-testid=reset]').click();
    await state('ready');
  }
  const pressed = performance.now();
  const stop = client.listen((report) => {
    if (report.type !== 'happened') return;
    if (report.events.some(({ type }) => type === 'evaluation')) found.first ??= performance.now() - pressed;
  });
  document.querySelector('[data-testid=train]').click();
  await state('finished');
  stop();
  found.whole = performance.now() - pressed;
  return { ...found, by: (await client.ask('run.results', {})).executor.name };
}

async function open(browser, address, settings) {
  const page = await browser.open(`${address}dist/index.html#${settings}&executor=cpu`, {
    context: { viewport: { width: 1280, height: 860 } },
  });
  await page.waitForSelector('#lab[data-state=ready]');
  return page;
}

export async function workers(browser, address, log) {
  if (!existsSync(join(ROOT, 'dist/index.html'))) throw new Error('there is no built page in dist/');
  const found = [];
  for (const { name, settings, goal } of RUNS) {
    log(`workers: ${name}`);
    const pages = [];
    for (const cores of WORKERS) {
      const page = await open(browser, address, settings);
      await page.evaluate(
        (count) => document.querySelector('#lab').client.change('cores', String(count)),
        cores,
      );
      // The first run starts the workers and compiles the module.
      const { by } = await page.evaluate(train);
      // Only replicas are dealt out, so that one has one worker; a second that was not to be had would be a ratio of nothing.
      if (goal && by.includes('2 workers') !== (cores === 2))
        throw new Error(`${name}: ${cores} asked for, done by ${by}`);
      pages.push({ cores, page, rounds: [] });
    }
    for (let round = 1; round <= ROUNDS; round++) {
      for (const { page, rounds } of pages) {
        await browser.quiet();
        rounds.push(await page.evaluate(train));
      }
    }
    for (const { page } of pages) await browser.drop(page);
    found.push({ name, goal, of: pages.map(({ cores, rounds }) => ({ cores, rounds })) });
  }
  log('workers: two pages at once, and each alone');
  const pair = [await open(browser, address, HALF), await open(browser, address, HALF)];
  for (const page of pair) {
    await page.evaluate(() => document.querySelector('#lab').client.change('cores', '1'));
    await page.evaluate(train);
  }
  const limit = [];
  for (let round = 1; round <= ROUNDS; round++) {
    await browser.quiet();
    const alone = (await pair[0].evaluate(train)).whole;
    await browser.quiet();
    const together = Math.max(
      ...(await Promise.all(pair.map((page) => page.evaluate(train)))).map(({ whole }) => whole),
    );
    limit.push({ alone, together });
  }
  for (const page of pair) await browser.drop(page);
  return { runs: found, limit };
}

export function table({ runs, limit }) {
  const ratios = (values) => `${times(median(values))} (${range(values, times)})`;
  const rows = runs.map(({ name, goal, of: [one, two] }) => {
    const gains = one.rounds.map(({ whole }, round) => whole / two.rounds[round].whole);
    const middle = (of, what) => ms(median(of.rounds.map((round) => round[what])));
    const verdict = goal ? `≥ ${goal}: ${median(gains) >= goal ? 'met' : 'missed'}` : '';
    return [
      name,
      middle(one, 'whole'),
      middle(two, 'whole'),
      ratios(gains),
      verdict,
      middle(one, 'first'),
      middle(two, 'first'),
    ];
  });
  // What two pages do at once is twice what one does.
  const gains = limit.map(({ alone, together }) => (2 * alone) / together);
  const middle = (what) => ms(median(limit.map((round) => round[what])));
  rows.push([
    'half of the first run: one page, two pages at once',
    middle('alone'),
    middle('together'),
    ratios(gains),
    '',
    '',
    '',
  ]);
  return {
    title: `Workers (CPU executor, ${ROUNDS} rounds in turn, milliseconds from Train)`,
    head: [
      'run',
      'one worker, to the end',
      'two',
      'times as fast (range over rounds)',
      'goal',
      'one, to the first evaluation',
      'two',
    ],
    rows,
    note: 'Two pages share nothing but the machine: their row tells what its second core is worth.',
  };
}
