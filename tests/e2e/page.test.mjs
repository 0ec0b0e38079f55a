import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Lab, labs, launch } from './lab.mjs';

const SMALL = 'encodings=rank,none&seeds=1&steps=40&length=8&symbols=4&width=16&heads=2&layers=1&every=10';
const ENDLESS = SMALL.replace('steps=40', 'steps=200000');

const shared = labs();
const { test, withLab } = shared;

function meanLoss(rows, step) {
  const losses = rows.filter((row) => Number(row.step) === step).map((row) => Number(row.loss));
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

describe('numbers', () => {
  test('a number is read as it was written, or refused with the two that it can be', '', async (lab) => {
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
  });
});

describe('training', () => {
  for (const executor of ['cpu', 'webgpu']) {
    test(
      `on ${executor}: the held-out loss falls`,
      `#lab=copy&executor=${executor}&${SMALL}`,
      async (lab) => {
        await lab.train();
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
      },
    );
  }

  test(
    'a changed setting keeps the old curves and says so; Train then starts a new run',
    `#lab=copy&executor=cpu&${SMALL}`,
    async (lab) => {
      await lab.train();
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
    },
  );

  test('a number typed slowly while training is kept', `#lab=copy&executor=cpu&${ENDLESS}`, async (lab) => {
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

  it('runs that diverge are named with their step, end the race, and leave empty cells', async () => {
    const link =
      '#lab=copy&executor=cpu&rate=10&decay=10&clip=0&steps=2000&seeds=1&width=16&length=8&batch=4&every=5';
    await withLab(`${link}&encodings=rank,none`, async (lab) => {
      await lab.train();
      assert.ok((await lab.step()) < 2000, 'the race ends when every run has stopped');
      assert.match(await lab.text('stopped'), /step \d+/);
      assert.match(await lab.text('status'), /every run diverged/);
      const rows = await lab.csv();
      const last = rows.filter((row) => row.step === rows.at(-1).step);
      assert.ok(last.length === 2 && last.every((row) => row.loss === ''), JSON.stringify(last));
      assert.ok(rows.every((row) => row.loss === '' || Number.isFinite(Number(row.loss))));
    });
  });

  it('without WebGPU the CPU takes over, and the page says why', async () => {
    const plain = await launch({ webgpu: false });
    try {
      const lab = await Lab.open(plain, shared.server.address, `#lab=copy&executor=webgpu&${SMALL}`);
      await lab.train();
      assert.equal(await lab.data('executor'), 'cpu');
      assert.match(await lab.text('executor'), /CPU.*WebGPU/s);
    } finally {
      await plain.close();
    }
  });
});

describe('for everyone', () => {});
