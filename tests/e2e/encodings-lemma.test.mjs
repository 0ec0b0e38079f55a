// Lemma 1 and the logit in four parts: what they show is what the definitions give, computed here once more.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { valuesOf } from './encodings.mjs';
import { marksIn, nearly, number, parse, parseCsv, scaleIn, withClass, within } from './files.mjs';
import { labs } from './lab.mjs';

const ONLY_LEMMA = 'hide=inspect,measures,phase,logit,run,experiment,keep';
const ONLY_LOGIT = 'hide=inspect,measures,phase,lemma,keep';
const TRAINING =
  'executor=cpu&train_length=8&symbols=4&train_width=16&heads=2&layers=1&mlp=16&batch=4&seeds=1&steps=20&every=5';

const { test } = labs({ webgpu: false });

// The definitions, from scratch.

function table(length, width, place = (p) => p) {
  return Array.from({ length }, (_, p) =>
    Array.from({ length: width }, (_, column) => {
      const frequency = 10000 ** (-(2 * Math.floor(column / 2)) / width);
      return (column % 2 ? Math.cos : Math.sin)(place(p) * frequency);
    }),
  );
}

function products(rows) {
  const found = [];
  for (let p = 0; p < rows.length; p++) {
    for (let q = p + 1; q < rows.length; q++) {
      found.push(rows[p].reduce((sum, value, i) => sum + value * rows[q][i], 0));
    }
  }
  return found;
}

function pearson(x, y) {
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((value, i) => {
    xy += (value - mx) * (y[i] - my);
    xx += (value - mx) ** 2;
    yy += (y[i] - my) ** 2;
  });
  return xy / Math.sqrt(xx * yy);
}

/** Ranks from 1; equals share the mean of theirs. Products of one distance are equal but for the last digits. */
function ranks(exact) {
  const values = exact.map((value) => Number(value.toPrecision(9)));
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const found = [];
  for (let i = 0; i < order.length;) {
    let j = i;
    while (j < order.length && values[order[j]] === values[order[i]]) j++;
    for (let k = i; k < j; k++) found[order[k]] = (i + j + 1) / 2;
    i = j;
  }
  return found;
}

const slope = (x, y) =>
  x.reduce((sum, value, i) => sum + value * y[i], 0) / x.reduce((sum, value) => sum + value * value, 0);

function expectedLemma(length, width, window) {
  const sinusoidal = table(length, width);
  const gain = window / length;
  const x = products(sinusoidal);
  const spike = products(sinusoidal.map((row) => row.map((value) => gain * value)));
  const compressed = products(table(length, width, (p) => p / length));
  return {
    expected: gain ** 2,
    x,
    spike: {
      slope: slope(x, spike),
      pearson: pearson(x, spike),
      spearman: pearson(ranks(x), ranks(spike)),
    },
    compressed: {
      slope: slope(x, compressed),
      pearson: pearson(x, compressed),
      spearman: pearson(ranks(x), ranks(compressed)),
    },
  };
}

async function show(lab, part) {
  await lab.page.locator(`#title-${part}`).scrollIntoViewIfNeeded();
}

async function lemmaTable(lab) {
  await show(lab, 'lemma');
  await lab.page.getByTestId('lemma-table').waitFor();
  const cells = await lab.page
    .locator('[data-testid=lemma-table] tbody td')
    .evaluateAll((found) =>
      found.map((cell) => [
        cell.dataset.value,
        cell.closest('tr').dataset.statistic,
        cell.textContent.trim(),
      ]),
    );
  const found = { 'spike-time': {}, compressed: {} };
  for (const [encoding, value, text] of cells) found[encoding][value] = text;
  return found;
}

/** Waits until the caption of the table names these settings. */
async function lemmaFor(lab, length, width, window) {
  await lab.page.getByTestId('lemma-table').getByText(`L = ${length}, d = ${width}, T = ${window}`).waitFor();
}

async function write(lab, testId, value) {
  const field = lab.page.getByTestId(testId);
  await field.fill(String(value));
  await field.press('Enter');
  await field.blur();
}

describe('Lemma 1', () => {
  test(
    'at L = d = 128 it is exact, and compression has the paper’s correlations',
    `#lab=encodings&length=128&width=128&${ONLY_LEMMA}`,
    async (lab) => {
      const found = await lemmaTable(lab);
      const wanted = expectedLemma(128, 128, 1);
      assert.equal(number(found['spike-time'].pearson).toFixed(3), '1.000');
      assert.equal(number(found['spike-time'].spearman).toFixed(3), '1.000');
      nearly(number(found['spike-time'].slope), 1 / 128 ** 2, 1e-4, 'slope');
      nearly(number(found['spike-time'].expected), 1 / 128 ** 2, 1e-4, 'expected slope');
      // Rounding of single precision, on products of up to 64 / 128².
      assert.ok(number(found['spike-time'].residual) < 1e-7 * 64, found['spike-time'].residual);
      assert.equal(number(found.compressed.pearson).toFixed(3), '0.706');
      assert.equal(number(found.compressed.spearman).toFixed(3), '0.965');
      nearly(number(found.compressed.pearson), wanted.compressed.pearson, 2e-4, 'Pearson');
      nearly(number(found.compressed.spearman), wanted.compressed.spearman, 2e-4, 'Spearman');
      nearly(number(found.compressed.slope), wanted.compressed.slope, 1e-3, 'slope of compression');

      const verdicts = await lab.page
        .locator('[data-testid=lemma-verdicts] li')
        .evaluateAll((rows) => rows.map((row) => [row.dataset.claim, row.dataset.verdict, row.textContent]));
      assert.ok(verdicts.length >= 2);
      for (const [claim, verdict, text] of verdicts) {
        assert.equal(verdict, 'holds', `${claim}: ${text}`);
        assert.match(text, /Measured: \S/);
      }
    },
  );

  test(
    'other lengths, widths and windows: the fields beside the figure, the settings and the link agree',
    `#lab=encodings&length=24&width=16&hide=inspect,measures,phase,logit,run,experiment,keep`,
    async (lab) => {
      await lemmaTable(lab);
      await lemmaFor(lab, 24, 16, 1);
      await write(lab, 'lemma-length', 32);
      await write(lab, 'lemma-width', 20);
      await write(lab, 'lemma-window', 8);
      await lemmaFor(lab, 32, 20, 8);
      const found = await lemmaTable(lab);
      const wanted = expectedLemma(32, 20, 8);
      nearly(number(found['spike-time'].expected), 1 / 16, 1e-4, 'expected slope');
      nearly(number(found['spike-time'].slope), wanted.spike.slope, 1e-4, 'slope');
      assert.equal(number(found['spike-time'].pearson).toFixed(4), '1.0000');
      nearly(number(found.compressed.pearson), wanted.compressed.pearson, 5e-4, 'Pearson');
      // Products of one distance are equal, but single precision parts them: ranks of few pairs feel it.
      nearly(number(found.compressed.spearman), wanted.compressed.spearman, 5e-3, 'Spearman');
      nearly(number(found.compressed.slope), wanted.compressed.slope, 1e-3, 'slope of compression');
      const settings = await lab.settings();
      assert.deepEqual([settings.length, settings.width, settings.window], ['32', '20', '8']);
      const hash = await lab.hash();
      for (const part of ['length=32', 'width=20', 'window=8']) assert.ok(hash.includes(part), hash);
      // A shared link shows the same.
      await lab.page.reload();
      await lab.state('ready');
      await lemmaTable(lab);
      await lemmaFor(lab, 32, 20, 8);
      assert.deepEqual(await lemmaTable(lab), found);
    },
  );

  test(
    'a length that is not allowed is told beside the field, and hurts nothing',
    `#lab=encodings&length=24&width=16&${ONLY_LEMMA}`,
    async (lab) => {
      const before = await lemmaTable(lab);
      await write(lab, 'lemma-length', 5000);
      await lab.page.locator('#lemma-length-wrong').waitFor();
      const wrong = await lab.page.locator('#lemma-length-wrong').innerText();
      assert.match(wrong, /“5000” is not allowed\. Allowed: .*1024/);
      assert.deepEqual(await lemmaTable(lab), before);
      assert.equal(await lab.page.getByTestId('lemma-length').inputValue(), '24');
      assert.equal(await lab.page.getByTestId('lemma-length').getAttribute('aria-invalid'), 'true');
    },
  );

  test(
    'points: exact under the keyboard and the pointer, and the keyboard is answered aloud',
    `#lab=encodings&length=16&width=16&${ONLY_LEMMA}`,
    async (lab) => {
      await lemmaTable(lab);
      const wanted = expectedLemma(16, 16, 1);
      const scatter = lab.page.getByTestId('figure-lemma-spike-time');
      await scatter.scrollIntoViewIfNeeded();
      await lab.page.keyboard.press('Tab');
      await scatter.locator('.surface').focus();
      await lab.page.keyboard.press('Home');
      const read = () => scatter.getByTestId('reading').innerText();
      const [least, greatest] = [Math.min(...wanted.x), Math.max(...wanted.x)];
      const values = (text) =>
        [...text.matchAll(/(?:sinusoidal|spike time|line) (\S+?)(?=[,;]|$)/gi)].map((one) => number(one[1]));
      const first = values(await read());
      nearly(first[0], least, 1e-4, 'least product');
      nearly(first[1], least / 256, 1e-3, 'its spike-time product');
      nearly(first[2], least / 256, 1e-3, 'its place on the line');
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
    },
  );

  test(
    'files: every drawn pair in the CSV lies on the line; SVG and PNG hold the picture and the link',
    `#lab=encodings&length=24&width=16&window=3&${ONLY_LEMMA}`,
    async (lab) => {
      await lemmaTable(lab);
      const wanted = expectedLemma(24, 16, 3);
      const summary = await lab.csv('save-lemma.csv');
      assert.deepEqual(
        summary.map((row) => row.encoding),
        ['spike-time', 'compressed'],
      );
      nearly(Number(summary[0].slope), wanted.expected, 1e-6, 'slope');
      nearly(Number(summary[1].pearson), wanted.compressed.pearson, 1e-5, 'Pearson');
      nearly(Number(summary[1].spearman), wanted.compressed.spearman, 5e-3, 'Spearman');
      assert.equal(Number(summary[0].pairs), (24 * 23) / 2);
      assert.equal(summary[1].largest_residual, '');

      const { name, bytes } = await lab.download('save-lemma-points.csv');
      assert.equal(name, 'mnemoscope-lemma-points.csv');
      const points = parseCsv(bytes, { columns: true });
      const spike = points.filter((row) => row.encoding === 'spike-time');
      assert.equal(spike.length, wanted.x.length, 'few pairs are all drawn');
      const sorted = wanted.x.toSorted((a, b) => a - b);
      spike.forEach((row, i) => {
        nearly(Number(row.sinusoidal_dot_product), sorted[i], 1e-5, `product ${i}`);
        assert.ok(Math.abs(Number(row.dot_product) - wanted.expected * sorted[i]) < 1e-6, `pair ${i}`);
      });

      for (const [testId, lines] of [
        ['lemma-spike-time', 1],
        ['lemma-compressed', 0],
      ]) {
        const scatter = lab.page.getByTestId(`figure-${testId}`);
        const svg = await lab.download(`svg-${testId}`);
        assert.equal(svg.name, `mnemoscope-${testId}.svg`);
        const xml = parse(svg.bytes);
        assert.equal(within(marksIn(xml, 'dot')[0], 'circle').length, wanted.x.length);
        assert.equal(marksIn(xml, 'link', 'expected').length, lines);
        const caption = withClass(xml, '*', 'caption')
          .map((line) => line.textContent)
          .join('');
        assert.ok(caption.includes('lab=encodings') && caption.includes('window=3'), caption);
      }
    },
  );
});

async function parts(lab) {
  await show(lab, 'logit');
  await lab.page.getByTestId('logit-parts').waitFor();
  return lab.page
    .getByTestId('logit-parts')
    .evaluate((found) =>
      Object.fromEntries(
        [...found.querySelectorAll('tbody tr')].map((row) => [
          row.dataset.partOfLogit,
          Object.fromEntries(
            [...row.querySelectorAll('[data-value]')].map((cell) => [
              cell.dataset.value,
              cell.textContent.trim(),
            ]),
          ),
        ]),
      ),
    );
}

/** What a map of attention shows: its values, and the ends of its scale of colours. */
async function matrix(lab, which) {
  const map = lab.page.getByTestId(`attention-${which}`);
  const values = await valuesOf(map);
  return { size: Math.sqrt(values.length), values, range: await map.locator('.ends span').allInnerTexts() };
}

async function switches(lab, content, undo) {
  await lab.page.getByTestId('logit-content').setChecked(content);
  await lab.page.getByTestId('logit-undo').setChecked(undo);
  await lab.settled('content', String(content));
  await lab.settled('undo', String(undo));
  await lab.page.locator('lab-logit[data-state=answered]').waitFor({ state: 'attached' });
  const [before, after] = [await matrix(lab, 'before'), await matrix(lab, 'after')];
  return { before, after, words: await lab.text('logit-difference') };
}

const IDS = ['content-content', 'content-position', 'position-content', 'position-position'];

function powers(found, scale, tolerance = 1e-3) {
  IDS.forEach((id, i) => {
    const power = [0, 1, 1, 2][i];
    nearly(number(found[id].expected), scale ** power, 1e-4, `${id}, expected`);
    nearly(number(found[id].factor), scale ** power, tolerance, `${id}, measured`);
    nearly(number(found[id].after) / number(found[id].before), scale ** power, 2e-3, `${id}, of the bars`);
  });
}

describe('a logit in four parts', () => {
  test(
    'random weights: the parts scale with 1, γ, γ and γ²',
    `#lab=encodings&${TRAINING}&encodings=sinusoidal&window=2&${ONLY_LOGIT}`,
    async (lab) => {
      const found = await parts(lab);
      powers(found, 2 / 8);
      assert.match(await lab.text('logit-about'), /L = 8, γ = 0\.25/);
      assert.ok((await lab.text('logit-sentence')).length > 40);
      const rows = await lab.csv('save-logit-parts.csv');
      assert.deepEqual(
        rows.map((row) => row.part),
        IDS,
      );
      rows.forEach((row, i) => nearly(Number(row.factor), 0.25 ** [0, 1, 1, 2][i], 1e-5, row.part));
      const xml = parse((await lab.download('svg-logit-parts')).bytes);
      // Bars: as long as their values are, on a logarithmic axis.
      const ends = ['before', 'after'].map((id) =>
        within(marksIn(xml, 'bar', id)[0], 'rect').map(
          (bar) => Number(bar.getAttribute('x')) + Number(bar.getAttribute('width')),
        ),
      );
      const valueAt = scaleIn(xml, 'x', true);
      IDS.forEach((id, i) => {
        nearly(valueAt(ends[0][i]), number(found[id].before), 0.01, `${id}, before`);
        nearly(valueAt(ends[1][i]), number(found[id].after), 0.01, `${id}, after`);
      });
    },
  );

  test(
    'attention: softmax rows, and the two maps are one only where the lemma says so',
    `#lab=encodings&${TRAINING}&encodings=sinusoidal&${ONLY_LOGIT}`,
    async (lab) => {
      await parts(lab);
      for (const [content, undo] of [
        [true, false],
        [true, true],
        [false, false],
        [false, true],
      ]) {
        const { before, after, words } = await switches(lab, content, undo);
        for (const { size, values } of [before, after]) {
          assert.equal(size, 8);
          for (let query = 0; query < size; query++) {
            const row = values.slice(query * size, (query + 1) * size);
            assert.ok(Math.abs(row.reduce((a, b) => a + b, 0) - 1) < 1e-5, `row ${query}`);
            assert.ok(
              row.slice(query + 1).every((weight) => weight === 0),
              'causal copy sees no later key',
            );
          }
        }
        assert.deepEqual(before.range, after.range, 'one scale of colours');
        const difference = Math.max(...before.values.map((value, i) => Math.abs(value - after.values[i])));
        if (undo) {
          assert.ok(difference < 1e-6, `${difference}`);
          assert.match(words, /the same/);
        } else {
          assert.ok(difference > 1e-4, `${difference}`);
          const [, told, query, key] = /Largest difference: (\S+), where query (\d+) reads key (\d+)/.exec(
            words,
          );
          nearly(number(told), difference, 1e-3, 'largest difference');
          const at = Number(query) * 8 + Number(key);
          nearly(Math.abs(before.values[at] - after.values[at]), difference, 1e-6, 'the place of it');
        }
      }
      // Without content and without undoing, the mapping is a temperature: the order of the weights stays.
      const { before, after } = await switches(lab, false, false);
      const order = (values) => values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
      assert.deepEqual(order(before.values.slice(56)), order(after.values.slice(56)));
      const spread = (values) => Math.max(...values) - Math.min(...values);
      assert.ok(spread(after.values.slice(56)) < spread(before.values.slice(56)), 'and they are more even');
      assert.match(await lab.hash(), /content=false/);
    },
  );

  test(
    'heads, and an encoding that adds nothing',
    `#lab=encodings&${TRAINING}&encodings=sinusoidal,none&${ONLY_LOGIT}`,
    async (lab) => {
      const first = await parts(lab);
      await write(lab, 'logit-head', 2);
      await lab.page.getByTestId('logit-about').getByText('head 2').waitFor();
      const second = await parts(lab);
      assert.notEqual(first['content-content'].before, second['content-content'].before);
      powers(second, 1 / 8);
      await write(lab, 'logit-trained_run', 1);
      await lab.page.getByTestId('logit-about').getByText('None').waitFor();
      await lab.page.waitForFunction(() =>
        document
          .querySelector('[data-part-of-logit=position-position] [data-value=factor]')
          ?.textContent.includes('nothing'),
      );
      const none = await parts(lab);
      assert.equal(number(none['position-position'].before), 0);
      nearly(number(none['content-content'].factor), 1, 1e-6, 'content');
    },
  );

  test(
    'trained weights: words on how while no run is open, then those of the open run',
    `#lab=encodings&${TRAINING}&encodings=sinusoidal,rank&weights=trained&${ONLY_LOGIT}`,
    async (lab) => {
      await show(lab, 'logit');
      assert.match(await lab.text('logit-missing'), /press Train/i);
      assert.equal(await lab.page.getByTestId('logit-parts').count(), 0);
      await lab.train();
      await show(lab, 'logit');
      await lab.page.getByTestId('logit-about').getByText('step 20').waitFor();
      powers(await parts(lab), 1 / 8);
      assert.match(await lab.text('logit-about'), /Sinusoidal, seed 0/);
      await lab.page.getByTestId('logit-trained-run').selectOption({ label: 'Rank (learned), seed 0' });
      await lab.page.getByTestId('logit-about').getByText('Rank').waitFor();
      powers(await parts(lab), 1 / 8);
      // Back to what the run began with.
      await lab.page.getByTestId('logit-weights').selectOption('random');
      await lab.page.getByTestId('logit-about').getByText('initial weights').waitFor();
      assert.equal(await lab.data('state'), 'finished', 'looking leaves the run open');
    },
  );
});
