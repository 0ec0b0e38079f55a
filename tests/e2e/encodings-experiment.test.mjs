// The experiments of the encodings lab: what is drawn, listed and saved agrees, and with what the definitions give.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { attributeOf, marksIn, nearly, number, parse, ticksIn, withClass, within } from './files.mjs';
import { labs, plotOf, pointsOf, until } from './lab.mjs';

const [LENGTH, WIDTH] = [8, 16];
const SMALL = `executor=cpu&train_length=${LENGTH}&symbols=4&train_width=${WIDTH}&heads=2&layers=1&mlp=32&batch=8`;
const ONLY = 'hide=inspect,measures,phase,lemma,logit';
const SWEEP = `#lab=encodings&experiment=sweep&levels=3&seeds=1&steps=300&every=10&${SMALL}`;

const { test, withLab } = labs({ webgpu: false });

async function trained(lab, title) {
  await lab.train();
  await found(lab, title);
}

/** Waits for the outcome of the last step. */
async function found(lab, title) {
  await lab.page.locator('#title-experiment').scrollIntoViewIfNeeded();
  await lab.page.locator(`#${title}`).waitFor();
  await lab.page.waitForFunction(() => {
    const { state, live } = document.querySelector('lab-experiment').dataset;
    return state === 'answered' && live === document.querySelector('#lab').dataset.step;
  });
}

const outcome = (lab) => lab.page.evaluate(() => document.querySelector('#lab').client.ask('run.found', {}));

const rows = (lab, testId) =>
  lab.page
    .getByTestId(testId)
    .locator('tbody tr')
    .evaluateAll((all) =>
      all.map((row) => ({ ...row.dataset, cells: [...row.cells].map((cell) => cell.innerText.trim()) })),
    );

/** Self-margin of a sinusoidal table: each position's product with itself less the best with another, on average. */
function margin(compression, gain) {
  const table = Array.from({ length: LENGTH }, (_, p) =>
    Array.from({ length: WIDTH }, (_, column) => {
      const frequency = 10000 ** (-(2 * Math.floor(column / 2)) / WIDTH);
      return gain * (column % 2 ? Math.cos : Math.sin)((p / compression) * frequency);
    }),
  );
  const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const margins = table.map(
    (own, p) => dot(own, own) - Math.max(...table.filter((_, q) => q !== p).map((other) => dot(own, other))),
  );
  return margins.reduce((a, b) => a + b, 0) / LENGTH;
}

/** Spearman's ρ; equals share the mean of their ranks. */
function spearman(x, y) {
  const ranks = (values) =>
    values.map((value) => {
      const below = values.filter((other) => other < value).length;
      const same = values.filter((other) => other === value).length;
      return below + (same + 1) / 2;
    });
  const [a, b] = [ranks(x), ranks(y)];
  const mean = (values) => values.reduce((p, q) => p + q, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const sum = (of) => a.reduce((total, _, i) => total + of(i), 0);
  const [aa, bb] = [sum((i) => (a[i] - ma) ** 2), sum((i) => (b[i] - mb) ** 2)];
  return aa === 0 || bb === 0 ? null : sum((i) => (a[i] - ma) * (b[i] - mb)) / Math.sqrt(aa * bb);
}

describe('choosing', () => {
  test(
    'every experiment and preset can be chosen, is explained, and is in the link',
    `#lab=encodings&${ONLY}`,
    async (lab) => {
      const kinds = lab.page.locator('input[name=experiment-kind]');
      assert.deepEqual(await kinds.evaluateAll((all) => all.map((one) => one.value)), [
        'live',
        'control',
        'sweep',
        'lengths',
      ]);
      for (const kind of ['control', 'sweep', 'lengths', 'live']) {
        const choice = lab.page.locator(`input[name=experiment-kind][value=${kind}]`);
        await choice.check();
        await lab.page.waitForFunction(
          (wanted) => document.querySelector('.settings [name=experiment]').value === wanted,
          kind,
        );
        assert.ok((await lab.page.locator(`#experiment-${kind}`).innerText()).length > 30);
        assert.match(await lab.text('experiment-told'), /Press Train/);
        const hash = await lab.hash();
        assert.equal(hash.includes(`experiment=${kind}`), kind !== 'live', hash);
      }
      const presets = await lab.page
        .locator('[data-testid^=preset-][aria-pressed]')
        .evaluateAll((all) => all.map((one) => one.dataset.testid));
      assert.ok(presets.length >= 5);
      for (const preset of presets) {
        await lab.press(preset);
        await lab.page.locator(`[data-testid=${preset}][aria-pressed=true]`).waitFor();
        assert.ok((await lab.text('preset-help')).length > 20);
      }
      await lab.press('preset-sweep');
      await lab.page.locator('input[name=experiment-kind][value=sweep]:checked').waitFor();
    },
  );
});

describe('sweep', () => {
  test('scatter, tables, correlations and files agree', `${SWEEP}&${ONLY}`, async (lab) => {
    await trained(lab, 'title-sweep');
    const result = await outcome(lab);
    assert.equal(result.experiment, 'sweep');
    // Compression 1 and gain 1 are one table.
    assert.deepEqual(
      result.arms.map(({ family }) => family),
      ['compression', 'compression', 'compression', 'gain', 'gain', 'random', 'random', 'random'],
    );
    const root = Math.sqrt(LENGTH);
    const wanted = [
      ['compression', 1, margin(1, 1)],
      ['compression', root, margin(root, 1)],
      ['compression', LENGTH, margin(LENGTH, 1)],
      ['gain', 1 / root, margin(1, 1 / root)],
      ['gain', 1 / LENGTH, margin(1, 1 / LENGTH)],
    ];

    const csv = await lab.csv('save-sweep.csv');
    assert.equal(csv.length, result.arms.length);
    wanted.forEach(([family, value, expected], i) => {
      assert.equal(csv[i].family, family);
      nearly(Number(csv[i].value), value, 1e-5, csv[i].arm);
      nearly(Number(csv[i].margin), expected, 1e-3, `${csv[i].arm}, margin`);
    });

    const table = await rows(lab, 'sweep-arms');
    const curves = await lab.csv();
    table.forEach((row, i) => {
      const [, value, marginText, rank, norm, steps, tokens] = row.cells;
      nearly(number(value), Number(csv[i].value), 1e-3, 'value');
      nearly(number(marginText), Number(csv[i].margin), 1e-3, 'margin');
      nearly(number(rank), Number(csv[i].effective_rank), 1e-3, 'effective rank');
      nearly(number(norm), Number(csv[i].norm), 1e-3, 'norm');
      // Steps and accuracy are those of the curves.
      const own = curves.filter((line) => line.arm === row.arm);
      const first = own.find((line) => Number(line['token-accuracy']) >= 0.99);
      assert.equal(csv[i].steps_to_99, first ? first.step : '');
      assert.equal(steps, first ? first.step : 'not within 300');
      nearly(Number(csv[i].token_accuracy), Number(own.at(-1)['token-accuracy']), 1e-5, 'accuracy');
      assert.ok(Math.abs(number(tokens) - 100 * Number(csv[i].token_accuracy)) <= 0.5);
    });
    assert.ok(
      csv.some((row) => row.steps_to_99 !== '') && csv.some((row) => row.steps_to_99 === ''),
      'some arms get there and some do not, so both kinds of points are seen',
    );

    // Correlations: what has not learned comes after all that has.
    const steps = csv.map((row) => (row.steps_to_99 === '' ? Infinity : Number(row.steps_to_99)));
    for (const [family, measure] of [
      ['all', 'margin'],
      ['all', 'effectiveRank'],
      ['random', 'margin'],
      ['compression', 'margin'],
    ]) {
      const members = csv
        .map((row, i) => ({ ...row, last: steps[i] }))
        .filter((row) => family === 'all' || row.family === family);
      const column = measure === 'margin' ? 'margin' : 'effective_rank';
      const rho = spearman(
        members.map((row) => Number(Number(row[column]).toPrecision(6))),
        members.map((row) => row.last),
      );
      const listed = (await rows(lab, 'sweep-correlations')).find(
        (row) => row.family === family && row.measure === measure,
      );
      if (rho === null) assert.equal(listed.cells[3], 'undefined');
      else assert.ok(Math.abs(number(listed.cells[3]) - rho) <= 0.006, `ρ of ${measure}, ${family}`);
      const file = (await lab.csv('save-sweep-correlations.csv')).find(
        (row) => row.family === family && row.measure === measure,
      );
      assert.equal(Number(file.arms), members.length);
      if (rho !== null) nearly(Number(file.seed_0), rho, 1e-6, 'ρ in the file');
    }
    assert.match(await lab.text('sweep-sentence'), /of 8 runs have learned/);

    // The scatter: each run once, those without a number in the row above.
    for (const [id, measure] of [
      ['margin', 'margin'],
      ['effective-rank', 'effective_rank'],
    ]) {
      const scatter = lab.page.getByTestId(`figure-sweep-${id}`);
      await scatter.scrollIntoViewIfNeeded();
      const { top } = await plotOf(scatter);
      const points = await pointsOf(scatter);
      assert.equal(points.length, csv.length);
      const drawnAs = (row) => {
        const { label } = result.arms.find(({ id }) => id === row.arm);
        const own = points.filter(({ words }) => words.startsWith(`${label}, seed 0: `));
        assert.equal(own.length, 1, `${label} once`);
        return own[0];
      };
      csv.forEach((row, i) => {
        const { words, place } = drawnAs(row);
        const [x, y] = place;
        assert.equal(y < top, row.steps_to_99 === '', `${row.arm} is ${y < top ? 'above' : 'in'} the plot`);
        assert.ok(words.includes(row.steps_to_99 === '' ? 'not within 300' : `at step ${row.steps_to_99}`));
        for (let j = 0; j < i; j++) {
          const order = Math.sign(Math.round(1e6 * (Number(row[measure]) - Number(csv[j][measure]))));
          const drawn = x - drawnAs(csv[j]).place[0];
          if (order) assert.ok(drawn * order > -0.01, `${row.arm} and ${csv[j].arm}`);
        }
      });
      const xml = parse((await lab.download(`svg-sweep-${id}`)).bytes);
      const drawn = [...marksIn(xml, 'dot'), ...marksIn(xml, 'beside')].flatMap((group) => [
        ...within(group, 'path'),
        ...within(group, 'circle'),
      ]);
      assert.equal(drawn.length, csv.length);
      assert.equal(withClass(xml, '*', 'beyond')[0].textContent, 'not within 300 steps');
    }

    // The keyboard goes through them from left to right, and the reading is the point's.
    const points = lab.page.getByTestId('figure-sweep-margin');
    await lab.page.keyboard.press('Tab');
    await points.locator('.surface').focus();
    await lab.page.keyboard.press('End');
    const greatest = csv.toSorted((a, b) => Number(b.margin) - Number(a.margin))[0];
    const label = result.arms.find(({ id }) => id === greatest.arm).label;
    assert.ok((await points.getByTestId('reading').innerText()).startsWith(`${label}, seed 0: margin`));

    const json = await lab.json('save-sweep.json');
    assert.deepEqual(json.arms, result.arms);
    assert.equal(json.step, 300);
    const verdicts = await lab.page
      .locator('[data-testid=verdicts] li')
      .evaluateAll((all) => all.map((one) => one.dataset.claim));
    assert.deepEqual(verdicts.toSorted(), ['effectiveRank', 'equal-margins', 'margin']);
  });

  test(
    'lines by family: each can be hidden, a family at once, and one picked out',
    `${SWEEP.replace('steps=300', 'steps=20')}&${ONLY}`,
    async (lab) => {
      await trained(lab, 'title-sweep');
      const legend = lab.page.getByTestId('arms-legend');
      assert.equal(await legend.locator('.arm').count(), 8);
      const chart = lab.page.locator('.figure.loss lab-figure');
      const shown = async () => (await chart.getAttribute('data-lines')).split(' ');
      await legend.locator('[data-arm=gain-2]').click();
      await until(shown, (ids) => !ids.includes('gain-2'));
      await legend.getByRole('button', { name: 'Hide all of Compression' }).click();
      await until(shown, (ids) => ids.join() === 'gain-3,random-1,random-2,random-3');
      await legend.getByRole('button', { name: 'Show all of Compression' }).click();
      await until(shown, (ids) => ids.length === 7);
      await legend.locator('[data-arm=random-1]').focus();
      await until(
        () => chart.getAttribute('data-spotlight'),
        (id) => id === 'random-1',
      );
      // Families are told apart by dash, arms of one by colour.
      const marks = await legend
        .locator('.arm .swatch line')
        .evaluateAll((all) =>
          all.map((one) => [getComputedStyle(one).stroke, one.getAttribute('stroke-dasharray')]),
        );
      assert.equal(new Set(marks.map(([colour]) => colour)).size, 8);
      assert.equal(new Set(marks.map(([, dash]) => dash)).size, 3);
      const xml = parse((await lab.download('svg-loss')).bytes);
      const lines = marksIn(xml, 'line');
      assert.equal(lines.length, 7);
      assert.equal(new Set(lines.map((line) => attributeOf(line, 'stroke'))).size, 7);
    },
  );

  it('pause, step and reset: the outcome follows', async () => {
    const link = SWEEP.replace('steps=300', 'steps=5000').replace('levels=3', 'levels=2');
    await withLab(`${link}&families=compression&${ONLY}`, async (lab) => {
      await lab.press('train');
      await lab.stepAtLeast(30);
      await lab.press('pause');
      await lab.state('paused');
      await found(lab, 'title-sweep');
      const at = await lab.step();
      const told = () => lab.page.locator('.sweep header .quiet').innerText();
      assert.ok((await told()).endsWith(`step ${at.toLocaleString('en')}`), await told());
      assert.match((await rows(lab, 'sweep-arms'))[0].cells[5], /so far|^\d/);
      await lab.press('step');
      await lab.stepAtLeast(at + 1);
      await found(lab, 'title-sweep');
      assert.ok((await told()).endsWith(`step ${(at + 1).toLocaleString('en')}`), await told());
      await lab.press('reset');
      await lab.state('ready');
      await found(lab, 'title-sweep');
      assert.match(await told(), /step 0$/);
      assert.match(await lab.text('sweep-sentence'), /^None of the 2 runs/);
      // Another length of the pictures is not the run's business; another task is.
      await lab.page.locator('#set-length').fill('32');
      await lab.page.locator('#set-length').press('Enter');
      await lab.page.waitForFunction(() => location.hash.includes('length=32'));
      assert.equal(await lab.text('experiment-told'), '');
      await lab.page.locator('#set-rate').evaluate((field) => (field.closest('details').open = true));
      await lab.page.locator('#set-rate').fill('0.01');
      await lab.page.locator('#set-rate').press('Enter');
      await lab.page.waitForFunction(() =>
        /earlier settings/.test(document.querySelector('[data-testid=experiment-told]').textContent),
      );
    });
  });
});

describe('control', () => {
  test(
    'a follower with the gain held is the reference; differences are those of the curves',
    `#lab=encodings&experiment=control&seeds=2&steps=60&every=5&${SMALL}&${ONLY}`,
    async (lab) => {
      await trained(lab, 'title-control');
      const curves = await lab.csv();
      const loss = (encoding, seed, step) =>
        Number(
          curves.find((row) => row.arm === encoding && row.seed === String(seed) && row.step === String(step))
            .loss,
        );
      const steps = [...new Set(curves.map((row) => Number(row.step)))];
      const table = await rows(lab, 'control-table');
      assert.deepEqual(
        table.map((row) => row.arm),
        ['spike-time-held', 'spike-time-gain', 'spike-time'],
      );
      for (const row of table) {
        const largest = [0, 1].map((seed) =>
          Math.max(
            ...steps.map((step) => Math.abs(loss(row.arm, seed, step) - loss('sinusoidal', seed, step))),
          ),
        );
        const listed = row.cells[3].split(', ').map(number);
        largest.forEach((value, seed) =>
          assert.ok(Math.abs(listed[seed] - value) <= value * 1e-3 + 1e-6, `${row.arm}, seed ${seed}`),
        );
      }
      assert.ok(number(table[0].cells[3].split(', ')[0]) < 1e-3, 'the lemma: the same run');
      assert.ok(number(table[2].cells[3].split(', ')[0]) > 0.01, 'without a gain it is another one');

      const csv = await lab.csv('save-control.csv');
      assert.deepEqual(
        csv.map((row) => Number(row.step)),
        steps,
      );
      for (const row of csv) {
        const each = [0, 1].map((seed) =>
          Math.abs(loss('spike-time', seed, row.step) - loss('sinusoidal', seed, row.step)),
        );
        nearly(Number(row['spike-time_mean']), (each[0] + each[1]) / 2, 1e-4, `step ${row.step}`);
        nearly(Number(row['spike-time_greatest']), Math.max(...each), 1e-4, `step ${row.step}`);
      }
      const largest = await lab.csv('save-control-largest.csv');
      assert.equal(largest.length, 3);

      // The chart is read by keyboard, and the table has the same numbers.
      const chart = lab.page.getByTestId('figure-control');
      await chart.scrollIntoViewIfNeeded();
      await chart.locator('.drawing[data-plot]').waitFor();
      await lab.page.keyboard.press('Tab');
      await chart.locator('.surface').focus();
      await lab.page.keyboard.press('End');
      assert.match(await chart.getByTestId('reading').innerText(), /^Step 60: /);
      await lab.page.keyboard.press('Home');
      assert.match(await chart.getByTestId('reading').innerText(), /^Step 0: /);
      await lab.page.locator('.followers details.numbers summary').click();
      await lab.page.getByTestId('control-numbers').locator('tbody tr').first().waitFor();
      const listed = await rows(lab, 'control-numbers');
      assert.equal(listed.length, steps.length);
      nearly(number(listed.at(-1).cells[3]), Number(csv.at(-1)['spike-time_mean']), 1e-3, 'last difference');

      const xml = parse((await lab.download('svg-control')).bytes);
      assert.equal(marksIn(xml, 'line').length, 3);
      const verdicts = await lab.page
        .locator('[data-testid=verdicts] li')
        .evaluateAll((all) => all.map((one) => [one.dataset.claim, one.dataset.verdict]));
      assert.deepEqual(
        verdicts.find(([claim]) => claim === 'spike-time-held'),
        // Two seeds, and sinusoidal itself has not learned in so few steps.
        ['spike-time-held', 'open'],
      );
    },
  );
});

describe('lengths', () => {
  it('each encoding at 1, 1.5, 2 and 3 times its length; one that cannot says why', async () => {
    const link = `#lab=encodings&experiment=lengths&encodings=sinusoidal,rank,alibi&seeds=2&steps=60&every=5&${SMALL}`;
    await withLab(`${link}&${ONLY}`, async (lab) => {
      await trained(lab, 'title-lengths');
      const result = await outcome(lab);
      const { measures, points, runs } = result.curves;
      const lengths = [8, 12, 16, 24];
      assert.deepEqual(
        points.map(({ x }) => x),
        lengths,
      );
      const csv = await lab.csv('save-lengths');
      assert.equal(csv.filter((row) => row.length !== '').length, runs.length * 4);
      const mean = (rows, id) => {
        const numbers = rows.filter((row) => row[id] !== '').map((row) => Number(row[id]));
        return numbers.length ? numbers.reduce((sum, one) => sum + one, 0) / numbers.length : null;
      };
      const at = (arm, length) => csv.filter((row) => row.arm === arm && row.length === String(length));
      // At the length of training it is the last evaluation of the curves.
      for (const arm of ['sinusoidal', 'rank', 'alibi']) {
        const last = csv.filter((row) => row.arm === arm && row.step === '60');
        assert.equal(last.length, 2);
        for (const { id } of measures) nearly(mean(at(arm, 8), id), mean(last, id), 1e-3, `${arm}, ${id}`);
      }
      const [accuracy, loss] = [
        await rows(lab, 'lengths-table-token-accuracy'),
        await rows(lab, 'lengths-table-loss'),
      ];
      for (const [table, id, scale] of [
        [accuracy, 'token-accuracy', 100],
        [loss, 'loss', 1],
      ]) {
        for (const row of table) {
          row.cells.slice(1).forEach((text, i) => {
            const own = mean(at(row.arm, lengths[i]), id);
            if (own === null) assert.equal(text, '–');
            else {
              assert.ok(
                Math.abs(parseFloat(text) - scale * own) <= 0.006 * scale + 0.01,
                `${row.arm} at ${lengths[i]}: ${text}`,
              );
            }
          });
        }
      }
      assert.match(accuracy.find((row) => row.arm === 'rank').cells[0], /no rows beyond its length/);
      assert.deepEqual(accuracy.find((row) => row.arm === 'rank').cells.slice(2), ['–', '–', '–']);

      const chart = lab.page.getByTestId('figure-lengths-token-accuracy');
      await chart.scrollIntoViewIfNeeded();
      await chart.locator('.drawing[data-plot]').waitFor();
      await lab.page.keyboard.press('Tab');
      await chart.locator('.surface').focus();
      await lab.page.keyboard.press('Home');
      assert.match(await chart.getByTestId('reading').innerText(), /^Length 8 \(1×\): Sinusoidal/);
      await lab.page.keyboard.press('ArrowRight');
      assert.match(await chart.getByTestId('reading').innerText(), /^Length 12 \(1\.5×\)/);
      for (const id of ['lengths-token-accuracy', 'lengths-loss']) {
        const xml = parse((await lab.download(`svg-${id}`)).bytes);
        assert.deepEqual(
          ticksIn(xml, 'x').map(({ text }) => text),
          ['8', '12', '16', '24'],
        );
        assert.equal(marksIn(xml, 'rule').length, 2, 'the trained length, and a guess');
      }
    });
  });
});

describe('live', () => {
  it('a button puts the trained table on a side; the run goes on', async () => {
    const link = `#lab=encodings&encodings=rank,sinusoidal&seeds=1&steps=20&every=5&${SMALL}`;
    await withLab(`${link}&hide=phase,lemma,logit`, async (lab) => {
      await lab.train();
      await lab.page.locator('#title-experiment').scrollIntoViewIfNeeded();
      await lab.page.getByTestId('live-trained-run').selectOption({ label: 'Sinusoidal, seed 0' });
      await lab.press('trained-right');
      await lab.page.getByTestId('trained-side').waitFor({ state: 'attached' });
      const hash = await lab.hash();
      assert.ok(hash.includes('right=trained') && hash.includes('trained_run=1'), hash);
      assert.equal(await lab.data('state'), 'finished');
      assert.equal(await lab.page.getByTestId('verdicts').count(), 0, 'this experiment tests no claim');
      const picture = await lab.page.evaluate(() =>
        document.querySelector('#lab').client.ask('inspect.picture', { side: 'right' }),
      );
      assert.equal(picture.encoding, 'trained');
      assert.equal(picture.step, 20);
    });
  });

  it('phone width and names: nothing sticks out, axe finds nothing', async () => {
    for (const experiment of ['sweep&levels=3', 'control', 'lengths', 'live']) {
      await withLab(
        `#lab=encodings&experiment=${experiment}&seeds=1&steps=10&every=5&${SMALL}&${ONLY}`,
        { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
        async (lab) => {
          await lab.train();
          await lab.page.locator('#title-experiment').scrollIntoViewIfNeeded();
          const title = { sweep: 'sweep', control: 'control', lengths: 'lengths', live: 'live' }[
            experiment.split('&')[0]
          ];
          await lab.page.locator(`#title-${title}`).waitFor();
          const wide = await lab.overflow();
          assert.ok(wide <= 0, `${experiment}: ${wide} px too wide`);
          assert.equal(await lab.axe(), '', experiment);
        },
      );
    }
  });
});

it('colours on paper are those of the light scheme', async () => {
  const [paper, ramps, styles] = await Promise.all(
    ['figure/paper.ts', 'ui/ramps.css', 'ui/styles.css'].map((name) =>
      readFile(new URL(`../../www/src/${name}`, import.meta.url), 'utf8'),
    ),
  );
  const light = `${styles.split('@media')[0]}${ramps.split('@media')[0]}`;
  for (const ramp of ['series', 'compression', 'gain', 'random']) {
    const source = ramp === 'series' ? /SERIES = \[(.*?)\]/s : new RegExp(`${ramp}: \\[(.*?)\\]`, 's');
    const onPaper = [...source.exec(paper)[1].matchAll(/#[0-9a-f]{6}/g)].map(([hex]) => hex);
    assert.equal(onPaper.length, 8);
    onPaper.forEach((hex, i) => assert.ok(light.includes(`--${ramp}-${i}: ${hex};`), `${ramp} ${i}: ${hex}`));
  }
});
