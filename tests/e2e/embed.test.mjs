// The lab in a page of another origin that trusts it with scripts and frames, and with nothing else.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { axe } from './axe.mjs';
import { contextOf, until } from './lab.mjs';
import { browser, inNotes, labIn, server, SMALL, state, withNotes } from './notes.mjs';

const ENDLESS = SMALL.replace('steps="40"', 'steps="200000"');
const FAR = '<div class="far"></div>';
const PARTS = [
  'head',
  'run',
  'settings',
  'loss',
  'scoreboard',
  'accuracy',
  'look',
  'compare',
  'cost',
  'keep',
];

/** Whatever the lab was asked for would have been done by then. */
const caughtUp = (frame) =>
  frame.evaluate(() =>
    document
      .querySelector('#lab')
      .client.ask('nothing', {})
      .catch(() => {}),
  );

const height = (page, selector = 'mnemoscope-lab') =>
  page.locator(selector).evaluate((element) => element.getBoundingClientRect().height);

/** The height of the frame is that of what is in it, so nothing scrolls inside. */
async function fits(page, frame, selector = 'mnemoscope-lab') {
  const content = () => frame.evaluate(() => Math.ceil(document.body.getBoundingClientRect().height));
  const [found] = await until(
    async () => [await content(), await height(page, selector)],
    ([inside, outside]) => inside === outside,
  );
  return found;
}

describe('in a foreign page under a strict policy', () => {
  inNotes(
    'trains, tells the page what happens, and breaks no rule',
    `<mnemoscope-lab id="one" ${SMALL}></mnemoscope-lab>`,
    async ({ page, errors, told }) => {
      const frame = await labIn(page);
      await state(frame, 'ready');
      await frame.locator('#train').click();
      await state(frame, 'finished');
      await until(
        () => told.map((event) => event.name),
        (names) => names.includes('lab-finished'),
      );
      const states = told.filter((event) => event.name === 'lab-state').map((event) => event.detail.state);
      assert.ok(states.indexOf('ready') < states.indexOf('finished'), states.join());
      const last = told.findLast((event) => event.name === 'lab-state').detail;
      assert.deepEqual([last.state, last.step, last.steps], ['finished', 40, 40]);
      const { id, detail } = told.find((event) => event.name === 'lab-finished');
      assert.equal(id, 'one');
      assert.equal(detail.settings.steps, 40);
      assert.deepEqual(
        detail.runs.map((run) => run.arm),
        ['rank', 'none'],
      );
      const [first, end] = [detail.curves[0], detail.curves.at(-1)];
      assert.deepEqual([first.x, end.x], [0, 40]);
      assert.ok(end.values[0][0] < first.values[0][0]);
      // The page's own style for frames does not reach into the element.
      const border = await page
        .locator('mnemoscope-lab iframe')
        .evaluate((iframe) => getComputedStyle(iframe).borderTopWidth);
      assert.equal(border, '0px');
      assert.ok(await page.locator('mnemoscope-lab iframe').getAttribute('title'));
      assert.deepEqual(errors, []);
    },
  );

  test('shows what is not hidden, and nothing else', async () => {
    const hide = ['settings', 'scoreboard', 'accuracy', 'look', 'compare', 'cost', 'keep', 'head'];
    await withNotes(
      `<mnemoscope-lab ${SMALL} theme="light" hide="${hide.join(', ')}"></mnemoscope-lab>`,
      async ({ page }) => {
        const frame = await labIn(page);
        await state(frame, 'ready');
        for (const part of PARTS) {
          const shown = await frame
            .locator(`[data-part=${part}]`)
            .evaluateAll((found) => found.some((one) => !one.hidden));
          assert.equal(shown, !hide.includes(part), part);
        }
        assert.equal(await frame.locator('lab-figure').count(), 1);
        assert.equal(await frame.locator('table').count(), 0);
        assert.equal(await frame.locator('[data-testid=problems] li').count(), 0);
        // The link leads to the whole lab with the same settings.
        const target = await frame.locator('#open').getAttribute('href');
        assert.ok(target.startsWith(`${server.address}#lab=copy&`), target);
        assert.ok(target.includes('steps=40') && !target.includes('hide'), target);
        const paper = await frame.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(paper, 'rgb(250, 249, 246)', 'light notes get a light lab');
      },
      { colorScheme: 'dark' },
    );
  });

  test('keeps nothing in the browser', async () => {
    const context = await contextOf(browser);
    try {
      const page = await context.newPage();
      // As a page of its own, where it would be allowed to.
      const small = SMALL.replaceAll('"', '').replaceAll(' ', '&');
      await page.goto(`${server.address}embed.html#${small}&autostart=1`);
      await state(page, 'finished');
      await caughtUp(page);
      const kept = await page.evaluate(async () => ({
        databases: (await indexedDB.databases()).length,
        local: localStorage.length,
        session: sessionStorage.length,
      }));
      assert.deepEqual(kept, { databases: 0, local: 0, session: 0 });
      assert.deepEqual(await context.cookies(), []);
    } finally {
      await context.close();
    }
  });

  test('a link is taken, and single attributes override it', async () => {
    const link = `${server.address}#lab=copy&amp;steps=77&amp;length=8&amp;encodings=rank`;
    await withNotes(
      `<mnemoscope-lab link="${link}" length="12" heads="banana"></mnemoscope-lab>`,
      async ({ page }) => {
        const frame = await labIn(page);
        await state(frame, 'ready');
        const open = () => frame.locator('#open').getAttribute('href');
        assert.equal(await open(), `${server.address}#lab=copy&length=12&encodings=rank&steps=77`);
        assert.match(
          await frame.locator('[data-testid=problems]').innerText(),
          /Heads.*banana.*from 1 to 32/s,
        );
        // A change of an attribute reaches the lab without loading it again.
        await frame.evaluate(() => (globalThis.mark = true));
        await page.locator('mnemoscope-lab').evaluate((element) => element.setAttribute('length', '20'));
        await until(open, (link) => link.includes('length=20'));
        assert.equal(await frame.evaluate(() => globalThis.mark), true);
      },
    );
  });

  inNotes(
    'its Copy link leads to the whole lab',
    `<mnemoscope-lab ${SMALL} hide="settings,look"></mnemoscope-lab>`,
    { permissions: ['clipboard-read', 'clipboard-write'] },
    async ({ page }) => {
      const frame = await labIn(page);
      await state(frame, 'ready');
      await frame.getByTestId('copy-link').click();
      await frame.getByText(/copied/i).waitFor();
      const link = await page.evaluate(() => navigator.clipboard.readText());
      assert.ok(link.startsWith(`${server.address}#lab=copy&`), link);
      assert.ok(!link.includes('hide'), link);
    },
  );
});

describe('on and off the screen', () => {
  const engine = (requests) => requests.filter((url) => /\.wasm$|worker/.test(url));

  inNotes(
    'loads no engine below the fold, and loads it once scrolled to',
    () =>
      `${FAR}<mnemoscope-lab ${SMALL}></mnemoscope-lab>
       ${FAR}<iframe id="plain" title="Plain" src="${server.address}embed.html#steps=40"></iframe>`,
    async ({ page, requests }) => {
      const plain = await (await page.locator('#plain').elementHandle()).contentFrame();
      await plain.waitForSelector('.boot');
      await page.waitForLoadState('networkidle');
      assert.ok(
        requests.some((url) => url.includes('embed.html')),
        'the plain frame itself is there',
      );
      assert.deepEqual(engine(requests), []);
      await page.locator('mnemoscope-lab').scrollIntoViewIfNeeded();
      await state(await labIn(page), 'ready');
      assert.equal(engine(requests).filter((url) => url.endsWith('.wasm')).length, 1);
      assert.equal(await plain.locator('#lab').count(), 0, 'the other one is still out of view');
      await page.locator('#plain').scrollIntoViewIfNeeded();
      await plain.waitForSelector('#lab[data-state=ready]');
    },
  );

  inNotes(
    'pauses out of view, says so, and goes on when seen',
    `<mnemoscope-lab ${ENDLESS} autostart></mnemoscope-lab>${FAR}`,
    async ({ page, told }) => {
      const frame = await labIn(page);
      await state(frame, 'training');
      const step = () => frame.locator('#lab').evaluate((lab) => Number(lab.dataset.step));
      await until(step, (now) => now > 5);
      await page.evaluate(() => scrollTo(0, 5000));
      await state(frame, 'hidden');
      assert.match(await frame.getByTestId('status').innerText(), /^Paused while out of view\.$/);
      await until(
        () => told.at(-1)?.detail.state,
        (now) => now === 'hidden',
      );
      const before = await step();
      await caughtUp(frame);
      assert.equal(await step(), before);
      await page.evaluate(() => scrollTo(0, 0));
      await state(frame, 'training');
      await until(step, (now) => now > before);
    },
  );

  test('starts by itself only where asked, and not for readers who want less motion', async () => {
    const both = `<mnemoscope-lab id="auto" ${SMALL} autostart hide="run,settings"></mnemoscope-lab>
                  <mnemoscope-lab id="hand" ${SMALL} hide="settings,loss,scoreboard,accuracy,look,compare,cost,keep"></mnemoscope-lab>`;
    const tall = { viewport: { width: 1280, height: 5000 } };
    await withNotes(
      both,
      async ({ page }) => {
        const [auto, hand] = [await labIn(page, '#auto'), await labIn(page, '#hand')];
        await state(auto, 'finished');
        assert.equal(await auto.locator('#train').count(), 0);
        await state(hand, 'ready');
      },
      tall,
    );
    await withNotes(
      both,
      async ({ page }) => {
        const auto = await labIn(page, '#auto');
        await state(auto, 'ready');
        await caughtUp(auto);
        assert.equal(await auto.locator('#lab').getAttribute('data-state'), 'ready');
        // Whoever has to press the button gets it, though `run` was hidden.
        await auto.locator('#train').click();
        await state(auto, 'finished');
      },
      { ...tall, reducedMotion: 'reduce' },
    );
  });
});

describe('size', () => {
  inNotes(
    'the frame is as tall as the lab at any width, and nobody else can say otherwise',
    `<mnemoscope-lab ${SMALL}></mnemoscope-lab>`,
    async ({ page }) => {
      const frame = await labIn(page);
      await state(frame, 'ready');
      const heights = [];
      for (const width of [1280, 390, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await until(
          () => frame.evaluate(() => innerWidth),
          (inside) => inside <= width && inside > width - 100,
        );
        heights.push(await fits(page, frame));
        for (const one of [page, frame])
          assert.ok(await one.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'sideways');
      }
      assert.ok(heights[1] > heights[0] + 100, 'narrower means taller');
      // What is posted second is handled second.
      await page.evaluate(
        () =>
          new Promise((resolve) => {
            addEventListener('message', ({ data }) => data === 'done' && resolve());
            postMessage({ mnemoscope: 'height', height: 77 }, '*');
            postMessage('done', '*');
          }),
      );
      assert.notEqual(await height(page), 77);
      await fits(page, frame);
    },
  );

  inNotes(
    'a given height is kept',
    `<mnemoscope-lab ${SMALL} height="321"></mnemoscope-lab>`,
    async ({ page }) => {
      const frame = await labIn(page);
      await state(frame, 'ready');
      const heard = page.evaluate(
        () =>
          new Promise((resolve) =>
            addEventListener('message', ({ data }) => data.mnemoscope === 'height' && resolve()),
          ),
      );
      await frame.evaluate(() => (document.querySelector('#lab').style.paddingBottom = '99px'));
      await heard;
      assert.equal(await height(page), 321);
    },
  );
});

describe('several', () => {
  inNotes(
    'two labs on one page train at once, each with its own settings, height and results',
    `<mnemoscope-lab id="left" autostart ${SMALL}></mnemoscope-lab>
       <mnemoscope-lab id="right" autostart ${SMALL.replace('steps="40"', 'steps="60"')} hide="settings,accuracy,look,compare,cost,keep"></mnemoscope-lab>`,
    { viewport: { width: 1280, height: 6000 } },
    async ({ page, told, errors }) => {
      const [left, right] = [await labIn(page, '#left'), await labIn(page, '#right')];
      await Promise.all([state(left, 'finished'), state(right, 'finished')]);
      await until(
        () => told.filter((event) => event.name === 'lab-finished').length,
        (count) => count === 2,
      );
      const steps = (id) =>
        told.find((event) => event.name === 'lab-finished' && event.id === id).detail.settings.steps;
      assert.deepEqual([steps('left'), steps('right')], [40, 60]);
      const [one, two] = [await fits(page, left, '#left'), await fits(page, right, '#right')];
      assert.ok(one > two + 300, `${one} and ${two}`);
      assert.deepEqual(errors, []);
    },
  );
});

inNotes(
  'axe finds nothing in lab and notes, light and dark, wide and narrow',
  `<mnemoscope-lab ${SMALL} autostart title="A race"></mnemoscope-lab>`,
  async ({ page }) => {
    const frame = await labIn(page);
    await state(frame, 'finished');
    for (const [width, colorScheme] of [
      [390, 'light'],
      [1280, 'dark'],
    ]) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await fits(page, frame);
      for (const target of [frame, page]) assert.equal(await axe(target), '');
    }
    assert.equal(await page.locator('mnemoscope-lab iframe').getAttribute('title'), 'A race');
  },
);

test('a snippet copied from the examples works in the notes of someone else', async () => {
  const context = await contextOf(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
  try {
    const page = await context.newPage();
    await page.goto(`${server.address}examples.html#lab=copy`);
    await page.locator('[data-id=loss] button').click();
    await page.waitForSelector('[data-id=loss] [role=status]:has-text("Copied")');
    const snippet = await page.evaluate(() => navigator.clipboard.readText());
    await withNotes(snippet, async ({ page: foreign }) => {
      const frame = await labIn(foreign);
      await state(frame, 'ready');
      assert.equal(await frame.locator('lab-figure').count(), 1);
    });
  } finally {
    await context.close();
  }
});
