// The geometry lab on the page: from a link to its curves, its verdict and its files, on both executors.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { labs, until } from './lab.mjs';

const { withLab } = labs({ spotless: true });
const LINK = '#lab=geometry&graph=cycle&models=node2vec&node2vec_steps=400&every=50';

describe('the geometry lab', () => {
  for (const executor of ['cpu', 'webgpu']) {
    test(`trains on ${executor}: curves, numbers, verdict, files`, async () => {
      const steps = executor === 'cpu' ? 400 : 60;
      await withLab(`${LINK.replace('400', String(steps))}&executor=${executor}`, async (lab) => {
        await lab.press('train');
        await lab.state('finished', 120_000);
        assert.equal(await lab.data('executor'), executor);
        const rows = await lab.csv();
        assert.equal(rows.length, 3 * (1 + Math.ceil(steps / 50)));
        const last = rows.filter((row) => Number(row.step) === steps);
        assert.ok(last.every((row) => Number(row['hop-correlation']) < (executor === 'cpu' ? -0.95 : -0.5)));
        const { verdicts, measures } = await lab.json();
        assert.deepEqual(
          measures.map(({ id }) => id),
          [
            'loss',
            'hop-correlation',
            'edge-cosine',
            'other-cosine',
            'recovery',
            'top-energy',
            'bottom-energy',
            'objective',
            'projection',
            'residual',
          ],
        );
        if (executor === 'cpu') assert.equal(verdicts[0].verdict, 'holds');
        assert.match(await lab.text('verdicts'), /becomes a map of the graph/);
        for (const { label } of measures) {
          const figure = lab.page.locator('section.figure', {
            has: lab.page.getByText(label, { exact: true }),
          });
          await figure.locator('summary').click();
          // The table is drawn once it is open.
          await until(
            () => figure.locator('tbody tr').count(),
            (count) => count === rows.length / 3,
          );
        }
        assert.equal(await lab.axe(), '');
      });
    });
  }

  test('weights lead back to where they were saved', async () => {
    await withLab(LINK, async (lab) => {
      await lab.press('step');
      await lab.stepAtLeast(1);
      const { name, bytes } = await lab.download('weights');
      assert.equal(name, 'mnemoscope-geometry.safetensors');
      await lab.press('reset');
      await until(
        () => lab.step(),
        (step) => step === 0,
      );
      await lab.openFile(name, bytes);
      await until(
        () => lab.step(),
        (step) => step === 1,
      );
      await lab.press('train');
      await lab.state('finished', 60_000);
    });
  });
});

const MAP =
  '#lab=geometry&executor=cpu&graph=cycle&nodes=15&models=node2vec&seeds=3&node2vec_steps=400&every=50';
const figureOf = (lab, name) => lab.page.getByTestId(`figure-${name}`);
const dataOf = (lab, name) =>
  figureOf(lab, name).evaluate(({ figure }) => {
    const { x, y, z, words } = figure.reading;
    return {
      places: Array.from(x, (own, i) => [own, y[i], ...(z ? [z[i]] : [])]),
      words: Array.from(x, (_, i) => words(i)),
      titles: [figure.panels[0].x, figure.panels[0].y, figure.panels[0].z].map((axis) => axis?.title),
      edges: Array.from({ length: figure.tables[1]?.rows ?? 0 }, (_, row) =>
        figure.tables[1].columns.map(({ value }) => value(row)),
      ),
    };
  });
/** Waits until the map is of this step. */
const mapAt = async (lab, step) => {
  await lab.page.locator(`lab-map[data-state]:not([data-state=asking])[data-live~="${step}"]`).waitFor();
  return dataOf(lab, 'map');
};
const distance = (a, b) => Math.hypot(...a.map((value, i) => value - b[i]));

describe('the map', () => {
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
  ])
    test(`at ${width} × ${height} pressing Train is answered where it was pressed`, async () => {
      await withLab(MAP.replace('400', '100000'), { viewport: { width, height } }, async (lab) => {
        const figure = figureOf(lab, 'map');
        await figure.getByText('Press Train, and the nodes find their places here.').waitFor();
        const edges = await dataOf(lab, 'graph');
        assert.equal(edges.places.length, 15);
        assert.equal(edges.edges.length, 15);
        await lab.press('train');
        await until(
          () => dataOf(lab, 'map'),
          ({ places }) => places.length === 15,
        );
        const first = await dataOf(lab, 'map');
        await until(
          () => dataOf(lab, 'map'),
          ({ places }) => String(places) !== String(first.places),
        );
        // Without scrolling: much of the drawing, and all of what is around the button.
        assert.equal(await lab.page.evaluate(() => scrollY), 0);
        const box = await figure.locator('.surface').boundingBox();
        assert.ok(box.y + box.height / 3 < height, `the map begins at ${box.y} of ${height}`);
        await lab.press('pause');
      });
    });

  test('of a cycle is a ring: neighbours are nearest, axes are named, and it is the same again', async () => {
    const found = [];
    for (let time = 0; time < 2; time++) {
      await withLab(MAP, async (lab) => {
        await lab.press('train');
        await lab.state('finished', 60_000);
        found.push(await mapAt(lab, 400));
        const { edges } = await dataOf(lab, 'graph');
        const { places, words, titles } = found.at(-1);
        const names = words.map((text) => text.split(/[:,]/)[0]);
        for (const [from, to] of edges) {
          const [own, other] = [from, to].map((name) => places[names.indexOf(name)]);
          const nearer = places.filter((place) => distance(own, place) < distance(own, other));
          // Itself, and at most the neighbour on the other side.
          assert.ok(nearer.length <= 2, `${from}–${to}: ${nearer.length} are nearer`);
        }
        for (const title of titles) assert.match(title, /^map axis [123], [\d.]+ %$/);
        const shares = titles.map((title) => Number(/([\d.]+) %/.exec(title)[1]));
        assert.ok(shares[0] + shares[1] > 80 && shares[0] + shares[1] + shares[2] <= 100.2, shares.join());
        assert.match(await lab.text('map-about'), /seed 0, after 400 steps/);
      });
    }
    assert.deepEqual(found[0], found[1]);
  });

  test('a node is picked in either drawing, by pointer and keys, and its nearest are told', async () => {
    await withLab(MAP, async (lab) => {
      const { page } = lab;
      await lab.press('train');
      await lab.state('finished', 60_000);
      await mapAt(lab, 400);
      assert.equal(await page.getByTestId('nearest').count(), 0);
      const names = (await dataOf(lab, 'graph')).words.map((text) => text.split(/[:,]/)[0]);
      const rows = () =>
        page
          .getByTestId('nearest')
          .locator('tbody tr')
          .evaluateAll((all) =>
            all.map((row) => Array.from(row.children, (cell) => cell.textContent.trim())),
          );
      const told = async (node) => {
        await page.locator('caption', { hasText: new RegExp(`Nearest to ${names[node]}\\b`) }).waitFor();
        const found = await rows();
        assert.equal(found.length, 5);
        // On a ring the two neighbours come first, then those two hops away.
        assert.deepEqual(
          found.map((row) => row[2]),
          ['1', '1', '2', '2', '3'],
        );
        const cosines = found.map((row) => Number(row[1].replace('−', '-')));
        assert.deepEqual(
          cosines,
          cosines.toSorted((a, b) => b - a),
        );
      };
      const surface = (name) => figureOf(lab, name).locator('.surface');
      await page.keyboard.press('Tab');
      await surface('map').focus();
      await page.keyboard.press('Home');
      await told(0);
      await page.keyboard.press('ArrowRight');
      await told(1);
      // What is read in one drawing is marked in the other.
      await until(
        () => surface('graph').getAttribute('data-point'),
        (place) => place !== '',
      );
      await surface('graph').focus();
      for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
      await told(3);
      const place = (await surface('graph').getAttribute('data-point')).split(' ').map(Number);
      await page.keyboard.press('Home');
      await told(0);
      const box = await surface('graph').boundingBox();
      await page.mouse.click(box.x + place[0], box.y + place[1]);
      await told(3);
    });
  });

  test('is of the run that is picked', async () => {
    await withLab(MAP, async (lab) => {
      await lab.press('train');
      await lab.state('finished', 60_000);
      const first = await mapAt(lab, 400);
      await lab.page.getByTestId('map-of').selectOption('1');
      await lab.page
        .getByText(/seed 1, after 400 steps/)
        .first()
        .waitFor();
      assert.notDeepEqual((await mapAt(lab, 400)).places, first.places);
      assert.equal(await lab.page.getByTestId('map-of').inputValue(), '1');
    });
  });
});

describe('a graph of the reader’s', () => {
  test('from a file: it is drawn, the map of another graph goes, and it is trained', async () => {
    await withLab(MAP, async (lab) => {
      await lab.press('train');
      await lab.state('finished', 60_000);
      await mapAt(lab, 400);
      await lab.openFile('friends.txt', 'ann bob\nbob cyd\ncyd ann\ncyd dan\n# none\n');
      await lab.settled('graph', 'own');
      await lab.page.getByText('“friends.txt” is the graph.').waitFor();
      const { words, edges } = await until(
        () => dataOf(lab, 'graph'),
        ({ places }) => places.length === 4,
      );
      assert.deepEqual(words[3], 'dan: beside cyd');
      assert.equal(edges.length, 4);
      await lab.page.getByText('The open run is of another graph.').waitFor();
      assert.equal((await dataOf(lab, 'map')).places.length, 0);
      await lab.press('train');
      await until(
        () => dataOf(lab, 'map'),
        ({ places }) => places.length === 4,
      );
    });
  });

  test('a line that is no edge is refused with its number, and nothing changes', async () => {
    await withLab(MAP, async (lab) => {
      await lab.openFile('wrong.txt', 'ann bob\nann\n');
      await lab.page.getByText(/line 2: an edge has two names/).waitFor();
      assert.equal((await dataOf(lab, 'graph')).places.length, 15);
    });
  });
});

describe('beside the map', () => {
  /** Scrolls there, and waits for the answer. */
  const shown = async (lab, part) => {
    await lab.page.locator(`[data-part=${part}] section`).first().scrollIntoViewIfNeeded();
    await lab.page.locator(`[data-part=${part}] > [data-state=answered]`).waitFor();
    await lab.answered();
  };

  test('the spectrum of a cycle, with where Node2Vec ends', async () => {
    await withLab(MAP, async (lab) => {
      await lab.press('train');
      await lab.state('finished', 60_000);
      await shown(lab, 'spectrum');
      const table = await figureOf(lab, 'spectrum').evaluate(({ figure: { tables } }) =>
        Array.from({ length: tables[0].rows }, (_, row) => tables[0].columns.map(({ value }) => value(row))),
      );
      assert.equal(table.length, 15);
      // A cycle’s eigenvalues come in pairs: 2 cos 2πj/n.
      table.forEach(([, eigenvalue, space], i) => {
        const j = Math.ceil(i / 2);
        assert.ok(Math.abs(eigenvalue - 2 * Math.cos((2 * Math.PI * j) / 15)) < 1e-9, `${i}: ${eigenvalue}`);
        assert.equal(space, j + 1);
      });
      const text = await lab.text('closed-form');
      // What the solver finds for 15 nodes, and the objective there.
      assert.match(text, /closed form: 6\.751 along .* objective 21\.52 nats/);
      assert.match(await lab.text('spectrum-ends'), /^At step 400: .*top.*bottom/i);
    });
  });

  test('a star has no closed form, and the page says why', async () => {
    await withLab(MAP.replace('graph=cycle', 'graph=star'), async (lab) => {
      await shown(lab, 'spectrum');
      assert.match(await lab.text('closed-form'), /^There is no closed form for this graph, because .+\.$/);
    });
  });

  test('matrices: cosines, logits, edges, hops; flipped where hops are odd', async () => {
    await withLab(MAP, async (lab) => {
      const { page } = lab;
      await lab.press('train');
      await lab.state('finished', 60_000);
      await shown(lab, 'matrices');
      const values = () =>
        figureOf(lab, 'matrix').evaluate(({ figure }) => Array.from(figure.panels[0].marks[0].values));
      const choose = async (label) => {
        const before = await figureOf(lab, 'matrix').evaluate(({ figure }) => figure.title);
        await page.locator('[data-part=matrices]').getByRole('radio', { name: label, exact: true }).check();
        await until(
          () => figureOf(lab, 'matrix').evaluate(({ figure }) => figure.title),
          (title) => title !== before && title.startsWith(label),
        );
        return values();
      };
      const cosines = await values();
      assert.equal(cosines.length, 225);
      for (let i = 0; i < 15; i++) assert.ok(Math.abs(cosines[i * 16] - 1) < 1e-6);
      const hops = await choose('Hops');
      assert.deepEqual(hops.slice(0, 15), [0, 1, 2, 3, 4, 5, 6, 7, 7, 6, 5, 4, 3, 2, 1]);
      assert.deepEqual(
        await choose('Edges'),
        hops.map((value) => Number(value === 1)),
      );
      const logits = await choose('Logits');
      await page.locator('[name=flip]').check();
      const flipped = await until(values, (now) => String(now) !== String(logits));
      assert.deepEqual(
        flipped,
        logits.map((value, i) => (hops[i] % 2 ? -value : value)),
      );
    });
  });

  test('every live chart has labels on its vertical axis', async () => {
    await withLab(MAP, async (lab) => {
      await lab.press('train');
      await lab.state('finished', 60_000);
      const figures = lab.page.locator('section.figure lab-figure');
      for (const figure of await figures.all()) {
        await figure.scrollIntoViewIfNeeded();
        await figure.locator('.drawing[data-plot]').waitFor();
        // Between the title and the plot something is written.
        const written = () =>
          figure.evaluate((one) => {
            const [canvas, drawing] = ['canvas', '.drawing'].map((selector) => one.querySelector(selector));
            if (!canvas) return false;
            const [left] = drawing.dataset.plot.split(' ').map(Number);
            const [from, to] = [18, left - 6].map((px) => Math.round(px * devicePixelRatio));
            const { data } = canvas.getContext('2d').getImageData(from, 0, to - from, canvas.height);
            return data.some((value, i) => i % 4 === 3 && value > 0);
          });
        await until(written, Boolean);
      }
      assert.ok((await figures.count()) >= 5);
    });
  });
});
