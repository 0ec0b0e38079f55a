// The experiments of the encodings lab: what is drawn and listed is what the engine has found.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import {
  attributeOf,
  marksIn,
  near,
  nearly,
  number,
  parse,
  plotOf,
  pointsOf,
  ticksIn,
  withClass,
  within,
} from './files.mjs';
import { labs, until } from './lab.mjs';

const { test } = labs({
  webgpu: false,
  link:
    '#lab=encodings&executor=cpu&train_length=8&symbols=4&train_width=16&heads=2&layers=1&mlp=32&batch=8&every=5' +
    '&hide=inspect,measures,phase,lemma,logit',
});
const SWEEP = { experiment: 'sweep', levels: 3, seeds: 1, steps: 300, every: 10 };

/** Waits for the outcome of the last step, and gives it. */
async function found(lab, title) {
  await lab.page.locator('#title-experiment').scrollIntoViewIfNeeded();
  await lab.page.locator(`#title-${title}`).waitFor();
  await lab.page.waitForFunction(() => {
    const { state, live } = document.querySelector('lab-experiment').dataset;
    return state === 'answered' && live === document.querySelector('#lab').dataset.step;
  });
  return lab.ask('run.found');
}

async function trained(lab, title) {
  await lab.train();
  return found(lab, title);
}

const rows = (lab, testId) =>
  lab.page
    .getByTestId(testId)
    .locator('tbody tr')
    .evaluateAll((all) =>
      all.map((row) => ({ ...row.dataset, cells: [...row.cells].map((cell) => cell.innerText.trim()) })),
    );

const claims = async ({ page }) =>
  Object.fromEntries(
    await page
      .locator('[data-testid=verdicts] li')
      .evaluateAll((all) => all.map(({ dataset }) => [dataset.claim, dataset.verdict])),
  );

/** Puts the keyboard into a figure, and gives what it reads after each of these keys. */
async function readings(lab, id, keys) {
  const figure = lab.page.getByTestId(`figure-${id}`);
  await plotOf(figure);
  await lab.page.keyboard.press('Tab');
  await figure.locator('.surface').focus();
  const words = [];
  for (const key of keys) {
    await lab.page.keyboard.press(key);
    words.push(await figure.getByTestId('reading').innerText());
  }
  return words;
}

async function onAPhone(lab) {
  await lab.page.setViewportSize({ width: 390, height: 844 });
  await lab.fits();
}

describe('choosing', () => {
  test('every experiment and preset can be chosen, is explained, and is in the link', async (lab) => {
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
  });
});

describe('sweep', () => {
  test('scatter, tables and correlations are those of the outcome', SWEEP, async (lab) => {
    const { arms, correlations, sentence } = await trained(lab, 'sweep');
    const listed = await rows(lab, 'sweep-arms');
    assert.equal(listed.length, 8);
    listed.forEach(({ arm, cells }, i) => {
      const [, value, margin, rank, norm, steps, tokens] = cells;
      assert.equal(arm, arms[i].id);
      nearly(number(value), arms[i].value, 1e-3, 'value');
      nearly(number(margin), arms[i].margin, 1e-3, 'margin');
      nearly(number(rank), arms[i].effectiveRank, 1e-3, 'effective rank');
      nearly(number(norm), arms[i].norm, 1e-3, 'norm');
      assert.equal(steps, arms[i].steps[0] === null ? 'not within 300' : String(arms[i].steps[0]));
      near(number(tokens), 100 * arms[i].accuracy[0], 0.5, 'accuracy');
    });
    const learned = ({ steps: [step] }) => step !== null;
    assert.ok(arms.some(learned) && !arms.every(learned), 'both kinds of points are seen');
    assert.equal(await lab.text('sweep-sentence'), sentence);
    const shown = await rows(lab, 'sweep-correlations');
    for (const { family, measure, bySeed } of correlations) {
      const { cells } = shown.find((row) => row.family === family && row.measure === measure);
      if (bySeed[0] === null) assert.equal(cells[3], 'undefined');
      else near(number(cells[3]), bySeed[0], 0.006, `ρ of ${measure}, ${family}`);
    }

    // The scatter: each run once, those without a number in the row above.
    for (const [id, measure] of [
      ['margin', 'margin'],
      ['effective-rank', 'effectiveRank'],
    ]) {
      const scatter = lab.page.getByTestId(`figure-sweep-${id}`);
      const { top } = await plotOf(scatter);
      const points = await pointsOf(scatter);
      assert.equal(points.length, arms.length);
      const drawn = arms
        .map((arm) => ({ ...arm, ...points.find(({ words }) => words.startsWith(`${arm.label}, seed 0: `)) }))
        .sort((a, b) => a[measure] - b[measure]);
      drawn.forEach(({ label, words, place: [x, y], steps: [step] }, i) => {
        assert.equal(y < top, step === null, `${label} is ${y < top ? 'above' : 'in'} the plot`);
        assert.ok(words.includes(step === null ? 'not within 300' : `at step ${step}`), words);
        if (i > 0) assert.ok(x >= drawn[i - 1].place[0] - 0.01, `${label} stands in its order`);
      });
      const xml = parse((await lab.download(`svg-sweep-${id}`)).bytes);
      const marks = [...marksIn(xml, 'dot'), ...marksIn(xml, 'beside')];
      const dots = marks.flatMap((group) => [...within(group, 'path'), ...within(group, 'circle')]);
      assert.equal(dots.length, arms.length);
      assert.equal(withClass(xml, '*', 'beyond')[0].textContent, 'not within 300 steps');
    }
    // The keyboard goes through them from left to right, and the reading is the point's.
    const { label } = arms.toSorted((a, b) => b.margin - a.margin)[0];
    const [words] = await readings(lab, 'sweep-margin', ['End']);
    assert.ok(words.startsWith(`${label}, seed 0: margin`), words);
    const json = await lab.json('save-sweep.json');
    assert.deepEqual(json.arms, arms);
    assert.equal(json.step, 300);
    assert.deepEqual(Object.keys(await claims(lab)).sort(), ['effectiveRank', 'equal-margins', 'margin']);
    await onAPhone(lab);
  });

  const SHORT = { ...SWEEP, steps: 20 };
  test('lines by family: each can be hidden, a family at once, and one picked out', SHORT, async (lab) => {
    await trained(lab, 'sweep');
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
  });

  const LONG = { ...SWEEP, steps: 5000, levels: 2, families: 'compression' };
  test('pause, step and reset: the outcome follows', LONG, async (lab) => {
    const told = () => lab.page.locator('.sweep header .quiet').innerText();
    await lab.press('train');
    await lab.stepAtLeast(30);
    await lab.press('pause');
    await lab.state('paused');
    await found(lab, 'sweep');
    const at = await lab.step();
    assert.ok((await told()).endsWith(`step ${at.toLocaleString('en')}`), await told());
    assert.match((await rows(lab, 'sweep-arms'))[0].cells[5], /so far|^\d/);
    await lab.press('step');
    await lab.stepAtLeast(at + 1);
    await found(lab, 'sweep');
    assert.ok((await told()).endsWith(`step ${(at + 1).toLocaleString('en')}`), await told());
    await lab.press('reset');
    await lab.state('ready');
    await found(lab, 'sweep');
    assert.match(await told(), /step 0$/);
    assert.match(await lab.text('sweep-sentence'), /^None of the 2 runs/);
    // Another length of the pictures is not the run's business; another task is.
    await lab.set('length', '32');
    assert.equal(await lab.text('experiment-told'), '');
    await lab.set('rate', '0.01');
    await lab.page.locator('[data-testid=experiment-told]', { hasText: 'earlier settings' }).waitFor();
  });
});

describe('control', () => {
  const CONTROL = { experiment: 'control', seeds: 2, steps: 60 };
  test('a follower with the gain held is the reference; the others are not', CONTROL, async (lab) => {
    const { rows: followers } = await trained(lab, 'control');
    const table = await rows(lab, 'control-table');
    assert.deepEqual(
      table.map(({ arm }) => arm),
      ['spike-time-held', 'spike-time-gain', 'spike-time'],
    );
    table.forEach(({ arm, cells }, i) => {
      assert.equal(arm, followers[i].id);
      const listed = cells[3].split(', ').map(number);
      followers[i].bySeed.forEach((value, seed) => near(listed[seed], value, value * 1e-3 + 1e-6, arm));
    });
    assert.ok(followers[0].largest.greatest < 1e-3, 'the lemma: the same run');
    assert.ok(followers[2].largest.least > 0.01, 'without a gain it is another one');

    // The chart is read by keyboard, and the table has the numbers of the file.
    const [last, first] = await readings(lab, 'control', ['End', 'Home']);
    assert.ok(last.startsWith('Step 60: ') && first.startsWith('Step 0: '), `${first}, ${last}`);
    const csv = await lab.csv('save-control.csv');
    await lab.page.locator('.followers details.numbers summary').click();
    await lab.page.getByTestId('control-numbers').locator('tbody tr').first().waitFor();
    const listed = await rows(lab, 'control-numbers');
    assert.equal(listed.length, csv.length);
    nearly(number(listed.at(-1).cells[3]), Number(csv.at(-1)['spike-time_mean']), 1e-3, 'last difference');
    // Two seeds, and sinusoidal itself has not learned in so few steps.
    assert.equal((await claims(lab))['spike-time-held'], 'open');
    await onAPhone(lab);
  });
});

describe('lengths', () => {
  const LENGTHS = { experiment: 'lengths', encodings: 'sinusoidal,rank,alibi', seeds: 2, steps: 60 };
  test('each encoding at 1 to 3 times its length; one that cannot says why', LENGTHS, async (lab) => {
    const { measures, points, runs } = (await trained(lab, 'lengths')).curves;
    assert.deepEqual(
      points.map(({ x }) => x),
      [8, 12, 16, 24],
    );
    for (const [id, scale] of [
      ['token-accuracy', 100],
      ['loss', 1],
    ]) {
      const place = measures.findIndex((measure) => measure.id === id);
      for (const { arm, cells } of await rows(lab, `lengths-table-${id}`)) {
        points.forEach(({ values }, i) => {
          const own = values[place].filter((value, run) => runs[run].arm === arm && Number.isFinite(value));
          const mean = own.reduce((sum, one) => sum + one, 0) / own.length;
          if (own.length) near(parseFloat(cells[i + 1]), scale * mean, 0.006 * scale + 0.01, `${arm}, ${id}`);
          else assert.equal(cells[i + 1], '–');
        });
        if (arm === 'rank' && scale === 100)
          assert.match(cells.join(), /no rows beyond its length.*,–,–,–$/s);
      }
      const xml = parse((await lab.download(`svg-lengths-${id}`)).bytes);
      const ticks = ticksIn(xml, 'x').map(({ text }) => text);
      assert.deepEqual(ticks, ['8', '12', '16', '24']);
      assert.equal(marksIn(xml, 'rule').length, 2, 'the trained length, and a guess');
    }
    const [first, second] = await readings(lab, 'lengths-token-accuracy', ['Home', 'ArrowRight']);
    assert.match(first, /^Length 8 \(1×\): Sinusoidal/);
    assert.match(second, /^Length 12 \(1\.5×\)/);
    await onAPhone(lab);
  });
});

const LIVE = { encodings: 'rank,sinusoidal', seeds: 1, steps: 20, hide: 'phase,lemma,logit' };
test('live: a button puts the trained table on a side; the run goes on', LIVE, async (lab) => {
  await lab.train();
  await lab.page.locator('#title-experiment').scrollIntoViewIfNeeded();
  await lab.page.getByTestId('live-trained-run').selectOption({ label: 'Sinusoidal, seed 0' });
  await lab.press('trained-right');
  await lab.page.getByTestId('trained-side').waitFor({ state: 'attached' });
  const hash = await lab.hash();
  assert.ok(hash.includes('right=trained') && hash.includes('trained_run=1'), hash);
  assert.equal(await lab.data('state'), 'finished');
  assert.equal(await lab.page.getByTestId('verdicts').count(), 0, 'this experiment tests no claim');
  const { encoding, step } = await lab.ask('inspect.picture', { side: 'right' });
  assert.deepEqual([encoding, step], ['trained', 20]);
});

it('colours on paper are those of the light scheme', async () => {
  const [paper, ramps, styles] = await Promise.all(
    ['figure/paper.ts', 'ui/ramps.css', 'ui/colours.css'].map((name) =>
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
