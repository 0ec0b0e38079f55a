// Tables of the encodings lab: brought along, downloaded, and watched while they learn.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { addressHas, dot, npy, pictures, readNpy, settled, SMALL, upload, valuesOf } from './encodings.mjs';
import { near, number, parseCsv } from './files.mjs';
import { labs, until } from './lab.mjs';

const TRAIN =
  'encodings=rank,sinusoidal&seeds=1&train_length=8&symbols=4&train_width=16&mlp=16&heads=2&layers=1&every=50&batch=4&steps=200000';

const { test } = labs({ webgpu: false, link: SMALL });

describe('a table that the reader brings', () => {
  const ROWS = [
    [1, 0.5, -2.25],
    [0, 3, 1e-3],
    [0.1, -7.75, 12],
    [4, 4, 4],
  ];

  test('CSV and .npy are read, shown, measured, and come back as they were', async (lab) => {
    const single = ROWS.map((row) => row.map(Math.fround));
    const files = [
      ['plain.csv', `${ROWS.map((row) => row.join(',')).join('\n')}\n`, /4 positions of 3 entries, CSV\./],
      ['named.csv', `a;b;c\n${ROWS.map((row) => row.join(';')).join('\n')}`, /CSV with a line of names/],
      ['double.npy', npy(ROWS), /NumPy, float64/],
      ['single.npy', npy(ROWS, { descr: '<f4', fortran: true }), /NumPy, float32/],
    ];
    for (const [name, bytes, said] of files) {
      await upload(lab, name, bytes);
      await lab.page.waitForFunction(
        (wanted) => document.querySelector('[data-testid=uploaded]')?.innerText.includes(wanted),
        name,
      );
      assert.match(await lab.text('uploaded'), said);
      await addressHas(lab, 'right', 'uploaded');
      const { left, right } = await pictures(lab);
      assert.deepEqual([right.length, right.width], [4, 3]);
      const wanted = single.flatMap((a) => single.map((b) => dot(a, b)));
      right.matrix.forEach((value, i) => near(value, wanted[i], 1e-4 * Math.max(1, Math.abs(wanted[i]))));
      assert.equal(left.length, 8);
      assert.deepEqual(readNpy((await lab.download('table-right-npy')).bytes), single);
      const back = await lab.download('table-right-csv');
      assert.equal(back.name, 'mnemoscope-table-uploaded.csv');
      assert.deepEqual(
        parseCsv(back.bytes).map((row) => row.map((cell) => Math.fround(Number(cell)))),
        single,
      );
    }
    // Lengths differ, so a cell on the left is none on the right.
    await lab.page.getByTestId('picture-left').locator('.surface').focus();
    await lab.page.keyboard.press('Control+Home');
    assert.match(
      await lab.page.getByTestId('picture-right').getByTestId('reading').innerText(),
      /Point at a cell/,
    );

    await lab.press('upload-left');
    await addressHas(lab, 'left', 'uploaded');
    assert.deepEqual((await pictures(lab)).left.matrix, (await pictures(lab)).right.matrix);
    await lab.press('forget');
    await lab.page.getByTestId('nothing-right').waitFor();
    assert.match(await lab.text('nothing-right'), /no table yet.*Upload/);
    assert.equal(await lab.page.getByTestId('uploaded').count(), 0);
  });

  test('the table of an encoding comes back as the same encoding', async (lab) => {
    await settled(lab);
    for (const format of ['csv', 'npy']) {
      const { name, bytes } = await lab.download(`table-left-${format}`);
      assert.equal(name, `mnemoscope-table-sinusoidal.${format}`);
      await upload(lab, name, bytes);
      await lab.page.waitForFunction(
        (wanted) => document.querySelector('[data-testid=uploaded]')?.innerText.includes(wanted),
        name,
      );
      const { left, right } = await pictures(lab);
      assert.match(right.title, /^Right: Your table/);
      assert.deepEqual(right.matrix, left.matrix);
    }
  });

  test('what was taken as names or as a comment is said', async (lab) => {
    await upload(lab, 'saved.txt', '# x y\n1.0 2.0\n3.0 4.0\n');
    await lab.page.getByTestId('uploaded').waitFor();
    assert.match(
      await lab.text('uploaded'),
      /2 positions of 2 entries, CSV\. Line 1 was taken as a comment: # x y\./,
    );
    await upload(lab, 'frame.csv', '0,1,2\n0.5,1.5,2.5\n3.5,4.5,5.5\n');
    await lab.page.locator('#upload-refused .wrong').waitFor();
    assert.match(await lab.text('upload-refused'), /counts from 0.*names of columns.*or position 0/);
  });

  test('a file may be dropped on this part', async (lab) => {
    await settled(lab);
    await lab.page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File(['1,2\n3,4\n5,6\n'], 'dropped.csv'));
      document.querySelector('#title-upload').dispatchEvent(
        new DragEvent('drop', {
          dataTransfer: data,
          bubbles: true,
          cancelable: true,
        }),
      );
    });
    await lab.page.getByTestId('uploaded').waitFor();
    assert.match(await lab.text('uploaded'), /dropped\.csv: 3 positions of 2 entries/);
    assert.equal((await pictures(lab)).right.length, 3);
  });

  test('a bad file is refused in words, and the earlier table stays', async (lab) => {
    await upload(lab, 'good.csv', '1,2\n3,4\n5,6\n');
    await lab.page.getByTestId('uploaded').waitFor();
    const before = (await pictures(lab)).right.matrix;
    const complex = npy(ROWS, { descr: '<c8' });
    for (const [name, bytes, said] of [
      ['nan.csv', '1,2\nNaN,4\n', /row 2, column 1.*NaN.*not a finite number/i],
      ['ragged.csv', '1,2\n3,4,5\n', /row 2 has 3 cells.*2.*equally long/],
      ['words.csv', '1,2\n3,four\n', /row 2, column 2.*four.*not a number/],
      ['empty.csv', '', /empty/],
      ['one.csv', '1,2,3\n', /1 × 3.*2 to \d+ rows/],
      [
        'nan.npy',
        npy([
          [1, 2],
          [3, NaN],
        ]),
        /row 2, column 2.*NaN.*not a finite number/i,
      ],
      ['complex.npy', complex, /c8/],
      ['huge.npy', npy(ROWS, { shape: '(1000000000, 1000000000)' }), /1000000000/],
      ['header.npy', npy(ROWS, { headerLength: 65000 }), /header/],
      ['short.npy', npy(ROWS).subarray(0, 150), /bytes|short|cut/],
      ['cube.npy', npy(ROWS, { shape: '(2, 2, 3)' }), /3 dimensions.*two, positions and entries/],
      ['picture.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe]), /neither/],
    ]) {
      await upload(lab, name, bytes);
      await lab.page
        .waitForFunction(
          (pattern) =>
            new RegExp(pattern, 'i').test(document.querySelector('[data-testid=upload-refused]').innerText),
          said.source,
        )
        .catch(async () => assert.fail(`${name}: ${await lab.text('upload-refused')}`));
      assert.match(await lab.text('upload-refused'), /good\.csv” stays open/);
      assert.match(await lab.text('uploaded'), /good\.csv/);
      assert.deepEqual((await pictures(lab)).right.matrix, before);
      // So that the next refusal is told apart from this one.
      await upload(lab, 'good.csv', '1,2\n3,4\n5,6\n');
      await lab.page.waitForFunction(
        () => document.querySelector('[data-testid=upload-refused]').innerText.trim() === '',
      );
    }
  });
});

describe('a table that learns', () => {
  test('before a run it is the table that it starts from', 'left=trained', async (lab) => {
    await lab.page.getByTestId('note-left').getByText('press Train').waitFor();
    const { left } = await pictures(lab);
    const { bytes } = await lab.download('svg-similarity-left');
    assert.match(bytes.toString('utf8'), /after 0 training steps/);
    assert.equal(left.length, 16, 'the length of the model that would be trained');
    assert.equal(await lab.page.getByTestId('before-left').count(), 0);
  });

  test('it follows the run, and beside it stands what it was', `left=trained&${TRAIN}`, async (lab) => {
    await lab.press('train');
    await lab.stepAtLeast(5);
    await lab.page.locator('#title-inspect').scrollIntoViewIfNeeded();
    const step = async () => number(await lab.text('trained-step-left'));
    await lab.page.getByTestId('picture-left').waitFor();
    const at = (least) => until(step, (found) => found >= least);
    const map = lab.page.getByTestId('picture-left');
    await at(1);
    const first = await valuesOf(map);
    const early = await step();
    await at(early + 20);
    const later = await valuesOf(map);
    assert.notDeepEqual(later, first);
    assert.ok((await step()) >= early + 20);
    assert.match(await lab.text('note-left'), /Rank.*seed 0/i);

    const before = lab.page.getByTestId('before-left');
    assert.equal(await before.getAttribute('aria-pressed'), 'false');
    await lab.press('before-left');
    await addressHas(lab, 'right', 'rank');
    await addressHas(lab, 'width', '16');
    await lab.page.locator('[data-testid=before-left][aria-pressed=true]').waitFor();
    await lab.press('pause');
    await lab.state('paused');
    const stopped = await lab.step();
    await at(stopped);
    const shown = await pictures(lab);
    assert.equal(await step(), stopped, 'the last step is shown');
    assert.deepEqual([shown.right.length, shown.right.width], [8, 16]);
    assert.notDeepEqual(shown.right.matrix, shown.left.matrix);

    // The measures follow it too.
    await lab.page.locator('#title-measures').scrollIntoViewIfNeeded();
    await lab.page.getByTestId('measures').waitFor();
    assert.match(
      await lab.page.locator('.measures summary').innerText(),
      new RegExp(`at step ${stopped.toLocaleString('en')}`),
    );

    await lab.press('reset');
    await lab.state('ready');
    await lab.page.locator('#title-inspect').scrollIntoViewIfNeeded();
    await until(step, (found) => found === 0);
    const again = await pictures(lab);
    again.left.matrix.forEach((value, i) =>
      near(value, again.right.matrix[i], 1e-4, 'at step 0 it is what stands beside it'),
    );

    await lab.press('before-left');
    await addressHas(lab, 'right', null);
    // Another run's table.
    await lab.page.getByTestId('run-left').selectOption({ label: 'Sinusoidal, seed 0' });
    await addressHas(lab, 'trained_run', '1');
    const other = await pictures(lab);
    // Σ sin² + cos² over half of its width.
    for (let p = 0; p < 8; p++) near(other.left.matrix[p * 9], 8, 1e-4, `position ${p}`);
  });
});
