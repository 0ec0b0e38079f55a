// The encodings lab's inspector: what its maps, its slice and its singular values show is computed here a second time.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { addressHas, change, openNumbers, pictures, settled, SMALL } from './encodings.mjs';
import { marksIn, near, number, parse, parseCsv, plotOf, PNG, ticksIn, within } from './files.mjs';
import { labs } from './lab.mjs';

const { test } = labs({ webgpu: false, link: SMALL });

/** What the engine answers for a side, row by row. */
const answerOf = (lab, side) =>
  lab.page.evaluate(async (of) => {
    const { matrix } = await document.querySelector('#lab').client.ask('inspect.picture', { side: of });
    return matrix && Array.from(matrix);
  }, side);

describe('two encodings side by side', () => {
  test('every cell is the dot product, the cosine or the distance of two positions', async (lab) => {
    for (const measure of ['dot', 'cosine', 'distance']) {
      await lab.page.locator(`input[name=at-measure][value=${measure}]`).check({ force: true });
      await lab.settled('measure', measure);
      const shown = await pictures(lab);
      for (const side of ['left', 'right']) {
        assert.match(shown[side].title, new RegExp(measure));
        assert.deepEqual(shown[side].matrix, await answerOf(lab, side));
      }
    }
    const listed = await lab.page.locator('#set-measure').inputValue();
    assert.equal(listed, 'distance', 'the panel has the same setting');
  });

  test('a cell is read by keyboard and pointer, and the other map reads the same cell', async (lab) => {
    await settled(lab);
    const left = lab.page.getByTestId('picture-left');
    const right = lab.page.getByTestId('picture-right');
    const reading = (map) => map.getByTestId('reading').innerText();
    const value = async (map) => number((await reading(map)).match(/: (\S+)$/)[1]);
    const [lefts, rights] = [await answerOf(lab, 'left'), await answerOf(lab, 'right')];
    await lab.page.getByTestId('choose-left').focus();
    await lab.page.keyboard.press('Tab');
    assert.match(
      await lab.page.evaluate(() => document.activeElement.getAttribute('aria-label')),
      /^Left: Sinusoidal/,
    );
    await lab.page.keyboard.press('Control+Home');
    for (const key of ['Down', 'Down', 'Right', 'Right', 'Right', 'Right', 'Right'])
      await lab.page.keyboard.press(`Arrow${key}`);
    assert.match(await reading(left), /^position p 2, position q 5: /);
    assert.match(await left.locator('[role=status]').innerText(), /position p 2, position q 5/);
    near(await value(left), lefts[2 * 8 + 5], 1e-5);
    assert.match(await reading(right), /^position p 2, position q 5: /, 'linked');
    near(await value(right), rights[2 * 8 + 5], 1e-5);

    const canvas = right.locator('.drawing');
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    const plot = await plotOf(right);
    const cell = (plot.right - plot.left) / 8;
    await lab.page.mouse.move(box.x + plot.left + 6.5 * cell, box.y + plot.top + 1.5 * cell);
    assert.match(await reading(right), /^position p 1, position q 6: /);
    near(await value(right), rights[8 + 6], 1e-5);
    await lab.page.mouse.move(0, 0);
    assert.match(await reading(right), /Point at a cell|position p 2/);
  });

  test('one range of colours for both, or each its own', 'right=spike-time', async (lab) => {
    await settled(lab);
    const ends = (side) => lab.page.getByTestId(`picture-${side}`).locator('.ends span').allInnerTexts();
    const own = [await ends('left'), await ends('right')];
    assert.notDeepEqual(own[0], own[1]);
    await lab.page.locator('input[name=at-range][value=shared]').check({ force: true });
    await lab.page.waitForFunction(() => {
      const [left, right] = ['left', 'right'].map(
        (side) => document.querySelector(`[data-testid=picture-${side}] .ends`).innerText,
      );
      return left === right;
    });
    assert.equal(number((await ends('right')).at(-1)), number(own[0].at(-1)), 'up to the greatest of both');
    await lab.page.locator('input[name=at-range][value=own]').check({ force: true });
    await lab.page.waitForFunction(
      (wanted) => document.querySelector('[data-testid=picture-right] .ends').innerText.includes(wanted),
      own[1].at(-1),
    );
  });

  test('each encoding has the sliders that it answers to', async (lab) => {
    const wanted = {
      none: [],
      sinusoidal: ['base', 'compression', 'gain', 'noise'],
      rope: ['base', 'compression'],
      alibi: ['compression', 'gain'],
      'one-hot': ['gain', 'noise'],
      'rank-code': ['alpha', 'active', 'gain', 'noise'],
      fourier: ['compression', 'gain', 'noise'],
      random: ['margin', 'gain', 'noise'],
      uploaded: [],
      trained: [],
    };
    for (const [encoding, names] of Object.entries(wanted)) {
      await lab.page.getByTestId('choose-left').selectOption(encoding);
      await lab.settled('left', encoding);
      await settled(lab);
      const found = await lab.page
        .locator('[data-side=left] .slider')
        .evaluateAll((all) => all.map((one) => one.dataset.setting.replace('left_', '')));
      assert.deepEqual(found, names, encoding);
      assert.equal(await lab.page.locator('#set-left').inputValue(), encoding);
      const matrix = () => answerOf(lab, 'left');
      const whole = await matrix();
      // What is moved changes the picture.
      for (const name of names) {
        const slider = lab.page.getByTestId(`slide-left_${name}`);
        const before = await lab.page.locator(`#at-left_${name}`).inputValue();
        await slider.focus();
        await lab.page.keyboard.press(name === 'alpha' || name === 'active' ? 'ArrowLeft' : 'PageUp');
        await lab.page.waitForFunction(
          ([id, old]) =>
            document.querySelector(`#set-${id}`).value !== old &&
            document.querySelector(`#set-${id}`).value === document.querySelector(`#at-${id}`).value,
          [`left_${name}`, before],
        );
        assert.notDeepEqual(await matrix(), whole, `${encoding}: ${name}`);
        await change(lab, `left_${name}`, before);
        await lab.settled(`left_${name}`, before);
        assert.deepEqual(await matrix(), whole, `${encoding}: ${name} back`);
      }
    }
  });

  test('a slider that moves fast asks for one picture at a time', 'length=256&width=64', async (lab) => {
    await settled(lab);
    const seen = await lab.page.evaluate(async () => {
      const { client } = document.querySelector('#lab');
      const ask = client.ask.bind(client);
      const sent = client.change.bind(client);
      const told = { most: 0, now: 0, pictures: 0, changes: 0 };
      client.ask = async (name, args) => {
        if (name !== 'inspect.picture' || args.side === 'right') return ask(name, args);
        told.pictures += 1;
        told.most = Math.max(told.most, ++told.now);
        try {
          return await ask(name, args);
        } finally {
          told.now -= 1;
        }
      };
      client.change = (name, value) => {
        told.changes += 1;
        sent(name, value);
      };
      const slider = document.querySelector('[data-testid=slide-left_compression]');
      // In bursts: within one no time passes.
      for (let i = 1; i <= 60; i++) {
        slider.value = String(i);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        if (i % 10 === 0) await scheduler.postTask(() => {});
      }
      slider.dispatchEvent(new Event('change', { bubbles: true }));
      return told;
    });
    const last = await lab.page.locator('#at-left_compression').inputValue();
    await addressHas(lab, 'left_compression', last);
    await settled(lab);
    const wanted = await answerOf(lab, 'left');
    const left = lab.page.getByTestId('picture-left');
    await left.locator('.surface').focus();
    await lab.page.keyboard.press('Control+Home');
    await lab.page.keyboard.press('End');
    const reading = await left.getByTestId('reading').innerText();
    assert.match(reading, /^position p 0, position q 255: /);
    near(number(reading.match(/: (\S+)$/)[1]), wanted[255], 1e-3);
    assert.equal(seen.most, 1);
    assert.ok(seen.changes < 40, `${seen.changes} of 61 values were sent`);
    assert.ok(seen.changes >= 2);
    assert.equal(await lab.page.locator('#set-left_compression').inputValue(), last);
  });

  test('a value that is not allowed is refused in words beside its slider', async (lab) => {
    await change(lab, 'left_compression', '20');
    const wrong = lab.page.locator('#at-left_compression-wrong');
    await wrong.waitFor();
    assert.match(await wrong.innerText(), /“20” is not allowed. Allowed: .*8.*Used instead:\s*8/s);
    assert.equal(await lab.page.locator('#at-left_compression').getAttribute('aria-invalid'), 'true');
    await change(lab, 'width', '7');
    await lab.page.locator('#at-width-wrong').waitFor();
    assert.match(await lab.page.locator('#at-width-wrong').innerText(), /even/);
  });

  test(
    'what has no vectors says so; RoPE and ALiBi are kernels',
    'left=none&right=alibi&heads=2',
    async (lab) => {
      await settled(lab);
      assert.match(await lab.text('nothing-left'), /adds nothing/);
      assert.match(
        await lab.text('note-right'),
        /position-only kernel that ALiBi.*logit of a query and a key/,
      );
      await lab.page.locator('#title-spectrum').scrollIntoViewIfNeeded();
      assert.match(await lab.text('rank-right'), /no vectors but zero/);
      assert.equal(await lab.page.getByTestId('table-right-csv').count(), 0);

      await lab.page.getByTestId('choose-left').selectOption('rope');
      await lab.page.getByTestId('picture-left').waitFor();
      await settled(lab);
      assert.match(await lab.text('note-left'), /position-only kernel that RoPE gives to a query and a key/);
      await lab.page.locator('input[name=at-measure][value=cosine]').check({ force: true });
      await lab.page.getByTestId('nothing-right').waitFor();
      assert.match(await lab.text('nothing-right'), /no angle/);
    },
  );

  test('a map of 1024 positions is there whole: picture, cell, file', 'length=1024&width=16', async (lab) => {
    await settled(lab);
    assert.match(
      await lab.text('computed-left'),
      /1,024 × 1,024 from 16 entries each, on the CPU in [\d.,]+ ms/,
    );
    const wanted = await answerOf(lab, 'left');
    await lab.page.getByTestId('picture-left').locator('.surface').focus();
    await lab.page.keyboard.press('Control+End');
    await lab.page.keyboard.press('Home');
    const reading = await lab.page.getByTestId('picture-left').getByTestId('reading').innerText();
    assert.match(reading, /^position p 1023, position q 0: /);
    near(number(reading.match(/: (\S+)$/)[1]), wanted[1023 * 1024], 1e-3);

    await openNumbers(lab, '[data-testid=picture-left]');
    const { name, bytes } = await lab.download('save-similarity-left.csv');
    assert.equal(name, 'mnemoscope-similarity-left.csv');
    const rows = parseCsv(bytes);
    assert.equal(rows.length, 1025);
    assert.deepEqual(rows[0].slice(1, 4), ['0', '1', '2']);
    for (const [p, q] of [
      [0, 0],
      [1, 1023],
      [517, 3],
      [1023, 1022],
    ])
      assert.equal(Math.fround(Number(rows[p + 1][q + 1])), wanted[p * 1024 + q], 'the file is exact');
    assert.ok(rows.every((row) => row.length === 1025));

    const xml = parse((await lab.download('svg-similarity-left')).bytes);
    const [image] = within(xml, 'image');
    const png = PNG.sync.read(Buffer.from(image.getAttribute('href').split(',')[1], 'base64'));
    assert.equal(png.width % 1024, 0);
    const colour = (p, q) =>
      png.data.readUInt32BE(4 * (p * (png.width / 1024) * png.width + q * (png.width / 1024)));
    assert.equal(colour(5, 5), colour(900, 900), 'the diagonal has one colour');
    assert.notEqual(colour(5, 5), colour(5, 30));
  });
});

describe('slice and singular values', () => {
  test('the slice, by distance', 'left=rank-code&left_active=3&right_gain=2', async (lab) => {
    await settled(lab);
    await openNumbers(lab, '[aria-labelledby=title-slice]');
    const rows = await lab.csv('save-slice.csv');
    assert.equal(rows.length, 8);
    for (const side of ['left', 'right']) {
      const answer = await lab.ask('inspect.picture', { side });
      for (const kind of ['mean', 'least', 'greatest'])
        rows.forEach((row, i) =>
          near(Number(row[`${side}_${kind}`]), answer[kind][i], 1e-6, `${side}, ${kind}`),
        );
    }
    assert.ok(Number(rows[1].left_greatest) - Number(rows[1].left_least) > 0.1, 'the rank code has a band');
    const row = lab.page.locator('[aria-labelledby=title-slice] tbody tr').nth(3);
    near(number(await row.locator('td').nth(3).innerText()), Number(rows[3].right_mean), 1e-5);

    const xml = parse((await lab.download('svg-slice')).bytes);
    assert.deepEqual(
      marksIn(xml, 'line').map((line) => line.getAttribute('data-series')),
      ['left', 'right'],
    );
    assert.equal(marksIn(xml, 'band', 'left').length, 1);
    const words = within(xml, 'text')
      .map((one) => one.textContent)
      .join(' ');
    assert.match(words, /Similarity against distance/);
    assert.match(words, /Distance \|p − q\|/);
    assert.match(words, /lab=encodings.*left=rank-code/);

    await lab.page.getByTestId('figure-slice').locator('.surface').focus();
    await lab.page.keyboard.press('Home');
    await lab.page.keyboard.press('ArrowRight');
    const reading = await lab.page.getByTestId('figure-slice').getByTestId('reading').innerText();
    assert.match(reading, /^Distance 1: Left: Rank-ordered.*; Right: Frequency-compressed/);
    near(number(reading.match(/Right: \S+ (\S+) \(/)[1]), Number(rows[1].right_mean), 1e-5);
  });

  test('relative slices of one shape coincide', 'length=64&width=64&right=spike-time', async (lab) => {
    await settled(lab);
    await lab.page.locator('input[name=relative]').check();
    await openNumbers(lab, '[aria-labelledby=title-slice]');
    const rows = await lab.csv('save-slice.csv');
    assert.equal(rows.length, 64);
    for (const row of rows) near(Number(row.left_mean), Number(row.right_mean), 1e-5);
    assert.equal(Number(rows[0].left_mean), 1);
  });

  test('18 singular values above a thousandth', 'length=64&width=64', async (lab) => {
    await settled(lab);
    await openNumbers(lab, '[aria-labelledby=title-spectrum]');
    const rows = await lab.csv('save-singular-values.csv');
    assert.equal(rows.length, 64);
    for (const [side, count] of [
      ['left', 18],
      ['right', 3],
    ]) {
      const values = rows.map((row) => Number(row[side]));
      assert.equal(values.filter((value) => value > 1e-3 * values[0]).length, count);
      const text = await lab.text(`rank-${side}`);
      assert.match(text, new RegExp(`\\b${count}\\s+of 64 above a thousandth`));
    }
    const xml = parse((await lab.download('svg-singular-values')).bytes);
    assert.equal(marksIn(xml, 'line').length, 2);
    const ticks = ticksIn(xml, 'y').map(({ text }) => text);
    assert.ok(
      ticks.some((text) => /^10⁻\S$/.test(text)),
      `powers of ten: ${ticks}`,
    );
  });
});
