import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Lab, labs, launch } from './lab.mjs';

const SMALL = 'encodings=rank,none&seeds=1&steps=40&length=8&symbols=4&width=16&heads=2&layers=1&every=10';
const ENDLESS = SMALL.replace('steps=40', 'steps=200000');
/** Software WebGPU compiles and runs slowly. */
const SLOW = 300_000;

const shared = labs();
const { withLab } = shared;

function meanLoss(rows, step) {
  const losses = rows.filter((row) => Number(row.step) === step).map((row) => Number(row.loss));
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

describe('loading', () => {
  test('from a sub-path, without errors, with live controls soon', async () => {
    const began = Date.now();
    await withLab('', async (lab) => {
      const took = Date.now() - began;
      assert.ok(took < 5000, `controls took ${took} ms`);
      assert.ok(await lab.page.getByTestId('train').isEnabled());
      assert.ok(Object.keys(await lab.settings()).length > 20);
      assert.equal(await lab.page.locator('[data-testid=problems] li').count(), 0);
      assert.deepEqual(lab.errors, []);
    });
  });

  test('a bad link says which field and what is allowed, and keeps the rest', async () => {
    await withLab('#lab=copy&heads=banana&seed=3&nosuch=1', async (lab) => {
      const text = await lab.text('problems');
      assert.match(text, /Heads.*banana.*a whole number from 1 to 32.*Used instead: 4/s);
      assert.match(text, /nosuch.*“1”.*no such setting/s);
      assert.equal((await lab.settings()).seed, '3');
      assert.equal(await lab.hash(), '#lab=copy&seed=3');
      await lab.press('dismiss');
      assert.equal(await lab.page.locator('[data-testid=problems] li').count(), 0);
    });
  });
});

describe('numbers', () => {
  test('a number is read as it was written, or refused with the two that it can be', async () => {
    await withLab('', async (lab) => {
      await lab.page.evaluate(() =>
        document.querySelectorAll('.group').forEach((group) => (group.open = true)),
      );
      const type = async (name, text) => {
        const field = lab.page.locator(`#set-${name}`);
        await field.fill('');
        await field.pressSequentially(text);
        await field.press('Enter');
        return field;
      };
      for (const [name, text, value] of [
        ['rate', '0,004', '0.004'],
        ['steps', '1 200', '1200'],
        ['clip', '−0', '0'],
        ['clip', '12,5', '12.5'],
        ['seed', '٣', '3'],
        ['steps', '1e3', '1000'],
      ]) {
        const field = await type(name, text);
        await lab.settled(name, value);
        assert.equal(await field.inputValue(), value, text);
      }
      for (const [name, text, says] of [
        ['steps', '1,000', /“1,000” is not allowed.*read as 1 or as 1000.*Used instead: 1000/s],
        ['rate', '1,000', /read as 1 or as 1000.*Used instead: 0\.004/s],
        ['rate', '1.000,5', /“1\.000,5” is not allowed.*a number from 0 to 10/s],
        ['seed', 'three', /“three” is not allowed.*a whole number from 0/s],
      ]) {
        const before = await lab.settings();
        await type(name, text);
        await lab.page.locator(`#wrong-${name}`).waitFor();
        assert.match(await lab.page.locator(`#wrong-${name}`).innerText(), says);
        assert.deepEqual(await lab.settings(), before, text);
      }
      // Whole numbers go up and down, and stay within what is allowed.
      const heads = lab.page.locator('#set-heads');
      await heads.focus();
      await heads.press('ArrowDown');
      await lab.settled('heads', '2');
      await type('layers', '6');
      await lab.page.locator('#set-layers').press('ArrowUp');
      assert.equal(await lab.page.locator('#set-layers').inputValue(), '6');
      assert.deepEqual(lab.errors, []);
    });
  });
});

describe('links', () => {
  test('a changed control is in the link, and the link restores every control', async () => {
    await withLab('', async (lab) => {
      const { page } = lab;
      await page.locator('#set-length').fill('24');
      await page.locator('#set-length').press('Enter');
      await page.waitForFunction(() => location.hash.includes('length=24'));
      await page.locator('#set-task').selectOption('reversal');
      await page.waitForFunction(() => location.hash.includes('task=reversal'));
      await page.locator('.settings input[name=encodings][value=rope]').check();
      await page.waitForFunction(() => location.hash.includes('rope'));
      const [settings, hash] = [await lab.settings(), await lab.hash()];
      assert.equal(settings['encodings=rope'], true);
      await page.reload();
      await lab.state('ready');
      assert.deepEqual(await lab.settings(), settings);
      assert.equal(await lab.hash(), hash);
    });
  });

  test('a link pasted into the open page is read', async () => {
    await withLab('', async (lab) => {
      await lab.page.evaluate(() => (location.hash = '#lab=copy&seed=77'));
      await lab.page.waitForFunction(() => document.querySelector('#set-seed')?.value === '77');
    });
  });

  test('a refused value goes back to what it was, with the reason beside the control', async () => {
    await withLab('#lab=copy&layers=3', async (lab) => {
      await lab.page.locator('.group[data-group=Model] > summary').click();
      await lab.page.locator('#set-layers').fill('99');
      await lab.page.locator('#set-layers').press('Enter');
      await lab.page.waitForSelector('#wrong-layers');
      assert.match(await lab.page.locator('#wrong-layers').innerText(), /99.*from 1 to 6.*Used instead: 3/s);
      assert.equal((await lab.settings()).layers, '3');
    });
  });

  test('a preset fills in its values and is known again', async () => {
    await withLab('', async (lab) => {
      await lab.page.getByTestId('preset').selectOption('paper');
      await lab.page.waitForFunction(() => document.querySelector('#set-length')?.value === '64');
      assert.equal(await lab.page.getByTestId('preset').inputValue(), 'paper');
      assert.match(await lab.hash(), /length=64/);
      await lab.page.reload();
      await lab.state('ready');
      assert.equal(await lab.page.getByTestId('preset').inputValue(), 'paper');
    });
  });
});

describe('training', () => {
  for (const executor of ['cpu', 'webgpu']) {
    test(`on ${executor}: the held-out loss falls`, { timeout: SLOW }, async () => {
      await withLab(`#lab=copy&executor=${executor}&${SMALL}`, async (lab) => {
        await lab.press('train');
        await lab.state('finished', SLOW);
        assert.equal(await lab.data('executor'), executor);
        assert.equal(await lab.step(), 40);
        const rows = await lab.csv();
        const steps = [...new Set(rows.map((row) => Number(row.step)))];
        assert.ok(steps.length >= 4, `evaluated at ${steps}`);
        const [first, last] = [meanLoss(rows, steps[0]), meanLoss(rows, steps.at(-1))];
        assert.ok(last < first, `loss went from ${first} to ${last}`);
        for (const first of await lab.page.getByTestId('milestones').locator('td').allInnerTexts()) {
          assert.match(first, /(^|\s)(not within 40|[1-4]0)$/);
        }
        assert.deepEqual(lab.errors, []);
      });
    });
  }

  test('something moves soon after Train on the CPU', async () => {
    await withLab('#lab=copy&executor=cpu', async (lab) => {
      await lab.press('train');
      const began = Date.now();
      await lab.stepAtLeast(1);
      const took = Date.now() - began;
      assert.ok(took < 3000, `the first step took ${took} ms`);
    });
  });

  test('Pause stops the step counter, and Train goes on from there', async () => {
    await withLab(`#lab=copy&executor=cpu&${ENDLESS}`, async (lab) => {
      await lab.press('train');
      await lab.stepAtLeast(5);
      await lab.press('pause');
      await lab.state('paused', 2000);
      const paused = await lab.step();
      await lab.page.waitForTimeout(700);
      assert.equal(await lab.step(), paused);
      await lab.press('train');
      await lab.stepAtLeast(paused + 1);
    });
  });

  test('Reset keeps the initial weights: the same losses again', { timeout: SLOW }, async () => {
    await withLab(`#lab=copy&executor=cpu&${SMALL}`, async (lab) => {
      await lab.press('train');
      await lab.state('finished', SLOW);
      const first = await lab.csv();
      await lab.press('reset');
      await lab.state('ready');
      assert.equal(await lab.step(), 0);
      assert.deepEqual(
        await lab.csv(),
        first.filter((row) => row.step === '0'),
        'the old numbers are gone',
      );
      await lab.press('train');
      await lab.state('finished', SLOW);
      assert.deepEqual(await lab.csv(), first);
    });
  });

  test('a changed setting keeps the old curves and says so; Train then starts a new run', async () => {
    await withLab(`#lab=copy&executor=cpu&${SMALL}`, async (lab) => {
      await lab.press('train');
      await lab.state('finished');
      const before = await lab.csv();
      await lab.page.locator('#set-seed').fill('3');
      await lab.page.locator('#set-seed').press('Enter');
      await lab.page.waitForFunction(() => location.hash.includes('seed=3'));
      assert.match(await lab.text('status'), /settings have changed: Train starts a new run/);
      assert.equal(await lab.step(), 40);
      assert.deepEqual(await lab.csv(), before);
      await lab.press('train');
      await lab.page.getByTestId('compare').waitFor();
      await lab.state('finished');
      assert.notDeepEqual(await lab.csv(), before);
    });
  });

  test('a number typed slowly while training is kept', async () => {
    await withLab(`#lab=copy&executor=cpu&${ENDLESS}`, async (lab) => {
      await lab.press('train');
      await lab.stepAtLeast(5);
      const field = lab.page.locator('#set-batch');
      await field.focus();
      await field.selectText();
      for (const key of '12') {
        await lab.page.keyboard.type(key);
        const now = await lab.step();
        await lab.stepAtLeast(now + 20);
      }
      assert.equal(await field.inputValue(), '12');
      await lab.page.keyboard.press('Enter');
      await lab.page.waitForFunction(() => location.hash.includes('batch=12'));
    });
  });

  test('runs that diverge are named with their step, end the race, and leave empty cells', async () => {
    const link =
      '#lab=copy&executor=cpu&rate=10&decay=10&clip=0&steps=2000&seeds=1&width=16&length=8&batch=4&every=5';
    await withLab(`${link}&encodings=rank,none`, async (lab) => {
      await lab.press('train');
      await lab.state('finished', 120_000);
      assert.ok((await lab.step()) < 2000, 'the race ends when every run has stopped');
      assert.match(await lab.text('stopped'), /step \d+/);
      assert.match(await lab.text('status'), /every run diverged/);
      const rows = await lab.csv();
      const last = rows.filter((row) => row.step === rows.at(-1).step);
      assert.ok(last.length === 2 && last.every((row) => row.loss === ''), JSON.stringify(last));
      assert.ok(rows.every((row) => row.loss === '' || Number.isFinite(Number(row.loss))));
      assert.deepEqual(lab.errors, []);
    });
  });

  test('a hidden tab pauses and goes on when seen again', async () => {
    await withLab(`#lab=copy&executor=cpu&${ENDLESS}`, async (lab) => {
      const show = (state) =>
        lab.page.evaluate((visibility) => {
          Object.defineProperty(document, 'visibilityState', {
            configurable: true,
            get: () => visibility,
          });
          document.dispatchEvent(new Event('visibilitychange'));
        }, state);
      await lab.press('train');
      await lab.stepAtLeast(1);
      await show('hidden');
      await lab.state('hidden');
      const hidden = await lab.step();
      await show('visible');
      await lab.stepAtLeast(hidden + 1);
      assert.equal(await lab.data('state'), 'training');
    });
  });

  test('without WebGPU the CPU takes over, and the page says why', { timeout: SLOW }, async () => {
    const plain = await launch({ webgpu: false });
    try {
      const lab = await Lab.open(plain, shared.server.address, `#lab=copy&executor=webgpu&${SMALL}`);
      await lab.press('train');
      await lab.state('finished', SLOW);
      assert.equal(await lab.data('executor'), 'cpu');
      assert.match(await lab.text('executor'), /CPU.*WebGPU/s);
    } finally {
      await plain.close();
    }
  });
});

describe('for everyone', () => {
  test('the keyboard alone reaches Train and Pause', async () => {
    await withLab(`#lab=copy&executor=cpu&${ENDLESS}`, async (lab) => {
      const { keyboard } = lab.page;
      const tabTo = async (id) => {
        for (let i = 0; i < 12; i++) {
          await keyboard.press('Tab');
          if ((await lab.page.evaluate(() => document.activeElement?.id)) === id) return;
        }
        assert.fail(`Tab did not reach ${id}`);
      };
      await tabTo('train');
      await keyboard.press('Enter');
      await lab.stepAtLeast(1);
      await tabTo('pause');
      await keyboard.press('Space');
      await lab.state('paused');
    });
  });
});
