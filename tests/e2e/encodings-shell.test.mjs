// What holds the labs together: switching between them, files, and the run of an earlier visit. What every lab does by
// itself is tested in each-lab.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contextOf, labs } from './lab.mjs';

const MODEL = 'symbols=4&layers=1&heads=2&batch=4&seeds=1&every=10&executor=cpu';
const SMALL = `#lab=encodings&${MODEL}&train_length=8&train_width=16&steps=40&length=16&width=16`;
const COPY = `#lab=copy&${MODEL}&length=8&width=16&encodings=rank,none&steps=40`;
const COPY_ENDLESS = COPY.replace('steps=40', 'steps=200000');

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

  test('a lab that is left keeps settings and run, which waits and goes on', COPY_ENDLESS, async (lab) => {
    const { page } = lab;
    await lab.set('seed', '77');
    await lab.press('train');
    await lab.stepAtLeast(5);
    await page.evaluate(() => (globalThis.left = document.querySelector('#lab')));
    await lab.go('encodings');
    assert.equal(await lab.step(), 0, 'the other lab has no run yet');
    await lab.set('length', '24');
    const away = await lab.hash();
    // The run of the copy lab does not use up the machine meanwhile: its worker has nothing to do but to answer.
    await page.waitForFunction(() => globalThis.left.dataset.state === 'hidden');
    const step = () =>
      page.evaluate(async () => {
        const { step } = await globalThis.left.client.ask('run.results', {});
        return [step, Number(globalThis.left.dataset.step)];
      });
    const [left, shown] = await step();
    assert.ok(left >= 5 && left === shown);
    await lab.drawn();
    assert.deepEqual(await step(), [left, left]);
    await lab.go('copy');
    assert.match(await lab.hash(), /^#lab=copy&.*seed=77/);
    assert.equal((await lab.settings()).seed, '77');
    await lab.state('training');
    await lab.stepAtLeast(left + 5);
    await lab.press('pause');
    await lab.go('encodings');
    assert.equal(await lab.hash(), away);
    await page.goBack();
    await page.waitForSelector('#lab[data-lab=copy]');
    assert.equal((await lab.settings()).seed, '77');
    assert.ok((await lab.step()) >= left + 5, 'the run is still there');
  });

  test('a link to the other lab, pasted into the page, is read there', '#lab=copy&seed=5', async (lab) => {
    await lab.page.evaluate(() => (location.hash = '#lab=encodings&left=rank&length=40'));
    await lab.page.waitForFunction(() => document.querySelector('#set-length')?.value === '40');
    assert.equal(await lab.data('lab'), 'encodings');
    assert.equal((await lab.settings()).left, 'rank');
  });

  test('a link to no lab is told', '#lab=banana&seed=3', async (lab) => {
    assert.equal(await lab.data('lab'), 'copy');
    assert.match(await lab.text('problems'), /lab.*banana.*copy.*encodings/s);
  });

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

describe('the workbench', () => {
  const FOUR = '#lab=encodings&length=4&width=2';
  test('a table of the reader’s outlives a worker that is given up', FOUR, async (lab) => {
    await lab.openFile('mine.csv', '1,0\n0,1\n-1,0\n0,-1\n');
    await lab.page.waitForFunction(() => location.hash.includes('right=uploaded'));
    const before = await lab.ask('inspect.picture', { side: 'right' });
    assert.deepEqual([...before.matrix.slice(0, 4)], [1, 0, -1, 0]);
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
  });
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
    await lab.page
      .getByText(/is open at step 40/)
      .first()
      .waitFor();
    assert.deepEqual(await lab.csv(), curves);
    await lab.page.goBack();
    await lab.page.waitForSelector('#lab[data-lab=encodings]');

    await lab.openFile(results.name, results.bytes);
    await lab.page.waitForSelector('#lab[data-lab=copy]');
    await lab.page
      .getByText(/listed under Compare/)
      .first()
      .waitFor();

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
    await lab.page
      .getByText(/is open at step 1/)
      .first()
      .waitFor();
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

it('in a frame another lab takes the place of the one before', async () => {
  const context = await contextOf(shared.browser, { viewport: { width: 800, height: 700 } });
  try {
    const page = await context.newPage();
    await page.goto(`${shared.server.address}embed.html${SMALL}&hide=lemma`);
    await page.waitForSelector('#lab[data-lab=encodings][data-state=ready]');
    await page.evaluate(() => location.replace('#lab=copy&steps=50&hide=look'));
    await page.waitForSelector('#lab[data-lab=copy][data-state=ready]');
    assert.equal(await page.locator('[data-part=loss]').count(), 1);
    assert.equal(await page.locator('[data-part=look]').count(), 0);
    assert.match(await page.locator('.question').innerText(), /transformer copy/);
    assert.match(await page.locator('#open').getAttribute('href'), /#lab=copy&steps=50$/);
    assert.equal(page.workers().length, 1, 'the worker of the lab before has ended');
  } finally {
    await context.close();
  }
});
