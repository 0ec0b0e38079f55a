// The mixtures lab on the page: from a link to its curves, its parts, its verdicts and its files.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { labs, until } from './lab.mjs';

const { withLab } = labs({ spotless: true });
const SMALL = 'components=2&tags=simplex&grid=20&batch=16&held_out=64&every=20&warmup=20&rate=0.01';

const part = (lab, id) => lab.page.locator(`[data-part=${id}]`);

/** A part answers once it is in view. */
async function answered(lab, id) {
  await part(lab, id).locator('section').first().scrollIntoViewIfNeeded();
  await part(lab, id).locator('> [data-state=answered]').waitFor({ timeout: 120_000 });
}

/** What is trained looks at a mixture of the reader's own, as long as the reader wants it to. */
async function ownMixture(lab) {
  const rows = Array.from({ length: 9 }, (_, i) => `${i / 8} 1 ${1 + (i % 2)}`);
  await lab.openFile('mixture.txt', rows.join('\n'));
  const about = (id) => part(lab, id).getByTestId(`${id}-about`).textContent();
  await part(lab, 'heads').locator('section').first().scrollIntoViewIfNeeded();
  await until(
    () => about('heads'),
    (text) => /on your own mixture/.test(text),
  );
  await lab.page.getByTestId('heads-contexts').selectOption('held-out');
  await until(
    () => about('heads'),
    (text) => /on held-out contexts/.test(text),
  );
  await part(lab, 'coefficients').locator('section').first().scrollIntoViewIfNeeded();
  await until(
    () => about('coefficients'),
    (text) => /clouds of your own mixture are read by the same/.test(text),
  );
}

describe('the mixtures lab', () => {
  for (const executor of ['cpu', 'webgpu']) {
    test(`trains on ${executor}: curves with lines, heads, coefficients, verdicts, files`, async () => {
      const steps = executor === 'cpu' ? 300 : 20;
      const link = `#lab=mixtures&${SMALL}&attention=softmax,uniform&seeds=2&steps=${steps}&executor=${executor}`;
      await withLab(link, async (lab) => {
        await lab.press('train');
        await lab.state('finished', 240_000);
        assert.equal(await lab.data('executor'), executor);
        const rows = await lab.csv();
        assert.equal(rows.length, 4 * (1 + steps / 20));
        const last = rows.filter((row) => Number(row.step) === steps);
        if (executor === 'cpu')
          assert.ok(
            last.every((row) => Number(row.fvu) < 0.5),
            JSON.stringify(last),
          );
        const { measures, verdicts } = await lab.json();
        assert.deepEqual(
          measures.map(({ id }) => id),
          ['fvu', 'exchanged', 'same-tag', 'same-tag-least', 'read-out'],
        );
        assert.deepEqual(
          measures[0].levels.map(({ label }) => label),
          ['the tag alone', 'blur: the mixture without tags'],
        );
        assert.ok(verdicts.every(({ verdict }) => verdict === 'open'));
        assert.match(await lab.text('verdicts'), /2 of 3 seeds/);
        for (const id of ['heads', 'coefficients']) await answered(lab, id);
        assert.equal(await part(lab, 'heads').locator('lab-figure').count(), 4);
        assert.match(await part(lab, 'coefficients').textContent(), /Coefficient 1, R²/);
        if (executor === 'cpu') await ownMixture(lab);
        assert.equal(await lab.axe(), '');
      });
    });
  }

  test('a context is changed by hand and by a table, and what cannot be read stays and is told', async () => {
    await withLab(`#lab=mixtures&${SMALL}`, async (lab) => {
      await answered(lab, 'context');
      const about = () => part(lab, 'context').getByTestId('context-about').textContent();
      assert.match(await about(), /Held-out context 1 of seed 0/);
      await lab.page.getByTestId('context-next').click();
      await until(about, (text) => /Held-out context 2/.test(text));
      // Another order and more of the same are the same measure, as far as rounding goes.
      const change = () => part(lab, 'context').getByTestId('context-change').textContent();
      await lab.page.getByTestId('context-permute').click();
      await until(change, (text) =>
        /^256 tokens, in another order: .*: this is nothing\.$/.test(text.trim()),
      );
      await lab.page.getByTestId('context-repeat').click();
      await until(change, (text) =>
        /^512 tokens, in another order, each 2 times: .*: this is nothing\.$/.test(text.trim()),
      );
      await lab.page.getByTestId('context-as-drawn').click();
      await until(change, (text) => /permute or repeat them/.test(text));
      await lab.page.getByTestId('context-cloud').selectOption('1');
      const slider = lab.page.getByTestId('density-3');
      await slider.focus();
      await lab.page.keyboard.press('Home');
      await until(about, (text) => /Your own mixture/.test(text));
      assert.match(await lab.page.evaluate(() => location.hash), /densities=/);
      // The pointer drags the same point in the drawing: of twelve, the fourth is at z = 0.29.
      assert.equal(await slider.inputValue(), '0');
      const drawing = part(lab, 'context').locator('lab-figure .drawing');
      await drawing.scrollIntoViewIfNeeded();
      const plot = () => drawing.getAttribute('data-plot');
      const [left, top, right, bottom] = (await until(plot, Boolean)).split(' ').map(Number);
      const box = await drawing.boundingBox();
      const at = (z, high) => [box.x + left + z * (right - left), box.y + bottom - high * (bottom - top)];
      await lab.page.mouse.move(...at(0.3, 0.3));
      await lab.page.mouse.down();
      await lab.page.mouse.move(...at(0.28, 0.8), { steps: 4 });
      await lab.page.mouse.up();
      await until(
        () => slider.inputValue(),
        (value) => Number(value) > 2.8 && Number(value) < 3.6,
      );
      await lab.page.getByTestId('context-drawn').click();
      await until(about, (text) => /Held-out context/.test(text));
      const rows = Array.from({ length: 9 }, (_, i) => `${i / 8},1,${i % 2}`);
      await lab.openFile('mixture.csv', `z,a,b\n${rows.join('\n')}\n`);
      await until(about, (text) => /Your own mixture/.test(text));
      await lab.openFile('mixture.csv', `z,a,b\n${rows.join('\n').replace('0.25,1,0', '0.25,1,-1')}\n`);
      await until(
        () => lab.page.locator('[data-part=keep]').textContent(),
        (text) => /row 4: a density is not negative/.test(text),
      );
      assert.match(await about(), /Your own mixture/);
    });
  });

  test('a sum tends to its integral, with verdicts of its own', async () => {
    await withLab(`#lab=mixtures&${SMALL}`, async (lab) => {
      await answered(lab, 'integral');
      const verdicts = part(lab, 'integral').getByTestId('integral-verdicts').locator('li');
      assert.deepEqual(await verdicts.evaluateAll((rows) => rows.map((row) => row.dataset.verdict)), [
        'holds',
        'holds',
      ]);
    });
  });

  test('examples by number and decay are drawn as they are trained', async () => {
    const link = `#lab=mixtures&preset=alpha&grid=20&batch=4&held_out=16&seeds=1&steps=4&every=4&executor=cpu`;
    await withLab(link, async (lab) => {
      await lab.press('train');
      await lab.state('finished', 120_000);
      await answered(lab, 'samples');
      const figure = part(lab, 'samples').locator('lab-figure');
      await figure.locator('summary').click();
      await until(
        () => figure.locator('tbody tr').count(),
        (count) => count === 15,
      );
    });
  });
});
