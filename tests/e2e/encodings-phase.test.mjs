// The encodings lab's measures and its clock, and whether every reader can use them and the inspector.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { addressHas, change, openNumbers, settled, SMALL } from './encodings.mjs';
import { marksIn, near, number, parse, pointsOfPath, within } from './files.mjs';
import { labs, PHONE } from './lab.mjs';

const { test } = labs({ webgpu: false, link: SMALL });

describe('measures', () => {
  const cells = (lab) =>
    lab.page
      .locator('[data-testid=measures] tbody tr[data-measure]')
      .evaluateAll((rows) =>
        Object.fromEntries(
          rows.map((row) => [
            row.dataset.measure,
            [...row.querySelectorAll('td')].map((cell) => cell.innerText.trim()),
          ]),
        ),
      );

  test('the diagnostics of the paper at L = d = 64', 'length=64&width=64', async (lab) => {
    await lab.page.locator('#title-measures').scrollIntoViewIfNeeded();
    await lab.page.getByTestId('measures').waitFor();
    const shown = await cells(lab);
    const wanted = {
      norm: [5.657, 5.657],
      neighbourDistance: [1.472, 0.0236],
      neighbourCosine: [0.9662, 0.99999],
      endCosine: [0.452, 0.967],
      margin: [1.083, 2.8e-4],
      rank: [18, 3],
    };
    for (const [id, values] of Object.entries(wanted)) {
      values.forEach((value, i) => near(number(shown[id][i]), value, 0.006 * value, `${id} ${i}`));
    }
    assert.notEqual(shown.neighbourCosine[1], '1', 'what is not quite 1 does not read as 1');
    assert.match(shown.aliasing[1], /not within the length/);
    const json = await lab.json('save-measures.json');
    assert.deepEqual(
      json.measures.map(({ id }) => id),
      Object.keys(shown),
    );
    assert.deepEqual([json.left, json.length, json.width], ['Sinusoidal', 64, 64]);
    assert.match(json.link, /lab=encodings/);
    for (const { id, left, right } of json.measures.filter((one) => one.id in wanted))
      [left, right].forEach((value, i) => near(number(shown[id][i]), value, 0.006 * Math.abs(value), id));
    const told = await lab.page.locator('[data-testid=measures] tr.about').allInnerTexts();
    assert.equal(told.length, json.measures.length);
    for (const text of told) assert.match(text, /\S.*\n+.*\S/, 'a formula and what it means');
    // A change of either side is measured anew.
    await lab.page.getByTestId('choose-right').selectOption('spike-time');
    await lab.page.locator('#title-measures').scrollIntoViewIfNeeded();
    await lab.page.waitForFunction(() =>
      document.querySelector('tr[data-measure=norm] td:last-child').innerText.startsWith('0.088'),
    );
    near(number((await cells(lab)).margin[1]), 2.6e-4, 0.05e-4);
  });
});

describe('the clock', () => {
  const reading = (lab) => lab.text('phase-reading');
  const ready = async (lab) => {
    await lab.page.locator('#title-phase').scrollIntoViewIfNeeded();
    await lab.page.getByTestId('phase-reading').waitFor();
    // The pictures above it may have come in between.
    await lab.answered();
    await lab.page.locator('.clock').scrollIntoViewIfNeeded();
    await lab.page.locator('.clock .drawing[data-plot] svg').waitFor();
  };
  const atPosition = (lab, position) =>
    lab.page.waitForFunction(
      (wanted) =>
        document.querySelector('[data-testid=phase-reading]')?.innerText.startsWith(`Position ${wanted} of`),
      position,
    );
  /** Of every hand the angle, clockwise from upright. */
  const hands = (lab) =>
    lab.page
      .locator('.clock [data-mark=vector] path')
      .evaluateAll((found) =>
        found.map(
          (hand) => (Number(/rotate\(([-\d.e]+)/.exec(hand.getAttribute('transform'))[1]) * Math.PI) / 180,
        ),
      );
  const turned = (angle) => Math.atan2(Math.sin(angle), Math.cos(angle));

  test(
    'a position by slider, keyboard, pointer and number',
    'length=32&width=16&window=2&position=5',
    async (lab) => {
      await ready(lab);
      assert.match(
        await reading(lab),
        /^Position 5 of 32: spike at t = 0\.3125 of T = 2; pair 0 at φ = 5 rad/,
      );
      const omega = (i) => 10000 ** (-i / 8);
      let angles = await hands(lab);
      assert.equal(angles.length, 6);
      angles.forEach((angle, i) => near(turned(angle - 5 * omega(i)), 0, 2e-3, `dial ${i}`));

      await lab.page.getByTestId('slide-position').focus();
      await lab.page.keyboard.press('ArrowRight');
      await addressHas(lab, 'position', '6');
      await atPosition(lab, 6);
      await lab.page.keyboard.press('End');
      await atPosition(lab, 31);
      assert.equal(await lab.page.locator('#set-position').inputValue(), '31');
      await change(lab, 'position', '12');
      await atPosition(lab, 12);
      angles = await hands(lab);
      angles.forEach((angle, i) => near(turned(angle - 12 * omega(i)), 0, 2e-3, `dial ${i}`));

      // A press on the window's axis goes to the position that fires there.
      const clock = lab.page.locator('.clock .drawing');
      await clock.evaluate((element) => element.scrollIntoView({ block: 'center' }));
      const box = await clock.boundingBox();
      const panels = (await clock.getAttribute('data-plot'))
        .split(',')
        .map((one) => one.split(' ').map(Number));
      const [from, , to, bottom] = panels[2];
      await lab.page.mouse.click(box.x + from + ((to - from) * 20) / 32, box.y + bottom - 4);
      await atPosition(lab, 20);

      await lab.page.getByTestId('dials').selectOption('3');
      await lab.page.waitForFunction(
        () => document.querySelectorAll('.clock [data-mark=vector]').length === 3,
      );
      await lab.page.getByTestId('pair').fill('7');
      await lab.page.getByTestId('pair').press('Enter');
      await lab.page.waitForFunction(
        () => document.querySelectorAll('.clock [data-mark=vector]').length === 4,
      );
      assert.match(await reading(lab), /pair 7 at φ = /);
      near(number((await reading(lab)).match(/φ = (\S+) rad/)[1]), 20 * omega(7), 1e-6);
    },
  );

  test(
    'all positions lie on a line through the origin',
    'length=32&width=16&window=2&position=5',
    async (lab) => {
      await ready(lab);
      const { name, bytes } = await lab.download('svg-phase');
      assert.equal(name, 'mnemoscope-phase.svg');
      const xml = parse(bytes);
      const ends = marksIn(xml, 'line').map((line) =>
        pointsOfPath(within(line, 'path')[0].getAttribute('d')),
      );
      assert.equal(ends.length, 6);
      const [origin, [right]] = ends[0];
      const slopes = ends.map(([[x1, y1], [x2, y2]]) => (y1 - y2) / (x2 - x1));
      for (const [from] of ends) assert.deepEqual(from, origin, 'through the origin');
      slopes.forEach((slope, i) => near(slope / slopes[0], 10000 ** (-i / 8), 2e-3));
      // The present position lies on each of them, above its spike.
      const [stem] = within(marksIn(xml, 'link', 'spike')[0], 'path');
      const [, spike] = /M([-\d.]+),/.exec(stem.getAttribute('d'));
      const now = within(marksIn(xml, 'dot', 'now')[0], 'circle').map((dot) =>
        ['cx', 'cy'].map((name) => Number(dot.getAttribute(name))),
      );
      assert.equal(now.length, 6);
      now.forEach(([x, y], i) => {
        near(x, Number(spike), 0.011);
        near(origin[1] - y, slopes[i] * (x - origin[0]), 0.05);
      });
      near((Number(spike) - origin[0]) / (right - origin[0]), 5 / 32, 1e-3);

      await openNumbers(lab, 'lab-phase');
      assert.equal(await lab.page.locator('lab-phase details.numbers[open] tbody tr').count(), 8);
    },
  );

  test('the two substitutions are kept apart', 'length=32&width=16&window=1&position=5', async (lab) => {
    await ready(lab);
    await lab.page.locator('#title-substitutions').scrollIntoViewIfNeeded();
    const cells = await lab.page
      .locator('[data-testid=substitutions] tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.innerText)),
      );
    const wanted = [
      [Math.sin(5), Math.cos(5)],
      [Math.sin(5) / 32, Math.cos(5) / 32],
      [Math.sin(5 / 32), Math.cos(5 / 32)],
    ];
    cells.forEach((row, i) => row.forEach((text, j) => near(number(text), wanted[i][j], 1e-4)));
    assert.match(await lab.text('sentence-amplitude'), /Lemma 1.*T∕L = 0\.03125/s);
    assert.match(await lab.text('sentence-inside'), /lemma does not cover/);
    for (const [id, of] of [
      ['amplitude', (p) => Math.sin(p) / 32],
      ['inside', (p) => Math.sin(p / 32)],
    ]) {
      await openNumbers(lab, `[aria-labelledby=title-${id}]`);
      const rows = await lab.csv(`save-substitution-${id}.csv`);
      assert.equal(rows.length, 32);
      rows.forEach((row, p) => near(Number(row.sine), of(p), 1e-9));
      const xml = parse((await lab.download(`svg-substitution-${id}`)).bytes);
      assert.ok(marksIn(xml, 'line').length >= 2);
    }
  });

  test('Play stops at the last position', 'length=12&width=8&position=8', async (lab) => {
    await ready(lab);
    await lab.press('play');
    await atPosition(lab, 9);
    assert.equal(await lab.page.getByTestId('play').innerText(), 'Stop');
    await atPosition(lab, 11);
    await lab.page.locator('[data-testid=play][data-playing=false]').waitFor();
    await lab.press('play');
    await atPosition(lab, 1);
    await lab.press('play');
    assert.equal(await lab.page.getByTestId('play').getAttribute('data-playing'), 'false');
  });
});

describe('every reader', () => {
  const PARTS = ['inspect', 'slice', 'spectrum', 'upload', 'measures', 'phase', 'substitutions'];
  const through = async (lab) => {
    for (const part of PARTS) {
      await lab.page.locator(`#title-${part}`).scrollIntoViewIfNeeded();
      await lab.answered();
    }
    await lab.page.evaluate(() => {
      for (const details of document.querySelectorAll('.part details')) details.open = true;
    });
    await lab.drawn();
  };

  test(
    'on a phone the maps stand one above the other',
    'length=128&width=64&left=rank-code',
    PHONE,
    async (lab) => {
      await settled(lab);
      await through(lab);
      const { scroll, wide } = await lab.page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        wide: innerWidth,
      }));
      assert.ok(scroll <= wide, `${scroll} > ${wide}`);
      const [left, right] = await Promise.all(
        ['left', 'right'].map((side) => lab.page.getByTestId(`picture-${side}`).boundingBox()),
      );
      assert.ok(right.y > left.y + left.height);
      const canvas = lab.page.getByTestId('picture-left').locator('.drawing');
      // Clear of the bars that stay in view.
      await canvas.evaluate((element) => element.scrollIntoView({ block: 'center' }));
      const box = await canvas.boundingBox();
      await lab.page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
      assert.match(
        await lab.page.getByTestId('picture-left').getByTestId('reading').innerText(),
        /^position p \d+, position q \d+: /,
      );
    },
  );
});
