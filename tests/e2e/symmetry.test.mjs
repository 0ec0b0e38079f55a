// The symmetry lab on the page: turning by hand, errors, parts of a block, data of the reader's, students, two trainings.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { labs, until } from './lab.mjs';

const { withLab } = labs({ spotless: true });
const LINK = '#lab=symmetry&executor=cpu';
const SMALL = `${LINK}&students=knowledge,plain&steps=40&every=10&tests=16&batch=8`;

/** Waits until a part has answered the present settings: in view, out of which what is drawn above it may push it. */
async function answered(lab, part) {
  const element = lab.page.locator(`lab-${part}`);
  const state = async () => {
    await element.scrollIntoViewIfNeeded();
    return element.getAttribute('data-state');
  };
  await until(state, (now) => now === 'answered');
}
const words = async (lab, testId) => (await lab.text(testId)).replace(/\s+/g, ' ');

describe('the symmetry lab', () => {
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
  ])
    test(`at ${width} × ${height} the space turns by hand, in the plane and in space`, async () => {
      await withLab(LINK, { viewport: { width, height } }, async (lab) => {
        await answered(lab, 'dial');
        const error = () => words(lab, 'dial-error');
        assert.match(await error(), /Plain attention: the output departs from its ghost/);
        const figure = lab.page.getByTestId('figure-dial-points');
        const box = await figure.boundingBox();
        assert.ok(box.y < height, `the drawing begins at ${box.y} of ${height}`);
        await lab.page.getByTestId('dial-map').selectOption('knowledge');
        await until(error, (text) => /Knowledge attention: the output turns along/.test(text));
        await lab.page.getByTestId('dial-map').selectOption('plain');
        await lab.page.locator('input[type=range]').first().focus();
        const before = await error();
        await lab.page.keyboard.press('End');
        await until(error, (text) => text !== before);
        // A whole turn is none.
        await until(error, (text) => /turns along/.test(text));
        await lab.page.getByTestId('dial-space').fill('3');
        await lab.page.keyboard.press('Enter');
        await until(
          () => figure.evaluate((element) => Boolean(element.figure?.panels[0].z)),
          (deep) => deep,
        );
        await lab.fits('the dial');
      });
    });

  test('the handle is dragged in the plane and in space, and the slider goes by whole degrees', async () => {
    await withLab(`${LINK}&angle=0&map=plain`, async (lab) => {
      const { page } = lab;
      await answered(lab, 'dial');
      const figure = page.getByTestId('figure-dial-points');
      await figure.scrollIntoViewIfNeeded();
      const angle = () => page.locator('#at-angle').inputValue();
      const drawn = () => figure.evaluate((element) => element.figure.reading.words(element.figure.handle));
      /** Where a place of the turned plane is on the screen. */
      const place = (degrees) =>
        figure.evaluate((element, degrees) => {
          const { panels, reading, handle } = element.flat;
          const radians = (degrees * Math.PI) / 180;
          const [{ plot }] = element.layouts;
          const box = element.querySelector('.drawing').getBoundingClientRect();
          const own = element.figure.reading;
          const far = Math.hypot(own.x[handle], own.y[handle]);
          const span = (range, share) => (share - range[0]) / (range[1] - range[0]);
          // In space the handle itself is where it is drawn; in the plane any angle is.
          const [x, y] = panels[0].x.bare
            ? [reading.x[handle], reading.y[handle]]
            : [far * Math.cos(radians), far * Math.sin(radians)];
          return [
            box.left + plot.left + span(panels[0].x.range, x) * (plot.right - plot.left),
            box.top + plot.bottom - span(panels[0].y.range, y) * (plot.bottom - plot.top),
          ];
        }, degrees);
      await page.mouse.move(...(await place(0)));
      await page.mouse.down();
      for (const degrees of [20, 50, 90]) await page.mouse.move(...(await place(degrees)));
      await page.mouse.up();
      await until(angle, (text) => Math.abs(Number(text) - 90) <= 1);
      assert.equal(await page.locator('[data-testid=slide-angle]').getAttribute('max'), '360');
      // A press beside the handle turns nothing.
      const before = await angle();
      await page.mouse.click(...(await place(200)));
      assert.equal(await angle(), before);
      await page.getByTestId('dial-space').fill('3');
      await page.keyboard.press('Enter');
      await until(
        () =>
          figure.evaluate((element) => Boolean(element.figure?.panels[0].z) && element.dataset.lines === ''),
        (deep) => deep,
      );
      await until(drawn, (text) => /turned by (89|90|91)°/.test(text));
      const view = () => figure.locator('.surface').getAttribute('data-view');
      const [seen, from] = [await view(), await place(0)];
      await page.mouse.move(...from);
      await page.mouse.down();
      await page.mouse.move(from[0] + 40, from[1] + 10, { steps: 4 });
      await page.mouse.move(from[0] + 80, from[1] + 40, { steps: 4 });
      await page.mouse.up();
      await until(angle, (text) => Math.abs(Number(text) - 90) > 5);
      assert.equal(await view(), seen, 'the handle turns the space, and not the view');
    });
  });

  test('errors say what is kept and what is broken, with verdicts, and are the shell’s table', async () => {
    await withLab(`${LINK}&trials=60`, async (lab) => {
      await lab.page.locator('lab-errors').scrollIntoViewIfNeeded();
      await answered(lab, 'errors');
      const row = (map) => lab.page.locator(`[data-testid=errors-table] tr[data-map=${map}]`).innerText();
      assert.match(await row('knowledge'), /✓ f32/);
      assert.doesNotMatch(await row('knowledge'), /✗/);
      assert.match(await row('layer-norm'), /✗/);
      const verdicts = lab.page.locator('[data-testid=errors-verdicts] [data-verdict=holds]');
      assert.equal(await verdicts.count(), 5);
      await lab.page.locator('lab-span').scrollIntoViewIfNeeded();
      await answered(lab, 'span');
      assert.equal(await lab.page.locator('[data-testid=span-verdicts] [data-verdict=holds]').count(), 1);
      const values = (i) =>
        lab.page
          .getByTestId(`figure-coefficients-${i}`)
          .evaluate((element) => Array.from(element.figure.panels[0].marks[0].values));
      const [before, after] = [await values(1), await values(2)];
      assert.equal(before.length, 60);
      before.forEach((value, i) =>
        assert.ok(Math.abs(value - after[i]) < 1e-6, `${value} became ${after[i]}`),
      );
    });
  });

  test('a block says which part breaks it, and a map of the reader’s is judged', async () => {
    await withLab(`${LINK}&trials=20`, async (lab) => {
      await lab.page.locator('lab-block').scrollIntoViewIfNeeded();
      await answered(lab, 'block');
      const sentence = () => words(lab, 'block-sentence');
      assert.match(await sentence(), /broken by norm \(LayerNorm\)/);
      await lab.page.getByTestId('block-norm').selectOption('rms');
      await until(sentence, (text) => /Rotations and reflections: kept/.test(text));
      await lab.page.getByTestId('block-encoding').selectOption('sinusoidal');
      await until(sentence, (text) => /sequence: broken by positions/.test(text));

      const fill = async (name, text) => {
        await lab.page.getByTestId(`own-${name}`).fill(text);
        await lab.page.keyboard.press('Tab');
      };
      const part = lab.page.locator('lab-own');
      await part.scrollIntoViewIfNeeded();
      await fill('x', '1 2; 3');
      await part.getByText('X: row 2 has 1 numbers, row 1 has 2').waitFor();
      await lab.page.getByTestId('own-file-x').setInputFiles({
        name: 'x.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('1e15,2e15\n3e15,4e15\n'),
      });
      await until(
        () => lab.page.getByTestId('own-x').inputValue(),
        (text) => text === '1e15,2e15; 3e15,4e15',
      );
      // What overflows is no verdict.
      const knowing = lab.page.locator('[data-testid=own-table] tr[data-map=flattened]');
      await fill('z', '1e15 1e15');
      const row = lab.page.locator('[data-testid=own-table] tr[data-map=knowledge]');
      await until(
        () => row.innerText(),
        (text) => /overflows in single precision/.test(text) && !/[✓✗]/.test(text),
      );
      assert.match(await knowing.innerText(), /[✓✗]/);
      await fill('z', '');
      await fill('x', '1 2; 3 4');
      await fill('q', '1 0; 0 0');
      await part.getByText('columns 2 and 2 have the scalar product 0, not 1').waitFor();
      await part.getByText('It is singular').waitFor();
      await fill('q', '1 0.03; 0 1');
      await part.getByText('QᵀQ differs from I by').waitFor();
      await lab.page.getByTestId('own-nearest').click();
      await lab.page.getByTestId('own-table').waitFor();
      await fill('q', '0 1; -1 0');
      await fill('y', '2 4; 6 8');
      await fill('turned', '-4 2; -8 6');
      await part.getByText('Your map respects this Q to double precision').waitFor();
      // Of a linear map its matrix is enough.
      await fill('y', '');
      await fill('turned', '');
      await fill('w', '1 0; 0 3');
      await part.getByText('X W does not respect this Q').waitFor();
      await fill('x', '');
      await part.getByText('W, on the basis vectors, does not respect this Q: relative error 0.89').waitFor();
      await part.getByText('The nearest, 2 I, leaves 0.45 of ‖W‖').waitFor();
    });
  });

  test('students are asked in other bases: curves, table, verdict, weights', async () => {
    await withLab(SMALL, async (lab) => {
      await lab.train();
      await lab.state('finished', 120_000);
      const plain = lab.page.locator('[data-testid=students] tr[data-arm=plain]');
      assert.match(await plain.innerText(), /\d/);
      const marks = await lab.page
        .getByTestId('figure-unexplained')
        .evaluate((element) => element.figure.tables[0].rows);
      assert.equal(
        marks,
        3 * (3 + 4),
        'three seeds: three questions of knowledge attention, four of plain attention',
      );
      const { measures, verdicts } = await lab.json();
      assert.deepEqual(
        measures.map(({ id }) => id),
        ['loss', 'same', 'rotated', 'knowledge', 'conjugated'],
      );
      assert.equal(verdicts[0].id, 'S6-bases');
      assert.equal(verdicts[0].verdict, 'open');
      assert.equal((await lab.csv()).length, 2 * 3 * 5);
    });
  });

  test('two trainings part or stay the same', async () => {
    await withLab(
      `${LINK}&preset=training&optimisers=adam-tensor,adam&steps=100&every=10&executor=cpu`,
      async (lab) => {
        await lab.train();
        await lab.state('finished', 120_000);
        await lab.page.getByTestId('figure-distance').waitFor();
        const { verdicts } = await lab.json();
        assert.deepEqual(
          verdicts.map(({ id, verdict }) => [id, verdict]),
          [
            ['S7-kept', 'holds'],
            ['S7-adam', 'holds'],
          ],
        );
      },
    );
  });
});
