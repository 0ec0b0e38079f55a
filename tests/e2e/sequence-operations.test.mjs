// The sequence lab's five operations: both machines at one symbol, in numbers that agree with each other.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { marksIn, near, parse, PNG, withClass, within } from './files.mjs';
import { labs, PHONE, until } from './lab.mjs';
import { LONG } from './sequence.mjs';

const ALONE = '#lab=sequence&executor=cpu&hide=session,spikes,ball,experiment';
const { test } = labs({ webgpu: false, link: ALONE });
const CONTEXT = '7 1 5 1 7 1 5 1 7 1 5 1'.split(' ');
const STAGES = ['encoding', 'context', 'retrieval', 'storage', 'decoding'];
const MACHINES = ['machine', 'transformer'];

/** What is on show once nothing is under way, at symbol `at` if it is given. */
async function step(lab, at = null) {
  await lab.page.locator('#title-operations').scrollIntoViewIfNeeded();
  await lab.page.waitForFunction((wanted) => {
    const shown = document.querySelector('[data-testid=operations-step]');
    const refused = document.querySelector('sequence-operations .refused .wrong');
    if (refused) throw new Error(refused.textContent);
    return shown?.dataset.fresh === 'true' && (wanted === null || shown.dataset.at === String(wanted));
  }, at);
  return lab.page.evaluate(async () => {
    const { client } = document.querySelector('#lab');
    const { at } = document.querySelector('[data-testid=operations-step]').dataset;
    const [symbols, operations] = [
      await client.ask('symbols', {}),
      await client.ask('operations', { at: Number(at) }),
    ];
    const plain = (view) => ({
      ...view,
      vectors: view.vectors.map((vector) => ({
        ...vector,
        values: Array.from(vector.values),
      })),
    });
    const stages = operations.stages.map((stage) => ({
      ...stage,
      machine: plain(stage.machine),
      transformer: plain(stage.transformer),
    }));
    // The sum of nothing may be −0, which a file does not tell from 0.
    const text = JSON.stringify({ ...operations, stages, symbols });
    return JSON.parse(text);
  });
}

/** One operation at a time is shown. */
const choose = (lab, id) => lab.page.locator(`sequence-operations .chooser input[value=${id}]`).click();
const stageOf = (shown, id) => shown.stages.find((stage) => stage.id === id);
const codes = (view) => view.vectors.filter(({ kind }) => kind === 'code');

describe('what takes long', () => {
  test('way and lesson show how far they are, and can be stopped', LONG, async (lab) => {
    await lab.page.locator('#title-operations').scrollIntoViewIfNeeded();
    const bar = lab.page.getByTestId('work-operations');
    await lab.page.getByText(/^\s*[\d,]+ of 2,000 symbols/).waitFor();
    await lab.press('stop-operations');
    await lab.page.getByText(/Stopped after [\d,]+ of 2,000 symbols/).waitFor();
    await lab.press('go-on-operations');
    await lab.page.getByText(/of at most [\d,]+ gradient steps/).waitFor();
    assert.match(await lab.text('operations-training'), /Training the transformer/);
    await lab.press('stop-operations');
    const shown = await step(lab, 0);
    assert.equal(shown.length, 1000);
    assert.equal(await bar.count(), 0);
    assert.equal(shown.unfinished, true);
    // The lesson can be taken up again.
    const steps = (text) => Number(text.replaceAll(',', '').match(/(\d+) gradient step/)[1]);
    const before = steps(shown.training);
    await lab.press('train-on');
    await lab.page.getByText(/of at most [\d,]+ gradient steps/).waitFor();
    await lab.press('stop-operations');
    const later = await until(
      () => step(lab, 0),
      ({ training }) => steps(training) > before,
    );
    assert.equal(later.unfinished, true);
    // What has been taken in is not taken in again.
    await lab.press('operations-next');
    await step(lab, 1);
  });
});

describe('five operations', () => {
  test('it goes on when the reader comes back from another lab', async (lab) => {
    await step(lab, 0);
    await lab.go('copy');
    await lab.go('sequence');
    await step(lab, 0);
    await lab.press('operations-next');
    await step(lab, 1);
  });

  test('it says what both machines predict, and whether that comes', async (lab) => {
    const listed = lab.page.getByTestId('predictions').locator('li');
    for (const at of [0, 1, 10, 11]) {
      await lab.page.locator('sequence-operations .symbols button').nth(at).click();
      const shown = await step(lab, at);
      assert.deepEqual([shown.symbols, shown.symbol], [CONTEXT, CONTEXT[at]]);
      const ids = shown.stages.map(({ id }) => id);
      assert.deepEqual(ids, STAGES);
      for (const { id, mapping } of shown.stages) {
        await choose(lab, id);
        assert.equal(await lab.page.locator(`[data-stage=${id}] .mapping`).innerText(), mapping);
      }
      for (const machine of MACHINES) {
        const items = stageOf(shown, 'decoding')[machine].similarities.flatMap(({ items }) => items);
        const predicted = items.some(({ chosen }) => chosen) ? shown.predictions[machine] : null;
        const right = shown.next === null ? '' : String(predicted === shown.next);
        const said = lab.page.locator(`[data-testid=predictions] [data-machine=${machine}]`);
        assert.equal(await said.getAttribute('data-right'), right);
        const verdict = { true: ' ✓ right', false: ' ✗ wrong', '': '' }[right];
        const words = (await said.innerText()).replace(/\s+/g, ' ').trim();
        assert.ok(words.endsWith(`predicts ${predicted ?? 'nothing'}${verdict}`), words);
      }
      const next = shown.next === null ? 'The sequence ends here.' : `Next comes ${shown.next}.`;
      assert.equal(await listed.first().innerText(), next);
    }
    assert.match(await lab.text('operations-training'), /\d/, 'how the transformer was trained, in numbers');
  });

  test('slider, buttons, symbols and keys go to a symbol', async (lab) => {
    await step(lab, 0);
    const slide = lab.page.getByTestId('operations-slide');
    await slide.focus();
    await lab.page.keyboard.press('ArrowRight');
    await step(lab, 1);
    await lab.page.keyboard.press('End');
    let shown = await step(lab, 11);
    assert.equal(shown.next, null);
    assert.equal(await lab.page.getByTestId('operations-next').getAttribute('aria-disabled'), 'true');
    // Playwright, too, takes it for disabled; a reader may press it all the same.
    await lab.page.getByTestId('operations-next').click({ force: true });
    await step(lab, 11);
    await lab.page.keyboard.press('ArrowLeft');
    await step(lab, 10);
    await lab.press('operations-previous');
    await step(lab, 9);
    await lab.page.locator('sequence-operations .symbols button').nth(4).click();
    shown = await step(lab, 4);
    assert.equal(shown.symbol, '7');
    assert.equal(await lab.text('operations-at'), 'Symbol 5 of 12: 7');
    assert.match(await slide.getAttribute('aria-valuetext'), /^Symbol 5 of 12: 7$/);
    assert.equal(await lab.page.locator('sequence-operations .symbols [aria-current=true]').innerText(), '7');
    await lab.page.keyboard.press('Home');
    await step(lab, 0);
    assert.equal(await lab.page.getByTestId('operations-previous').getAttribute('aria-disabled'), 'true');
  });

  const FOUR = { sequence: '3 1 4 1' };
  test('Play goes from symbol to symbol, waits on Pause, and stops at the last', FOUR, async (lab) => {
    await lab.page.clock.install();
    await step(lab, 0);
    await lab.press('operations-play');
    await step(lab, 1);
    await lab.press('operations-play');
    assert.equal(await lab.page.getByTestId('operations-play').getAttribute('data-playing'), 'false');
    const { at } = await step(lab);
    await lab.page.clock.fastForward(60_000);
    assert.equal((await step(lab)).at, at, 'paused');
    await lab.press('operations-play');
    await step(lab, 3);
    await lab.page.locator('[data-testid=operations-play][data-playing=false]').waitFor();
    assert.equal((await lab.text('operations-play')).replace(/\s+/g, ' ').trim(), 'Play through the symbols');
  });

  test('another sequence is trained on the spot, which the panel says', async (lab) => {
    await step(lab, 0);
    await lab.page.keyboard.press('End');
    await lab.page.getByTestId('operations-slide').focus();
    await lab.page.keyboard.press('End');
    await step(lab, 11);
    await lab.page.evaluate(() => {
      globalThis.told = [];
      new MutationObserver(() =>
        globalThis.told.push(document.querySelector('[data-testid=operations-training]').innerText),
      ).observe(document.querySelector('sequence-operations'), {
        subtree: true,
        childList: true,
        characterData: true,
      });
    });
    await lab.set('sequence', '3 1 4 1 5');
    const shown = await step(lab, 4);
    assert.deepEqual(shown.symbols, '3 1 4 1 5'.split(' '), 'a shorter sequence ends before the place');
    const told = await lab.page.evaluate(() => globalThis.told);
    assert.ok(
      told.some((text) => /Training the transformer/.test(text)),
      told.join('\n'),
    );
    assert.equal(await lab.text('operations-training'), shown.training);
  });

  test('a sequence without a symbol is refused, and the next one is shown', async (lab) => {
    await step(lab, 0);
    await lab.client('change', 'sequence', ' ');
    const wrong = lab.page.locator('sequence-operations .refused .wrong');
    await lab.page.locator('#title-operations').scrollIntoViewIfNeeded();
    await wrong.waitFor();
    assert.ok((await wrong.innerText()).length > 20);
    assert.equal(await lab.page.getByTestId('operations-step').count(), 0, 'nothing stale is left');
    await lab.client('change', 'sequence', '2 7 1 8');
    await lab.page.getByTestId('operations-step').waitFor();
    assert.deepEqual((await step(lab, 0)).symbols, ['2', '7', '1', '8']);
    assert.equal(await wrong.count(), 0);
  });

  test('the strips and tables give the exact values, by keyboard and pointer', async (lab) => {
    const shown = await step(lab, 0);
    const strip = lab.page.locator('[data-stage=encoding] .machine lab-figure').first();
    const [code] = codes(stageOf(shown, 'encoding').machine);
    const reading = strip.getByTestId('reading');
    assert.match(await reading.innerText(), new RegExp(`^11 of 256 fire, ${code.order[0]} first$`));
    // By Tab from the slider's neighbour a strip is reached; its first entry is the first to fire.
    await lab.page.getByTestId('operations-slide').focus();
    await lab.page.keyboard.press('Tab');
    await strip.locator('.surface').focus();
    await lab.page.keyboard.press('ArrowUp');
    assert.equal(await reading.innerText(), `neuron ${code.order[0]} fires 1st: 1`);
    await lab.page.keyboard.press('ArrowDown');
    assert.equal(await reading.innerText(), `neuron ${code.order[1]} fires 2nd: 0.9`);
    const places = [...code.order].sort((a, b) => a - b);
    await lab.page.keyboard.press('Home');
    assert.match(await reading.innerText(), new RegExp(`^neuron ${places[0]} fires`));
    assert.match(await strip.locator('[role=status]').innerText(), new RegExp(`^neuron ${places[0]} fires`));
    await lab.page.keyboard.press('ArrowRight');
    assert.match(await reading.innerText(), new RegExp(`^neuron ${places[1]} fires`));
    // A pointer at the place of the last neuron reads it.
    const box = await strip.locator('.surface').boundingBox();
    await lab.page.mouse.move(box.x + ((places.at(-1) + 0.5) / 256) * box.width, box.y + box.height / 2);
    assert.match(await reading.innerText(), new RegExp(`^neuron ${places.at(-1)} fires`));

    const dense = lab.page.locator('[data-stage=encoding] .transformer lab-figure').first();
    const [vector] = stageOf(shown, 'encoding').transformer.vectors;
    await dense.locator('.surface').focus();
    await lab.page.keyboard.press('End');
    const text = await dense.getByTestId('reading').innerText();
    const [, index, value] = /^entry (\d+): (\S+)/.exec(text);
    assert.equal(Number(index), vector.values.length - 1);
    near(
      Number(value.replace('−', '-')),
      vector.values.at(-1),
      1e-3 * Math.max(1, Math.abs(vector.values.at(-1))),
    );

    await lab.page.locator('sequence-operations details:not(.fold) > summary').click();
    await lab.page.getByTestId('operations-entry').waitFor();
    const options = await lab.page.getByTestId('operations-entry').locator('option').count();
    const wanted = shown.stages
      .flatMap((stage) => MACHINES.map((machine) => stage[machine]))
      .reduce((sum, { vectors, similarities }) => sum + vectors.length + similarities.length, 0);
    assert.equal(options, wanted);
    const rows = lab.page.locator('sequence-operations details:not(.fold) tbody tr');
    assert.equal(await rows.count(), 11);
    assert.match(
      (await rows.nth(1).innerText()).replace(/\s+/g, ' '),
      new RegExp(`^1 ${code.order[1]} 0\\.9$`),
    );
  });

  test('bars: what is drawn is what was compared, the chosen ones marked', async (lab) => {
    await step(lab, 0);
    await lab.press('operations-next');
    await lab.press('operations-next');
    const shown = await step(lab, 2);
    await choose(lab, 'retrieval');
    const lists = await lab.page
      .locator('[data-stage=retrieval] .machine [data-testid=similar]')
      .evaluateAll((found) =>
        found.map((list) =>
          [...list.querySelectorAll('li')].map((item) => ({
            label: item.querySelector('.what').textContent,
            chosen: item.dataset.chosen === 'true',
            value: Number(item.querySelector('.n').dataset.value),
            width: Number.parseFloat(item.querySelector('.gauge').style.width),
          })),
        ),
      );
    const { similarities } = stageOf(shown, 'retrieval').machine;
    assert.equal(lists.length, similarities.length);
    lists.forEach((bars, i) => {
      const { items } = similarities[i];
      assert.ok(bars.length > 3 && bars.length <= 6);
      for (const bar of bars) {
        const item = items.find(({ label }) => label === bar.label);
        assert.deepEqual([item.value, item.chosen], [bar.value, bar.chosen]);
      }
      assert.ok(bars.some(({ chosen }) => chosen) && bars.some(({ chosen }) => !chosen));
      const most = Math.max(...bars.map(({ value }) => value));
      for (const { value, width } of bars) near(width / 100, value / most, 1e-3);
    });
  });
});

describe('exports', () => {
  test('SVG and PNG of the whole figure, JSON of every number', async (lab) => {
    await step(lab, 0);
    await lab.press('operations-next');
    const shown = await step(lab, 1);
    const svg = await lab.download('svg-operations');
    assert.equal(svg.name, 'mnemoscope-operations.svg');
    const xml = parse(svg.bytes);
    const groups = Object.fromEntries(MACHINES.map((machine) => [machine, withClass(xml, 'g', machine)[0]]));
    const text = within(xml, 'text').map((one) => one.textContent);
    for (const stage of shown.stages)
      assert.ok(
        text.some((line) => line.includes(stage.label)),
        stage.label,
      );
    for (const machine of MACHINES) {
      const views = shown.stages.map((stage) => stage[machine]);
      const drawn = (kind, series, name) =>
        marksIn(groups[machine], kind, series).map((group) => within(group, name).length);
      assert.deepEqual(
        drawn('link', 'spike', 'path'),
        views.flatMap(codes).map(({ order }) => order.length),
        `${machine}: a line for every spike`,
      );
      assert.deepEqual(
        drawn('cell', undefined, 'rect'),
        views.flatMap(({ vectors }) =>
          vectors.filter(({ kind }) => kind !== 'code').map(({ values }) => values.length),
        ),
        `${machine}: a cell for every entry`,
      );
      const bars = drawn('bar', 'similarity', 'rect');
      const compared = views.flatMap(({ similarities }) => similarities).filter(({ items }) => items.length);
      assert.equal(bars.length, compared.length);
      bars.forEach((count, i) => assert.ok(count > 0 && count <= compared[i].items.length));
      assert.ok(text.some((line) => line.includes(`predicts ${shown.predictions[machine]}`)));
    }
    assert.ok(text.join(' ').includes('lab=sequence'));
    const png = PNG.sync.read((await lab.download('png-operations')).bytes);
    near(png.width, 2 * Number(xml.documentElement.getAttribute('width')), 1);

    const json = await lab.json('save-operations.json');
    assert.deepEqual([json.at, json.symbol, json.next], [1, '1', '5']);
    assert.deepEqual(json.predictions, shown.predictions);
    assert.match(json.link, /^lab=sequence/);
    for (const [i, stage] of json.stages.entries()) {
      for (const machine of MACHINES) {
        const view = shown.stages[i][machine];
        assert.equal(stage[machine].sentence, view.sentence);
        assert.deepEqual(stage[machine].similarities, view.similarities);
        view.vectors.forEach(({ kind, values, order }, k) => {
          const written = stage[machine].vectors[k];
          if (kind !== 'code') return assert.deepEqual(written.values.map(Math.fround), values);
          assert.deepEqual(written.order, order);
          order.forEach((neuron, rank) =>
            assert.equal(Math.fround(written.significances[rank]), values[neuron]),
          );
        });
      }
    }
  });
});

describe('every reader', () => {
  test('on a desk both machines side by side, at one height; a print has all operations', async (lab) => {
    await step(lab, 0);
    const boxes = () =>
      lab.page.evaluate(() =>
        [...document.querySelectorAll('.stage')]
          .filter((stage) => stage.checkVisibility())
          .map((stage) =>
            [...stage.querySelectorAll('.cell')].map((cell) => cell.getBoundingClientRect().toJSON()),
          ),
      );
    for (const id of STAGES) {
      await choose(lab, id);
      await lab.page.waitForSelector(`.stage[data-stage=${id}][data-shown=true]`);
      const [[machine, transformer], ...others] = await boxes();
      assert.deepEqual(others, []);
      near(machine.top, transformer.top, 1);
      assert.ok(transformer.left >= machine.right, id);
      assert.ok((await lab.overflow()) <= 0);
    }
    await lab.page.emulateMedia({ media: 'print' });
    assert.equal((await boxes()).length, STAGES.length);
  });

  test(
    'one operation at a time on a phone, without sideways scroll',
    {
      sequence: Array.from({ length: 120 }, (_, i) => `symbol${i % 30}`).join(' '),
    },
    PHONE,
    async (lab) => {
      await step(lab, 0);
      for (const [i, id] of STAGES.entries()) {
        await choose(lab, id);
        await lab.page.waitForFunction(
          (wanted) =>
            [...document.querySelectorAll('.stage')].every(
              (stage) => stage.getBoundingClientRect().height > 0 === (stage.dataset.stage === wanted),
            ),
          id,
        );
        assert.match(await lab.page.locator(`#operation-${id}`).innerText(), new RegExp(`^${i + 1} `));
        const [machine, transformer] = await Promise.all(
          MACHINES.map((name) => lab.page.locator(`[data-stage=${id}] .cell.${name}`).boundingBox()),
        );
        assert.ok(transformer.y >= machine.y + machine.height, 'one below the other');
        assert.ok((await lab.overflow()) <= 0, id);
      }
      // The arrow keys choose too, as of any group of radio buttons.
      await lab.page.locator('.chooser input[value=decoding]').focus();
      await lab.page.keyboard.press('ArrowLeft');
      await lab.page.waitForSelector('.stage[data-stage=storage][data-shown=true]');
    },
  );
});
