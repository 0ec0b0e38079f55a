// The copy lab's settings as they are typed, and its training, on both executors.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Lab, labs, launch } from './lab.mjs';

const SMALL =
  '#lab=copy&executor=cpu&encodings=rank,none&seeds=1&steps=40&length=8&symbols=4&width=16&heads=2&layers=1&every=10';

const shared = labs({ link: SMALL });
const { test } = shared;

test(
  'a number is read as it was written, or refused with the two that it can be',
  '#lab=copy',
  async (lab) => {
    await lab.openAll();
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
  },
);

for (const executor of ['cpu', 'webgpu']) {
  test(`on ${executor}: the held-out loss falls`, { executor }, async (lab) => {
    await lab.train();
    assert.equal(await lab.data('executor'), executor);
    assert.equal(await lab.step(), 40);
    const { curves } = await lab.json();
    assert.ok(curves.length >= 4, `evaluated ${curves.length} times`);
    for (const run of [0, 1]) assert.ok(curves.at(-1).values[0][run] < curves[0].values[0][run]);
    for (const first of await lab.page.getByTestId('milestones').locator('td').allInnerTexts())
      assert.match(first, /(^|\s)(not within 40|[1-4]0)$/);
  });
}

it('without WebGPU the CPU takes over, and the page says why', async () => {
  const plain = await launch({ webgpu: false });
  try {
    const link = SMALL.replace('executor=cpu', 'executor=webgpu');
    const lab = await Lab.open(plain, shared.server.address, link);
    await lab.train();
    assert.equal(await lab.data('executor'), 'cpu');
    assert.match(await lab.text('executor'), /CPU.*WebGPU/s);
  } finally {
    await plain.close();
  }
});

test('a changed setting keeps the old curves, until Train starts a new run', async (lab) => {
  await lab.train();
  const before = await lab.csv();
  await lab.set('seed', '3');
  assert.match(await lab.text('status'), /settings have changed: Train starts a new run/);
  assert.equal(await lab.step(), 40);
  assert.deepEqual(await lab.csv(), before);
  await lab.train();
  assert.notDeepEqual(await lab.csv(), before);
});

test('a number typed slowly while training is kept', 'steps=200000', async (lab) => {
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
  await lab.settled('batch', '12');
});

const DIVERGE = 'rate=10&decay=10&clip=0&steps=2000&batch=4&every=5';
test(
  'runs that diverge are named with their step, end the race, and leave empty cells',
  DIVERGE,
  async (lab) => {
    await lab.train();
    assert.ok((await lab.step()) < 2000, 'the race ends when every run has stopped');
    assert.match(await lab.text('stopped'), /step \d+/);
    assert.match(await lab.text('status'), /every run diverged/);
    const rows = await lab.csv();
    const last = rows.filter((row) => row.step === rows.at(-1).step);
    assert.ok(last.length === 2 && last.every((row) => row.loss === ''), JSON.stringify(last));
    assert.ok(rows.every((row) => row.loss === '' || Number.isFinite(Number(row.loss))));
  },
);
