// Lemma 1 and the logit in four parts: the page shows what the engine answers, and the paper's own numbers.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { valuesOf } from './encodings.mjs';
import { marksIn, nearly, number, parse, scaleIn, within } from './files.mjs';
import { labs } from './lab.mjs';

const { test } = labs({
  webgpu: false,
  link:
    '#lab=encodings&executor=cpu&train_length=8&symbols=4&train_width=16&heads=2&layers=1&mlp=16&batch=4&seeds=1&steps=20&every=5' +
    '&encodings=sinusoidal&length=24&width=16&hide=inspect,measures,phase,keep',
});

async function write(lab, testId, value) {
  const field = lab.page.getByTestId(testId);
  await field.fill(String(value));
  await field.press('Enter');
  await field.blur();
}

/** What the table of the lemma says, by encoding and statistic, once it is that of these settings. */
async function lemmaTable(lab, length, width, window) {
  await lab.page.locator('#title-lemma').scrollIntoViewIfNeeded();
  const table = lab.page.getByTestId('lemma-table');
  await table.getByText(`L = ${length}, d = ${width}, T = ${window}`).waitFor();
  const cells = await table
    .locator('tbody td')
    .evaluateAll((found) =>
      found.map((cell) => [
        cell.dataset.value,
        cell.closest('tr').dataset.statistic,
        cell.textContent.trim(),
      ]),
    );
  const found = { 'spike-time': {}, compressed: {} };
  for (const [encoding, statistic, text] of cells) found[encoding][statistic] = text;
  return found;
}

/** The table has what the engine answers. */
async function lemmaIs(lab, length, width, window) {
  const found = await lemmaTable(lab, length, width, window);
  const { expected, spikeTime, compressed } = await lab.ask('lemma');
  nearly(number(found['spike-time'].expected), expected, 1e-4, 'expected slope');
  for (const statistic of ['slope', 'pearson', 'spearman']) {
    nearly(number(found['spike-time'][statistic]), spikeTime[statistic], 1e-3, `${statistic} of spike time`);
    nearly(number(found.compressed[statistic]), compressed[statistic], 1e-3, `${statistic} of compression`);
  }
  return { found, expected, spikeTime, compressed };
}

describe('Lemma 1', () => {
  const PAPER = { length: 128, width: 128 };
  test('at L = d = 128 it is exact, and compression has the paper’s correlations', PAPER, async (lab) => {
    const { found, expected } = await lemmaIs(lab, 128, 128, 1);
    nearly(expected, 1 / 128 ** 2, 1e-6, 'expected slope');
    assert.equal(number(found['spike-time'].pearson).toFixed(3), '1.000');
    assert.equal(number(found['spike-time'].spearman).toFixed(3), '1.000');
    // Rounding of single precision, on products of up to 64 / 128².
    assert.ok(number(found['spike-time'].residual) < 1e-7 * 64, found['spike-time'].residual);
    assert.equal(number(found.compressed.pearson).toFixed(3), '0.706');
    assert.equal(number(found.compressed.spearman).toFixed(3), '0.965');
    const verdicts = await lab.page
      .locator('[data-testid=lemma-verdicts] li')
      .evaluateAll((rows) => rows.map((row) => [row.dataset.claim, row.dataset.verdict, row.textContent]));
    assert.ok(verdicts.length >= 2);
    for (const [claim, verdict, text] of verdicts) {
      assert.equal(verdict, 'holds', `${claim}: ${text}`);
      assert.match(text, /Measured: \S/);
    }
  });

  test('other lengths, widths and windows: fields, settings and link agree; a wrong one is told', async (lab) => {
    await lemmaIs(lab, 24, 16, 1);
    await write(lab, 'lemma-length', 32);
    await write(lab, 'lemma-width', 20);
    await write(lab, 'lemma-window', 8);
    const { found, expected } = await lemmaIs(lab, 32, 20, 8);
    assert.equal(expected, 1 / 16);
    const { length, width, window } = await lab.settings();
    assert.deepEqual([length, width, window], ['32', '20', '8']);
    // A shared link shows the same.
    await lab.hash();
    await lab.page.reload();
    await lab.state('ready');
    assert.deepEqual(await lemmaTable(lab, 32, 20, 8), found);
    await write(lab, 'lemma-length', 5000);
    await lab.page.locator('#lemma-length-wrong').waitFor();
    const wrong = await lab.page.locator('#lemma-length-wrong').innerText();
    assert.match(wrong, /“5000” is not allowed\. Allowed: .*1024/);
    assert.deepEqual(await lemmaTable(lab, 32, 20, 8), found);
    assert.equal(await lab.page.getByTestId('lemma-length').inputValue(), '32');
    assert.equal(await lab.page.getByTestId('lemma-length').getAttribute('aria-invalid'), 'true');
  });

  test('points: exact under the keyboard and the pointer, and the keyboard is answered aloud', async (lab) => {
    const { expected, spikeTime } = await lemmaIs(lab, 24, 16, 1);
    const points = Object.values(spikeTime.points);
    const [least, greatest] = [points[0], points.at(-2)];
    const scatter = lab.page.getByTestId('figure-lemma-spike-time');
    await scatter.scrollIntoViewIfNeeded();
    await lab.page.keyboard.press('Tab');
    await scatter.locator('.surface').focus();
    await lab.page.keyboard.press('Home');
    const read = () => scatter.getByTestId('reading').innerText();
    const values = (text) =>
      [...text.matchAll(/(?:sinusoidal|spike time|line) (\S+?)(?=[,;]|$)/gi)].map((one) => number(one[1]));
    const first = values(await read());
    nearly(first[0], least, 1e-4, 'least product');
    nearly(first[1], points[1], 1e-3, 'its spike-time product');
    nearly(first[2], expected * least, 1e-3, 'its place on the line');
    assert.equal(await scatter.locator('[role=status]').innerText(), await read());
    await lab.page.keyboard.press('End');
    nearly(values(await read())[0], greatest, 1e-4, 'greatest product');
    await lab.page.keyboard.press('ArrowLeft');
    assert.ok(values(await read())[0] < greatest * (1 + 1e-4));

    // The pointer reads the point that it is on.
    const surface = scatter.locator('.surface');
    const [x, y] = (await surface.getAttribute('data-point')).split(' ').map(Number);
    const words = await read();
    await lab.page.keyboard.press('Home');
    assert.notEqual(await read(), words);
    const box = await surface.boundingBox();
    await lab.page.mouse.move(box.x + x, box.y + y);
    assert.equal(await read(), words);
  });

  test('pictures hold every pair, and the line where one is expected', { window: 3 }, async (lab) => {
    const { spikeTime } = await lemmaIs(lab, 24, 16, 3);
    assert.equal(spikeTime.pairs, (24 * 23) / 2, 'few pairs are all drawn');
    for (const [id, lines] of [
      ['lemma-spike-time', 1],
      ['lemma-compressed', 0],
    ]) {
      const { name, bytes } = await lab.download(`svg-${id}`);
      assert.equal(name, `mnemoscope-${id}.svg`);
      const xml = parse(bytes);
      assert.equal(within(marksIn(xml, 'dot')[0], 'circle').length, spikeTime.pairs);
      assert.equal(marksIn(xml, 'link', 'expected').length, lines);
    }
  });
});

async function parts(lab) {
  await lab.page.locator('#title-logit').scrollIntoViewIfNeeded();
  const table = lab.page.getByTestId('logit-parts');
  await table.waitFor();
  const cells = await table
    .locator('[data-value]')
    .evaluateAll((all) =>
      all.map((cell) => [
        cell.closest('tr').dataset.partOfLogit,
        cell.dataset.value,
        cell.textContent.trim(),
      ]),
    );
  const found = {};
  for (const [part, value, text] of cells) (found[part] ??= {})[value] = text;
  return found;
}

/** The table has what the engine answers, which are powers of one factor. */
async function powers(lab, scale) {
  const found = await parts(lab);
  const answer = await lab.ask('logit');
  assert.equal(answer.scale, scale);
  answer.parts.forEach(({ id, before, after, factor, expected }, i) => {
    const power = scale ** [0, 1, 1, 2][i];
    nearly(expected, power, 1e-6, `${id}, expected`);
    nearly(factor, power, 1e-3, `${id}, measured`);
    for (const [value, wanted] of Object.entries({ before, after, factor, expected }))
      nearly(number(found[id][value]), wanted, 1e-3, `${id}, ${value}`);
  });
  return answer.parts;
}

/** What a map of attention shows: its values, and the ends of its scale of colours. */
async function matrix(lab, which) {
  const map = lab.page.getByTestId(`attention-${which}`);
  return { values: await valuesOf(map), range: await map.locator('.ends span').allInnerTexts() };
}

describe('a logit in four parts', () => {
  test('random weights: the parts scale with 1, γ, γ and γ²', { window: 2 }, async (lab) => {
    const all = await powers(lab, 2 / 8);
    assert.match(await lab.text('logit-about'), /L = 8, γ = 0\.25/);
    assert.ok((await lab.text('logit-sentence')).length > 40);
    const xml = parse((await lab.download('svg-logit-parts')).bytes);
    // Bars: as long as their values are, on a logarithmic axis.
    const valueAt = scaleIn(xml, 'x', true);
    for (const side of ['before', 'after']) {
      within(marksIn(xml, 'bar', side)[0], 'rect').forEach((bar, i) => {
        const end = Number(bar.getAttribute('x')) + Number(bar.getAttribute('width'));
        nearly(valueAt(end), all[i][side], 0.01, `${all[i].id}, ${side}`);
      });
    }
  });

  test('the two maps of attention are one only where the lemma says so', async (lab) => {
    await parts(lab);
    for (const [content, undo] of [
      [true, false],
      [true, true],
      [false, false],
      [false, true],
    ]) {
      await lab.page.getByTestId('logit-content').setChecked(content);
      await lab.page.getByTestId('logit-undo').setChecked(undo);
      await lab.settled('content', String(content));
      await lab.settled('undo', String(undo));
      await lab.page.locator('lab-logit[data-state=answered]').waitFor({ state: 'attached' });
      const [before, after] = [await matrix(lab, 'before'), await matrix(lab, 'after')];
      const answer = await lab.ask('logit');
      assert.deepEqual(before.values, Object.values(answer.before));
      assert.deepEqual(after.values, Object.values(answer.after));
      assert.deepEqual(before.range, after.range, 'one scale of colours');
      const words = await lab.text('logit-difference');
      if (undo) {
        assert.match(words, /the same/);
        continue;
      }
      const [, told, query, key] = /Largest difference: (\S+), where query (\d+) reads key (\d+)/.exec(words);
      nearly(number(told), answer.largestDifference, 1e-3, 'largest difference');
      const at = Number(query) * 8 + Number(key);
      nearly(Math.abs(before.values[at] - after.values[at]), answer.largestDifference, 1e-3, 'its place');
    }
    assert.match(await lab.hash(), /content=false/);
  });

  test('heads, and an encoding that adds nothing', { encodings: 'sinusoidal,none' }, async (lab) => {
    const [first] = await powers(lab, 1 / 8);
    await write(lab, 'logit-head', 2);
    await lab.page.getByTestId('logit-about').getByText('head 2').waitFor();
    const [second] = await powers(lab, 1 / 8);
    assert.notEqual(first.before, second.before);
    await write(lab, 'logit-trained_run', 1);
    await lab.page.getByTestId('logit-about').getByText('None').waitFor();
    const factor = lab.page.locator('[data-part-of-logit=position-position] [data-value=factor]');
    await factor.getByText('nothing').waitFor();
    const none = await parts(lab);
    assert.equal(number(none['position-position'].before), 0);
    nearly(number(none['content-content'].factor), 1, 1e-6, 'content');
  });

  const TRAINED = { encodings: 'sinusoidal,rank', weights: 'trained' };
  test('trained weights: words on how, then those of the open run', TRAINED, async (lab) => {
    const about = lab.page.getByTestId('logit-about');
    await lab.page.locator('#title-logit').scrollIntoViewIfNeeded();
    assert.match(await lab.text('logit-missing'), /press Train/i);
    assert.equal(await lab.page.getByTestId('logit-parts').count(), 0);
    await lab.train();
    await lab.page.locator('#title-logit').scrollIntoViewIfNeeded();
    await about.getByText('step 20').waitFor();
    await powers(lab, 1 / 8);
    assert.match(await about.innerText(), /Sinusoidal, seed 0/);
    await lab.page.getByTestId('logit-trained-run').selectOption({ label: 'Rank (learned), seed 0' });
    await about.getByText('Rank').waitFor();
    await powers(lab, 1 / 8);
    // Back to what the run began with.
    await lab.page.getByTestId('logit-weights').selectOption('random');
    await about.getByText('initial weights').waitFor();
    assert.equal(await lab.data('state'), 'finished', 'looking leaves the run open');
  });
});
