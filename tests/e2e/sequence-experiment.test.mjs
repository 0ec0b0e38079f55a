// What is run over many machines: curves, tables and files of every experiment agree, and are what the experiments promise.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  attributeOf,
  marksIn,
  near,
  number,
  parse,
  parseCsv,
  pointsOfPath,
  scaleIn,
  ticksIn,
} from './files.mjs';
import { labs } from './lab.mjs';

const ONLY = 'hide=session,operations,spikes,ball';
const LAB = '#lab=sequence&executor=cpu';
/** Machines that are small enough for a test. */
const MACHINES = 'data_size=128&context_size=256&context_active=16&decoders=512';
const MEMORY =
  'inputs=64&inputs_active=6&data_size=64&data_active=6&decoders=256&chosen=8&decoder=sparse&decoder_active=8';
const SMALL = {
  errors: `${MACHINES}&experiment=errors&seeds=2&longest=30&points=3`,
  repeated: `${MACHINES}&experiment=repeated&seeds=4`,
  capacity: `${MEMORY}&experiment=capacity&seeds=2&stored=400&points=4&noise=1&alpha=1&writing=or`,
  kanerva: 'experiment=kanerva&seeds=2&bits=64&locations=300&words=60&points=3',
  rivals: `${MACHINES}&experiment=rivals&seeds=2&longest=20&points=2&rival_steps=2&rival_width=8&rival_heads=1&rival_window=8&rival_rate=0.01`,
};
const link = (experiment, more = '') => `${LAB}&${SMALL[experiment]}${more}&${ONLY}`;

const { test, withLab } = labs({ webgpu: false });

async function finished(lab) {
  await lab.train();
  return found(lab);
}

/** Waits for the study of the last step. */
async function found(lab) {
  await lab.page.locator('#title-experiment').scrollIntoViewIfNeeded();
  await lab.page.waitForFunction(() => {
    const { state, live } = document.querySelector('lab-sequence-experiment').dataset;
    return state === 'answered' && live === document.querySelector('#lab').dataset.step;
  }, undefined);
  const study = await lab.page.evaluate(() => document.querySelector('#lab').client.ask('run.found', {}));
  const second = study.second && byArm(study.second);
  return { ...study, ...byArm(study), second, told: study };
}

/** Curves by arm, with `values[measure][seed]` at each point; null where there is nothing. */
function byArm({ arms, runs, points, ...curves }) {
  const of = (id, row) =>
    row.filter((_, run) => runs[run].arm === id).map((value) => (Number.isFinite(value) ? value : null));
  const at = (id) => points.map(({ x, values }) => ({ x, values: values.map((row) => of(id, row)) }));
  return {
    ...curves,
    seeds: [...new Set(runs.map(({ seed }) => seed))],
    arms: arms.map((arm) => ({ ...arm, points: at(arm.id) })),
  };
}

/** A number as a table has it; shares are in per cent there. */
const read = (text, kind) => (kind === 'share' ? number(text.replace(' %', '')) / 100 : number(text));

/** How far a number in a table may be from the exact one. */
const rounding = (value, kind) =>
  kind === 'share'
    ? 0.000501
    : kind === 'count'
      ? Math.abs(value) < 100
        ? 0.00501
        : 0.0501
      : 1e-3 * Math.abs(value) + 1e-9;

const sets = (study) => [study, ...(study.second ? [study.second] : [])];

/** Every value of a study: arm, x, measure and the values by seed. */
const cellsOf = (curves) =>
  curves.arms.flatMap((arm) =>
    arm.points.flatMap(({ x, values }) =>
      curves.measures.map((measure, place) => ({ arm, x, measure, values: values[place] })),
    ),
  );

const shape = (study) => {
  for (const curves of sets(study)) {
    for (const { arm, x, measure, values } of cellsOf(curves)) {
      assert.equal(values.length, study.seeds.length, `${arm.id}, ${x}, ${measure.id}`);
    }
  }
};

const complete = (study) => {
  shape(study);
  for (const curves of sets(study)) {
    for (const { arm, x, measure, values } of cellsOf(curves)) {
      assert.ok(
        values.every((value) => Number.isFinite(value)),
        `${arm.id} at ${x}, ${measure.id}: ${values}`,
      );
      if (measure.kind === 'share')
        assert.ok(
          values.every((value) => value >= 0 && value <= 1),
          `${arm.id} at ${x}, ${measure.id}: ${values}`,
        );
    }
  }
};

const chartName = (study, curves, measure) =>
  `sequence-${study.id}-${curves === study ? '' : 'second-'}${measure.id}`;

async function openNumbersOf(lab, name) {
  const summary = lab.page.locator(`section[aria-labelledby="title-${name}"] details > summary`);
  await summary.scrollIntoViewIfNeeded();
  await summary.click();
  await lab.page.getByTestId(`numbers-${name}`).waitFor();
}

const value = (study, arm, x, measure, seed = 0) => {
  const place = study.measures.findIndex(({ id }) => id === measure);
  return study.arms.find(({ id }) => id === arm).points.find((point) => point.x === x).values[place][seed];
};

/** Every point of a chart, from left to right, as the keyboard reads it: its place, and the words for each of `arms` by label. */
async function readingsOf(lab, name, arms) {
  const chart = lab.page.getByTestId(`figure-${name}`);
  await chart.scrollIntoViewIfNeeded();
  await chart.locator('canvas').waitFor();
  await lab.page.keyboard.press('Tab');
  await chart.locator('.readable').focus();
  await lab.page.keyboard.press('Home');
  const points = [];
  for (;;) {
    const words = await chart.getByTestId('reading').innerText();
    const [, x, rest] = /^.*? ([\d.,−]+): (.*)$/.exec(words);
    if (points.at(-1)?.x === number(x)) return points;
    const values = new Map();
    // Labels may hold commas, but they come in the order of the arms.
    let left = rest.replace(/ machines$/, '');
    arms.forEach(({ label }, i) => {
      if (!left.startsWith(`${label} `)) return;
      left = left.slice(label.length + 1);
      const ends = arms
        .slice(i + 1)
        .flatMap((other) => [`, ${other.label} `, `; ${other.label} `])
        .map((next) => left.indexOf(next))
        .filter((place) => place >= 0);
      const end = Math.min(left.length, ...ends);
      values.set(label, left.slice(0, end));
      left = left.slice(end + 2);
    });
    assert.equal(left, '', words);
    points.push({ x: number(x), values });
    await lab.page.keyboard.press('ArrowRight');
  }
}

/** What is read does not push away the buttons below it. */
async function steady(lab, name) {
  const chart = lab.page.getByTestId(`figure-${name}`);
  const button = lab.page.getByTestId(`svg-${name}`);
  await chart.scrollIntoViewIfNeeded();
  await chart.locator('canvas').waitFor();
  const foot = await button.elementHandle();
  const below = () => foot.evaluate((one) => one.getBoundingClientRect().top + scrollY);
  const before = await below();
  await lab.page.keyboard.press('Tab');
  await chart.locator('.readable').focus();
  for (const key of ['Home', 'End']) {
    await lab.page.keyboard.press(key);
    assert.ok((await chart.getByTestId('reading').innerText()).includes(':'));
    near(await below(), before, 1, `${name}, ${key}`);
  }
}

/** File, tables, charts and verdicts hold what the study holds. */
async function agrees(lab, study) {
  const csv = await lab.csv('save-study');
  const keyOf = (axis, { arm, x, seed }) => [axis, arm, Number(x), Number(seed)].join('|');
  // A row belongs to the set whose axis it has a place on.
  const axisOf = (row) => sets(study).find(({ x }) => row[x.id] !== '').x.id;
  const file = new Map(csv.map((row) => [keyOf(axisOf(row), { ...row, x: row[axisOf(row)] }), row]));
  assert.equal(file.size, csv.length, 'every arm, place and seed has one row');
  let rowsWanted = 0;
  for (const curves of sets(study)) {
    for (const { arm, x, measure, values } of cellsOf(curves)) {
      curves.seeds.forEach((seed, i) => {
        const key = keyOf(curves.x.id, { arm: arm.id, x, seed });
        const own = file.get(key);
        assert.ok(own, key);
        const text = own[measure.id];
        assert.equal(text === '' ? null : Math.fround(Number(text)), values[i], `${key}, ${measure.id}`);
        rowsWanted += 1 / curves.measures.length;
      });
    }
  }
  near(csv.length, rowsWanted, 1e-6, 'no more rows');

  for (const curves of sets(study)) {
    for (const measure of curves.measures) {
      const name = chartName(study, curves, measure);
      await openNumbersOf(lab, name);
      const rows = await lab.page
        .getByTestId(`numbers-${name}`)
        .locator('tbody tr')
        .evaluateAll((all) =>
          all.map((row) => ({
            ...row.dataset,
            cells: [...row.cells].map((cell) => cell.innerText.trim()),
          })),
        );
      const cells = cellsOf(curves).filter((cell) => cell.measure === measure);
      assert.equal(rows.length, cells.length, name);
      for (const { arm, x } of cells) {
        const row = rows.find((one) => one.arm === arm.id && Number(one.x) === x);
        assert.ok(row, `${name}: ${arm.id} at ${x}`);
        // From the file, not from the study: what is listed is what is saved.
        const exact = study.seeds.map((seed) =>
          Number(file.get(keyOf(curves.x.id, { arm: arm.id, x, seed }))[measure.id]),
        );
        const [label, place, mean, least, greatest, ...each] = row.cells;
        assert.equal(label, arm.label);
        assert.equal(number(place), x);
        const expected = [
          exact.reduce((a, b) => a + b, 0) / exact.length,
          Math.min(...exact),
          Math.max(...exact),
          ...exact,
        ];
        [mean, least, greatest, ...each].forEach((text, i) =>
          near(
            read(text, measure.kind),
            expected[i],
            rounding(expected[i], measure.kind),
            `${name}, ${arm.id} at ${x}: ${text}`,
          ),
        );
      }

      const xml = parse((await lab.download(`svg-${name}`)).bytes);
      const lines = marksIn(xml, 'line');
      assert.equal(lines.length, curves.arms.length, `${name}: a line each`);
      const dashes = new Set(lines.map((line) => attributeOf(line, 'stroke-dasharray')));
      assert.equal(dashes.size, lines.length, `${name}: told apart without colour`);
    }
  }

  const json = await lab.json(`save-sequence-${study.id}.json`);
  const { link: address, step, steps, ...rest } = json;
  assert.deepEqual(rest, JSON.parse(JSON.stringify(study.told)));
  assert.equal(step, await lab.step());
  assert.equal(step, steps);
  assert.match(address, /^lab=sequence&/);

  assert.equal(
    (await lab.text('study-sentence')).replaceAll(/\s+/g, ' '),
    study.sentence.replaceAll(/\s+/g, ' ').trim(),
  );
  if (study.rows.body.length) {
    const summary = lab.page.getByTestId('study-rows');
    const listed = await summary
      .locator('tr')
      .evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
    assert.deepEqual(listed, [study.rows.head, ...study.rows.body]);
    const rows = parseCsv((await lab.download(`save-sequence-${study.id}-summary.csv`)).bytes);
    const width = study.rows.head.length;
    assert.deepEqual(
      rows,
      listed.map((row) => [...row, ...Array(width - row.length).fill('')]),
    );
  }
  await verdicts(lab, study);

  // With all numbers open, on a phone too: nothing sticks out, axe finds nothing.
  await lab.page.setViewportSize({ width: 390, height: 844 });
  for (const curves of sets(study)) {
    for (const measure of curves.measures) await steady(lab, chartName(study, curves, measure));
  }
  await lab.fits();
}

async function verdicts(lab, study) {
  const listed = await lab.page.locator('[data-testid=verdicts] li[data-claim]').evaluateAll((all) =>
    all.map((one) => ({
      id: one.dataset.claim,
      verdict: one.dataset.verdict,
      found: [...one.querySelectorAll('.found')].at(-1).innerText,
    })),
  );
  const judged = study.verdicts.filter(({ verdict }) => verdict !== 'untested');
  for (const { id, verdict, measured } of judged) {
    const own = listed.find((one) => one.id === id);
    assert.ok(own, id);
    assert.equal(own.verdict, verdict, id);
    assert.ok(measured.length > 0 && own.found.includes(measured), `${id}: ${own.found}`);
  }
}

describe('choosing', () => {
  test(
    'every experiment says what it does and how long it takes, and is in the link',
    `${LAB}&${ONLY}`,
    async (lab) => {
      const kinds = lab.page.locator('input[name=experiment-kind]');
      const all = await kinds.evaluateAll((inputs) => inputs.map((one) => one.value));
      assert.deepEqual(all, ['capacity', 'kanerva', 'errors', 'repeated', 'rivals']);
      for (const kind of ['capacity', 'kanerva', 'repeated', 'rivals', 'errors']) {
        await lab.page.locator(`input[name=experiment-kind][value=${kind}]`).check();
        await lab.page.waitForFunction(
          (wanted) => document.querySelector('.settings [name=experiment]').value === wanted,
          kind,
        );
        const plan = await lab.text('experiment-plan');
        assert.ok(plan.length > 80, plan);
        assert.doesNotMatch(plan, /NaN|undefined|null/);
        assert.match(plan, /About [\d.]+ (s|min|h) |A second or two/, plan);
        assert.match(await lab.text('experiment-told'), /Press Run/);
        const hash = await lab.hash();
        assert.equal(hash.includes(`experiment=${kind}`), kind !== 'errors', hash);
      }
      // What it says follows the settings.
      const before = await lab.text('experiment-plan');
      await lab.page.locator('#set-longest').evaluate((field) => (field.closest('details').open = true));
      await lab.page.locator('#set-longest').fill('64');
      await lab.page.locator('#set-longest').press('Enter');
      await lab.page.waitForFunction(
        (text) => document.querySelector('[data-testid=experiment-plan]').innerText !== text,
        before,
      );
      assert.match(await lab.text('experiment-plan'), /64/);
    },
  );

  test(
    'a preset sets an experiment up; arrow keys choose another; the link restores both',
    `${LAB}&${ONLY}`,
    async (lab) => {
      await lab.press('experiment-preset-kanerva');
      await lab.page.locator('input[name=experiment-kind][value=kanerva]:checked').waitFor();
      assert.ok((await lab.text('preset-help')).length > 20);
      await lab.page.locator('input[name=experiment-kind]:checked').focus();
      await lab.page.keyboard.press('ArrowDown');
      await lab.page.locator('input[name=experiment-kind][value=errors]:checked').waitFor();
      await lab.page.waitForFunction(() => !location.hash.includes('experiment=kanerva'));
      const hash = await lab.hash();
      assert.ok(hash.includes('seeds=3'), 'the other settings stay');
      const plan = await lab.text('experiment-plan');
      await withLab(hash, async (other) => {
        await other.page.locator('input[name=experiment-kind][value=errors]:checked').waitFor();
        assert.equal(await other.text('experiment-plan'), plan);
        assert.equal(await other.hash(), hash);
      });
    },
  );
});

describe('each experiment to its end', () => {
  test(
    'errors: the second pass of a machine without memory is worse than that of one with it',
    link('errors'),
    async (lab) => {
      const study = await finished(lab);
      complete(study);
      assert.equal(study.id, 'errors');
      assert.deepEqual(study.seeds, [0, 1]);
      assert.equal(study.arms.length, 4);
      const xs = study.arms[0].points.map(({ x }) => x);
      assert.equal(xs.length, 3);
      assert.equal(xs.at(-1), 30);
      await agrees(lab, study);
      const errors = study.measures.find(({ kind }) => kind === 'count').id;
      const at = (arm) => study.seeds.reduce((sum, _, seed) => sum + value(study, arm, 30, errors, seed), 0);
      const forgetful = study.arms.find(({ id }) => !['shift', 'layer', 'combined'].includes(id)).id;
      assert.ok(at(forgetful) > at('combined'), `${at(forgetful)} against ${at('combined')}`);
    },
  );

  test('repeated: no machine predicts more symbols than there are', link('repeated'), async (lab) => {
    const study = await finished(lab);
    complete(study);
    assert.equal(study.seeds.length, 4);
    await agrees(lab, study);
    const place = study.measures.findIndex(({ kind }) => kind === 'count');
    for (const arm of study.arms) {
      for (const { values } of arm.points) {
        assert.ok(values[place].every((right) => Number.isInteger(right) && right >= 0 && right <= 23));
      }
    }
    // The paper's own figures stand beside what was measured.
    const summary = await lab.page.getByTestId('study-rows').innerText();
    for (const figure of ['22.03', '20.30', '20.47']) assert.ok(summary.includes(figure), figure);
    // How many machines have each number: as many as there are, for each kind.
    const name = chartName(study, study, study.measures[place]);
    const points = await readingsOf(lab, name, study.arms);
    for (const arm of study.arms) {
      const values = arm.points[0].values[place];
      const counts = points.map(({ values: read }) => number(read.get(arm.label)));
      assert.deepEqual(
        counts,
        points.map(({ x }) => values.filter((right) => right === x).length),
        arm.id,
      );
      assert.equal(
        counts.reduce((a, b) => a + b, 0),
        study.seeds.length,
      );
    }
  });

  test(
    'capacity: few pairs are all recalled; similar ones are at least as many as exact ones',
    link('capacity'),
    async (lab) => {
      const study = await finished(lab);
      complete(study);
      assert.ok(study.arms.length >= 2, 'with and without noise');
      const xs = study.arms[0].points.map(({ x }) => x);
      assert.equal(xs.length, 4);
      assert.equal(xs.at(-1), 400);
      await agrees(lab, study);
      const [exact, similar] = study.measures;
      for (const arm of study.arms) {
        for (const { x, values } of arm.points) {
          study.seeds.forEach((_, seed) => {
            const most = exact.kind === 'share' ? 1 : x;
            assert.ok(values[0][seed] <= values[1][seed] && values[1][seed] <= most, `${arm.id} at ${x}`);
          });
        }
      }
      const clean = study.arms[0].points[0];
      near(clean.values[0][0], exact.kind === 'share' ? 1 : clean.x, 0.02 * clean.x, 'few pairs');
      assert.ok(similar.label.includes('0.9'), similar.label);
    },
  );

  test('kanerva: two sets of curves, the second over wrong bits of the cue', link('kanerva'), async (lab) => {
    const study = await finished(lab);
    complete(study);
    assert.equal(study.id, 'kanerva');
    assert.ok(study.second, 'the critical distance');
    assert.notEqual(study.second.x.label, study.x.label);
    await agrees(lab, study);
    // Lines of the second set are hidden by buttons of their own, or by the table above.
    const { second } = study;
    const name = chartName(study, second, second.measures[0]);
    const [first] = second.arms;
    const own = lab.page.locator(`section[aria-labelledby=title-second] button[data-arm="${first.id}"]`);
    const button = (await own.count())
      ? own
      : lab.page.locator(`[data-testid=study-arms] tr[data-arm="${first.id}"] button`);
    await button.focus();
    await lab.page
      .locator(`[data-testid="figure-${name}"][data-spotlight="${first.id}"]`)
      .waitFor({ state: 'attached' });
    await lab.page.keyboard.press('Space');
    assert.equal(await button.getAttribute('aria-pressed'), 'false');
    const xml = parse((await lab.download(`svg-${name}`)).bytes);
    assert.deepEqual(
      marksIn(xml, 'line').map((line) => line.getAttribute('data-series')),
      second.arms.slice(1).map(({ id }) => id),
    );
  });

  test('rivals: a machine and two transformers on the same sequences', link('rivals'), async (lab) => {
    const study = await finished(lab);
    complete(study);
    assert.equal(study.id, 'rivals');
    assert.ok(study.arms.length >= 3);
    // With a rate that was given nothing is tuned, and nothing said of it.
    assert.ok(study.rows.body.every(([first]) => first !== 'Rates tried'));
    const xs = study.arms[0].points.map(({ x }) => x);
    assert.equal(xs.length, 2);
    await agrees(lab, study);
  });
});

describe('while it runs', () => {
  const LONG = link('errors', '&seeds=6&longest=120&points=6');

  it('pause, one part, go on to the same numbers, reset', async () => {
    let whole;
    await withLab(LONG, async (lab) => {
      whole = await finished(lab);
      complete(whole);
    });
    await withLab(LONG, async (lab) => {
      await lab.press('train');
      await lab.stepAtLeast(1);
      await lab.press('pause');
      await lab.state('paused');
      const partial = await found(lab);
      shape(partial);
      const values = cellsOf(partial).flatMap((cell) => cell.values);
      assert.ok(
        values.some((one) => one === null),
        'it was paused before its end',
      );
      // What is there is final; what is not yet there is left open.
      const flat = (study) => cellsOf(study).flatMap((cell) => cell.values);
      flat(partial).forEach((one, i) => assert.ok(one === null || one === flat(whole)[i]));
      const measure = partial.measures[0];
      const name = chartName(partial, partial, measure);
      await openNumbersOf(lab, name);
      const texts = await lab.page
        .getByTestId(`numbers-${name}`)
        .locator('td')
        .evaluateAll((all) => all.map((cell) => cell.innerText.trim()));
      assert.ok(texts.includes('–'));
      const points = await readingsOf(lab, name, partial.arms);
      assert.deepEqual(
        points.map(({ x }) => x),
        whole.arms[0].points.map(({ x }) => x),
        'the axis has all that is to come',
      );
      for (const arm of partial.arms) {
        arm.points.forEach((point, j) => {
          const none = point.values[0].every((one) => one === null);
          assert.equal(points[j].values.get(arm.label) === 'still to come', none, `${arm.id} at ${point.x}`);
        });
      }
      const at = await lab.step();
      assert.ok(
        (await lab.page.locator('.study header .quiet').first().innerText()).includes('% of the work done'),
      );

      await lab.press('step');
      await lab.stepAtLeast(at + 1);
      await lab.state('paused');
      assert.equal(await lab.step(), at + 1);
      await lab.train();
      const again = await found(lab);
      assert.deepEqual(again, whole, 'a pause changes no number');

      await lab.press('reset');
      await lab.state('ready');
      const blank = await found(lab);
      assert.ok(cellsOf(blank).every((cell) => cell.values.every((one) => one === null)));
      assert.match(await lab.text('experiment-plan'), /machine/);
      assert.equal(await lab.page.getByTestId(`svg-${name}`).getAttribute('aria-disabled'), 'true');
    });
  });

  test(
    'lines are switched off and on; a count may have a logarithmic axis; the keyboard reads it',
    link('errors'),
    async (lab) => {
      const study = await finished(lab);
      const place = study.measures.findIndex(({ kind }) => kind === 'count');
      const measure = study.measures[place];
      const name = chartName(study, study, measure);
      const chart = lab.page.getByTestId(`figure-${name}`);
      const shown = async () => (await chart.getAttribute('data-lines')).split(' ');
      const all = study.arms.map(({ id }) => id);
      assert.deepEqual(await shown(), all);
      const button = lab.page.locator('[data-testid=study-arms] tr[data-arm=shift] button');
      await button.focus();
      await lab.page.keyboard.press('Enter');
      assert.equal(await button.getAttribute('aria-pressed'), 'false');
      assert.deepEqual(
        await shown(),
        all.filter((id) => id !== 'shift'),
      );
      await lab.page.keyboard.press('Enter');
      assert.deepEqual(await shown(), all);

      const log = lab.page.locator(`input[name=log-${measure.id}]`);
      await log.check();
      const xml = parse((await lab.download(`svg-${name}`)).bytes);
      const ticks = ticksIn(xml, 'y').map(({ text, at }) => ({ value: number(text), at }));
      const [lowest, highest] = [ticks[0], ticks.at(-1)];
      assert.ok(lowest.value > 0 && highest.value >= 10 * lowest.value, 'at least a decade');
      const valueOf = scaleIn(xml, 'y', true);
      for (const { value, at } of ticks) near(valueOf(at), value, 1e-3 * value, `the axis at ${value}`);
      const lines = new Map(
        marksIn(xml, 'line').map((line) => [
          line.getAttribute('data-series'),
          pointsOfPath(attributeOf(line, 'd')).map(([, y]) => valueOf(y)),
        ]),
      );
      for (const arm of study.arms) {
        assert.equal(lines.get(arm.id).length, arm.points.length);
        arm.points.forEach(({ values }, j) => {
          const mean = values[place].reduce((a, b) => a + b, 0) / values[place].length;
          // Zero has no logarithm: it stands at the lower edge.
          const wanted = Math.max(mean, lowest.value);
          near(lines.get(arm.id)[j], wanted, 2e-3 * wanted, `${arm.id}, point ${j}`);
        });
      }
      assert.ok(xml.documentElement.textContent.includes('at the lower edge'));

      await chart.scrollIntoViewIfNeeded();
      await chart.locator('canvas').waitFor();
      await lab.page.keyboard.press('Tab');
      await chart.locator('.readable').focus();
      await lab.page.keyboard.press('Home');
      const first = study.arms[0].points[0].x;
      const words = await chart.getByTestId('reading').innerText();
      assert.ok(words.startsWith(`${study.x.label} ${first}: ${study.arms[0].label} `), words);
      await lab.page.keyboard.press('End');
      assert.ok((await chart.getByTestId('reading').innerText()).startsWith(`${study.x.label} 30: `));
    },
  );

  test('settings that concern the run are told; others are not', link('errors'), async (lab) => {
    await finished(lab);
    assert.equal(await lab.text('experiment-told'), '');
    for (const [name, text] of [
      ['ball_radius', '12'],
      ['threshold', '5'],
    ]) {
      const field = lab.page.locator(`#set-${name}`);
      await field.evaluate((one) => (one.closest('details').open = true));
      await field.fill(text);
      await field.press('Enter');
      await lab.page.waitForFunction((wanted) => location.hash.includes(wanted), `${name}=${text}`);
    }
    assert.equal(await lab.text('experiment-told'), '');
    const seeds = lab.page.locator('#set-seeds');
    await seeds.evaluate((one) => (one.closest('details').open = true));
    await seeds.fill('3');
    await seeds.press('Enter');
    await lab.page.waitForFunction(() =>
      /earlier settings/.test(document.querySelector('[data-testid=experiment-told]').textContent),
    );
    // The numbers of the earlier settings stay; what Run would do is said again.
    assert.match(await lab.text('experiment-plan'), /^3 machines/);
    assert.equal(await lab.page.getByTestId('study-arms').locator('tbody tr').count(), 4);
    await lab.page.locator('input[name=experiment-kind][value=repeated]').check();
    await lab.page.waitForFunction(() =>
      /Below is “Errors against length”/.test(
        document.querySelector('[data-testid=experiment-told]').textContent,
      ),
    );
    const study = await finished(lab);
    assert.equal(study.id, 'repeated');
    assert.equal(study.seeds.length, 3);
  });
});
