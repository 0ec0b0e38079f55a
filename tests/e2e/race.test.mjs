// What a race leads to: verdicts, costs, and what it is compared with.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { marksIn, number, parse, plotOf, within } from './files.mjs';
import { labs, PHONE } from './lab.mjs';

const CPU =
  '#lab=copy&executor=cpu&encodings=rank,sinusoidal&seeds=1&steps=40&length=8&symbols=4&width=16&mlp=32&heads=2&layers=2&every=10';

const { test, withLab } = labs({ webgpu: false, link: CPU });

/** The claims as they are listed: identifier, verdict, and all that is said. */
const claimsOf = (lab) =>
  lab.page.locator('[data-testid=verdicts] li').evaluateAll((found) =>
    found.map((item) => ({
      claim: item.dataset.claim,
      verdict: item.dataset.verdict,
      text: item.innerText,
    })),
  );

describe('verdicts', () => {
  it('the first steps at 99 % are those of the numbers, with median and spread', async () => {
    const link = '#lab=copy&executor=cpu&encodings=rank,none&seeds=3&steps=120&every=1&symbols=4&length=8';
    await withLab(link, async (lab) => {
      await lab.train();
      const rows = await lab.csv();
      for (const encoding of ['rank', 'none']) {
        const firsts = [0, 1, 2].map((seed) => {
          const row = rows.find(
            (found) =>
              found.arm === encoding &&
              Number(found.seed) === seed &&
              Number(found['token-accuracy']) >= 0.99,
          );
          return row ? Number(row.step) : Infinity;
        });
        const cells = await lab.page
          .getByTestId('milestones')
          .locator(`tr[data-arm=${encoding}] td`)
          .allInnerTexts();
        const text = (step) => (step === Infinity ? '> 120' : String(step));
        const sorted = firsts.toSorted((a, b) => a - b);
        if (encoding === 'rank') assert.ok(sorted[0] < sorted[1], `seeds that differ: ${sorted}`);
        assert.equal(cells[1], text(sorted[1]));
        assert.equal(
          cells[2],
          sorted[0] === sorted[2] ? text(sorted[0]) : `${text(sorted[0])} to ${text(sorted[2])}`,
        );
        for (const step of firsts) if (step !== Infinity) assert.match(cells[0], new RegExp(`\\b${step}\\b`));
      }
    });
  });

  test(
    'claims get a verdict, which depends on the run',
    '#lab=copy&executor=cpu&encodings=rank,sinusoidal&seeds=3&steps=300&every=20&symbols=4&length=8',
    async (lab) => {
      assert.equal(await lab.page.getByTestId('verdicts').count(), 0, 'no verdict before a run');
      await lab.train();
      const claims = await claimsOf(lab);
      assert.ok(claims.length >= 2);
      const signs = { holds: '✓', fails: '✗', open: '…', untested: '–' };
      for (const { verdict, text } of claims) {
        assert.ok(text.startsWith(`${signs[verdict]} ${verdict}`), text);
        assert.match(text, verdict === 'untested' ? /race: \S/ : /Measured: \S/);
      }
      assert.equal(
        claims.filter(({ verdict }) => verdict === 'untested').length,
        1,
        'claims that this race cannot test share one line',
      );
      const rank = claims.find(({ text }) => /rank.*sinusoidal/i.test(text));
      const firsts = async (arm) => {
        const rows = await lab.csv();
        return [0, 1, 2].map((seed) => {
          const own = rows.filter((row) => row.arm === arm && Number(row.seed) === seed);
          return Number(own.find((row) => Number(row['token-accuracy']) >= 0.99).step);
        });
      };
      const [ours, theirs] = [await firsts('rank'), await firsts('sinusoidal')];
      const sooner = ours.map((step, seed) => step <= theirs[seed]);
      const expected = sooner.every(Boolean) ? 'holds' : sooner.some(Boolean) ? 'open' : 'fails';
      assert.equal(rank.verdict, expected, `${ours} against ${theirs}`);
      for (const step of [...ours, ...theirs]) assert.ok(rank.text.includes(String(step)), rank.text);
      const other = claims.find(({ verdict }) => verdict === 'untested');
      assert.match(other.text, /Not tested in this race: .*compressed/i);
    },
  );

  it('an open claim has a button that goes on, from here, to a length that would decide', async () => {
    const link = '#executor=cpu&encodings=rank,compressed&seeds=3&steps=100&every=10&symbols=4&length=8';
    await withLab(link, async (lab) => {
      await lab.train();
      const before = await lab.csv();
      const open = (await claimsOf(lab)).find(({ claim }) => claim === 'compressed');
      assert.equal(open.verdict, 'open');
      assert.match(open.text, /does not learn within 100 steps/);
      assert.match(open.text, /Open: not within 100 steps, (still improving|too short to tell)\./);
      const decide = lab.page.getByTestId('decide');
      assert.equal(await lab.page.getByTestId('again').count(), 0, 'three seeds are enough');
      const words = await decide.innerText();
      const steps = number(words.match(/Go on to step ([\d,]+)/)[1]);
      assert.ok(steps > 100, words);
      assert.match(words, /about \d+ (s|min)/);
      // By the keyboard, whose place is not lost.
      await lab.page.getByTestId('go-on').press('Enter');
      await lab.stepAtLeast(steps);
      await lab.state('finished');
      assert.equal(await lab.page.evaluate(() => document.activeElement.id), 'pause');
      assert.match(await lab.page.evaluate(() => location.hash), new RegExp(`steps=${steps}\\b`));
      const after = await lab.csv();
      assert.equal(Math.max(...after.map(({ step }) => Number(step))), steps);
      const first = after.filter(({ step }) => Number(step) <= 100);
      assert.deepEqual(first, before, 'the steps up to there are the same: it went on');
      const decided = (await claimsOf(lab)).find(({ claim }) => claim === 'compressed');
      assert.match(decided.text, new RegExp(`within ${steps} steps`));
    });
  });

  it('with fewer than three seeds every claim is open, and a button starts with three', async () => {
    const link = '#executor=cpu&encodings=rank,sinusoidal&seeds=1&steps=60&every=20&symbols=4&length=8';
    await withLab(link, async (lab) => {
      await lab.train();
      const rank = (await claimsOf(lab)).find(({ claim }) => claim === 'rank');
      assert.equal(rank.verdict, 'open');
      assert.match(rank.text, /Open: 1 of 3 seeds/);
      const again = lab.page.getByTestId('again');
      assert.match(await again.innerText(), /^Start again with 3 seeds/);
      await again.click();
      await lab.page.waitForFunction(() => /seeds=3/.test(location.hash));
      await lab.page.waitForFunction(
        () => !/seeds/.test(document.querySelector('[data-claim=rank] .found')?.textContent ?? 'seeds'),
        null,
      );
    });
  });
});

describe('cost', () => {
  it('the kernels add up to the launches of a step, and later numbers stay the same', async () => {
    let whole;
    await withLab(async (lab) => {
      await lab.train();
      whole = await lab.csv();
    });
    await withLab(async (lab) => {
      assert.equal(await lab.page.getByTestId('profile').getAttribute('aria-disabled'), 'true');
      for (let i = 1; i <= 3; i++) {
        await lab.press('step');
        await lab.stepAtLeast(i);
        await lab.state('paused');
      }
      await lab.press('profile');
      await lab.page.getByTestId('kernels').waitFor();
      const read = (selector) =>
        lab.page
          .locator(`[data-testid=kernels] ${selector}`)
          .evaluateAll((found) => found.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
      const rows = await read('tbody tr');
      const [total] = await read('tfoot tr');
      const launches = rows.reduce((sum, row) => sum + number(row[1]), 0);
      assert.equal(launches, number(total[1]));
      const about = await lab.page.locator('.about').innerText();
      assert.equal(launches, number(about.match(/([\d,]+) kernel launches/)[1]));
      assert.equal(new Set(rows.map((row) => row[0])).size, rows.length, 'each kernel once');
      for (const name of ['matmul', 'attention'])
        assert.ok(
          rows.some((row) => row[0].startsWith(name)),
          name,
        );
      let last = Infinity;
      for (const row of rows) {
        const [ms, bound] = [number(row[2]), number(row[7])];
        assert.ok(ms >= 0 && ms <= last && bound >= 0, row.join(' '));
        assert.match(row[6], /^(arithmetic|memory)$/);
        last = ms;
      }
      const sum = rows.reduce((all, row) => all + number(row[2]), 0);
      assert.ok(Math.abs(sum - number(total[2])) < 0.02 * sum + 0.01, `${sum} ${total[2]}`);
      assert.match(await lab.page.locator('.cost').innerText(), /[\d.]+ GFLOP\/s.*[\d.]+ GB\/s/s);
      assert.equal(await lab.step(), 3);
      await lab.train();
      assert.deepEqual(await lab.csv(), whole);
    });
  });
});

describe('compare', () => {
  const what = (lab) => lab.page.locator('[data-testid=compare] td.what').allInnerTexts();
  const series = async (lab) => {
    const { bytes } = await lab.download('svg-loss');
    return marksIn(parse(bytes), 'line').map((line) => line.getAttribute('data-series'));
  };

  /** Of each line in the saved figure: its unbroken stretches, and its points. */
  const strokes = async (lab) => {
    const { bytes } = await lab.download('svg-loss');
    const found = {};
    for (const line of marksIn(parse(bytes), 'line')) {
      const d = within(line, 'path')[0].getAttribute('d');
      found[line.getAttribute('data-series')] = {
        stretches: d.match(/M/g).length,
        points: d.match(/[ML]/g).length,
      };
    }
    return found;
  };

  test('an earlier run is laid over, and exactly what differs is named', async (lab) => {
    await lab.train();
    assert.equal(await lab.page.getByTestId('compare').count(), 0);
    assert.deepEqual(await series(lab), ['rank', 'sinusoidal']);
    await lab.set('width', '24');
    await lab.set('rate', '0.01');
    // Another grid of steps: the lines must still meet at theirs.
    await lab.set('every', '8');
    await lab.train();
    assert.deepEqual(await what(lab), [
      'Width 16, here 24; Learning rate 0.003, here 0.01; Evaluate every 10, here 8',
    ]);
    assert.deepEqual(await series(lab), ['rank', 'sinusoidal', '1/rank', '1/sinusoidal']);
    // Every 8 steps up to 40, and every 10: each line goes through its own points, without a break.
    const drawn = await strokes(lab);
    for (const id of ['rank', 'sinusoidal']) assert.deepEqual(drawn[id], { stretches: 1, points: 6 });
    for (const id of ['1/rank', '1/sinusoidal']) assert.deepEqual(drawn[id], { stretches: 1, points: 5 });
    assert.match(
      await lab.page.locator('.loss .earlier').innerText(),
      /Run 1: Width 16, here 24; Learning rate/,
    );

    await lab.page.locator('.settings input[name=encodings][value=rank]').uncheck();
    await lab.page.waitForFunction(() => location.hash.includes('encodings=sinusoidal'));
    await lab.train();
    assert.deepEqual(await what(lab), [
      'Encodings with Rank (learned); Width 16, here 24; Learning rate 0.003, here 0.01; Evaluate every 10, here 8',
      'Encodings with Rank (learned)',
    ]);
    assert.deepEqual((await series(lab)).sort(), [
      '1/rank',
      '1/sinusoidal',
      '2/rank',
      '2/sinusoidal',
      'sinusoidal',
    ]);

    await lab.page.getByRole('checkbox', { name: 'Show Run 1 in the charts' }).uncheck();
    assert.deepEqual((await series(lab)).sort(), ['2/rank', '2/sinusoidal', 'sinusoidal']);
    assert.ok(!(await lab.page.locator('.loss .earlier').innerText()).includes('Run 1'));
    await lab.page.getByRole('button', { name: 'Remove Run 2' }).click();
    assert.deepEqual(await series(lab), ['sinusoidal']);
    assert.equal((await what(lab)).length, 1);
  });

  test('the last five runs are kept, the oldest goes first', async (lab) => {
    for (let run = 0; run < 7; run++) {
      await lab.set('seed', String(run + 1));
      await lab.train();
    }
    assert.deepEqual(
      await what(lab),
      [2, 3, 4, 5, 6].map((seed) => `First seed ${seed}, here 7`),
    );
  });

  const RANK = { encodings: 'rank', seeds: 2, steps: 120, width: 32, mlp: 64, seed: 5 };
  test('a results file joins in, chosen or dropped; a bad one is refused in words', RANK, async (lab) => {
    const { page } = lab;
    await lab.train();
    const { bytes } = await lab.download('json');
    const [{ reached }] = JSON.parse(bytes.toString('utf8')).runs;
    const csv = (await lab.download('csv')).bytes.toString();
    await lab.set('seed', '0');
    await lab.press('reset');
    await lab.state('ready');
    await lab.train();
    const choose = (name, buffer) =>
      page.getByTestId('compare-file').setInputFiles({ name, mimeType: 'application/json', buffer });
    await choose('mine.json', bytes);
    const row = page.locator('[data-testid=compare] tbody tr', { hasText: 'mine.json' });
    await row.waitFor();
    assert.match(await row.locator('td.what').innerText(), /First seed 5, here 0/);
    const cell = await row.locator('td.n').first().innerText();
    const step = reached['token-accuracy'];
    assert.ok(step === null ? cell.startsWith('not within 120') : / of 2 seeds/.test(cell), cell);
    assert.ok((await series(lab)).includes('1/rank'));
    await page.evaluate((text) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], 'dropped.csv', { type: 'text/csv' }));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    }, csv);
    await page.locator('[data-testid=compare] tbody tr', { hasText: 'dropped.csv' }).waitFor();
    const before = await what(lab);
    await choose('bad.json', Buffer.from('{"lab":'));
    await page.waitForFunction(() => document.querySelector('#compare-refused').textContent.trim() !== '');
    assert.deepEqual(await what(lab), before, 'nothing was added');
    assert.equal(await lab.data('state'), 'finished');
  });
});

test('a phone with every panel filled, for every reader', '', PHONE, async (lab) => {
  const { page } = lab;
  await lab.train();
  await lab.set('batch', '8');
  await lab.train();
  await page.locator('#title-look').scrollIntoViewIfNeeded();
  await page.locator('[data-testid=look-step]', { hasText: '40' }).waitFor();
  await lab.press('profile');
  await page.getByTestId('kernels').waitFor();
  await page.getByTestId('look-probe').fill('1 2 x');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('#look-refused').textContent.trim() !== '');
  await lab.openAll();
  await page.locator('table.matrix').nth(1).waitFor();
  await lab.fits();
  const heatmap = page.getByTestId('attention');
  const { left, top, right } = await plotOf(heatmap);
  const cell = (right - left) / 8;
  await heatmap.locator('.drawing').tap({ position: { x: left + 1.5 * cell, y: top + 4.5 * cell } });
  const text = await heatmap.getByTestId('reading').innerText();
  assert.match(text, /query 4 · SEP, key 1 · /);
  const row = heatmap.locator('table.matrix tbody tr').nth(4);
  assert.equal(number(text.match(/: (\S+)/)[1]), number(await row.locator('td').nth(1).innerText()));
});
