// The page of examples: every snippet of every lab, as it stands there.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { axe } from './axe.mjs';
import { contextOf, labs } from './lab.mjs';

const LABS = Object.keys(JSON.parse(readFileSync(new URL('each-lab.json', import.meta.url))));
/** Snippets that show one part alone. */
const ALONE = { matrix: 'inspect', lemma: 'lemma', machine: 'session', ball: 'ball' };

const shared = labs({ webgpu: false });

/** The lab within a snippet, once it stands. */
async function labIn(page, id) {
  const live = page.locator(`[data-id=${id}] .live`);
  await live.locator('iframe').waitFor();
  await live.scrollIntoViewIfNeeded();
  const frame = await (await live.locator('iframe').elementHandle()).contentFrame();
  await frame.waitForSelector('#lab:not([data-state=starting])');
  return frame;
}

async function withPage(path, body) {
  const context = await contextOf(shared.browser, { viewport: { width: 1280, height: 900 } });
  const errors = [];
  try {
    const page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${shared.server.address}${path}`);
    await body(page, context);
    assert.deepEqual(errors, []);
  } finally {
    await context.close();
  }
}

it('every snippet of every lab runs as it stands, without a refused setting', async () => {
  const seen = new Set();
  for (const lab of LABS) {
    await withPage(`examples.html#lab=${lab}&seed=4`, async (page) => {
      await page.waitForSelector('mnemoscope-lab iframe');
      const ids = await page
        .locator('.example:visible')
        .evaluateAll((all) => all.map(({ dataset }) => dataset.id));
      assert.ok(ids.length > 1, `${lab}: ${ids}`);
      for (const id of ids.filter((one) => one === 'yours' || !seen.has(one))) {
        const frame = await labIn(page, id);
        assert.equal(await frame.locator('[data-testid=problems] li').count(), 0, id);
        assert.ok((await page.locator(`[data-id=${id}] code`).last().innerText()).length > 40);
        const parts = frame.locator('#lab [data-part]');
        if (id in ALONE)
          assert.deepEqual(await parts.evaluateAll((all) => all.map(({ dataset }) => dataset.part)), [
            ALONE[id],
          ]);
        if (id === 'yours') assert.equal(await frame.locator('#lab').getAttribute('data-lab'), lab);
        seen.add(id);
      }
    });
  }
  for (const id of Object.keys(ALONE)) assert.ok(seen.has(id), id);
});

it('from the lab, the first snippet has its settings, whatever a link holds', async () => {
  await withPage('#lab=copy&steps=33&encodings=rank,none', async (lab, context) => {
    await lab.waitForSelector('#lab[data-state=ready]');
    const [page] = await Promise.all([context.waitForEvent('page'), lab.getByTestId('notes').click()]);
    const open = (await labIn(page, 'yours')).locator('#open');
    assert.equal(
      await open.getAttribute('href'),
      `${shared.server.address}#lab=copy&encodings=rank,none&steps=33`,
    );
    const hostile = '#lab=copy&steps="><img src=x onerror="globalThis.broken=1">';
    await page.goto('about:blank');
    await page.goto(`${shared.server.address}examples.html${hostile}`);
    await labIn(page, 'yours');
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.evaluate(() => globalThis.broken), undefined);
  });
});

it('nothing sticks out, axe finds nothing, wide and narrow', async () => {
  await withPage('examples.html', async (page) => {
    await page.waitForSelector('mnemoscope-lab iframe');
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      assert.equal(await axe(page), '', `${width} px`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width} px`);
    }
  });
});
