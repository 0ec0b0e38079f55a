// What was typed and not yet taken: by the arrow keys, and on the way to another lab and back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labs, until } from './lab.mjs';

const SMALL = 'encodings=rank,none&seeds=1&steps=40&length=8&symbols=4&width=16&heads=2&layers=1&every=10';

const { withLab } = labs();

test('arrow keys go on from what was typed, if it can be read in one way', async () => {
  await withLab(`#${SMALL}`, async (lab) => {
    const steps = lab.page.locator('#set-steps');
    for (const [text, value] of [
      ['1 200', '1201'],
      ['1,000', '1,000'],
    ]) {
      await steps.fill(text);
      await steps.press('ArrowUp');
      assert.equal(await steps.inputValue(), value, text);
    }
    await lab.settled('steps', '1201');
  });
});

test('back in a lab is what was done last before it was left, however late the address heard of it', async () => {
  await withLab(`#${SMALL}`, async (lab) => {
    const { page } = lab;
    const onShow = () => page.locator('#lab').getAttribute('data-lab');
    const own = await onShow();
    const left = await lab.hash();
    // The field is left by the click, and the settings follow when the address is another lab's.
    await page.locator('#set-steps').fill('70');
    await page.evaluate(() => {
      const field = document.querySelector('#set-steps');
      field.dispatchEvent(new Event('change'));
      location.hash = document.querySelector('nav a[data-lab]:not([aria-current])').hash;
    });
    await until(onShow, (lab) => lab !== own);
    await page.goBack();
    await until(onShow, (lab) => lab === own);
    await page.waitForFunction(() => location.hash.includes('steps=70'));
    await lab.settled('steps', '70');
    // A link that says something else is read.
    await page.evaluate((hash) => (location.hash = hash), left);
    await lab.settled('steps', '40');
    assert.deepEqual(lab.errors, []);
  });
});
