// The sequence lab's spikes: times, ranks, phases and codes that agree with each other, and the check over random pairs.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { addressHas, openNumbers } from './encodings.mjs';
import { marksIn, near, number, parse, pointsOfPath, ticksIn, within } from './files.mjs';
import { labs, PHONE, until } from './lab.mjs';
import { last, LONG } from './sequence.mjs';

const ALONE = '#lab=sequence&executor=cpu&hide=session,operations,ball,experiment';
const { test } = labs({ webgpu: false, link: ALONE });
const LAYERS = ['input', 'context', 'decoder', 'output'];

/** What is on show once nothing is under way, at symbol `at` if it is given. */
async function step(lab, { at = null, neuron = null } = {}) {
  await lab.page.locator('#title-spikes').scrollIntoViewIfNeeded();
  await lab.page.waitForFunction(
    ([place, kind]) => {
      const shown = document.querySelector('[data-testid=spikes-step]');
      const refused = document.querySelector('sequence-spikes .refused .wrong');
      if (refused) throw new Error(refused.textContent);
      return (
        shown?.dataset.fresh === 'true' &&
        (place === null || shown.dataset.at === String(place)) &&
        (kind === null || shown.dataset.neuron === kind)
      );
    },
    [at, neuron],
  );
  const shown = lab.page.getByTestId('spikes-step');
  return lab.ask('spikes', { at: Number(await shown.getAttribute('data-at')) });
}

/** Where the raster has each spike, by layer, those that come too late after the others. */
async function dotsOf(figure, { layers }) {
  const middles = (series) =>
    figure.locator(`.drawing [data-series=${series}] path`).evaluateAll((paths) =>
      paths.map((path) => {
        const [x, from, , to] = path
          .getAttribute('d')
          .match(/-?[\d.]+/g)
          .map(Number);
        return { x, y: (from + to) / 2 };
      }),
    );
  const [first, others, late] = [await middles('first'), await middles('spike'), await middles('late')];
  const dots = layers.map((layer) => {
    // Whoever fires first is drawn by itself, and the others the later the deeper.
    const own = [
      ...first.splice(0, 1),
      ...others.splice(0, layer.spikes.length - 1).reverse(),
      ...late.splice(0, layer.late.length),
    ];
    return [...layer.spikes, ...layer.late].map(({ neuron, time }, i) => ({ neuron, time, ...own[i] }));
  });
  assert.deepEqual([first, others, late], [[], [], []], 'nothing else is drawn');
  return dots;
}

/** Times never go back, ranks go up by one, and nobody comes late before the last has fired. */
function ordered({ id, spikes, late, neurons }) {
  spikes.forEach(({ time, rank, neuron }, i) => {
    assert.equal(rank, i, `${id}: ranks are the order of firing`);
    assert.ok(neuron >= 0 && neuron < neurons, id);
    if (i > 0) assert.ok(time >= spikes[i - 1].time, `${id}: time ${i}`);
  });
  late.forEach(({ time }, i) => {
    assert.ok(time >= (late[i - 1] ?? spikes.at(-1)).time, `${id}: late ${i}`);
  });
  const all = [...spikes, ...late].map(({ neuron }) => neuron);
  assert.equal(new Set(all).size, all.length, `${id}: a neuron fires at most once`);
}

const rowOf = ({ page }, { id }) => page.locator(`[data-testid=layers] tr[data-layer=${id}]`);

describe('what takes long', () => {
  test('the machine’s way shows how far it is, can be stopped and gone on with', LONG, async (lab) => {
    await lab.page.locator('#title-spikes').scrollIntoViewIfNeeded();
    await lab.page.getByText(/^\s*[\d,]+ of 2,000 symbols/).waitFor();
    await lab.press('stop-spikes');
    await lab.page.getByText(/Stopped after [\d,]+ of 2,000 symbols/).waitFor();
    await lab.press('go-on-spikes');
    await lab.page.getByText(/Stopped after/).waitFor({ state: 'detached' });
    const shown = await step(lab, { at: 0 });
    assert.equal(shown.length, 1000);
    assert.equal(await lab.page.getByTestId('work-spikes').count(), 0);
  });
});

describe('settings that change on the way', () => {
  for (const [what, changes] of [
    [
      'and change back',
      [
        ['retention', '0.77'],
        ['retention', '0.5'],
      ],
    ],
    ['where it runs', [['executor', 'auto']]],
  ]) {
    test(`${what}: it is looked at as they are now`, LONG, async (lab) => {
      await lab.page.locator('#title-spikes').scrollIntoViewIfNeeded();
      await lab.page.getByTestId('work-spikes').waitFor();
      await lab.page.evaluate(() => {
        globalThis.outdated = 0;
        document.querySelector('#lab').client.listen((report) => {
          if (report.type === 'refused' && report.error.code === 'outdated') globalThis.outdated += 1;
        });
      });
      for (const [i, [name, value]] of changes.entries()) {
        // Each but the first comes when the work has met the one before it.
        await lab.page.waitForFunction((times) => globalThis.outdated >= times, i);
        await lab.client('change', name, value);
        await lab.settled(name, value);
      }
      await step(lab, { at: 0 });
      assert.equal(await lab.page.locator('sequence-spikes .refused .wrong').count(), 0);
    });
  }
});

describe('wheel neurons', () => {
  test('in every layer the order of firing is the code of the dot products', async (lab) => {
    for (const at of [0, 5]) {
      await lab.page.locator('sequence-spikes .symbols button').nth(at).click();
      const shown = await step(lab, { at, neuron: 'wheel' });
      assert.deepEqual(
        shown.layers.map(({ id }) => id),
        LAYERS,
      );
      for (const layer of shown.layers) {
        ordered(layer);
        const [same, cosine] = await rowOf(lab, layer).locator('td').allInnerTexts();
        assert.match(same, /^✓ same/);
        assert.ok(same.includes(layer.sentence));
        assert.equal(cosine, '1.0000');
      }
    }
  });

  test('one code as rank, time and phase', async (lab) => {
    const shown = await step(lab, { at: 0 });
    await openNumbers(lab, '[data-testid=figure-readings]');
    const rows = await lab.page
      .locator('[data-testid=readings] tbody tr')
      .evaluateAll((found) => found.map((row) => [...row.cells].map((cell) => cell.innerText)));
    assert.equal(rows.length, 11);
    const { readings, layers } = shown;
    readings.forEach((reading, i) => {
      const spike = layers[0].spikes[i];
      assert.deepEqual([reading.neuron, reading.time, reading.rank], [spike.neuron, spike.time, i]);
      const [rank, neuron, significance, time, turns] = rows[i].map(number);
      assert.deepEqual([rank, neuron], [i, reading.neuron]);
      near(significance, 0.9 ** i, 1e-4);
      near(time, reading.time, 1e-4 * Math.max(1, reading.time));
      near(turns, reading.phase / (2 * Math.PI), 1e-4);
    });
    const figure = lab.page.getByTestId('figure-readings');
    const hands = await figure
      .locator('.drawing [data-series=hand] path')
      .evaluateAll((found) =>
        found.map((hand) => Number(/rotate\((.*)\)/.exec(hand.getAttribute('transform'))?.[1] ?? 0)),
      );
    assert.equal(hands.length, 11);
    hands.forEach((degrees, i) => near((degrees / 180) * Math.PI, readings[i].phase, 1e-6, `dial ${i}`));
    // Read from the top down.
    await figure.locator('.surface').focus();
    for (const key of ['Home', 'ArrowDown', 'ArrowDown', 'ArrowUp']) await lab.page.keyboard.press(key);
    assert.match(
      await figure.getByTestId('reading').innerText(),
      new RegExp(`^rank 1, neuron ${readings[1].neuron}, significance 0.9, time `),
    );
    const xml = parse((await lab.download('svg-readings')).bytes);
    assert.equal(marksIn(xml, 'vector', 'hand').length, 11);
    const bars = marksIn(xml, 'link', 'significance').flatMap((group) => within(group, 'path'));
    const lengths = bars.map((bar) => {
      const [[from], [to]] = pointsOfPath(bar.getAttribute('d'));
      return to - from;
    });
    assert.equal(lengths.length, 11);
    lengths.forEach((length, i) => near(length / lengths[0], 0.9 ** i, 1e-3, `bar ${i}`));
    const texts = marksIn(xml, 'text').flatMap((group) =>
      within(group, 'text').map((one) => one.textContent),
    );
    for (const { neuron } of readings) assert.ok(texts.includes(String(neuron)), `neuron ${neuron}`);
  });

  test('those that fire reach the threshold, the one that does not stays below', async (lab) => {
    const shown = await step(lab, { at: 0 });
    const { traces, threshold, layers } = shown;
    const fired = new Map(layers[2].spikes.map(({ neuron, time }) => [neuron, time]));
    assert.ok(traces.some((trace) => trace.fired !== null) && traces.some((trace) => trace.fired === null));
    for (const { neuron, fired: time, activation, time: times } of traces) {
      assert.equal(times.length, activation.length);
      times.forEach((t, i) => i > 0 && assert.ok(t >= times[i - 1]));
      if (time === null) assert.ok(!fired.has(neuron), `neuron ${neuron}`);
      else {
        near(time, fired.get(neuron), 1e-9, `neuron ${neuron}`);
        near(Math.max(...activation), threshold, 1e-6 * threshold, `neuron ${neuron}`);
      }
    }
    await lab.page.locator('#title-traces').scrollIntoViewIfNeeded();
    const section = lab.page.locator('[aria-labelledby=title-traces]');
    for (const { neuron, fired: time } of traces) {
      assert.match(
        await section.locator('.key').innerText(),
        new RegExp(`neuron ${neuron}, ${time === null ? 'does not fire' : 'fires at'}`),
      );
    }
    await section.locator('details:not(.fold) > summary').click();
    const rows = await lab.csv('save-traces.csv');
    assert.ok(rows.length > 5);
    // Between two of its points a trace of the file lies on the line from one to the next.
    for (const { neuron, time, activation } of traces) {
      for (const row of rows) {
        const value = row[`neuron_${neuron}`];
        const t = Number(row.time);
        if (value === '') {
          assert.ok(t < time[0] || t > time.at(-1), `neuron ${neuron} at ${t}`);
          continue;
        }
        const after = time.findIndex((one) => one >= t);
        const [from, to] = after === 0 ? [0, 0] : [after - 1, after];
        const span = time[to] - time[from];
        const there =
          time[to] === t
            ? activation.filter((_, i) => time[i] === t)
            : [activation[from] + ((activation[to] - activation[from]) * (t - time[from])) / span];
        assert.ok(
          there.some((one) => Math.abs(one - Number(value)) < 1e-9 * Math.max(1, Math.abs(one))),
          `neuron ${neuron} at ${t}: ${value}, not ${there}`,
        );
      }
    }
    const xml = parse((await lab.download('svg-traces')).bytes);
    assert.equal(marksIn(xml, 'line').length, traces.length);
    assert.equal(marksIn(xml, 'rule', 'threshold').length, 1);
  });
});

describe('the check', () => {
  test('wheels keep the order on every pair; RDLIF does not, under load', async (lab) => {
    const { checks, verdicts } = await step(lab, { at: 0 });
    for (const { neuron, load, pairs, same, mean, least } of checks) {
      if (neuron === 'wheel') assert.equal(same, pairs, `load ${load}`);
      const row = lab.page.locator(`[data-testid=checks] tr[data-neuron=${neuron}][data-load='${load}']`);
      const cells = await row.locator('td').allInnerTexts();
      assert.deepEqual(cells.slice(0, 2), [String(load), `${same} of ${pairs}`]);
      near(parseFloat(cells[2]), mean, 1e-4);
      near(parseFloat(cells[3]), least, 1e-4);
    }
    const [loaded] = checks.filter(({ neuron }) => neuron === 'rdlif').sort((a, b) => b.load - a.load);
    assert.ok(loaded.same < loaded.pairs, 'under load RDLIF changes the order');
    assert.ok(verdicts.length > 0);
    const said = await lab.page.getByTestId('spikes-verdicts').innerText();
    for (const { claim } of verdicts) assert.ok(said.includes(claim));
  });

  const LOADED = { neuron: 'rdlif', load: 8 };
  test('a layer of RDLIF neurons says by how much its code differs', LOADED, async (lab) => {
    await step(lab, { neuron: 'rdlif' });
    await lab.page.locator('sequence-spikes .symbols button').nth(3).click();
    const { layers } = await step(lab, { at: 3, neuron: 'rdlif' });
    for (const layer of layers) {
      ordered(layer);
      assert.match(await rowOf(lab, layer).innerText(), layer.same ? /✓ same/ : /✗ not the same/);
    }
    assert.ok(!layers.every(({ same }) => same), 'some layer under load');
  });
});

describe('controls', () => {
  test('neuron, threshold, leak and load are the settings of the same name', async (lab) => {
    const before = await step(lab, { at: 0, neuron: 'wheel' });
    await lab.page.getByTestId('spikes-neuron').selectOption('rdlif');
    await addressHas(lab, 'neuron', 'rdlif');
    const after = await step(lab, { neuron: 'rdlif' });
    assert.notEqual(after.formula, before.formula);
    // Indices and powers are set, not written with signs of their own.
    const plain = (text) => text.normalize('NFKD').replace(/\s+/g, '');
    assert.ok(plain(await lab.text('spikes-formula')).includes(plain(after.formula)));
    await lab.page.getByTestId('spikes-neuron').selectOption('wheel');
    await step(lab, { neuron: 'wheel' });
    const slide = lab.page.getByTestId('slide-threshold');
    await slide.focus();
    for (let i = 0; i < 5; i++) await lab.page.keyboard.press('ArrowRight');
    await lab.page.waitForFunction(
      () => Number(document.querySelector('#lab').client.settled.values.threshold) > 4,
    );
    await until(
      () => step(lab),
      ({ window }) => window !== before.window,
      60_000,
    );
    await lab.set('load', '4');
    assert.equal(await lab.page.locator('#at-load').inputValue(), '4');
    await lab.set('leak', '30');
    assert.equal(await lab.page.locator('#at-leak').inputValue(), '30');
    await step(lab);
  });

  test(
    'the place is that of the five operations',
    '#lab=sequence&executor=cpu&hide=session,ball,experiment',
    async (lab) => {
      await step(lab, { at: 0 });
      await lab.page.getByTestId('spikes-slide').focus();
      await lab.page.keyboard.press('ArrowRight');
      await lab.page.keyboard.press('ArrowRight');
      await step(lab, { at: 2 });
      await lab.page.locator('#title-operations').scrollIntoViewIfNeeded();
      await lab.page.waitForSelector('[data-testid=operations-step][data-at="2"][data-fresh=true]', {
        timeout: 120_000,
      });
      assert.equal(await lab.text('operations-at'), await lab.text('spikes-at'));
    },
  );
});

describe('the raster', () => {
  test('every spike is drawn at its time and neuron, and read by keyboard and pointer', async (lab) => {
    const shown = await step(lab, { at: 0 });
    const raster = lab.page.getByTestId('figure-spikes');
    const reading = raster.getByTestId('reading');
    for (const clock of ['one', 'own']) {
      await lab.page.getByTestId(`spikes-clock-${clock}`).check({ force: true });
      await raster.scrollIntoViewIfNeeded();
      await raster.locator('.drawing svg').waitFor();
      await lab.drawn();
      const drawn = await dotsOf(raster, shown);
      // Layers stand one below the other.
      drawn.forEach((layer, i) => {
        const next = drawn[i + 1] ?? [];
        for (const { y } of layer) for (const below of next) assert.ok(y < below.y, 'layer below layer');
        layer.forEach((dot, j) => {
          if (j === 0) return;
          const before = layer[j - 1];
          assert.ok(dot.x >= before.x - 1e-9, 'later is to the right');
          assert.equal(
            Math.sign(before.y - dot.y),
            Math.sign(dot.neuron - before.neuron),
            'higher is upwards',
          );
        });
      });
      // On one clock all layers share an axis.
      if (clock === 'one') {
        const flat = drawn.flat();
        const [least, most] = [...flat]
          .sort((a, b) => a.time - b.time)
          .filter((_, i, all) => i === 0 || i === all.length - 1);
        const slope = (most.x - least.x) / (most.time - least.time);
        for (const { time, x } of flat) near(x, least.x + slope * (time - least.time), 0.01);
      }
    }
    await raster.locator('.surface').focus();
    await lab.page.keyboard.press('Home');
    const [input, , decoder] = shown.layers;
    assert.match(
      await reading.innerText(),
      new RegExp(`neuron ${input.spikes[0].neuron}: fires 1st, at t = \\S+, significance 1$`),
    );
    await lab.page.keyboard.press('ArrowRight');
    assert.match(await reading.innerText(), new RegExp(`neuron ${input.spikes[1].neuron}: fires 2nd`));
    await lab.page.keyboard.press('ArrowDown');
    await lab.page.keyboard.press('ArrowDown');
    await lab.page.keyboard.press('Home');
    assert.match(await reading.innerText(), new RegExp(`neuron ${decoder.spikes[0].neuron}: fires 1st`));
    await lab.page.keyboard.press('End');
    const last = decoder.late.at(-1);
    if (last) assert.match(await reading.innerText(), new RegExp(`neuron ${last.neuron}: would have fired`));
    assert.equal(await raster.locator('[role=status]').innerText(), await reading.innerText());

    const dot = (await dotsOf(raster, shown))[0][4];
    const area = raster.locator('.surface');
    await area.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    const box = await area.boundingBox();
    await lab.page.mouse.move(box.x + dot.x + 1, box.y + dot.y + 1);
    assert.match(await reading.innerText(), new RegExp(`neuron ${input.spikes[4].neuron}: fires 5th`));
  });

  test('saved as it is drawn, and listed in the order of time', async (lab) => {
    const shown = await step(lab, { at: 0 });
    const { name, bytes } = await lab.download('svg-spikes');
    assert.equal(name, 'mnemoscope-spikes.svg');
    const xml = parse(bytes);
    const fired = shown.layers.flatMap(({ spikes }) => spikes);
    const late = shown.layers.flatMap(({ late }) => late);
    // Of each layer the axis has its first and its last neuron.
    const ticks = ticksIn(xml, 'y');
    const drawn = (series) =>
      marksIn(xml, 'link', series).flatMap((group) =>
        within(group, 'path').map((path) => {
          const [[, from], [, to]] = pointsOfPath(path.getAttribute('d'));
          const middle = (from + to) / 2;
          const panel = ticks.findIndex(
            ({ at }, i) => i % 2 === 1 && middle <= ticks[i - 1].at + 0.1 && middle >= at - 0.1,
          );
          const [bottom, top] = [ticks[panel - 1], ticks[panel]];
          return Math.round(((middle - bottom.at) / (top.at - bottom.at)) * number(top.text));
        }),
      );
    const sorted = (all) => all.toSorted((a, b) => a - b);
    assert.deepEqual(
      sorted([...drawn('first'), ...drawn('spike')]),
      sorted(fired.map(({ neuron }) => neuron)),
    );
    assert.deepEqual(sorted(drawn('late')), sorted(late.map(({ neuron }) => neuron)));
    const text = within(xml, 'text').map((one) => one.textContent);
    for (const { label } of shown.layers) assert.ok(text.some((line) => line.startsWith(label)));
    await openNumbers(lab, '[data-testid=figure-spikes]');
    const rows = () =>
      lab.page.locator('[data-testid=spike-numbers] tbody tr').evaluateAll((found) =>
        found.map(({ dataset, cells }) => ({
          layer: dataset.layer,
          neuron: Number(cells[2].innerText),
          rank: cells[1].innerText,
        })),
      );
    const table = await until(rows, ({ length }) => length === fired.length + late.length);
    assert.equal(table.filter(({ rank }) => rank === 'too late').length, late.length);
    assert.deepEqual(
      table.filter(({ rank }) => rank !== 'too late').map((row) => ({ ...row, rank: Number(row.rank) })),
      shown.layers.flatMap(({ id, spikes }) =>
        spikes.map(({ neuron, rank }) => ({ layer: id, neuron, rank })),
      ),
    );
  });
});

describe('every reader', () => {
  test('no sideways scroll on a phone, and the code in three readings fits', '', PHONE, async (lab) => {
    await step(lab, { at: 0 });
    for (const part of ['traces', 'readings', 'checks']) {
      await lab.page.locator(`#title-${part}`).scrollIntoViewIfNeeded();
      assert.ok((await lab.overflow()) <= 0, part);
    }
    // Nothing of the three readings is cut off, and no word runs into another.
    await lab.page.getByTestId('figure-readings').scrollIntoViewIfNeeded();
    await lab.page.locator('[data-testid=figure-readings] .drawing text').first().waitFor();
    const words = await lab.page.locator('[data-testid=figure-readings] .drawing').evaluate((drawing) =>
      [...drawing.querySelectorAll('text')].map((text) => {
        const { left, right, top } = text.getBoundingClientRect();
        return { left, right, top, text: text.textContent };
      }),
    );
    assert.equal(words.length, 5 + 5 * 11);
    for (const one of words) {
      assert.ok(one.left >= 0 && one.right <= 390, one.text);
      const beside = words.filter((other) => other !== one && Math.abs(other.top - one.top) < 3);
      for (const other of beside)
        assert.ok(other.right <= one.left || other.left >= one.right, `${one.text} and ${other.text}`);
    }
    await lab.page.getByTestId('figure-spikes').scrollIntoViewIfNeeded();
    const raster = await lab.page.locator('[data-testid=figure-spikes] .drawing svg').boundingBox();
    assert.ok(raster.width <= 390);
  });
});
