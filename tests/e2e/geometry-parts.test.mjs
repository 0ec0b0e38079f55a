// The geometry lab's settings, its claims with what they lack, its maps side by side, its paths, and earlier runs beside the present one.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { labs, until } from './lab.mjs';

const { withLab } = labs({ spotless: true, webgpu: false });
const SHORT = '#lab=geometry&executor=cpu&node2vec_steps=60&steps=40&every=20&seeds=3';
const PATHS =
  '#lab=geometry&executor=cpu&experiment=paths&arms=40&path_nodes=4&width=8&heads=1&mlp=8&batch=16&steps=20&every=10&seeds=1';

const figureOf = (lab, name) => lab.page.getByTestId(`figure-${name}`);
const tableOf = (lab, name) =>
  figureOf(lab, name).evaluate(({ figure }) => {
    const [{ rows, columns }] = figure.tables;
    return Array.from({ length: rows }, (_, row) =>
      Object.fromEntries(columns.map(({ name, value }) => [name, value(row)])),
    );
  });
const answered = (lab, part) => lab.page.locator(`[data-part=${part}] > [data-state=answered]`).waitFor();

describe('a graph of one’s own', () => {
  test('is chosen before there are edges, keeps what is typed, and is trained once it can be', async () => {
    await withLab(`${SHORT}&models=node2vec`, async (lab) => {
      const { page } = lab;
      await lab.train();
      await page.locator('#set-graph').selectOption('own');
      await lab.settled('graph', 'own');
      await page.getByText('Nothing can run before this has edges, such as a b; b c').waitFor();
      assert.match(await lab.text('status'), /Train waits for “My edges”/);
      // Train leads there; the run that is open stays.
      await lab.press('train');
      await until(
        () => page.evaluate(() => document.activeElement.id),
        (id) => id === 'set-edges',
      );
      assert.equal(await lab.step(), 60);
      for (const [typed, why] of [
        ['ann bob; cyd', /edge 2: an edge has two names, here is 1/],
        ['ann bob cyd dan', /edge 1: an edge has two names, here are 4/],
      ]) {
        await lab.fill('set-edges', typed);
        await lab.settled('edges', typed);
        assert.match(await page.locator('#wrong-edges').innerText(), why);
        assert.equal(await page.locator('#set-edges').inputValue(), typed);
        assert.equal(await page.locator('#set-graph').inputValue(), 'own');
        assert.match(await lab.hash(), /graph=own/);
      }
      await page.keyboard.press('t');
      assert.equal(await lab.step(), 60);
      // As lines of a file, pasted.
      await lab.fill('set-edges', 'ann,bob\nbob,cyd # of old\ncyd,ann');
      await lab.settled('edges', 'ann bob;bob cyd;cyd ann');
      assert.equal(await page.locator('#wrong-edges').count(), 0);
      await lab.train();
      await until(
        () => tableOf(lab, 'graph'),
        (nodes) => nodes.length === 3,
      );
    });
  });

  test('a link without edges opens the page as it says', async () => {
    await withLab('#lab=geometry&graph=own', async (lab) => {
      assert.match(await lab.text('status'), /Train waits/);
      assert.equal(await lab.page.getByTestId('problems').innerText(), '');
    });
  });
});

test('only settings from which something follows are shown', async () => {
  await withLab(SHORT, async (lab) => {
    const names = () =>
      lab.page.evaluate(() => [
        ...new Set([...document.querySelectorAll('.settings [name]')].map(({ name }) => name)),
      ]);
    const has = async (there, gone) => {
      const all = await until(names, (found) => there.every((name) => found.includes(name)));
      for (const name of gone) assert.ok(!all.includes(name), `${name} of ${all}`);
    };
    await has(
      ['arms', 'path_nodes', 'node2vec_steps', 'net_width', 'width'],
      ['nodes', 'edges', 'knob', 'share'],
    );
    await lab.set('graph', 'random-regular');
    await has(['nodes', 'degree', 'graph_seed'], ['arms', 'rows', 'dimension']);
    await lab.client('settle', { experiment: 'paths' });
    await has(
      ['variants', 'share', 'batch', 'dropout', 'arms'],
      ['models', 'node2vec_steps', 'self_edges', 'net_width'],
    );
  });
});

test('a claim says which arm it lacks, and a button starts a run that has it', async () => {
  await withLab(`${SHORT}&models=net-frozen`, async (lab) => {
    const { page } = lab;
    await lab.train();
    const claim = page.locator('[data-claim=map]');
    await claim.getByText('“Node2Vec” is not among the learners.').waitFor();
    assert.equal(await claim.getAttribute('data-verdict'), 'untested');
    assert.equal(await page.getByText('Press Train: what the run measures').count(), 0);
    await lab.press('with-map');
    await lab.settled('models', 'net-frozen,node2vec');
    await page.locator('[data-claim=map]:not([data-verdict=untested])').waitFor();
    await lab.state('finished');
    await page.getByTestId('with-zigzag').waitFor();
  });
});

test('maps of all learners stand side by side, of the seed that is looked at', async () => {
  await withLab(SHORT, async (lab) => {
    const { page } = lab;
    await lab.train();
    const about = (name) => figureOf(lab, name).evaluate(({ figure }) => figure.note);
    const arms = ['net', 'net-frozen', 'transformer'];
    for (const arm of arms) await figureOf(lab, `map-${arm}`).waitFor();
    for (const arm of arms) assert.match(await about(`map-${arm}`), /seed 0, after (40|60) steps/);
    assert.equal((await tableOf(lab, 'map-net')).length, 17);
    await page.getByTestId('map-of').selectOption({ label: 'One-matrix net, seed 2' });
    await figureOf(lab, 'map-node2vec').waitFor();
    assert.match(await about('map-node2vec'), /Node2Vec, seed 2/);
    assert.match(await about('map'), /One-matrix net, seed 2/);
    await page.locator('[name=beside]').uncheck();
    await until(
      () => figureOf(lab, 'map-node2vec').count(),
      (count) => count === 0,
    );
    await page.locator('[name=beside]').check();
    await lab.fits('maps side by side');
  });
});

describe('paths', () => {
  test('what is held out is drawn before, and what of it is found after', async () => {
    await withLab(PATHS, async (lab) => {
      await answered(lab, 'paths');
      const before = await tableOf(lab, 'star');
      assert.equal(before.length, 40);
      assert.equal(before.filter(({ state }) => state === 'held out, not asked').length, 10);
      assert.equal(await figureOf(lab, 'steps').count(), 0);
      await lab.train();
      const after = await until(
        () => tableOf(lab, 'star'),
        (rows) => rows.every(({ probability }) => typeof probability === 'number'),
      );
      const out = after.filter(({ state }) => state.startsWith('held out'));
      assert.deepEqual(
        out.map(({ arm }) => arm),
        before.filter(({ state }) => state.startsWith('held out')).map(({ arm }) => arm),
      );
      for (const { probability, cosine } of after) {
        assert.ok(probability >= 0 && probability <= 1 && Math.abs(cosine) <= 1.000001);
      }
      // As the curve has it at the last step.
      const found = out.filter(({ state }) => state === 'held out, found').length;
      const last = (await lab.csv()).at(-1);
      assert.ok(
        Math.abs(found / 10 - Number(last['held-out'])) < 1e-6,
        `${found} of 10, ${last['held-out']}`,
      );
      assert.match(await lab.text('paths-about'), /Of 10 held-out paths that are asked/);
      await figureOf(lab, 'steps').waitFor();
      await lab.fits('paths');
    });
  });

  test('the claims of arms that are not taught name them', async () => {
    await withLab(PATHS, async (lab) => {
      await lab.train();
      await lab.page.locator('[data-claim=frozen]').getByText('is not among what is taught here').waitFor();
    });
  });
});

test('earlier runs and results from files are laid over the present one', async () => {
  await withLab(`${SHORT}&graph=cycle`, async (lab) => {
    const { page } = lab;
    await lab.train();
    const { name, bytes } = await lab.download('json');
    await lab.set('node2vec_rate', '0.02');
    await lab.train();
    const rows = page.locator('[data-testid=compare] tbody tr');
    await until(
      () => rows.count(),
      (count) => count === 2,
    );
    assert.match(await rows.nth(1).innerText(), /Node2Vec’s rate 0\.01, here 0\.02/);
    await page
      .getByTestId('compare-file')
      .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(bytes) });
    await page.locator('[data-testid=compare] tbody tr', { hasText: name }).waitFor();
    const lines = await page
      .locator('section.figure.loss lab-figure')
      .evaluate(({ figure }) => figure.panels[0].marks.filter(({ kind }) => kind === 'line').length);
    assert.equal(lines, 3 * 4);
  });
});

test('a table of one’s own is an embedding of a path, beside what is trained', async () => {
  await withLab(`${SHORT}&graph=path&nodes=8&models=node2vec`, async (lab) => {
    const { page } = lab;
    const open = (name, text) =>
      page.getByTestId('map-table').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
    const about = (words) =>
      until(
        () => lab.text('map-about'),
        (text) => words.test(text),
      );
    await lab.train();
    await about(/^Node2Vec, seed 0, after 60 steps/);
    const arc = Array.from({ length: 12 }, (_, i) => [
      Math.cos((i * Math.PI) / 12),
      Math.sin((i * Math.PI) / 12),
    ]);
    await open('bad.csv', '1,2\n3,nan\n');
    await page.getByText('line 2 has "nan"; it takes finite numbers').waitFor();
    assert.equal(await page.locator('#set-embedding').inputValue(), 'trained');
    await open('arc.csv', arc.map((row) => row.join()).join('\n'));
    await about(/^arc: the first three principal components/);
    await lab.settled('nodes', '12');
    assert.match(await lab.text('map-measured'), /^Hop correlation -0\.994.*Neighbours found 1/);
    const rows = await until(
      () => tableOf(lab, 'map'),
      (found) => found.length === 12,
    );
    assert.equal(rows[0].node, '0');
    // The run is open still, and is looked at again on its own graph.
    assert.equal(await lab.step(), 60);
    await page.getByTestId('map-embedding').selectOption('trained');
    await about(/The open run is of another graph/);
    await lab.set('nodes', '8');
    await about(/^Node2Vec, seed 0, after 60 steps/);
  });
});

test('at 390 px the run bar stays as high while it trains', async () => {
  await withLab(
    `${SHORT.replace('=60', '=100000')}&models=node2vec`,
    { viewport: { width: 390, height: 844 } },
    async (lab) => {
      const height = () => lab.page.locator('.runbar').evaluate((bar) => bar.getBoundingClientRect().height);
      const pace = () => lab.page.getByTestId('pace').evaluate((line) => line.getBoundingClientRect().height);
      const before = await height();
      await lab.press('train');
      await lab.page.getByText(/ left$/).waitFor();
      assert.ok((await pace()) < 24, `${await pace()} px`);
      assert.equal(await height(), before);
      assert.equal(await lab.overflow(), 0);
      await lab.press('pause');
    },
  );
});
