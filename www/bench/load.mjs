// The built page: how soon its controls are live, and how soon a loss is on the chart after Train.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LINE, ROOT } from './browser.mjs';
import { median } from './contest.mjs';
import { range } from './report.mjs';

const LOADS = 3;
const WAIT_MS = 60_000;
/** How often slower the page's own thread is; that of the worker stays as it is. */
const SLOWER = 4;
const CONDITIONS = [
  { id: 'plain', title: 'localhost', path: '', slower: 1 },
  {
    id: 'slow',
    title: `${(LINE.bytesPerMs * 8) / 1000} Mbit/s and ${LINE.latencyMs} ms, the page's thread ${SLOWER} times slower`,
    path: 'slow/',
    slower: SLOWER,
  },
];

/**
 * Runs in the page before its scripts. Times are milliseconds: `controls` since navigation began, the others since Train
 * was pressed. A loss is on the chart when its line or point has been stroked on the first chart's canvas.
 */
function watch() {
  const seen = {};
  globalThis.timings = seen;
  const once = (what, value) => (seen[what] ??= value);
  const sincePress = () => performance.now() - seen.pressed;
  const look = () => {
    const lab = document.querySelector('#lab');
    const train = document.querySelector('[data-testid=train]');
    const control = document.querySelector('[data-part=settings] :is(select, input)');
    if (control && train && train.getAttribute('aria-disabled') !== 'true')
      once('controls', performance.now());
    if (seen.pressed !== undefined && Number(lab?.dataset.step) >= 1) once('step', sincePress());
    if (lab?.dataset.state === 'finished') once('finished', sincePress());
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
  const press = (event) => {
    if (event.target.closest?.('[data-testid=train]')) once('pressed', event.timeStamp);
  };
  addEventListener('click', press, { capture: true });
  const { prototype } = CanvasRenderingContext2D;
  const { stroke } = prototype;
  prototype.stroke = function (...args) {
    stroke.apply(this, args);
    // The grid is stroked without a path of its own.
    if (seen.pressed === undefined || args.length === 0) return;
    const chart = this.canvas.closest('lab-figure');
    if (!chart || chart !== document.querySelector('lab-figure')) return;
    const marks = chart.figure?.panels[0]?.marks ?? [];
    const points = ({ kind, x, y }) =>
      kind === 'line' ? Array.from(x).filter((_, i) => typeof y[i] === 'number') : [];
    const drawn = marks.flatMap(points);
    if (drawn.length > 0) once('firstLoss', sincePress());
    if (drawn.some((step) => step >= 1)) once('trainedLoss', sincePress());
  };
}

export async function pageTimings(browser, address, log) {
  if (!existsSync(join(ROOT, 'dist/index.html'))) throw new Error('there is no built page in dist/');
  const samples = Object.fromEntries(CONDITIONS.map(({ id }) => [id, []]));
  for (let load = 1; load <= LOADS; load++) {
    for (const condition of CONDITIONS) {
      log(`page: load ${load} of ${LOADS}, ${condition.title}`);
      samples[condition.id].push(await timeLoad(browser, address, condition));
    }
  }
  return samples;
}

async function timeLoad(browser, address, { path, slower }) {
  await browser.quiet();
  const page = await browser.open(`${address}${path}dist/index.html#lab=copy&executor=cpu`, {
    script: watch,
    slower,
    waitUntil: 'commit',
    context: { viewport: { width: 1280, height: 860 } },
  });
  try {
    const timed = (what) =>
      page.waitForFunction((name) => globalThis.timings[name] !== undefined, what, { timeout: WAIT_MS });
    await timed('controls');
    // A chart is drawn only where the reader can see it.
    await page.locator('lab-figure').first().scrollIntoViewIfNeeded();
    await page.getByTestId('train').click();
    for (const what of ['firstLoss', 'trainedLoss', 'finished']) await timed(what);
    const { controls, firstLoss, trainedLoss, step, finished } = await page.evaluate(
      () => globalThis.timings,
    );
    return { controls, firstLoss, step, trainedLoss, finished };
  } finally {
    await browser.drop(page);
  }
}

const ROWS = [
  ['controls', 'controls live, since navigation began', 1000],
  ['firstLoss', 'first loss on the chart, since Train was pressed (held-out, before the first step)', 3000],
  ['step', 'first training step told on the page', null],
  ['trainedLoss', 'first loss after training on the chart', null],
  ['finished', 'all 600 steps of the demo preset', null],
];

export function tables(samples) {
  const seconds = (value) => (value / 1000).toFixed(value < 10_000 ? 2 : 1);
  return CONDITIONS.map(({ id, title }) => ({
    title: `The page (demo preset, CPU executor, ${title}, nothing cached, ${LOADS} loads)`,
    head: ['seconds', 'median', 'range', 'goal'],
    rows: ROWS.map(([what, words, goal]) => {
      const values = samples[id].map((load) => load[what]);
      const verdict = goal ? `≤ ${goal / 1000}: ${median(values) <= goal ? 'met' : 'missed'}` : '';
      return [words, seconds(median(values)), range(values, seconds), verdict];
    }),
  }));
}
