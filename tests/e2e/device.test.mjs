// *Check this device*, as a reader finds and presses it: on the CPU and on WebGPU, beside an open run, with its files; ended by the
// reader; and on a device that computes something else, which is named in words.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { labs, until } from './lab.mjs';

const [FIRST, , OTHER] = Object.keys(JSON.parse(readFileSync(new URL('each-lab.json', import.meta.url))));
const SMALL = 'encodings=rank,none&seeds=1&steps=40&length=8&symbols=4&width=16&heads=2&layers=1&every=20';
const { test } = labs();

/** Presses the button, and waits for what it comes to. */
async function checked(lab) {
  await lab.press('check-device');
  const sentence = lab.page.getByTestId('device-sentence');
  await sentence.waitFor({ timeout: 600_000 });
  return { outcome: await sentence.getAttribute('data-outcome'), sentence: await sentence.innerText() };
}

/** The rows of the table: kind, name and outcome. */
const rowsOf = ({ page }) =>
  page
    .locator('[data-testid=device-checks] tbody tr')
    .evaluateAll((rows) => rows.map(({ dataset: { kind, name, outcome } }) => ({ kind, name, outcome })));

test(
  'the CPU is checked beside an open run, which stays as it is',
  `#lab=${FIRST}&executor=cpu&${SMALL}`,
  async (lab) => {
    const { page } = lab;
    await lab.train();
    const weights = async () => (await lab.download('weights')).bytes.toString('base64');
    const before = await weights();
    // From where the run says on what it runs.
    await lab.press('to-device');
    assert.equal(
      await page.evaluate(() => document.activeElement.closest('[data-part]').dataset.part),
      'device',
    );
    const { outcome, sentence } = await checked(lab);
    assert.equal(outcome, 'passed', sentence);
    assert.match(sentence, /^All \d+ checks passed on the CPU \(WebAssembly SIMD/);
    const rows = await rowsOf(lab);
    assert.deepEqual(
      rows.filter((row) => row.outcome !== 'passed'),
      [{ kind: 'kernel', name: 'all', outcome: 'not-run' }],
    );
    assert.equal(rows.filter(({ kind }) => kind === 'losses').length, 3);
    assert.equal(await weights(), before, 'the run is as it was');
    assert.equal(await lab.step(), 40);

    const report = await lab.json('save-device.json');
    assert.deepEqual(
      [report.outcome, report.sentence, report.rows.length],
      ['passed', sentence, rows.length],
    );
    assert.match(report.browser, /Chrome/);
    const table = await lab.csv('save-device.csv');
    assert.deepEqual(
      table.map(({ kind, name }) => ({ kind, name })),
      rows.map(({ kind, name }) => ({ kind, name })),
    );
    await lab.fits('checked');
  },
);

test('a check can be ended, and begun anew', `#lab=${OTHER}&executor=webgpu`, async (lab) => {
  await lab.press('check-device');
  await lab.press('stop-device');
  const refused = lab.page.locator('[data-part=device] .refused');
  await until(
    () => refused.innerText(),
    (words) => /The check was given up after \d+ of about \d+\./.test(words),
  );
  await lab.press('device-again');
  await lab.page.getByTestId('stop-device').click();
});

test(
  'a device that computes something else is named in words',
  `#lab=${FIRST}&executor=webgpu`,
  async (lab) => {
    // The device itself is altered, before the engine meets it: layer norms have another epsilon, and every other sum is too large.
    await lab.inWorker(() => {
      const { createShaderModule } = GPUDevice.prototype;
      GPUDevice.prototype.createShaderModule = function (given) {
        const code = given.code
          .replace('/ f32(p.width) + EPSILON)', '/ f32(p.width) + 0.01)')
          .replace('p.columns + index] = sum;', 'p.columns + index] = sum + 4096.0 * f32(index % 2u);');
        return createShaderModule.call(this, { ...given, code });
      };
    });
    const { outcome, sentence } = await checked(lab);
    assert.equal(outcome, 'failed', sentence);
    assert.match(
      sentence,
      /^\d+ of \d+ checks failed on WebGPU \(.*the kernel layer_norm \(off by .* is allowed\)/,
    );
    assert.match(sentence, /cannot be trusted\. Run on the CPU instead\./);
    const rows = await rowsOf(lab);
    const passed = rows.filter(({ kind, outcome }) => kind === 'kernel' && outcome === 'passed');
    assert.ok(passed.length > 40, `${passed.length}`);
    const failed = rows.filter(({ outcome }) => outcome === 'failed');
    assert.deepEqual(
      failed.filter(({ kind }) => kind === 'kernel').map(({ name }) => name),
      ['layer_norm', 'ranked_sum', 'row_norm'],
    );
    assert.ok(failed.some(({ kind }) => kind === 'losses') && failed.some(({ kind }) => kind === 'exact'));
    await lab.fits('failed');
    await lab.press('device-cpu');
    await lab.settled('executor', 'cpu');
  },
);
