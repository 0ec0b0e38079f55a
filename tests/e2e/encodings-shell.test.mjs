// What holds the labs together: switching between them, links, files, the run of an earlier visit, and the frame around
// the encodings lab. What its parts draw is tested elsewhere.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { labs } from './lab.mjs';

const MODEL = 'symbols=4&layers=1&heads=2&batch=4&seeds=1&every=10&executor=cpu';
const SMALL = `#lab=encodings&${MODEL}&train_length=8&train_width=16&steps=40&length=16&width=16`;
const ENDLESS = SMALL.replace('steps=40', 'steps=200000');
const COPY = `#lab=copy&${MODEL}&length=8&width=16&encodings=rank,none&steps=40`;
const COPY_ENDLESS = COPY.replace('steps=40', 'steps=200000');
const SLOW = 120_000;

const shared = labs({ webgpu: false });
const { test, withLab } = shared;

describe('switching', () => {
  it('another lab’s code is loaded when it is asked for, and not before', async () => {
    const scripts = (lab) =>
      lab.page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .map(({ name }) => name)
          .filter((name) => name.endsWith('.js')),
      );
    await withLab('#lab=copy', async (lab) => {
      const copy = await scripts(lab);
      await lab.go('encodings');
      const both = await scripts(lab);
      const only = both.filter((name) => !copy.includes(name));
      assert.ok(only.length > 0, 'the encodings lab came with code of its own');
      await lab.go('copy');
      assert.deepEqual(await scripts(lab), both, 'nothing is loaded twice');
    });
  });

  test(
    'a lab that is left keeps its settings and its run, which waits and goes on',
    COPY_ENDLESS,
    async (lab) => {
      await lab.set('seed', '77');
      await lab.press('train');
      await lab.stepAtLeast(5);
      await lab.go('encodings');
      assert.equal(await lab.step(), 0, 'the other lab has no run yet');
      await lab.set('length', '24');
      const away = await lab.hash();
      // The run of the copy lab must not use up the machine meanwhile.
      await lab.page.waitForTimeout(800);
      await lab.go('copy');
      assert.match(await lab.hash(), /^#lab=copy&.*seed=77/);
      assert.equal((await lab.settings()).seed, '77');
      const left = await lab.step();
      assert.ok(left >= 5);
      await lab.state('training');
      await lab.stepAtLeast(left + 5);
      await lab.press('pause');
      await lab.go('encodings');
      assert.equal(await lab.hash(), away);
      await lab.page.goBack();
      await lab.page.waitForSelector('#lab[data-lab=copy]');
      assert.equal((await lab.settings()).seed, '77');
      assert.ok((await lab.step()) >= left + 5, 'the run is still there');
    },
  );

  test('a run that is out of the page stands still', COPY_ENDLESS, async (lab) => {
    await lab.press('train');
    await lab.stepAtLeast(5);
    await lab.page.evaluate(() => (globalThis.left = document.querySelector('#lab')));
    await lab.go('encodings');
    await lab.page.waitForFunction(() => globalThis.left.dataset.state === 'hidden');
    const step = () => lab.page.evaluate(() => Number(globalThis.left.dataset.step));
    const before = await step();
    await lab.page.waitForTimeout(700);
    assert.equal(await step(), before);
  });

  test(
    'a link to the other lab, pasted into the open page, is read there',
    '#lab=copy&seed=5',
    async (lab) => {
      await lab.page.evaluate(() => (location.hash = '#lab=encodings&left=rank&length=40'));
      await lab.page.waitForFunction(() => document.querySelector('#set-length')?.value === '40');
      assert.equal(await lab.data('lab'), 'encodings');
      assert.equal((await lab.settings()).left, 'rank');
    },
  );

  test('giving up the preparing of one run leaves that of the other lab alone', COPY_ENDLESS, async (lab) => {
    await lab.press('train');
    await lab.stepAtLeast(5);
    await lab.press('pause');
    await lab.state('paused');
    const step = await lab.step();
    await lab.go('encodings');
    await lab.giveUp();
    await lab.go('copy');
    assert.equal(await lab.step(), step);
    await lab.press('step');
    await lab.stepAtLeast(step + 1);
  });
});

describe('links and settings', () => {
  it('a bad link is told in words, field by field, and the rest is taken', async () => {
    await withLab('#lab=encodings&left=banana&length=1&nosuch=1&seed=3&hide=loss', async (lab) => {
      const text = await lab.text('problems');
      assert.match(text, /Left, Encoding: “banana”.*sinusoidal.*Used instead: sinusoidal/s);
      assert.match(text, /Length.*“1”.*from 2 to 1024\. Used instead: 64/);
      assert.match(text, /nosuch.*no such setting/s);
      assert.match(text, /hide.*inspect/s);
      assert.equal(await lab.hash(), '#lab=encodings&seed=3');
    });
    await withLab('#lab=banana&seed=3', async (lab) => {
      assert.equal(await lab.data('lab'), 'copy');
      assert.match(await lab.text('problems'), /lab.*banana.*copy.*encodings/s);
    });
  });
});

describe('the experiment’s run', () => {
  it('its table is looked at before, during and after training', async () => {
    // The rank encoding is learned; its run is the first.
    await withLab(`${SMALL}&left=trained&encodings=rank,sinusoidal`, async (lab) => {
      const before = await lab.ask('inspect.picture', { side: 'left' });
      assert.equal(before.step, 0);
      assert.match(before.note, /Train or Step/);
      assert.equal((await lab.ask('run.found')).code, 'refused');
      await lab.press('step');
      await lab.stepAtLeast(1);
      const first = await lab.ask('inspect.picture', { side: 'left' });
      assert.equal(first.step, 1);
      assert.notDeepEqual(first.matrix, before.matrix, 'one step moves a learned table');
      await lab.train();
      const last = await lab.ask('inspect.picture', { side: 'left' });
      assert.equal(last.step, 40);
      assert.notDeepEqual(last.matrix, first.matrix);
      assert.deepEqual(
        await lab.ask('inspect.picture', { side: 'left' }).then(({ matrix }) => matrix),
        last.matrix,
      );
      // The settings ask for another race by now: what is looked at is still the one that is open, and it has no such run.
      await lab.set('seeds', '8');
      await lab.set('trained_run', '15');
      const none = await lab.ask('inspect.picture', { side: 'left' });
      assert.ok(none.code || none.matrix === null, 'there is no run 15');
      assert.match(none.message ?? none.note, /run/i);
    });
  });

  test(
    'a table of the reader’s outlives a worker that is given up',
    '#lab=encodings&length=4&width=2',
    async (lab) => {
      await lab.openFile('mine.csv', '1,0\n0,1\n-1,0\n0,-1\n');
      await lab.page.waitForFunction(() => location.hash.includes('right=uploaded'));
      const before = await lab.ask('inspect.picture', { side: 'right' });
      assert.deepEqual(before.matrix.slice(0, 4), [1, 0, -1, 0]);
      await lab.giveUp();
      await lab.state('ready');
      assert.deepEqual((await lab.ask('inspect.picture', { side: 'right' })).matrix, before.matrix);
      await lab.openFile('bad.csv', '1,0\n0\n');
      await lab.page.waitForSelector('[data-testid=file-status] .wrong');
      assert.deepEqual(
        (await lab.ask('inspect.picture', { side: 'right' })).matrix,
        before.matrix,
        'the earlier one stays',
      );
    },
  );
});

describe('files', () => {
  test('weights are opened in the lab that they belong to', COPY, async (lab) => {
    await lab.train();
    const copy = await lab.download('weights');
    const curves = await lab.csv();
    const results = await lab.download('json');
    await lab.go('encodings');
    await lab.openFile(copy.name, copy.bytes);
    await lab.page.waitForSelector('#lab[data-lab=copy]');
    await lab.page.waitForFunction(() => /is open at step 40/.test(document.body.innerText));
    assert.deepEqual(await lab.csv(), curves);
    await lab.page.goBack();
    await lab.page.waitForSelector('#lab[data-lab=encodings]');

    await lab.openFile(results.name, results.bytes);
    await lab.page.waitForSelector('#lab[data-lab=copy]');
    await lab.page.waitForFunction(() => /listed under Compare/.test(document.body.innerText));

    await lab.go('encodings');
    await lab.page.evaluate((link) => (location.hash = link), SMALL);
    await lab.page.waitForFunction(() => location.hash.includes('train_width=16'));
    await lab.press('step');
    await lab.stepAtLeast(1);
    const ours = await lab.download('weights');
    const found = await lab.download('json');
    await lab.go('copy');
    await lab.openFile(ours.name, ours.bytes);
    await lab.page.waitForSelector('#lab[data-lab=encodings]');
    await lab.page.waitForFunction(() => /is open at step 1/.test(document.body.innerText));
    await lab.openFile('results.json', found.bytes);
    await lab.page.waitForSelector('[data-testid=file-status] .wrong');
    await lab.openFile('broken.safetensors', Buffer.from('nothing of ours'));
    await lab.page.waitForFunction(() =>
      /safetensors/.test(document.querySelector('[data-testid=file-status] .wrong')?.innerText),
    );
    assert.equal(await lab.step(), 1);
  });

  test('each lab keeps a run of its own for the next visit', COPY, async (lab) => {
    await lab.press('step');
    await lab.stepAtLeast(1);
    await lab.kept();
    await lab.go('encodings');
    await lab.page.evaluate((link) => (location.hash = link), SMALL);
    await lab.page.waitForFunction(() => location.hash.includes('train_width=16'));
    await lab.train();
    await lab.kept();
    const curves = await lab.csv();
    await lab.page.reload();
    await lab.state('ready');
    await lab.page.getByTestId('offer-go-on').waitFor();
    assert.match(await lab.text('offer'), /finished at step 40/);
    await lab.go('copy');
    await lab.page.getByTestId('offer-go-on').waitFor();
    assert.match(await lab.text('offer'), /step 1 of 40/);
    await lab.press('offer-discard');
    await lab.page.getByTestId('offer-go-on').waitFor({ state: 'detached' });
    await lab.go('encodings');
    await lab.press('offer-go-on');
    await lab.stepAtLeast(40);
    assert.deepEqual(await lab.csv(), curves);
    await lab.page.reload();
    await lab.state('ready');
    await lab.page.getByTestId('offer-go-on').waitFor();
  });
});

describe('in a frame', () => {
  const visit = async (hash, body, options = {}) => {
    const context = await shared.browser.newContext({
      viewport: { width: 800, height: 700 },
      ...options,
    });
    const errors = [];
    try {
      const page = await context.newPage();
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(`${shared.server.address}embed.html${hash}`);
      await body(page);
      assert.deepEqual(errors, []);
    } finally {
      await context.close();
    }
  };

  it('another lab takes the place of the one before', async () => {
    await visit(`${SMALL}&hide=lemma`, async (page) => {
      await page.waitForSelector('#lab[data-lab=encodings][data-state=ready]');
      await page.evaluate(() => location.replace('#lab=copy&steps=50&hide=look'));
      await page.waitForSelector('#lab[data-lab=copy][data-state=ready]');
      assert.equal(await page.locator('[data-part=loss]').count(), 1);
      assert.equal(await page.locator('[data-part=look]').count(), 0);
      assert.match(await page.locator('.question').innerText(), /transformer copy/);
      assert.match(await page.locator('#open').getAttribute('href'), /#lab=copy&steps=50$/);
      assert.equal(page.workers().length, 1, 'the worker of the lab before has ended');
    });
  });
});

describe('for everyone', () => {});
