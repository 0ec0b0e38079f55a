// The first page: light, without the engine, and what its pictures say is what the labs compute.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { axe } from './axe.mjs';
import { contextOf, DIST, labs, PHONE } from './lab.mjs';

const LABS = Object.keys(JSON.parse(readFileSync(new URL('each-lab.json', import.meta.url))));
const stored = (lab) => JSON.parse(readFileSync(join(DIST, 'story', `${lab}.json`)));
/** The most that the first page may load, in bytes with gzip. */
const MOST = 300_000;

const shared = labs({ webgpu: false });
const { withLab } = shared;

async function opened(options, body) {
  const context = await contextOf(shared.browser, options);
  const [errors, files] = [[], new Map()];
  try {
    const page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('response', async (response) => {
      // What leads on has no body.
      if (response.ok())
        files.set(new URL(response.url()).pathname, await response.body().catch(() => Buffer.alloc(0)));
    });
    await page.goto(shared.server.address);
    await page.waitForURL(/story\.html$/);
    for (const lab of LABS) {
      await page.locator(`[data-step=${lab}]`).scrollIntoViewIfNeeded();
      await page.locator(`[data-step=${lab}] lab-figure .surface`).waitFor();
    }
    await body(page, files);
    assert.deepEqual(errors, []);
  } finally {
    await context.close();
  }
}

it('has a question, a picture and a link for every lab, without the engine, on a desk and on a phone', async () => {
  for (const options of [{ viewport: { width: 1280, height: 800 } }, PHONE])
    await opened(options, async (page, files) => {
      const names = [...files.keys()];
      assert.ok(!names.some((name) => /\.wasm$|worker/.test(name)), names.join(' '));
      const bytes = [...files.values()].reduce((sum, body) => sum + gzipSync(body).length, 0);
      assert.ok(bytes > 20_000 && bytes <= MOST, `${bytes} bytes`);
      const width = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok((await width()) <= 0);
      assert.equal(await axe(page), '');
    });
});

it('a picture has the means of what is stored, and its link is settings that every lab takes', async () => {
  const links = {};
  await opened({}, async (page) => {
    for (const lab of LABS) {
      const { arms, runs, curves } = stored(lab);
      const lines = await page
        .locator(`[data-step=${lab}] lab-figure`)
        .evaluate(({ figure }) =>
          figure.panels[0].marks
            .filter(({ kind }) => kind === 'line')
            .map(({ id, x, y }) => [id, [...x], [...y]]),
        );
      assert.deepEqual(
        lines.map(([id]) => id),
        arms.map(({ id }) => id),
      );
      for (const [id, x, y] of lines) {
        const own = runs.flatMap((run, place) => (run.arm === id ? [place] : []));
        const last = x.length - 1;
        const values = curves.find((point) => point.x === x[last]).values[0];
        const known = own.map((place) => values[place]).filter((value) => value !== null);
        const mean = known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
        assert.ok(mean === y[last] || Math.abs(mean - y[last]) <= 1e-12 * Math.abs(mean), `${lab}, ${id}`);
      }
      links[lab] = new URL(await page.locator(`[data-step=${lab}] .picture a`).getAttribute('href')).hash;
    }
  });
  for (const lab of LABS)
    await withLab(links[lab], async ({ page }) => {
      assert.equal(await page.locator('[data-testid=problems] li').count(), 0, links[lab]);
      const settled = await page.evaluate(() => document.querySelector('#lab').client.settled.link);
      assert.equal(settled, stored(lab).link);
    });
});

it('the lab computes the same', async () => {
  const story = stored('geometry');
  await withLab(`#${story.link}&check=${story.check}`, async (lab) => {
    await lab.train();
    const { curves, measures, check } = await lab.json();
    const at = measures.findIndex(({ id }) => id === story.measures[0].id);
    assert.deepEqual(
      curves.map(({ x }) => x),
      story.curves.map(({ x }) => x),
    );
    for (const [place, point] of curves.entries())
      for (const [run, value] of point.values[at].entries()) {
        const told = story.curves[place].values[0][run];
        assert.ok(Math.abs(value - told) <= 1e-3 * (1 + Math.abs(told)), `${point.x}: ${value}, ${told}`);
      }
    assert.ok(check.length > 5);
  });
});

it('every lab leads to the next question, and the last to all of them', async () => {
  for (const [place, id] of LABS.entries())
    await withLab(`#lab=${id}`, async ({ page }) => {
      const next = LABS[place + 1];
      const link = page.locator('footer.next a:visible');
      assert.equal(await link.count(), 1);
      assert.equal(await link.getAttribute('href'), next ? `#lab=${next}` : 'story.html');
    });
});
