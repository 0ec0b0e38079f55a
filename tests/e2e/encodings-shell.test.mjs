// What holds the labs together: switching between them, links, files, the run of an earlier visit, and the frame around
// the encodings lab. What its parts draw is tested elsewhere.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { labs } from './lab.mjs';

const MODEL = 'symbols=4&layers=1&heads=2&batch=4&seeds=1&every=10&executor=cpu';
const SMALL = `#lab=encodings&${MODEL}&train_length=8&train_width=16&steps=40&length=16&width=16`;
const ENDLESS = SMALL.replace('steps=40', 'steps=200000');
const COPY = `#lab=copy&${MODEL}&length=8&width=16&encodings=rank,none&steps=40`;
const COPY_ENDLESS = COPY.replace('steps=40', 'steps=200000');
const SLOW = 120_000;

const shared = labs({ webgpu: false, spotless: true });
const { withLab } = shared;

/** Goes to another lab as a reader does. */
async function go(lab, id) {
  await lab.page.locator(`nav a[data-lab=${id}]`).click();
  await lab.page.waitForSelector(`#lab[data-lab=${id}]:not([data-state=starting])`);
}

async function set(lab, name, value) {
  await lab.page.evaluate(
    (id) => (document.querySelector(`#${id}`).closest('details').open = true),
    `set-${name}`,
  );
  const field = lab.page.locator(`#set-${name}`);
  if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption(value);
  else {
    await field.fill(value);
    await field.press('Enter');
  }
  await lab.page.waitForFunction((text) => location.hash.includes(text), `${name}=${value}`);
}

const client = (lab, method, ...args) =>
  lab.page.evaluate(
    async ([name, given]) => {
      const plain = (value) =>
        ArrayBuffer.isView(value)
          ? [...value]
          : value && typeof value === 'object'
            ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]))
            : value;
      try {
        return plain(await document.querySelector('#lab').client[name](...given));
      } catch ({ code, message }) {
        return { code, message };
      }
    },
    [method, args],
  );
const ask = (lab, name, args = {}) => client(lab, 'ask', name, args);

describe('switching', () => {
  test('each lab has its title, its question and one heading, and is marked in the navigation', async () => {
    const seen = [];
    await withLab('', async (lab) => {
      for (const id of ['copy', 'encodings', 'copy']) {
        await go(lab, id);
        const { page } = lab;
        assert.equal(await page.locator('h1').count(), 1);
        assert.equal(await page.locator('[id=lab]').count(), 1);
        assert.equal(await page.locator('nav [aria-current=page]').getAttribute('data-lab'), id);
        if (seen.length) assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
        seen.push(`${await page.title()}: ${await page.locator('h1').innerText()}`);
        assert.match(await page.locator('.claim').innerText(), /claim under test.*Bose 2026/s);
      }
    });
    assert.match(seen[1], /^Encodings lab.*: What does a position look like to a dot product\?$/);
    assert.match(seen[0], /^Copy lab.*: Which encodings let a transformer copy/);
    assert.equal(seen[2], seen[0]);
  });

  test('another lab’s code is loaded when it is asked for, and not before', async () => {
    const scripts = (lab) =>
      lab.page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .map(({ name }) => name)
          .filter((name) => name.endsWith('.js')),
      );
    await withLab('#lab=copy', async (lab) => {
      const copy = await scripts(lab);
      await go(lab, 'encodings');
      const both = await scripts(lab);
      const only = both.filter((name) => !copy.includes(name));
      assert.ok(only.length > 0, 'the encodings lab came with code of its own');
      await go(lab, 'copy');
      assert.deepEqual(await scripts(lab), both, 'nothing is loaded twice');
    });
  });

  test(
    'a lab that is left keeps its settings and its run, which waits and goes on',
    { timeout: SLOW },
    async () => {
      await withLab(COPY_ENDLESS, async (lab) => {
        await set(lab, 'seed', '77');
        await lab.press('train');
        await lab.stepAtLeast(5);
        await go(lab, 'encodings');
        assert.equal(await lab.step(), 0, 'the other lab has no run yet');
        await set(lab, 'length', '24');
        const away = await lab.hash();
        // The run of the copy lab must not use up the machine meanwhile.
        await lab.page.waitForTimeout(800);
        await go(lab, 'copy');
        assert.match(await lab.hash(), /^#lab=copy&.*seed=77/);
        assert.equal((await lab.settings()).seed, '77');
        const left = await lab.step();
        assert.ok(left >= 5);
        await lab.state('training');
        await lab.stepAtLeast(left + 5);
        await lab.press('pause');
        await go(lab, 'encodings');
        assert.equal(await lab.hash(), away);
        await lab.page.goBack();
        await lab.page.waitForSelector('#lab[data-lab=copy]');
        assert.equal((await lab.settings()).seed, '77');
        assert.ok((await lab.step()) >= left + 5, 'the run is still there');
      });
    },
  );

  test('a run that is out of the page stands still', { timeout: SLOW }, async () => {
    await withLab(COPY_ENDLESS, async (lab) => {
      await lab.press('train');
      await lab.stepAtLeast(5);
      await lab.page.evaluate(() => (globalThis.left = document.querySelector('#lab')));
      await go(lab, 'encodings');
      await lab.page.waitForFunction(() => globalThis.left.dataset.state === 'hidden');
      const step = () => lab.page.evaluate(() => Number(globalThis.left.dataset.step));
      const before = await step();
      await lab.page.waitForTimeout(700);
      assert.equal(await step(), before);
    });
  });

  test('a link to the other lab, pasted into the open page, is read there', async () => {
    await withLab('#lab=copy&seed=5', async (lab) => {
      await lab.page.evaluate(() => (location.hash = '#lab=encodings&left=rank&length=40'));
      await lab.page.waitForFunction(() => document.querySelector('#set-length')?.value === '40');
      assert.equal(await lab.data('lab'), 'encodings');
      assert.equal((await lab.settings()).left, 'rank');
    });
  });

  test(
    'giving up the preparing of one run leaves that of the other lab alone',
    { timeout: SLOW },
    async () => {
      await withLab(COPY_ENDLESS, async (lab) => {
        await lab.press('train');
        await lab.stepAtLeast(5);
        await lab.press('pause');
        await lab.state('paused');
        const step = await lab.step();
        await go(lab, 'encodings');
        await lab.giveUp();
        await go(lab, 'copy');
        assert.equal(await lab.step(), step);
        await lab.press('step');
        await lab.stepAtLeast(step + 1);
      });
    },
  );
});

describe('links and settings', () => {
  test('a bad link is told in words, field by field, and the rest is taken', async () => {
    await withLab('#lab=encodings&left=banana&length=1&nosuch=1&seed=3&hide=loss', async (lab) => {
      const text = await lab.text('problems');
      assert.match(text, /Left, Encoding: “banana”.*sinusoidal.*Used instead: sinusoidal/s);
      assert.match(text, /Length.*“1”.*from 2 to 1024\. Used instead: 64/);
      assert.match(text, /nosuch.*no such setting/s);
      assert.match(text, /hide.*inspect/s);
      assert.equal(await lab.hash(), '#lab=encodings&seed=3');
    });
    await withLab('#lab=banana&seed=3', async (lab) => {
      assert.equal(await lab.data('lab'), 'copy');
      assert.match(await lab.text('problems'), /lab.*banana.*copy.*encodings/s);
    });
  });

  test('settings are changed by keyboard, and shortcuts lead to the parts', async () => {
    await withLab('#lab=encodings', async (lab) => {
      const { page } = lab;
      const { keyboard } = page;
      await keyboard.press('e');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'settings');
      for (let i = 0; i < 12; i++) {
        await keyboard.press('Tab');
        if ((await page.evaluate(() => document.activeElement.id)) === 'set-length') break;
      }
      assert.equal(await page.evaluate(() => document.activeElement.id), 'set-length');
      await keyboard.press('ControlOrMeta+a');
      await keyboard.type('32');
      await keyboard.press('Enter');
      await page.waitForFunction(() => location.hash.includes('length=32'));
      await page.evaluate(() => document.activeElement.blur());
      for (const [key, part] of [
        ['i', 'inspect'],
        ['m', 'measures'],
        ['l', 'lemma'],
        ['x', 'experiment'],
      ]) {
        await keyboard.press(key);
        const reached = await page.evaluate(
          () => document.activeElement.closest('[data-part]')?.dataset.part,
        );
        assert.equal(reached, part, key);
      }
      await keyboard.press('?');
      assert.ok(await page.getByTestId('shortcuts').isVisible());
    });
  });
});

describe('the experiment’s run', () => {
  test(
    'what only concerns looking neither stops it nor makes it out of date',
    { timeout: SLOW },
    async () => {
      await withLab(ENDLESS, async (lab) => {
        await lab.press('train');
        await lab.stepAtLeast(5);
        for (const [name, value] of [
          ['left', 'random'],
          ['right_gain', '3'],
          ['length', '20'],
          ['measure', 'cosine'],
          ['window', '2'],
          ['trained_run', '1'],
          ['head', '2'],
        ]) {
          await set(lab, name, value);
          assert.equal(await lab.data('state'), 'training', name);
          assert.doesNotMatch(await lab.text('status'), /settings have changed/, name);
        }
        await lab.press('pause');
        await lab.state('paused');
        const step = await lab.step();
        assert.ok(step >= 5);
        await lab.press('train');
        await lab.stepAtLeast(step + 5);
        await lab.press('pause');
        await lab.state('paused');
        await set(lab, 'seed', '9');
        assert.match(await lab.text('status'), /settings have changed: Train starts a new run/);
      });
    },
  );

  test('more steps let it go on, also after other pictures were looked at', { timeout: SLOW }, async () => {
    await withLab(SMALL, async (lab) => {
      await lab.press('train');
      await lab.state('finished');
      await set(lab, 'left', 'random');
      await set(lab, 'steps', '60');
      assert.match(await lab.text('status'), /Train goes on to step 60/);
      await lab.press('train');
      await lab.stepAtLeast(41);
      await lab.state('finished');
      assert.equal(await lab.step(), 60);
      const rows = await lab.csv();
      assert.deepEqual(
        new Set(rows.map((row) => row.step)),
        new Set(['0', '10', '20', '30', '40', '50', '60']),
      );
    });
  });

  test('its table is looked at before, during and after training', { timeout: SLOW }, async () => {
    // The rank encoding is learned; its run is the first.
    await withLab(`${SMALL}&left=trained&encodings=rank,sinusoidal`, async (lab) => {
      const before = await ask(lab, 'inspect.picture', { side: 'left' });
      assert.equal(before.step, 0);
      assert.match(before.note, /Train or Step/);
      assert.equal((await ask(lab, 'run.found')).code, 'refused');
      await lab.press('step');
      await lab.stepAtLeast(1);
      const first = await ask(lab, 'inspect.picture', { side: 'left' });
      assert.equal(first.step, 1);
      assert.notDeepEqual(first.matrix, before.matrix, 'one step moves a learned table');
      await lab.press('train');
      await lab.state('finished');
      const last = await ask(lab, 'inspect.picture', { side: 'left' });
      assert.equal(last.step, 40);
      assert.notDeepEqual(last.matrix, first.matrix);
      assert.deepEqual(
        await ask(lab, 'inspect.picture', { side: 'left' }).then(({ matrix }) => matrix),
        last.matrix,
      );
      // The settings ask for another race by now: what is looked at is still the one that is open, and it has no such run.
      await set(lab, 'seeds', '8');
      await set(lab, 'trained_run', '15');
      const none = await ask(lab, 'inspect.picture', { side: 'left' });
      assert.ok(none.code || none.matrix === null, 'there is no run 15');
      assert.match(none.message ?? none.note, /run/i);
    });
  });

  test(
    'a link with a certificate tells whether the first losses are the same, whatever is looked at',
    { timeout: SLOW },
    async () => {
      let link;
      await withLab(SMALL, async (lab) => {
        await lab.press('train');
        await lab.state('finished');
        await set(lab, 'left', 'random');
        await lab.context.grantPermissions(['clipboard-read', 'clipboard-write']);
        await lab.press('copy-link');
        await lab.page.waitForFunction(() =>
          /restores every setting, and tells/.test(document.body.innerText),
        );
        link = new URL(await lab.page.evaluate(() => navigator.clipboard.readText())).hash;
        assert.match(link, /&check=/);
      });
      await withLab(link, async (lab) => {
        await set(lab, 'measure', 'cosine');
        assert.match(await lab.hash(), /&check=/, 'what concerns looking leaves the certificate');
        await lab.press('train');
        await lab.state('finished');
        await lab.page.waitForSelector('[data-testid=check] [data-same=true]');
      });
      await withLab(link, async (lab) => {
        await set(lab, 'seed', '4');
        assert.doesNotMatch(await lab.hash(), /check=/);
      });
    },
  );

  test('questions of this lab are refused in the other', async () => {
    await withLab('#lab=copy', async (lab) => {
      const { code, message } = await ask(lab, 'lemma');
      assert.equal(code, 'config');
      assert.match(message, /no question "lemma" in the (copy|sequence) lab/);
    });
  });

  test('a table of the reader’s outlives a worker that is given up', async () => {
    await withLab('#lab=encodings&length=4&width=2', async (lab) => {
      await lab.openFile('mine.csv', '1,0\n0,1\n-1,0\n0,-1\n');
      await lab.page.waitForFunction(() => location.hash.includes('right=uploaded'));
      const before = await ask(lab, 'inspect.picture', { side: 'right' });
      assert.deepEqual(before.matrix.slice(0, 4), [1, 0, -1, 0]);
      await lab.giveUp();
      await lab.state('ready');
      assert.deepEqual((await ask(lab, 'inspect.picture', { side: 'right' })).matrix, before.matrix);
      await lab.openFile('bad.csv', '1,0\n0\n');
      await lab.page.waitForSelector('[data-testid=file-status] .wrong');
      assert.deepEqual(
        (await ask(lab, 'inspect.picture', { side: 'right' })).matrix,
        before.matrix,
        'the earlier one stays',
      );
    });
  });
});

describe('files', () => {
  test(
    'report, curves, results and weights are saved, and the weights opened again',
    { timeout: SLOW },
    async () => {
      await withLab(SMALL, async (lab) => {
        const report = await lab.download('report');
        assert.equal(report.name, 'mnemoscope-encodings-report.json');
        assert.ok(Object.keys(JSON.parse(report.bytes.toString('utf8'))).length > 2);
        await lab.press('train');
        await lab.state('finished');
        const rows = await lab.csv();
        const results = await lab.json();
        assert.equal(results.lab, 'encodings');
        assert.equal(`#${results.link}`, await lab.hash());
        assert.equal(results.step, 40);
        assert.ok(results.seconds > 0, `${results.seconds} seconds`);
        assert.ok(results.found, 'what the experiment found');
        assert.equal(rows.length, results.runs.length * results.curves.length);
        for (const row of rows) {
          const place = results.runs.findIndex((run) => run.arm === row.arm && String(run.seed) === row.seed);
          const { values } = results.curves.find(({ x }) => String(x) === row.step);
          const loss = results.measures.findIndex(({ id }) => id === 'loss');
          assert.equal(Math.fround(Number(row.loss)), values[loss][place]);
        }
        const weights = await lab.download('weights');
        assert.equal(weights.name, 'mnemoscope-encodings.safetensors');

        await lab.page.goto('about:blank');
        await lab.page.goto(`${shared.server.address}#lab=encodings`);
        await lab.state('ready');
        await lab.openFile(weights.name, weights.bytes);
        await lab.stepAtLeast(40);
        assert.match(await lab.text('file-status'), /open at step 40/);
        assert.equal(`#${results.link}`, await lab.hash());
        assert.deepEqual(await lab.csv(), rows);
      });
    },
  );

  test('weights are opened in the lab that they belong to', { timeout: SLOW }, async () => {
    await withLab(COPY, async (lab) => {
      await lab.press('train');
      await lab.state('finished');
      const copy = await lab.download('weights');
      const curves = await lab.csv();
      const results = await lab.download('json');
      await go(lab, 'encodings');
      await lab.openFile(copy.name, copy.bytes);
      await lab.page.waitForSelector('#lab[data-lab=copy]');
      await lab.page.waitForFunction(() => /is open at step 40/.test(document.body.innerText));
      assert.deepEqual(await lab.csv(), curves);
      await lab.page.goBack();
      await lab.page.waitForSelector('#lab[data-lab=encodings]');

      await lab.openFile(results.name, results.bytes);
      await lab.page.waitForSelector('#lab[data-lab=copy]');
      await lab.page.waitForFunction(() => /listed under Compare/.test(document.body.innerText));

      await go(lab, 'encodings');
      await lab.page.evaluate((link) => (location.hash = link), SMALL);
      await lab.page.waitForFunction(() => location.hash.includes('train_width=16'));
      await lab.press('step');
      await lab.stepAtLeast(1);
      const ours = await lab.download('weights');
      const found = await lab.download('json');
      await go(lab, 'copy');
      await lab.openFile(ours.name, ours.bytes);
      await lab.page.waitForSelector('#lab[data-lab=encodings]');
      await lab.page.waitForFunction(() => /is open at step 1/.test(document.body.innerText));
      await lab.openFile('results.json', found.bytes);
      await lab.page.waitForSelector('[data-testid=file-status] .wrong');
      await lab.openFile('broken.safetensors', Buffer.from('nothing of ours'));
      await lab.page.waitForFunction(() =>
        /safetensors/.test(document.querySelector('[data-testid=file-status] .wrong')?.innerText),
      );
      assert.equal(await lab.step(), 1);
    });
  });

  test('each lab keeps a run of its own for the next visit', { timeout: SLOW }, async () => {
    await withLab(COPY, async (lab) => {
      await lab.press('step');
      await lab.stepAtLeast(1);
      await lab.kept();
      await go(lab, 'encodings');
      await lab.page.evaluate((link) => (location.hash = link), SMALL);
      await lab.page.waitForFunction(() => location.hash.includes('train_width=16'));
      await lab.press('train');
      await lab.state('finished');
      await lab.kept();
      const curves = await lab.csv();
      await lab.page.reload();
      await lab.state('ready');
      await lab.page.getByTestId('offer-go-on').waitFor();
      assert.match(await lab.text('offer'), /finished at step 40/);
      await go(lab, 'copy');
      await lab.page.getByTestId('offer-go-on').waitFor();
      assert.match(await lab.text('offer'), /step 1 of 40/);
      await lab.press('offer-discard');
      await lab.page.getByTestId('offer-go-on').waitFor({ state: 'detached' });
      await go(lab, 'encodings');
      await lab.press('offer-go-on');
      await lab.stepAtLeast(40);
      assert.deepEqual(await lab.csv(), curves);
      await lab.page.reload();
      await lab.state('ready');
      await lab.page.getByTestId('offer-go-on').waitFor();
    });
  });
});

describe('in a frame', () => {
  const visit = async (hash, body, options = {}) => {
    const context = await shared.browser.newContext({
      viewport: { width: 800, height: 700 },
      ...options,
    });
    const errors = [];
    try {
      const page = await context.newPage();
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(`${shared.server.address}embed.html${hash}`);
      await body(page);
      assert.deepEqual(errors, []);
    } finally {
      await context.close();
    }
  };

  test(
    'autostart trains the experiment; what is hidden is left out; the link leads to the lab',
    { timeout: SLOW },
    async () => {
      await visit(`${SMALL}&autostart=1&theme=dark&hide=phase,lemma,logit,keep,settings`, async (page) => {
        await page.waitForSelector('#lab[data-lab=encodings][data-state=finished]', { timeout: SLOW });
        assert.equal(await page.locator('#lab').getAttribute('data-step'), '40');
        assert.match(await page.locator('.question').innerText(), /dot product/);
        assert.equal(await page.locator('h1').count(), 1);
        assert.equal(await page.title(), 'Encodings lab · Mnemoscope');
        assert.equal(
          await page.locator('[data-part=phase], [data-part=keep], [data-part=settings]').count(),
          0,
        );
        assert.equal(await page.locator('[data-part=experiment]').count(), 1);
        const open = new URL(await page.locator('#open').getAttribute('href'));
        assert.match(open.hash, /^#lab=encodings&.*steps=40/);
        const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(paper, 'rgb(21, 23, 26)');
        await page.reload();
        await page.waitForSelector('#lab[data-lab=encodings]');
      });
    },
  );

  test('another lab takes the place of the one before', { timeout: SLOW }, async () => {
    await visit(`${SMALL}&hide=lemma`, async (page) => {
      await page.waitForSelector('#lab[data-lab=encodings][data-state=ready]');
      await page.evaluate(() => location.replace('#lab=copy&steps=50&hide=look'));
      await page.waitForSelector('#lab[data-lab=copy][data-state=ready]');
      assert.equal(await page.locator('[data-part=loss]').count(), 1);
      assert.equal(await page.locator('[data-part=look]').count(), 0);
      assert.match(await page.locator('.question').innerText(), /transformer copy/);
      assert.match(await page.locator('#open').getAttribute('href'), /#lab=copy&steps=50$/);
      assert.equal(page.workers().length, 1, 'the worker of the lab before has ended');
    });
  });

  test('the examples show one figure each, under the labs’ own names', { timeout: SLOW }, async () => {
    const context = await shared.browser.newContext({
      viewport: { width: 1280, height: 900 },
    });
    try {
      const page = await context.newPage();
      await page.goto(`${shared.server.address}examples.html#lab=encodings&left=rank`);
      for (const [id, part] of [
        ['matrix', 'inspect'],
        ['lemma', 'lemma'],
      ]) {
        const frame = page.locator(`[data-id=${id}] iframe`);
        await frame.scrollIntoViewIfNeeded();
        const inside = await frame.elementHandle().then((element) => element.contentFrame());
        await inside.waitForSelector('#lab[data-lab=encodings][data-state=ready]');
        const parts = await inside.evaluate(() =>
          [...document.querySelectorAll('#lab [data-part]')].map(({ dataset }) => dataset.part),
        );
        assert.deepEqual(parts, [part]);
        assert.equal(await inside.locator('[data-testid=problems] li').count(), 0);
      }
      const yours = page.locator('[data-id=yours] iframe');
      await yours.scrollIntoViewIfNeeded();
      const inside = await yours.elementHandle().then((element) => element.contentFrame());
      await inside.waitForSelector('#lab[data-lab=encodings][data-state=ready]');
      assert.equal(await inside.locator('[data-testid=problems] li').count(), 0);
      assert.equal(await inside.locator('[data-part=settings]').count(), 0);
    } finally {
      await context.close();
    }
  });
});

describe('for everyone', () => {
  test('the run bar is in view wherever the reader is', async () => {
    await withLab('#lab=encodings', async (lab) => {
      for (const y of [0, 1500, 1e5]) {
        await lab.page.evaluate((top) => scrollTo({ top }), y);
        await lab.drawn();
        const box = await lab.page.locator('#train').boundingBox();
        assert.ok(box.y >= 0 && box.y + box.height <= 860, `at ${y} it stands at ${box.y}`);
      }
    });
  });
});
