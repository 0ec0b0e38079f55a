// Figures in space: how long a frame takes while one of 3,000 nodes and links is turned by the pointer.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './browser.mjs';
import { median } from './contest.mjs';
import { SIZES } from './model.js';
import { ms } from './report.mjs';

/** Any lab will do; without one in the address the first page comes. */
const [, SMALL] = Object.values(SIZES);
const NODES = 3000;
const FRAMES = 240;
const GOAL_MS = 16;

/** In the page: a knot of `nodes` nodes, each linked to the next, in a figure of its own on top of everything else. */
function show(nodes) {
  const angle = (i) => (2 * Math.PI * i) / nodes;
  const radius = (i) => 2 + Math.cos(7 * angle(i)) + 0.25 * Math.sin(i * 12.9898);
  const each = (of) => Float32Array.from({ length: nodes }, (_, i) => of(i));
  const x = each((i) => radius(i) * Math.cos(3 * angle(i)));
  const y = each((i) => radius(i) * Math.sin(3 * angle(i)));
  const z = each((i) => Math.sin(7 * angle(i)) + 0.25 * Math.cos(i * 78.233));
  const next = (places) => each((i) => places[(i + 1) % nodes]);
  const axis = (title) => ({ title, range: [-3.5, 3.5] });
  const groups = Array.from({ length: 4 }, (_, i) => ({
    label: `${i}`,
    colour: `--series-${i + 1}`,
    shape: 'circle',
  }));
  const figure = document.createElement('lab-figure');
  figure.figure = {
    name: 'turned',
    title: 'Turned',
    summary: '',
    empty: '',
    panels: [
      {
        x: axis('first'),
        y: axis('second'),
        z: axis('third'),
        marks: [
          {
            kind: 'link',
            id: 'edge',
            x1: x,
            y1: y,
            z1: z,
            x2: next(x),
            y2: next(y),
            z2: next(z),
            style: () => ({ colour: '--muted', width: 1 }),
          },
          { kind: 'dot', x, y, z, groups, groupOf: each((i) => Math.floor((4 * i) / nodes)), size: 4 },
        ],
      },
    ],
    reading: { by: 'point', x, y, z, rows: [Array.from(x, (_, i) => i)], words: String },
    tables: [],
  };
  document.body.replaceChildren(figure);
  figure.style.width = '620px';
}

/**
 * In the page: moves the pointer, which is down, and waits until the page is drawn. Of each time: the milliseconds that the
 * page worked, from the event to the end of its frame, and those since the frame before.
 */
async function turn(frames) {
  const surface = document.querySelector('lab-figure .surface');
  const { left, top } = surface.getBoundingClientRect();
  const { port1, port2 } = new MessageChannel();
  const found = { worked: [], apart: [] };
  let last = NaN;
  for (let i = 0; i <= frames; i++) {
    await new Promise((resolve) => {
      let began = 0;
      let event = 0;
      // What is posted in a frame arrives when it is drawn.
      port1.onmessage = () => {
        const worked = event + performance.now() - began;
        if (i > 0) {
          found.worked.push(worked);
          found.apart.push(began - last);
        }
        last = began;
        resolve();
      };
      requestAnimationFrame(() => {
        began = performance.now();
        port2.postMessage(null);
      });
      const [clientX, clientY] = [left + 200 + i, top + 200 + 40 * Math.sin(i / 20)];
      const before = performance.now();
      surface.dispatchEvent(
        new PointerEvent('pointermove', {
          clientX,
          clientY,
          buttons: 1,
          pointerType: 'mouse',
          bubbles: true,
        }),
      );
      event = performance.now() - before;
    });
  }
  return found;
}

export async function turning(browser, address, log) {
  if (!existsSync(join(ROOT, 'dist/index.html'))) throw new Error('there is no built page in dist/');
  log(`turn: ${FRAMES} frames of ${NODES} nodes and links`);
  const page = await browser.open(`${address}dist/index.html#lab=${SMALL.lab}`, {
    context: { viewport: { width: 1280, height: 860 } },
  });
  try {
    await page.waitForSelector('#lab[data-state=ready]');
    await page.evaluate(show, NODES);
    const surface = page.locator('lab-figure .surface');
    await page.locator('lab-figure .drawing[data-plot]').waitFor();
    await browser.quiet();
    const box = await surface.boundingBox();
    await page.mouse.move(box.x + 200, box.y + 200);
    await page.mouse.down();
    const before = await surface.getAttribute('data-view');
    const found = await page.evaluate(turn, FRAMES);
    if ((await surface.getAttribute('data-view')) === before) throw new Error('the figure did not turn');
    await page.mouse.up();
    return { nodes: NODES, ...found, goalMs: GOAL_MS };
  } finally {
    await browser.drop(page);
  }
}

export function table({ nodes, worked, apart }) {
  const row = (words, values, goal = '') => {
    const sorted = values.toSorted((a, b) => a - b);
    const share = (part) => ms(sorted[Math.floor(part * (sorted.length - 1))]);
    return [words, ms(median(values)), share(0.9), share(1), goal];
  };
  const met = median(worked) <= GOAL_MS ? 'met' : 'missed';
  return {
    title: `Turning ${nodes} nodes and links by the pointer (620 px wide, ${worked.length} frames)`,
    head: ['milliseconds', 'median', 'nine in ten', 'longest', 'goal'],
    rows: [
      row('the page works for a frame', worked, `≤ ${GOAL_MS}: ${met}`),
      row('from one frame to the next (the screen has 60 a second)', apart),
    ],
  };
}
