// A visit and the one after it: the run that is kept meanwhile, what a storage or a device that fails does to it, and the keys.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSafetensors } from './files.mjs';
import { labs } from './lab.mjs';

const CPU =
  '#lab=copy&executor=cpu&seeds=1&steps=40&length=8&symbols=4&width=16&heads=2&layers=1&every=10&encodings=rank,none';
/** Long enough to be interrupted. */
const LONG = 'steps=3000&every=70';
const ENDLESS = 'steps=200000';

const { test, withLab } = labs({ link: CPU });

/** Rewrites what is kept in the browser, entry by entry, as `change` of key and value says; gives the keys. */
const stored = (lab, change = () => undefined) =>
  lab.page.evaluate(`new Promise((resolve, reject) => {
    const opening = indexedDB.open('mnemoscope');
    opening.onerror = reject;
    opening.onsuccess = () => {
      const runs = opening.result.transaction('runs', 'readwrite').objectStore('runs');
      const keys = [];
      runs.openCursor().onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return;
        keys.push(cursor.key);
        const value = (${change})(cursor.key, cursor.value);
        if (value !== undefined) cursor.update(value);
        cursor.continue();
      };
      runs.transaction.oncomplete = () => resolve(keys);
    };
  })`);

const offer = ({ page }) => page.getByTestId('offer-go-on');

async function reload(lab) {
  await lab.page.reload();
  await lab.state('ready');
}

/** A tab that is seen or not. */
const show = (lab, state) =>
  lab.page.evaluate((visibility) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => visibility });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);

describe('the last run', () => {
  it('is offered after a reload, and goes on bit for bit; so do weights that were saved', async () => {
    const found = async (lab) => ({ csv: await lab.csv(), weights: (await lab.download('weights')).bytes });
    let whole;
    let training;
    await withLab(LONG, async (lab) => {
      await lab.train();
      whole = await found(lab);
      ({ training } = await lab.json());
    });
    await withLab(LONG, async (lab) => {
      await lab.press('train');
      await lab.stepAtLeast(300);
      await lab.press('pause');
      await lab.state('paused');
      const step = await lab.step();
      assert.ok(step < 3000);
      const { bytes } = await lab.download('weights');
      await lab.kept();
      // Another link, the same browser.
      await lab.page.evaluate(() => (location.hash = '#lab=copy&seed=5'));
      await lab.settled('seed', '5');
      await reload(lab);
      await offer(lab).waitFor();
      assert.match(
        (await lab.text('offer')).replaceAll(',', ''),
        new RegExp(`Rank.*step ${step} of 3000.*just now`, 's'),
      );
      assert.equal((await lab.settings()).seed, '5', 'it is not loaded by itself');
      await lab.press('offer-go-on');
      await lab.state('finished');
      assert.equal(await offer(lab).count(), 0);
      assert.deepEqual(await found(lab), whole);
      assert.deepEqual((await lab.json()).training, training);
      assert.equal((await lab.settings()).seed, '0');

      // Finished, it is offered to look at; discarded, it is gone.
      await lab.kept();
      await reload(lab);
      await offer(lab).waitFor();
      assert.match(await lab.text('offer'), /finished at step 3,000/);
      await lab.press('offer-discard');
      await offer(lab).waitFor({ state: 'detached' });
      await lab.caughtUp();
      assert.deepEqual(await stored(lab), []);
      await reload(lab);
      assert.equal(await offer(lab).count(), 0);

      await lab.openFile('mine.safetensors', bytes);
      await lab.state('paused');
      assert.equal(await lab.step(), step);
      await lab.page.locator('[data-testid=file-status]', { hasText: 'mine.safetensors' }).waitFor();
      await lab.train();
      assert.deepEqual(await found(lab), whole);
    });
  });

  test('of an earlier version of the page goes on too: its state knows all but the training curve', async (lab) => {
    await lab.train();
    const whole = await lab.csv();
    await lab.kept();
    await stored(lab, (key, value) => {
      if (key === 'run-1') {
        const { arms, ...label } = value;
        return { ...label, encodings: arms };
      }
      const { about, link, key: of, step } = value.snapshot;
      const evaluations = [{ step: 0, loss: [2, 2] }];
      return {
        bytes: value.bytes,
        snapshot: { about, link, key: of, step, finished: true, evaluations, bins: [] },
      };
    });
    await reload(lab);
    await offer(lab).waitFor();
    assert.match(await lab.text('offer'), /Rank \(learned\), None.*finished at step 40/s);
    await lab.press('offer-go-on');
    await lab.state('finished');
    assert.deepEqual(await lab.csv(), whole);
  });

  test('is refused if it was damaged meanwhile, and can be discarded', async (lab) => {
    await lab.train();
    await lab.kept();
    await stored(lab, (_, value) =>
      value.bytes ? { ...value, bytes: value.bytes.slice(0, 1000) } : undefined,
    );
    await reload(lab);
    await lab.press('offer-go-on');
    await lab.page.locator('[data-testid=offer] .wrong').waitFor();
    assert.match(await lab.text('offer'), /not a whole safetensors file/);
    await lab.press('offer-discard');
    await offer(lab).waitFor({ state: 'detached' });
    await lab.train();
  });

  test('is kept while it trains, by its clock and not all the time', ENDLESS, async (lab) => {
    // The clock is set forward, so that the rhythm does not depend on how fast this machine is.
    await lab.inWorker(() => {
      const now = performance.now.bind(performance);
      self.ahead = 0;
      performance.now = () => now() + self.ahead;
    });
    await lab.page.evaluate(() => {
      globalThis.keeps = [];
      const { client } = document.querySelector('#lab');
      client.listen((report) => report.type === 'kept' && globalThis.keeps.push(report.step));
    });
    const keeps = () => lab.page.evaluate(() => globalThis.keeps);
    const began = await lab.inWorker(() => performance.now());
    await lab.press('train');
    await lab.stepAtLeast(1);
    for (let i = 0; i < 4; i++) {
      const before = await keeps();
      await lab.inWorker(() => (self.ahead += 10_000));
      await lab.page.waitForFunction((known) => globalThis.keeps.length > known, before.length);
    }
    const passed = (await lab.inWorker(() => performance.now())) - began;
    const kept = await keeps();
    assert.ok(kept.length <= passed / 8000, `${kept.length} times in ${passed} ms`);
    assert.ok(
      kept.every((step, i) => i === 0 || step > kept[i - 1]),
      String(kept),
    );
    const last = await lab.data('kept');
    // Nobody paused: what was kept last is offered.
    await reload(lab);
    await offer(lab).waitFor();
    await lab.press('offer-go-on');
    await lab.stepAtLeast(Number(last) + 1);
    assert.equal(await lab.data('state'), 'training');
  });

  test('of a file is kept, even at the step and with the settings of the one kept before', async (lab) => {
    await lab.train();
    await lab.kept();
    const { bytes } = await lab.download('weights');
    // The same file, but for one weight.
    const other = Buffer.from(bytes);
    const { tensors } = readSafetensors(bytes);
    const { name, from, values } = tensors.find((tensor) => tensor.name.startsWith('rank.0.'));
    const start = 8 + Number(bytes.readBigUInt64LE(0)) + from;
    other.writeFloatLE(values[0] + 1, start);
    await lab.openFile('other.safetensors', other);
    await lab.page.locator('[data-testid=file-status]', { hasText: 'other.safetensors' }).waitFor();
    await lab.page.evaluate(() => document.querySelector('#lab').client.keep());
    await lab.kept();
    await reload(lab);
    await lab.press('offer-go-on');
    await lab.state('finished');
    const again = readSafetensors((await lab.download('weights')).bytes).tensors;
    const [value] = again.find((tensor) => tensor.name === name).values;
    assert.equal(value, other.readFloatLE(start), 'the weights of the file');
  });

  test('is kept at once when the tab is hidden, and goes on when it is seen again', ENDLESS, async (lab) => {
    await lab.press('train');
    await lab.stepAtLeast(5);
    await show(lab, 'hidden');
    await lab.state('hidden');
    await lab.kept();
    const hidden = await lab.step();
    await show(lab, 'visible');
    await lab.stepAtLeast(hidden + 1);
    assert.equal(await lab.data('state'), 'training');
  });

  test('does not fit into the storage: told once, in words, and training goes on', ENDLESS, async (lab) => {
    await lab.inWorker(() => {
      self.refusals = 0;
      IDBObjectStore.prototype.put = () => {
        self.refusals += 1;
        throw new DOMException('The storage is full.', 'QuotaExceededError');
      };
    });
    await lab.press('train');
    await lab.stepAtLeast(5);
    await lab.press('pause');
    await lab.state('paused');
    await lab.page.getByTestId('unkept').waitFor();
    assert.match(await lab.text('unkept'), /cannot be kept.*storage.*full.*goes on/s);
    await lab.page.getByTestId('unkept').getByRole('button').click();
    const paused = await lab.step();
    const refusals = await lab.inWorker(() => self.refusals);
    await lab.press('train');
    await lab.stepAtLeast(paused + 50);
    await lab.press('pause');
    await lab.state('paused');
    await lab.page.workers()[0].evaluate(async (before) => {
      while (self.refusals === before) await new Promise((resolve) => indexedDB.databases().then(resolve));
    }, refusals);
    await lab.caughtUp();
    assert.equal(await lab.page.getByTestId('unkept').count(), 0, 'once');
    assert.ok((await lab.csv()).length > 2);
    const { tensors } = readSafetensors((await lab.download('weights')).bytes);
    assert.ok(tensors.length > 0);
  });

  test('a browser without any storage trains all the same', async (lab) => {
    await lab.context.addInitScript(() => {
      const refuse = () => {
        throw new DOMException('Access is denied.', 'SecurityError');
      };
      Object.defineProperty(window, 'localStorage', { get: refuse });
    });
    await lab.context.route(/worker-[^/]*\.js$/, async (route) => {
      const response = await route.fetch();
      const body = `Object.defineProperty(self, 'indexedDB', { value: undefined });${await response.text()}`;
      await route.fulfill({ response, body });
    });
    await reload(lab);
    await lab.press('welcome-close');
    await lab.train();
    assert.match(await lab.text('unkept'), /offers no storage/);
  });
});

describe('bad days', () => {
  const WEBGPU = 'executor=webgpu';
  const catchDevice = (lab) =>
    lab.inWorker(() => {
      const { requestDevice } = GPUAdapter.prototype;
      GPUAdapter.prototype.requestDevice = async function (...given) {
        self.caught = await requestDevice.apply(this, given);
        return self.caught;
      };
    });
  const lose = (lab) => lab.inWorker(() => self.caught.destroy());

  for (const state of ['paused', 'finished']) {
    test(`a device lost while the run is ${state} is told of at once`, WEBGPU, async (lab) => {
      await catchDevice(lab);
      await lab.press(state === 'paused' ? 'step' : 'train');
      await lab.state(state);
      await lab.kept();
      assert.equal(await lab.page.getByTestId('recovered').count(), 0);
      const before = await lab.csv();
      await lose(lab);
      await lab.download('weights');
      await lab.page.locator('[data-testid=recovered]', { hasText: 'device was lost' }).waitFor();
      assert.equal(await lab.data('state'), state);
      assert.deepEqual(await lab.csv(), before);
    });
  }

  it('a lost device: the run finishes with the same numbers, and says so', async () => {
    const link = `${WEBGPU}&steps=80`;
    let whole;
    await withLab(link, async (lab) => {
      await lab.train();
      whole = await lab.csv();
    });
    await withLab(link, async (lab) => {
      await catchDevice(lab);
      await lab.press('train');
      await lab.stepAtLeast(15);
      assert.equal(await lab.data('state'), 'training', 'lost in the middle of it');
      await lose(lab);
      await lab.state('finished');
      assert.equal(await lab.data('executor'), 'webgpu');
      assert.match(await lab.text('recovered'), /device was lost.*nothing is lost/s);
      const rows = await lab.csv();
      assert.deepEqual(
        rows.filter(({ arm }) => arm === 'rank').map(({ step }) => Number(step)),
        Array.from({ length: 9 }, (_, i) => 10 * i),
      );
      assert.deepEqual(rows, whole);
      const { training } = await lab.json();
      assert.deepEqual(
        training.curves.map(({ x }) => x),
        Array.from({ length: 80 }, (_, i) => i + 1),
      );
    });
  });

  test('Cancel while kernels compile leaves all as it was', `${WEBGPU}&hide=cost`, async (lab) => {
    const hash = await lab.hash();
    await lab.press('train');
    await lab.state('compiling');
    await lab.press('pause');
    await lab.state('ready');
    assert.equal(await lab.hash(), hash);
    assert.match(await lab.text('status'), /given up.*settings are as they were/);
    assert.equal(await lab.page.locator('[data-part=cost]').count(), 0);
    await lab.train();
    assert.equal(await lab.step(), 40);
  });
});

describe('keys', () => {
  test('act outside text fields, and can be switched off for good', ENDLESS, async (lab) => {
    const { page } = lab;
    const { keyboard } = page;
    const sheet = page.getByTestId('shortcuts');
    /** Whatever was asked for would have been done by then. */
    const nothing = async (what) => {
      await lab.caughtUp();
      assert.equal(await lab.step(), 0, what);
    };
    await keyboard.press('t');
    await lab.stepAtLeast(5);
    await keyboard.press('p');
    await lab.state('paused');
    await keyboard.press('r');
    await lab.state('ready');
    assert.equal(await lab.step(), 0);
    await keyboard.press('g');
    await keyboard.press('d');
    assert.ok(await page.locator('input[name=log]').isChecked());
    assert.ok(await page.locator('input[name=source][value=training]').isChecked());
    await keyboard.press('c');
    await page.waitForFunction(() => document.querySelector('[data-testid=copied]').textContent.trim());
    await keyboard.press('h');
    await page.waitForFunction(() => document.activeElement.id === 'title-welcome');
    await page.locator('#set-seed').focus();
    await keyboard.press('s');
    await keyboard.press('?');
    await nothing('in a number field a letter is a letter');
    assert.ok(!(await sheet.isVisible()));

    await page.getByTestId('open-shortcuts').focus();
    await keyboard.press('?');
    assert.ok(await sheet.isVisible());
    await keyboard.press('s');
    await nothing('the sheet is modal');
    await keyboard.press('Escape');
    assert.ok(!(await sheet.isVisible()));
    const focused = await page.evaluate(() => document.activeElement.dataset.testid);
    assert.equal(focused, 'open-shortcuts', 'the focus comes back');
    await keyboard.press('Enter');
    await page.getByTestId('shortcuts-on').focus();
    await keyboard.press('Space');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    assert.ok(!(await sheet.isVisible()));
    await keyboard.press('s');
    await nothing('switched off');
    await reload(lab);
    await keyboard.press('s');
    await nothing('for good');
  });

  test('the state is announced, the passing of steps is not', ENDLESS, async (lab) => {
    await lab.page.evaluate(() => {
      globalThis.announced = [];
      for (const region of document.querySelectorAll('[role=status], [aria-live]')) {
        const say = () => globalThis.announced.push(region.textContent.trim());
        new MutationObserver(say).observe(region, { subtree: true, childList: true, characterData: true });
      }
    });
    await lab.press('train');
    await lab.stepAtLeast(500);
    const said = await lab.page.evaluate(() => globalThis.announced.filter(Boolean));
    assert.ok(said.some((text) => text.startsWith('Training')));
    assert.ok(said.length <= 8, said.join(' | '));
  });
});
