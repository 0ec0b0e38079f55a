// Look inside: what the panels say is true, and everyone can read it.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { number, plotOf } from './files.mjs';
import { labs, savedBy } from './lab.mjs';

const SMALL =
  'encodings=rank,sinusoidal&seeds=1&steps=40&length=8&symbols=4&width=16&mlp=32&heads=2&layers=2&every=10';
const CPU = `#lab=copy&executor=cpu&${SMALL}`;

const { test } = labs({ webgpu: false, link: CPU });

/** Trains to the end, and waits for a look at the last step. */
async function trained(lab) {
  await lab.train();
  await lookedAt(lab, await lab.step());
}

/** Waits until the look inside is one at this step or a later one. */
async function lookedAt(lab, step) {
  await lab.page.locator('#title-look').scrollIntoViewIfNeeded();
  await lab.page.waitForFunction((least) => {
    const text = document.querySelector('[data-testid=look-step]')?.textContent ?? '';
    return text !== '' && Number(text.replaceAll(',', '')) >= least;
  }, step);
}

async function lookStep(lab) {
  return number(await lab.page.getByTestId('look-step').innerText());
}

async function choose(lab, run) {
  await lab.page.getByTestId('look-run').selectOption({ label: run });
  await lab.page.waitForFunction(
    (name) => document.querySelector('.look header p')?.textContent.includes(name),
    run,
  );
}

/** Opens the table of a heat map and reads it. */
async function matrix(lab, testId) {
  const table = lab.page.getByTestId(testId).locator('table.matrix');
  if ((await table.count()) === 0) {
    await lab.page.getByTestId(testId).locator('details.numbers > summary').click();
    await table.waitFor();
  }
  const rows = await table
    .locator('tbody tr')
    .evaluateAll((found) =>
      found.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent.trim())),
    );
  return rows.map((row) => row.map(number));
}

/** Where the cells of a square heat map lie, once it is drawn. */
async function layout(lab, testId, size = 8) {
  const { left, top, right } = await plotOf(lab.page.getByTestId(testId));
  await lab.drawn();
  return { left, top, cell: (right - left) / size };
}

/** The inputs of the probe as they are shown, and the truths of the judged positions. */
async function probe(lab) {
  const inputs = await lab.page
    .locator('.strip .input')
    .evaluateAll((found) => found.map((input) => [...input.childNodes].at(-1)?.textContent.trim() ?? ''));
  const details = lab.page.locator('section[aria-labelledby=title-probe] details');
  if (!(await details.getAttribute('open'))) {
    await details.evaluate((element) => (element.open = true));
    await lab.page.getByTestId('probe-table').waitFor();
  }
  const rows = await lab.page
    .getByTestId('probe-table')
    .locator('tbody tr')
    .evaluateAll((found) => found.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
  return {
    inputs,
    positions: rows.map((row) => Number(row[0])),
    truths: rows.map((row) => row[2]),
    predictions: rows.map((row) => row[3]),
    verdicts: rows.map((row) => row[4]),
    ofTruth: rows.map((row) => number(row[5])),
    top: rows.map((row) => row[6].split(', ').map((entry) => entry.split(': '))),
  };
}

async function type(lab, text) {
  await lab.page.getByTestId('look-probe').fill(text);
  await lab.page.keyboard.press('Enter');
}

describe('look inside', () => {
  test('attention: every row sums to 1, and a causal map is zero above the diagonal', async (lab) => {
    await trained(lab);
    const maps = [];
    for (const layer of [1, 2]) {
      for (const head of [1, 2]) {
        await lab.page
          .getByRole('button', {
            name: `Layer ${layer}, head ${head}`,
            exact: true,
          })
          .click();
        await lab.page
          .getByTestId('attention')
          .getByRole('img', { name: `layer ${layer}, head ${head}` })
          .waitFor();
        const map = await matrix(lab, 'attention');
        assert.equal(map.length, 8);
        map.forEach((row, query) => {
          assert.equal(row.length, 8);
          const sum = row.reduce((a, b) => a + b, 0);
          assert.ok(Math.abs(sum - 1) < 1e-3, `layer ${layer}, head ${head}, row ${query} sums to ${sum}`);
          assert.ok(
            row.slice(query + 1).every((weight) => weight === 0),
            `row ${query}: ${row}`,
          );
          assert.ok(
            row.slice(0, query + 1).every((weight) => weight > 0),
            `row ${query}: ${row}`,
          );
        });
        maps.push(JSON.stringify(map));
      }
    }
    assert.equal(new Set(maps).size, 4, 'each head has a map of its own');
  });

  test('attention of a task without a mask reaches ahead', 'task=reversal', async (lab) => {
    await trained(lab);
    const map = await matrix(lab, 'attention');
    for (const row of map) assert.ok(Math.abs(row.reduce((a, b) => a + b, 0) - 1) < 1e-3);
    assert.ok(map[0].slice(1).some((weight) => weight > 0));
    const { truths, inputs } = await probe(lab);
    assert.deepEqual(
      truths,
      inputs.toReversed(),
      'every position is judged, and the truth is the mirrored one',
    );
  });

  test('a typed probe changes the tokens, and its truths are right', async (lab) => {
    await trained(lab);
    const before = await probe(lab);
    assert.equal(before.inputs[4], 'SEP');
    const typed = before.inputs[0] === '3' ? ['1', '3', '0', '2'] : ['3', '1', '0', '2'];
    await type(lab, typed.join(' '));
    await lab.page.getByText('The one shown is yours').waitFor();
    await lab.page.waitForFunction(
      (first) => document.querySelector('.strip .token .input')?.textContent.endsWith(first),
      typed[0],
    );
    const after = await probe(lab);
    assert.deepEqual(after.inputs, [...typed, 'SEP', ...typed.slice(0, 3)]);
    assert.deepEqual(after.positions, [4, 5, 6, 7]);
    assert.deepEqual(after.truths, typed);
    after.predictions.forEach((prediction, i) => {
      assert.match(after.verdicts[i], prediction === typed[i] ? /✓ right/ : /✗ wrong/);
      const [[name, greatest], ...others] = after.top[i];
      assert.equal(name, prediction);
      assert.equal(others.length, 2);
      for (const [, probability] of others) assert.ok(number(probability) <= number(greatest));
      if (name === typed[i]) assert.equal(after.ofTruth[i], number(greatest));
      assert.ok(after.ofTruth[i] >= 0 && after.ofTruth[i] <= 1);
    });
  });

  test('another held-out sequence is another, until all were seen', 'held_out=3', async (lab) => {
    await trained(lab);
    const field = lab.page.getByTestId('look-probe');
    const seen = [await field.inputValue()];
    for (let i = 0; i < 3; i++) {
      await lab.press('look-another');
      await lab.page.waitForFunction(
        (last) => document.querySelector('#look-probe').value !== last,
        seen.at(-1),
      );
      seen.push(await field.inputValue());
    }
    assert.equal(seen[3], seen[0]);
    assert.equal(new Set(seen).size, 3);
  });

  test('a bad probe says what is allowed, and the last look goes on', 'steps=200000', async (lab) => {
    await lab.press('train');
    await lab.stepAtLeast(5);
    await lookedAt(lab, 1);
    const refused = lab.page.locator('#look-refused');
    for (const [text, allowed] of [
      ['3 1 9 2', /"9".*numbers from 0 to 3/],
      ['3 1', /4 symbols.*from 0 to 3.*this one has 2/],
      ['3 1 0 2 1', /4 symbols.*more than 4/],
      ['a b c d', /"a".*from 0 to 3/],
    ]) {
      await type(lab, text);
      await lab.page.waitForFunction(() => document.querySelector('#look-refused').textContent.trim() !== '');
      assert.match(await refused.innerText(), allowed);
      const field = lab.page.getByTestId('look-probe');
      assert.equal(await field.getAttribute('aria-invalid'), 'true');
      assert.match(await field.getAttribute('aria-describedby'), /look-refused/);
      assert.equal(await field.inputValue(), text, 'what was typed stays to be mended');
      const shown = await lab.page
        .locator('.strip .input')
        .evaluateAll((found) => found.map((input) => input.lastChild.textContent.trim()));
      const still = (await lab.text('look-still')).split(' ');
      assert.deepEqual(still, shown.slice(0, 4), 'it is said which sequence is still on show');
      if (text === '3 1') {
        const now = await lookStep(lab);
        await lookedAt(lab, now + 1);
        assert.match(await refused.innerText(), allowed, 'the reason stays');
      }
      await type(lab, '3 1 0 2');
      await lab.page.waitForFunction(() => document.querySelector('#look-refused').textContent.trim() === '');
      assert.equal(await field.getAttribute('aria-invalid'), 'false');
    }
    assert.equal(await lab.data('state'), 'training');
  });

  const SHORT = { viewport: { width: 1280, height: 400 } };
  test('it follows the training while in view, and rests while not', 'steps=200000', SHORT, async (lab) => {
    await lab.page.evaluate(() => {
      globalThis.looks = 0;
      document.querySelector('#lab').client.listen(({ type, what }) => {
        globalThis.looks += type === 'answered' && what === 'run.inspect';
      });
    });
    const looks = () => lab.page.evaluate(() => globalThis.looks);
    await lab.press('train');
    await lab.stepAtLeast(1);
    await lookedAt(lab, 1);
    const first = await lookStep(lab);
    await lookedAt(lab, first + 1);
    await lab.page.evaluate(() => scrollTo(0, 0));
    // What is in view is told once a frame.
    await lab.page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    await lab.caughtUp();
    const before = await looks();
    const step = await lab.step();
    await lab.stepAtLeast(step + 300);
    assert.equal(await looks(), before, 'nothing is looked at that nobody sees');
    await lookedAt(lab, step + 300);
  });

  test('pointer, finger and keyboard read what the table has', '', { hasTouch: true }, async (lab) => {
    await trained(lab);
    const map = await matrix(lab, 'attention');
    const heatmap = lab.page.getByTestId('attention');
    const reading = heatmap.getByTestId('reading');
    const value = async () => number((await reading.innerText()).match(/: (\S+)/)[1]);
    const canvas = heatmap.locator('.drawing');
    await canvas.scrollIntoViewIfNeeded();
    // Where the cells lie is read from the picture: the frame's corner and the size of the whole.
    const box = await canvas.boundingBox();
    const place = await layout(lab, 'attention');
    const at = (row, column) => [
      box.x + place.left + (column + 0.5) * place.cell,
      box.y + place.top + (row + 0.5) * place.cell,
    ];
    for (const [row, column] of [
      [0, 0],
      [7, 3],
      [3, 7],
      [5, 5],
    ]) {
      await lab.page.mouse.move(...at(row, column));
      assert.match(await reading.innerText(), new RegExp(`query ${row} · \\S+, key ${column} · `));
      assert.equal(await value(), map[row][column]);
    }
    await lab.page.mouse.move(0, 0);
    assert.match(await reading.innerText(), /Point at a cell/);

    await lab.page.touchscreen.tap(...at(6, 2));
    assert.match(await reading.innerText(), /query 6 · .*key 2 · /);
    assert.equal(await value(), map[6][2]);

    await lab.page.mouse.move(0, 0);
    // By the keyboard alone: Tab from the check box before it.
    await lab.page.locator('.heads input[type=checkbox]').focus();
    await lab.page.keyboard.press('Tab');
    const focused = () => lab.page.evaluate(() => document.activeElement.getAttribute('aria-label'));
    assert.match(await focused(), /^Attention, layer 2, head 1/);
    const spoken = heatmap.locator('[role=status]');
    await lab.page.keyboard.press('Control+Home');
    assert.match(await spoken.innerText(), /query 0 · .*key 0 · /);
    assert.equal(await value(), map[0][0]);
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await lab.page.keyboard.press(key);
    assert.match(await spoken.innerText(), /query 2 · .*key 1 · /);
    assert.equal(await value(), map[2][1]);
    await lab.page.keyboard.press('End');
    assert.equal(await value(), map[2][7]);
    await lab.page.keyboard.press('Control+End');
    assert.match(await spoken.innerText(), /query 7 · .*key 7 · /);
    assert.equal(await value(), map[7][7]);
    await lab.page.keyboard.press('ArrowDown');
    assert.equal(await value(), map[7][7], 'the edge holds');
    await lab.page.keyboard.press('Home');
    assert.equal(await value(), map[7][0]);
  });

  test('the picture has the colours of its numbers', async (lab) => {
    await trained(lab);
    const map = await matrix(lab, 'attention');
    const heatmap = lab.page.getByTestId('attention');
    const place = await layout(lab, 'attention');
    const brightness = await heatmap.evaluate((element, { left, top, cell }) => {
      const canvas = element.querySelector('canvas');
      const context = canvas.getContext('2d');
      return Array.from({ length: 8 }, (_, row) =>
        Array.from({ length: 8 }, (_, column) => {
          const x = (left + (column + 0.5) * cell) * devicePixelRatio;
          const y = (top + (row + 0.5) * cell) * devicePixelRatio;
          const [r, g, b] = context.getImageData(Math.round(x), Math.round(y), 1, 1).data;
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        }),
      );
    }, place);
    const cells = map.flatMap((row, i) => row.map((weight, j) => ({ weight, light: brightness[i][j] })));
    cells.sort((a, b) => a.weight - b.weight);
    for (let i = 1; i < cells.length; i++) {
      assert.ok(
        cells[i].light >= cells[i - 1].light - 1.5,
        `${JSON.stringify(cells[i - 1])} ${JSON.stringify(cells[i])}`,
      );
    }
    assert.ok(cells.at(-1).light > cells[0].light + 50);
  });

  test('similarity: the learned encoding changes in training, sinusoidal stays', async (lab) => {
    await lab.press('step');
    await lab.state('paused');
    await lookedAt(lab, 1);
    const read = async () => {
      const found = {};
      for (const run of ['Rank (learned), seed 0', 'Sinusoidal, seed 0']) {
        await choose(lab, run);
        found[run.slice(0, 4)] = await matrix(lab, 'similarity');
      }
      return found;
    };
    const early = await read();
    await trained(lab);
    const late = await read();
    assert.deepEqual(late.Sinu, early.Sinu);
    assert.notDeepEqual(late.Rank, early.Rank);
    assert.notDeepEqual(early.Rank, early.Sinu);
    for (const map of [late.Rank, late.Sinu]) {
      map.forEach((row, i) => row.forEach((value, j) => assert.equal(value, map[j][i], 'symmetric')));
    }
    // Σ sin² + cos² over width / 2 frequencies.
    late.Sinu.forEach((row, i) => assert.ok(Math.abs(row[i] - 8) < 0.01, `${row[i]}`));
  });

  test('an encoding that does nothing says so', CPU.replace('rank,sinusoidal', 'none'), async (lab) => {
    await trained(lab);
    assert.equal(await lab.page.getByTestId('similarity').count(), 0);
    assert.match(
      await lab.page.locator('section[aria-labelledby=title-similarity]').innerText(),
      /adds nothing/,
    );
  });

  test('norms are finite, gradients are there, and the groups hold every parameter', async (lab) => {
    await trained(lab);
    const rows = await lab.page
      .getByTestId('norms')
      .locator('tbody tr')
      .evaluateAll((found) =>
        found.map((row) => ({
          group: row.dataset.group,
          parameters: row.querySelector('th .quiet').textContent,
          values: [...row.querySelectorAll('.value')].map((cell) => cell.textContent),
          lines: row.querySelectorAll('.spark').length,
        })),
      );
    const groups = rows.map(({ group }) => group);
    for (const group of ['embedding', 'layers.0', 'layers.1', 'output'])
      assert.ok(groups.includes(group), groups);
    for (const { group, values } of rows) {
      const [weight, gradient] = values.map(number);
      assert.ok(Number.isFinite(weight) && weight > 0, `${group}: ${values}`);
      assert.ok(Number.isFinite(gradient) && gradient > 0, `${group}: ${values}`);
    }
    const all = rows.reduce((sum, { parameters }) => sum + number(parameters.match(/[\d,]+/)[0]), 0);
    const about = await lab.page.locator('.about').innerText();
    assert.equal(all, number(about.match(/([\d,]+) parameters/)[1]));
  });
});

describe('before the first step', () => {
  test('there is no gradient, and a dash says so', 'steps=200000', async (lab) => {
    await lab.press('step');
    await lab.state('paused');
    await lab.press('reset');
    await lab.state('ready');
    await lookedAt(lab, 0);
    await lab.page.waitForFunction(
      () => document.querySelector('[data-testid=look-step]')?.textContent.trim() === '0',
    );
    const values = await lab.page
      .locator('[data-testid=norms] tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) => [...row.querySelectorAll('.value')].map((cell) => cell.textContent.trim())),
      );
    for (const [weight, gradient] of values) {
      assert.ok(number(weight) > 0);
      assert.equal(gradient, '–');
    }
  });
});

describe('for everyone', () => {
  test('by keyboard alone: a map is chosen, the probe read position by position', async (lab) => {
    await trained(lab);
    const { keyboard } = lab.page;
    const focused = () =>
      lab.page.evaluate(() => {
        const element = document.activeElement;
        return element.getAttribute('aria-label') ?? element.querySelector('.sr')?.textContent ?? '';
      });
    await lab.page.getByTestId('look-another').focus();
    await keyboard.press('Tab');
    assert.match(await focused(), /^Position 4, input SEP: predicts/);
    await keyboard.press('ArrowRight');
    assert.match(await focused(), /^Position 5/);
    assert.match(await lab.text('probe-detail'), /^Position 5.*Most probable: /);
    await keyboard.press('End');
    assert.match(await focused(), /^Position 7/);
    await keyboard.press('Home');
    assert.match(await focused(), /^Position 4/);
    // The positions are one stop: the next is the table, then the maps.
    for (let i = 0; i < 6 && !/^Layer 1, head 1/.test(await focused()); i++) await keyboard.press('Tab');
    assert.equal(await focused(), 'Layer 1, head 1');
    await keyboard.press('Enter');
    await lab.page.getByTestId('attention').getByRole('img', { name: 'layer 1, head 1' }).waitFor();
    assert.equal(
      await lab.page
        .getByRole('button', { name: 'Layer 1, head 1', exact: true })
        .getAttribute('aria-pressed'),
      'true',
    );
  });

  test(
    'a matrix beyond 64 × 64 is thinned in the table, and whole in the file',
    '#lab=copy&executor=cpu&encodings=rank&seeds=1&steps=2&length=80&width=16&heads=2&layers=1&batch=1&held_out=1',
    async (lab) => {
      await trained(lab);
      const map = await matrix(lab, 'similarity');
      assert.equal(map.length, 40);
      const panel = lab.page.getByTestId('similarity');
      assert.match(
        await panel.locator('caption').innerText(),
        /one row in 2 and one column in 2; the file has all/,
      );
      const { bytes } = await savedBy(lab.page, panel.getByRole('button', { name: 'Download as CSV' }));
      const lines = bytes
        .toString('utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(','));
      assert.equal(lines.length, 81);
      assert.ok(lines.every((line) => line.length === 81));
      assert.equal(Number(Number(lines[3][5]).toPrecision(4)), map[1][2]);
    },
  );
});
