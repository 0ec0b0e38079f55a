// What is run over many machines: the page's curves, tables and files hold what every experiment has found.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attributeOf, marksIn, near, number, parse, pointsOfPath, scaleIn, ticksIn } from './files.mjs';
import { labs } from './lab.mjs';

/** Machines that are small enough for a test. */
const MACHINES = { data_size: 128, context_size: 256, context_active: 16, decoders: 512 };
const SMALL = {
  errors: { ...MACHINES, seeds: 2, longest: 30, points: 3 },
  repeated: { ...MACHINES, seeds: 4 },
  capacity: {
    ...{ inputs: 64, inputs_active: 6, data_size: 64, data_active: 6, decoders: 256, chosen: 8 },
    ...{
      decoder: 'sparse',
      decoder_active: 8,
      seeds: 2,
      stored: 400,
      points: 4,
      noise: 1,
      alpha: 1,
      writing: 'or',
    },
  },
  kanerva: { seeds: 2, bits: 64, locations: 300, words: 60, points: 3 },
  rivals: {
    ...{ ...MACHINES, seeds: 2, longest: 20, points: 2, rival_steps: 2, rival_width: 8 },
    ...{ rival_heads: 1, rival_window: 8, rival_rate: 0.01 },
  },
};
for (const [experiment, settings] of Object.entries(SMALL)) settings.experiment = experiment;

const { test, withLab } = labs({
  webgpu: false,
  link: '#lab=sequence&executor=cpu&hide=session,operations,spikes,ball',
});

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
  });
  const study = await lab.ask('run.found');
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
function rounding(value, kind) {
  if (kind === 'share') return 0.000501;
  if (kind === 'count') return Math.abs(value) < 100 ? 0.00501 : 0.0501;
  return 1e-3 * Math.abs(value) + 1e-9;
}

/** Each figure of a study: its curves, the place of its measure, and its name. */
const figuresOf = (study) =>
  [study, study.second].filter(Boolean).flatMap((curves) =>
    curves.measures.map((measure, place) => ({
      ...{ curves, measure, place },
      name: `sequence-${study.id}-${curves === study ? '' : 'second-'}${measure.id}`,
    })),
  );

const allOf = ({ arms }) => arms.flatMap(({ points }) => points.flatMap(({ values }) => values.flat()));

async function openNumbersOf(lab, name) {
  const summary = lab.page.locator(`section[aria-labelledby="title-${name}"] details:not(.fold) > summary`);
  await summary.scrollIntoViewIfNeeded();
  await summary.click();
  await lab.page.getByTestId(`numbers-${name}`).waitFor();
}

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

/** Tables, charts, files and verdicts hold what the study holds. */
async function agrees(lab, study) {
  for (const { curves, measure, place, name } of figuresOf(study)) {
    await openNumbersOf(lab, name);
    const rows = await lab.page
      .getByTestId(`numbers-${name}`)
      .locator('tbody tr')
      .evaluateAll((all) =>
        all.map((row) => ({ ...row.dataset, cells: [...row.cells].map((cell) => cell.innerText.trim()) })),
      );
    assert.equal(rows.length, curves.arms.length * curves.arms[0].points.length, name);
    for (const arm of curves.arms) {
      for (const { x, values } of arm.points) {
        const { cells } = rows.find((one) => one.arm === arm.id && Number(one.x) === x);
        const each = values[place];
        const mean = each.reduce((a, b) => a + b, 0) / each.length;
        assert.equal(cells[0], arm.label);
        assert.equal(number(cells[1]), x);
        const expected = [mean, Math.min(...each), Math.max(...each), ...each];
        assert.equal(cells.length, 2 + expected.length);
        expected.forEach((value, i) =>
          near(
            read(cells[i + 2], measure.kind),
            value,
            rounding(value, measure.kind),
            `${name}, ${arm.id}, ${x}`,
          ),
        );
      }
    }
    const lines = marksIn(parse((await lab.download(`svg-${name}`)).bytes), 'line');
    assert.equal(lines.length, curves.arms.length, `${name}: a line each`);
    const dashes = new Set(lines.map((line) => attributeOf(line, 'stroke-dasharray')));
    assert.equal(dashes.size, lines.length, `${name}: told apart without colour`);
  }

  const { link: address, step, steps, ...rest } = await lab.json(`save-sequence-${study.id}.json`);
  assert.deepEqual(rest, JSON.parse(JSON.stringify(study.told)));
  assert.deepEqual([step, steps], [await lab.step(), step]);
  assert.match(address, /^lab=sequence&/);
  const said = (await lab.text('study-sentence')).replaceAll(/\s+/g, ' ');
  assert.equal(said, study.sentence.replaceAll(/\s+/g, ' ').trim());
  if (study.rows.body.length) {
    const listed = await lab.page
      .getByTestId('study-rows')
      .locator('tr')
      .evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
    assert.deepEqual(listed, [study.rows.head, ...study.rows.body]);
  }
  await verdicts(lab, study);

  // With all numbers open, on a phone too: nothing sticks out, axe finds nothing.
  await lab.page.setViewportSize({ width: 390, height: 844 });
  for (const { name } of figuresOf(study)) await steady(lab, name);
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

const kindOf = ({ page }, kind) => page.locator(`input[name=experiment-kind][value=${kind}]`);

describe('choosing', () => {
  test('every experiment says what it does and how long it takes, and is in the link', async (lab) => {
    const kinds = lab.page.locator('input[name=experiment-kind]');
    const all = await kinds.evaluateAll((inputs) => inputs.map((one) => one.value));
    assert.deepEqual(all, ['capacity', 'kanerva', 'errors', 'repeated', 'rivals', 'recall']);
    for (const kind of ['capacity', 'kanerva', 'repeated', 'rivals', 'recall', 'errors']) {
      await kindOf(lab, kind).check();
      await lab.settled('experiment', kind);
      const hash = await lab.hash();
      assert.equal(hash.includes(`experiment=${kind}`), kind !== 'errors', hash);
      const plan = await lab.text('experiment-plan');
      assert.ok(plan.length > 80, plan);
      assert.doesNotMatch(plan, /NaN|undefined|null/);
      assert.match(plan, /About [\d.]+ (s|min|h) |A second or two/, plan);
      assert.match(await lab.text('experiment-told'), /Press Run/);
    }
    // What it says follows the settings.
    await lab.set('longest', '64');
    await lab.page.locator('[data-testid=experiment-plan]', { hasText: '64' }).waitFor();
  });

  test('a preset sets an experiment up; arrow keys choose another; the link restores both', async (lab) => {
    const { page } = lab;
    await lab.press('experiment-preset-kanerva');
    await page.locator('input[name=experiment-kind][value=kanerva]:checked').waitFor();
    assert.ok((await lab.text('preset-help')).length > 20);
    await page.locator('input[name=experiment-kind]:checked').focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('input[name=experiment-kind][value=errors]:checked').waitFor();
    await lab.settled('experiment', 'errors');
    const hash = await lab.hash();
    assert.ok(hash.includes('seeds=3'), 'the other settings stay');
    const plan = await lab.text('experiment-plan');
    await page.reload();
    await lab.state('ready');
    assert.ok(await kindOf(lab, 'errors').isChecked());
    assert.equal(await lab.text('experiment-plan'), plan);
    assert.equal(await lab.hash(), hash);
  });
});

describe('each experiment to its end', () => {
  for (const experiment of ['errors', 'capacity', 'rivals']) {
    test(experiment, SMALL[experiment], async (lab) => {
      const study = await finished(lab);
      assert.deepEqual([study.id, study.seeds], [experiment, [0, 1]]);
      await agrees(lab, study);
      // With a rate that was given nothing is tuned, and nothing said of it.
      assert.ok(study.rows.body.every(([first]) => first !== 'Rates tried'));
    });
  }

  test('repeated: machines by number, beside the paper’s own', SMALL.repeated, async (lab) => {
    const study = await finished(lab);
    assert.equal(study.seeds.length, 4);
    await agrees(lab, study);
    const summary = await lab.text('study-rows');
    for (const figure of ['22.03', '20.30', '20.47']) assert.ok(summary.includes(figure), figure);
    const { place, name } = figuresOf(study).find(({ measure }) => measure.kind === 'count');
    const points = await readingsOf(lab, name, study.arms);
    for (const { label, points: own } of study.arms) {
      const values = own[0].values[place];
      assert.deepEqual(
        points.map(({ values: read }) => number(read.get(label))),
        points.map(({ x }) => values.filter((right) => right === x).length),
        label,
      );
    }
  });

  test('kanerva: two sets of curves, the second over wrong bits of the cue', SMALL.kanerva, async (lab) => {
    const study = await finished(lab);
    const { second } = study;
    assert.notEqual(second.x.label, study.x.label);
    await agrees(lab, study);
    // Lines of the second set are hidden by buttons of their own, or by the table above.
    const { name } = figuresOf(study).find(({ curves }) => curves === second);
    const [{ id }] = second.arms;
    const own = lab.page.locator(`section[aria-labelledby=title-second] button[data-arm="${id}"]`);
    const button = (await own.count())
      ? own
      : lab.page.locator(`[data-testid=study-arms] tr[data-arm="${id}"] button`);
    await button.focus();
    const spotlight = lab.page.locator(`[data-testid="figure-${name}"][data-spotlight="${id}"]`);
    await spotlight.waitFor({ state: 'attached' });
    await lab.page.keyboard.press('Space');
    assert.equal(await button.getAttribute('aria-pressed'), 'false');
    assert.deepEqual(
      marksIn(parse((await lab.download(`svg-${name}`)).bytes), 'line').map((line) =>
        line.getAttribute('data-series'),
      ),
      second.arms.slice(1).map((arm) => arm.id),
    );
  });
});

describe('while it runs', () => {
  const LONG = { ...SMALL.errors, seeds: 6, longest: 120, points: 6 };

  it('pause, one part, go on to the same numbers, reset', async () => {
    let whole;
    await withLab(LONG, async (lab) => (whole = await finished(lab)));
    await withLab(LONG, async (lab) => {
      await lab.press('train');
      await lab.stepAtLeast(1);
      await lab.press('pause');
      await lab.state('paused');
      const partial = await found(lab);
      assert.ok(allOf(partial).includes(null), 'it was paused before its end');
      // What is there is final; what is not yet there is left open.
      allOf(partial).forEach((one, i) => assert.ok(one === null || one === allOf(whole)[i]));
      const [{ name }] = figuresOf(partial);
      await openNumbersOf(lab, name);
      assert.ok((await lab.page.getByTestId(`numbers-${name}`).locator('td').allInnerTexts()).includes('–'));
      const points = await readingsOf(lab, name, partial.arms);
      assert.deepEqual(
        points.map(({ x }) => x),
        whole.arms[0].points.map(({ x }) => x),
        'the axis has all that is to come',
      );
      for (const arm of partial.arms) {
        arm.points.forEach(({ x, values: [own] }, j) => {
          const none = own.every((one) => one === null);
          assert.equal(points[j].values.get(arm.label) === 'still to come', none, `${arm.id} at ${x}`);
        });
      }
      const head = await lab.page.locator('.study header .quiet').first().innerText();
      assert.ok(head.includes('% of the work done'), head);
      await lab.train();
      assert.deepEqual(await found(lab), whole, 'a pause changes no number');
      await lab.press('reset');
      await lab.state('ready');
      assert.ok(allOf(await found(lab)).every((one) => one === null));
      assert.match(await lab.text('experiment-plan'), /machine/);
      assert.equal(await lab.page.getByTestId(`svg-${name}`).getAttribute('aria-disabled'), 'true');
    });
  });

  test('lines are switched off and on; a count may have a logarithmic axis', SMALL.errors, async (lab) => {
    const study = await finished(lab);
    const { measure, place, name } = figuresOf(study).find((one) => one.measure.kind === 'count');
    const chart = lab.page.getByTestId(`figure-${name}`);
    const shown = () => chart.getAttribute('data-lines');
    const all = study.arms.map(({ id }) => id);
    assert.equal(await shown(), all.join(' '));
    const button = lab.page.locator('[data-testid=study-arms] tr[data-arm=shift] button');
    await button.focus();
    await lab.page.keyboard.press('Enter');
    assert.equal(await button.getAttribute('aria-pressed'), 'false');
    assert.equal(await shown(), all.filter((id) => id !== 'shift').join(' '));
    await lab.page.keyboard.press('Enter');
    assert.equal(await shown(), all.join(' '));

    await lab.page.locator(`input[name=log-${measure.id}]`).check();
    const xml = parse((await lab.download(`svg-${name}`)).bytes);
    const ticks = ticksIn(xml, 'y').map(({ text }) => number(text));
    assert.ok(ticks[0] > 0 && ticks.at(-1) >= 10 * ticks[0], 'at least a decade');
    const valueOf = scaleIn(xml, 'y', true);
    for (const arm of study.arms) {
      const heights = pointsOfPath(attributeOf(marksIn(xml, 'line', arm.id)[0], 'd')).map(([, y]) =>
        valueOf(y),
      );
      assert.equal(heights.length, arm.points.length);
      arm.points.forEach(({ values }, j) => {
        const mean = values[place].reduce((a, b) => a + b, 0) / values[place].length;
        // Zero has no logarithm: it stands at the lower edge.
        const wanted = Math.max(mean, ticks[0]);
        near(heights[j], wanted, 2e-3 * wanted, `${arm.id}, point ${j}`);
      });
    }
    assert.ok(xml.documentElement.textContent.includes('at the lower edge'));
  });

  test('settings that concern the run are told; others are not', SMALL.errors, async (lab) => {
    const told = lab.page.getByTestId('experiment-told');
    await finished(lab);
    await lab.set('ball_radius', '12');
    await lab.set('threshold', '5');
    assert.equal(await told.innerText(), '');
    await lab.set('seeds', '3');
    await told.getByText('earlier settings').waitFor();
    // The numbers of the earlier settings stay; what Run would do is said again.
    assert.match(await lab.text('experiment-plan'), /^3 machines/);
    assert.equal(await lab.page.getByTestId('study-arms').locator('tbody tr').count(), 4);
    await kindOf(lab, 'repeated').check();
    await told.getByText('Below is “Errors against length”').waitFor();
    const study = await finished(lab);
    assert.deepEqual([study.id, study.seeds.length], ['repeated', 3]);
  });
});
