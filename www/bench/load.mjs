// The built page: how soon its controls are live, and how soon a loss is on the chart after Train.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './browser.mjs';
import { median } from './contest.mjs';
import { range } from './report.mjs';

const LOADS = 3;
const WAIT_MS = 60_000;
const GOAL_MS = 1000;

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
    if (lab?.dataset.state === 'ready' && train && train.getAttribute('aria-disabled') !== 'true') {
      once('controls', performance.now());
    }
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
    const chart = this.canvas.closest('lab-chart');
    if (!chart || chart !== document.querySelector('lab-chart')) return;
    const { steps = [], lines = [] } = chart.figure ?? {};
    const drawn = steps.filter((_, i) => lines.some((line) => typeof line.mean[i] === 'number'));
    if (drawn.length > 0) once('firstLoss', sincePress());
    if (drawn.some((step) => step >= 1)) once('trainedLoss', sincePress());
  };
}

export async function pageTimings(browser, address, log) {
  if (!existsSync(join(ROOT, 'dist/index.html'))) throw new Error('there is no built page in dist/');
  const samples = [];
  for (let load = 1; load <= LOADS; load++) {
    log(`page: load ${load} of ${LOADS}`);
    await browser.quiet();
    const page = await browser.open(`${address}dist/index.html#lab=copy&executor=cpu`, {
      script: watch,
      context: { viewport: { width: 1280, height: 860 } },
    });
    try {
      const timed = (what) =>
        page.waitForFunction((name) => globalThis.timings[name] !== undefined, what, { timeout: WAIT_MS });
      await timed('controls');
      // A chart is drawn only where the reader can see it.
      await page.locator('lab-chart').first().scrollIntoViewIfNeeded();
      await page.getByTestId('train').click();
      for (const what of ['firstLoss', 'trainedLoss', 'finished']) await timed(what);
      const { controls, firstLoss, trainedLoss, step, finished } = await page.evaluate(
        () => globalThis.timings,
      );
      samples.push({ controls, firstLoss, step, trainedLoss, finished });
    } finally {
      await browser.drop(page);
    }
  }
  return { loads: samples, goalMs: GOAL_MS };
}

const ROWS = [
  ['controls', 'controls live, since navigation began', GOAL_MS],
  [
    'firstLoss',
    'first loss on the chart, since Train was pressed (held-out, before the first step)',
    GOAL_MS,
  ],
  ['step', 'first training step told on the page', null],
  ['trainedLoss', 'first loss after training on the chart', null],
  ['finished', 'all 600 steps of the demo preset', null],
];

export function table({ loads }) {
  const seconds = (value) => (value / 1000).toFixed(value < 10_000 ? 2 : 1);
  return {
    title: 'The page (demo preset, CPU executor, localhost, nothing cached, three loads)',
    head: ['seconds', 'median', 'range', 'goal'],
    rows: ROWS.map(([what, words, goal]) => {
      const values = loads.map((load) => load[what]);
      const verdict = goal ? `≤ ${goal / 1000}: ${median(values) <= goal ? 'met' : 'missed'}` : '';
      return [words, seconds(median(values)), range(values, seconds), verdict];
    }),
  };
}
