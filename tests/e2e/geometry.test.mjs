// The geometry lab on the page: from a link to its curves, its verdict and its files, on both executors.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { axePath, labs, until } from './lab.mjs';

const { withLab } = labs({ spotless: true });
const LINK = '#lab=geometry&graph=cycle&steps=400';

describe('the geometry lab', () => {
  for (const executor of ['cpu', 'webgpu']) {
    test(`trains on ${executor}: curves, numbers, verdict, files`, async () => {
      const steps = executor === 'cpu' ? 400 : 60;
      await withLab(`${LINK.replace('400', String(steps))}&executor=${executor}`, async (lab) => {
        await lab.press('train');
        await lab.state('finished', 120_000);
        assert.equal(await lab.data('executor'), executor);
        const rows = await lab.csv();
        assert.equal(rows.length, 3 * (1 + Math.ceil(steps / 50)));
        const last = rows.filter((row) => Number(row.step) === steps);
        assert.ok(last.every((row) => Number(row['hop-correlation']) < (executor === 'cpu' ? -0.95 : -0.5)));
        const { verdicts, measures } = await lab.json();
        assert.deepEqual(
          measures.map(({ id }) => id),
          ['objective', 'hop-correlation', 'edge-cosine', 'recovery', 'top-energy', 'bottom-energy'],
        );
        if (executor === 'cpu') assert.equal(verdicts[0].verdict, 'holds');
        assert.match(await lab.text('verdicts'), /becomes a map of the graph/);
        for (const { label } of measures) {
          const figure = lab.page.locator('section.figure', {
            has: lab.page.getByText(label, { exact: true }),
          });
          await figure.locator('summary').click();
          // The table is drawn once it is open.
          await until(
            () => figure.locator('tbody tr').count(),
            (count) => count === rows.length / 3,
          );
        }
        await lab.page.addScriptTag({ path: axePath });
        assert.equal(await lab.axe(), '');
      });
    });
  }

  test('weights lead back to where they were saved', async () => {
    await withLab(LINK, async (lab) => {
      await lab.press('step');
      await lab.stepAtLeast(1);
      const { name, bytes } = await lab.download('weights');
      assert.equal(name, 'mnemoscope-geometry.safetensors');
      await lab.press('reset');
      await until(
        () => lab.step(),
        (step) => step === 0,
      );
      await lab.openFile(name, bytes);
      await until(
        () => lab.step(),
        (step) => step === 1,
      );
      await lab.press('train');
      await lab.state('finished', 60_000);
    });
  });
});
