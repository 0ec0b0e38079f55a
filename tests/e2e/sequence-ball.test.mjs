// Attention approximates SDM: what the panel draws, lists and saves agrees, and is what counting points of balls gives.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { addressHas, change, openNumbers } from './encodings.mjs';
import {
  attributeOf,
  marksIn,
  near,
  nearly,
  number,
  parse,
  pointsOf,
  pointsOfPath,
  within,
} from './files.mjs';
import { labs } from './lab.mjs';

const ALONE = '#lab=sequence&executor=cpu&hide=session,operations,spikes,run,experiment';

const { test, withLab } = labs({ webgpu: false, link: ALONE });

/** Waits until the panel has answered for the present settings. */
async function answered(lab) {
  await lab.page.locator('#title-ball').scrollIntoViewIfNeeded();
  await lab.page.locator('lab-sequence-ball[data-state=answered]').waitFor({ state: 'attached' });
  return lab.ask('ball');
}

/** Waits for the answer to a radius that was just chosen. */
async function answeredFor(lab, bits, radius) {
  await lab.page.getByTestId('ball-sentence').getByText(`n = ${bits}, r = ${radius}`).waitFor();
  await lab.page.locator('lab-sequence-ball[data-state=answered]').waitFor({ state: 'attached' });
}

const tableRows = (lab, scope) =>
  lab.page
    .locator(`${scope} tbody tr`)
    .evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));

describe('the curve', () => {
  test('β and R² at n = 64, r = 17, and every distance in the table', async (lab) => {
    const { points, rSquared } = await answered(lab);
    const sentence = await lab.text('ball-sentence');
    assert.match(sentence, /n = 64, r = 17/);
    assert.match(sentence, /β = 10\.6;/);
    assert.match(sentence, new RegExp(`R² = ${rSquared.toFixed(3)} over the distances 0 to 32`));
    await openNumbers(lab, '[aria-labelledby=title-ball-curve]');
    const table = await tableRows(lab, '[aria-labelledby=title-ball-curve]');
    assert.deepEqual([table.length, points.length], [65, 65]);
    table.forEach(([distance, cosine, balls, softmax, fitted], i) => {
      const point = points[i];
      assert.equal(number(distance), i);
      near(number(cosine), point.cosine, 1e-5, 'cosine');
      nearly(number(balls), point.intersection, 1e-4, 'balls');
      nearly(number(softmax), point.softmax, 1e-4, 'softmax');
      assert.equal(fitted, point.fitted ? 'yes' : 'no');
    });
  });

  test('it is drawn on a logarithmic axis, read by keyboard, and saved', async (lab) => {
    const ball = await answered(lab);
    const scatter = lab.page.getByTestId('figure-sequence-ball');
    await scatter.scrollIntoViewIfNeeded();
    const there = ball.points.filter(({ intersection }) => intersection > 0);
    // The nearest, at cosine 1, is at the right.
    const drawn = (await pointsOf(scatter)).reverse();
    assert.equal(drawn.length, there.length);
    assert.ok(there.length < ball.points.length, 'balls that are apart have no place on a logarithmic axis');
    // Equal factors are equally far apart, whatever the height of the canvas.
    const perLog = (i) => (drawn[i].place[1] - drawn[0].place[1]) / Math.log(there[i].intersection);
    for (let i = 2; i < there.length; i++) near(perLog(i), perLog(1), 0.01 * Math.abs(perLog(1)), 'height');
    const perCosine = (i) => (drawn[i].place[0] - drawn[0].place[0]) / (there[i].cosine - 1);
    for (let i = 2; i < there.length; i++) near(perCosine(i), perCosine(1), 0.01 * perCosine(1), 'across');
    assert.deepEqual(
      drawn.map(({ words }) => !words.endsWith('not fitted')),
      there.map(({ fitted }) => fitted),
    );
    assert.match(drawn[1].words, /^Distance 1, cosine 0\.96875: balls 0\.\d+, softmax 0\.\d+$/);
    assert.match(drawn.at(-1).words, /not fitted$/);

    await lab.page.keyboard.press('End');
    assert.match(
      await scatter.getByTestId('reading').innerText(),
      /^Distance 0, cosine 1: balls 1, softmax 1$/,
    );
    await lab.page.keyboard.press('ArrowLeft');
    assert.match(await scatter.getByTestId('reading').innerText(), /^Distance 1,/);

    const xml = parse((await lab.download('svg-sequence-ball')).bytes);
    const [fitted, beyond] = marksIn(xml, 'dot').map((group) => [
      ...within(group, 'circle').map((dot) => ['cx', 'cy'].map((name) => Number(dot.getAttribute(name)))),
      ...within(group, 'path').map((dot) =>
        /translate\(([-\d.]+),([-\d.]+)\)/.exec(dot.getAttribute('transform')).slice(1).map(Number),
      ),
    ]);
    assert.deepEqual(
      [fitted.length, beyond.length],
      [true, false].map((wanted) => there.filter((point) => point.fitted === wanted).length),
    );
    // Softmax is a straight line of slope β per unit of cosine, through weight 1 at cosine 1.
    const [line] = marksIn(xml, 'link', 'softmax');
    const [[x0, y0], [x1, y1]] = pointsOfPath(attributeOf(line, 'd'));
    const [px, py, qx, qy] = [fitted[0], fitted[8]].flat();
    const unitX = (qx - px) / (there[8].cosine - 1);
    const unitY = (qy - py) / Math.log(there[8].intersection);
    near((y1 - y0) / unitY / ((x1 - x0) / unitX), ball.beta, 0.01 * ball.beta, 'slope of the line');
    near(y0 + ((y1 - y0) * (px - x0)) / (x1 - x0), py, 0.6, 'the line passes through 1 at cosine 1');
  });
});

describe('settings', () => {
  test('slider, number, Draw and link lead to the same numbers', async (lab) => {
    await answered(lab);
    await change(lab, 'ball_radius', 20);
    await answeredFor(lab, 64, 20);
    await addressHas(lab, 'ball_radius', '20');
    // The keyboard moves the slider by one bit.
    await lab.page.getByTestId('slide-ball_radius').focus();
    await lab.page.keyboard.press('ArrowRight');
    await answeredFor(lab, 64, 21);
    await addressHas(lab, 'ball_radius', '21');

    const rows = await tableRows(lab, '[data-testid=ball-fits]');
    const { fits } = await answered(lab);
    assert.deepEqual(
      rows.map((row) => row.slice(0, 3)),
      fits.map(({ radius, beta, rSquared }) => [
        String(radius),
        String(Number(beta.toPrecision(3))),
        rSquared.toFixed(3),
      ]),
    );

    await lab.page.getByRole('button', { name: 'Draw n = 64, r = 25' }).click();
    await answeredFor(lab, 64, 25);
    await change(lab, 'ball_bits', 100);
    await answeredFor(lab, 100, 25);
    await change(lab, 'memories', 30);
    await addressHas(lab, 'memories', '30');
    const before = await answered(lab);
    assert.equal(before.retrieval.memories, 30);

    // A link restores all of it.
    const hash = await lab.hash();
    await withLab(hash, async (other) => {
      assert.deepEqual(await answered(other), before);
      assert.equal(await other.text('ball-sentence'), await lab.text('ball-sentence'));
    });
  });

  test('too large a radius is refused beside its slider', 'ball_bits=40&ball_radius=12', async (lab) => {
    await answered(lab);
    await change(lab, 'ball_radius', 30);
    await lab.page.locator('[data-setting=ball_radius] .wrong').waitFor();
    assert.match(await lab.page.locator('[data-setting=ball_radius] .wrong').innerText(), /half of the bits/);
    const ball = await answered(lab);
    assert.ok(ball.radius <= 20);
  });
});

describe('retrieval', () => {
  test('table, chart and files have the same shares', 'memories=50', async (lab) => {
    const { retrieval } = await answered(lab);
    assert.equal(retrieval.rows[0].noise, 0);
    assert.equal(retrieval.rows[0].attention, 1);
    assert.equal(retrieval.rows[0].agree, 1);
    const scope = '[aria-labelledby=title-ball-retrieval]';
    await openNumbers(lab, scope);
    const csv = await lab.csv('save-sequence-retrieval.csv');
    assert.equal(csv.length, retrieval.rows.length);
    const table = await tableRows(lab, scope);
    retrieval.rows.forEach((row, i) => {
      const file = csv[i];
      assert.deepEqual(
        [file.wrong_bits, file.queries, file.balls_right, file.attention_right, file.agree].map(Number),
        [row.noise, row.queries, row.sdm, row.attention, row.agree],
      );
      near(Number(file.cosine), row.cosine, 1e-12, 'cosine');
      const [noise, queries, ...shares] = table[i];
      assert.equal(number(noise), row.noise);
      assert.equal(number(queries), row.queries);
      [row.sdm, row.attention, row.agree].forEach((share, column) =>
        near(parseFloat(shares[column]), 100 * share, 0.05001, `row ${i}, column ${column}`),
      );
      for (const share of [row.sdm, row.attention, row.agree]) {
        // A share of whole queries.
        near(share * row.queries, Math.round(share * row.queries), 1e-6, 'share');
      }
    });
    const last = retrieval.rows.at(-1);
    assert.ok(last.noise > 0 && last.attention < 1, 'with half of the bits wrong some queries go astray');

    const chart = lab.page.getByTestId('figure-sequence-retrieval');
    await chart.scrollIntoViewIfNeeded();
    await chart.locator('canvas').waitFor();
    await lab.page.keyboard.press('Tab');
    await chart.locator('.readable').focus();
    await lab.page.keyboard.press('Home');
    assert.match(await chart.getByTestId('reading').innerText(), /^0 wrong bits: .*attention right 100 %/);
    const xml = parse((await lab.download('svg-sequence-retrieval')).bytes);
    const lines = marksIn(xml, 'line');
    assert.equal(lines.length, 3);
    assert.equal(new Set(lines.map((line) => attributeOf(line, 'stroke-dasharray'))).size, 3);
    const json = await lab.json('save-sequence-ball.json');
    assert.deepEqual(json.retrieval, retrieval);
  });

  test('the verdicts stand, with what was measured', async (lab) => {
    const { verdicts, rSquared } = await answered(lab);
    const listed = await lab.page
      .locator('[data-testid=ball-verdicts] li')
      .evaluateAll((all) =>
        all.map((one) => [
          one.dataset.claim,
          one.dataset.verdict,
          [...one.querySelectorAll('.found')].at(-1).innerText,
        ]),
      );
    assert.equal(listed.length, verdicts.length);
    assert.ok(verdicts.length >= 2);
    listed.forEach(([claim, verdict, found], i) => {
      assert.equal(claim, verdicts[i].id);
      assert.equal(verdict, verdicts[i].verdict);
      assert.ok(found.includes(verdicts[i].measured));
    });
    const straight = verdicts.find(({ id }) => id === 'ball-exponential');
    assert.equal(straight.verdict, 'holds');
    assert.ok(straight.measured.includes(rSquared.toFixed(4)), straight.measured);
  });
});

const MANY = { ball_bits: 512, ball_radius: 250, memories: 50 };
test('a retrieval that takes long shows how far it is, is stopped, and computed again', MANY, async (lab) => {
  const { page } = lab;
  /** Stops the work that `begin` leads to as soon as the page shows it: it was given up, and had said how far it was. */
  const stopped = async (begin) => {
    await page.evaluate(() => {
      globalThis.told = null;
      const observer = new MutationObserver(() => {
        const stop = document.querySelector('[data-testid=stop-ball]');
        if (!stop) return;
        observer.disconnect();
        globalThis.told = document.querySelector('[data-testid=work-ball]').innerText;
        stop.click();
      });
      observer.observe(document.body, { childList: true, subtree: true });
    });
    await begin();
    const told = await page.waitForFunction(() => globalThis.told);
    assert.match(await told.jsonValue(), /^\d+ of \d+ levels/);
    await page.getByText(/given up after \d+ of \d+ noise levels/).waitFor();
    assert.equal(await page.getByTestId('work-ball').count(), 0);
  };
  await page.getByTestId('ball-sentence').waitFor();
  await stopped(() => lab.client('change', 'memories', '2000'));
  await stopped(() => page.getByTestId('ball-again').press('Enter'));
  // Other settings have their answer.
  await change(lab, 'memories', '50');
  await change(lab, 'ball_radius', '100');
  await page.getByTestId('ball-sentence').waitFor();
});
