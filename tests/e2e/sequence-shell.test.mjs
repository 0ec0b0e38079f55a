// The frame around the sequence lab: head, navigation, links, the experiment's run, files, embedding, and the typed face
// for programs. What its parts draw is tested elsewhere.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { labs, parseCsv, until } from './lab.mjs';
import {
  ask,
  act,
  ALONE,
  client,
  go,
  last,
  link,
  LETTERS,
  LONGEST,
  PARTS,
  session,
  set,
  SLOW,
  still,
  STUDY,
} from './sequence.mjs';

const PKG = process.env.PKG ?? fileURLToPath(new URL('../../pkg/', import.meta.url));
const QUESTION = 'How does a spiking sparse distributed memory learn a sequence in one pass?';
const SMALL = `#lab=sequence&${STUDY}&hide=operations,spikes,ball`;
/** So much work that no test sees its end. */
const ENDLESS =
  '#lab=sequence&executor=cpu&experiment=errors&longest=1000&points=32&seeds=32&hide=operations,spikes,ball';
const QUICK = { reducedMotion: 'reduce' };

const shared = labs({ webgpu: false, spotless: true });
const { withLab } = shared;

const partsOf = (page) =>
  page.evaluate(() => [...document.querySelectorAll('#lab [data-part]')].map(({ dataset }) => dataset.part));

describe('head and navigation', () => {
  test('the lab has its title, its question and its claim, and is marked in the navigation', async () => {
    await withLab('', async (lab) => {
      const { page } = lab;
      await go(lab, 'sequence');
      assert.equal(await page.title(), 'Sequence lab · Mnemoscope');
      assert.deepEqual(await page.locator('h1').allInnerTexts(), [QUESTION]);
      assert.match(
        await page.locator('.claim').innerText(),
        /retrieval by similarity.*five operations.*2605\.00662/s,
      );
      assert.equal(await page.locator('nav [aria-current=page]').getAttribute('data-lab'), 'sequence');
      await go(lab, 'copy');
      assert.equal(await page.title(), 'Copy lab · Mnemoscope');
      await page.goBack();
      await page.waitForSelector('#lab[data-lab=sequence]');
    });
  });

  test('a session waits while another lab is on show', { timeout: SLOW }, async () => {
    await withLab(
      ALONE,
      async (lab) => {
        const before = await act(lab, 'store');
        await go(lab, 'copy');
        await go(lab, 'sequence');
        assert.deepEqual(await session(lab), before);
        assert.equal((await ask(lab, 'session')).written, 12);
      },
      QUICK,
    );
  });

  test('a first visitor is told how to read the page, and closes it for good', async () => {
    await withLab('#lab=sequence&hide=operations,spikes,ball', async (lab) => {
      assert.match(await lab.text('welcome'), /Press Store.*Press Recall.*Press Run/s);
      await lab.press('welcome-close');
      await lab.page.reload();
      await lab.state('ready');
      assert.equal(await lab.page.getByTestId('welcome').count(), 0);
      await lab.press('explain');
      assert.ok(await lab.page.getByTestId('welcome').isVisible());
    });
  });
});

describe('links and settings', () => {
  test('what cannot be is told in words, field by field', async () => {
    await withLab(
      '#lab=sequence&data_size=16&data_active=40&chosen=0&context=banana&nosuch=1&hide=loss',
      async (lab) => {
        const text = await lab.text('problems');
        assert.match(text, /Active d.*“40”.*16.*no more neurons can fire.*Used instead: 16/s);
        assert.match(text, /Chosen w.*“0”.*from 1 to 128/s);
        assert.match(text, /Context.*“banana”.*combined/s);
        assert.match(text, /nosuch.*no such setting/s);
        assert.match(text, /hide.*session/s);
        await still(lab);
      },
    );
  });

  test('the parts stand in their order, and shortcuts lead to each', { timeout: SLOW }, async () => {
    await withLab('#lab=sequence', async (lab) => {
      assert.deepEqual(
        await partsOf(lab.page),
        PARTS.filter((part) => part !== 'settings' && part !== 'keep').concat('keep', 'settings'),
      );
      for (const [key, part] of [
        ['m', 'session'],
        ['o', 'operations'],
        ['k', 'spikes'],
        ['a', 'ball'],
        ['x', 'experiment'],
        ['e', 'settings'],
      ]) {
        await lab.page.keyboard.press(key);
        const reached = await lab.page.evaluate(
          () => document.activeElement.closest('[data-part]')?.dataset.part,
        );
        assert.equal(reached, part, key);
      }
      await lab.page.keyboard.press('?');
      const keys = await lab.page.locator('#shortcuts kbd').allInnerTexts();
      assert.equal(new Set(keys).size, keys.length, 'no key is given twice');
    });
  });

  test('a preset of the settings panel settles over the defaults', async () => {
    await withLab(link({ seed: '9' }), async (lab) => {
      await lab.page.getByTestId('preset').selectOption('melody');
      await lab.page.waitForFunction(() => location.hash.includes('retention=0.6'));
      assert.doesNotMatch(await lab.hash(), /seed=9/);
      await still(lab);
      assert.equal(await lab.page.getByTestId('start-melody').getAttribute('aria-pressed'), 'true');
    });
  });

  test('a sequence button leaves the machine and the experiment as they are set', async () => {
    await withLab(link({ seed: '9', context: 'layer', seeds: '3' }), async (lab) => {
      await still(lab);
      await lab.press('start-text');
      await lab.page.waitForFunction(() => location.hash.includes('split=characters'));
      const { seed, context, seeds } = await lab.settings();
      assert.deepEqual([seed, context, seeds], ['9', 'layer', '3']);
    });
  });
});

describe('the experiment’s run', () => {
  test('Run, Pause, Step and Reset drive it, in this lab’s own words', { timeout: SLOW }, async () => {
    await withLab(ENDLESS, async (lab) => {
      assert.equal(await lab.text('train'), 'Run');
      assert.match(await lab.text('status'), /Press Run/);
      await lab.press('train');
      await lab.stepAtLeast(1);
      assert.match(await lab.text('status'), /^Running/);
      assert.match(await lab.text('pace'), /^part \d+ of /);
      await lab.press('pause');
      await lab.state('paused');
      const paused = await lab.step();
      await lab.press('step');
      await lab.stepAtLeast(paused + 1);
      assert.equal(await lab.step(), paused + 1);
      await lab.press('reset');
      await lab.state('ready');
      assert.equal(await lab.step(), 0);
      assert.doesNotMatch(await lab.page.locator('.runbar').innerText(), /train/i);
    });
  });

  test('it comes to its end, and its files hold the study', { timeout: SLOW }, async () => {
    await withLab(SMALL, async (lab) => {
      assert.equal((await ask(lab, 'run.found')).code, 'refused');
      await lab.press('train');
      await lab.state('finished', SLOW);
      const study = await ask(lab, 'run.found');
      assert.equal(study.id, 'errors');
      const results = await lab.json();
      assert.equal(results.lab, 'sequence');
      assert.ok(results.seconds > 0, `${results.seconds} seconds`);
      assert.equal(`#${results.link}`, (await lab.hash()).replace(/&hide=.*/, ''));
      const { measures, runs, points } = study;
      assert.deepEqual(results.curves, points);
      assert.deepEqual(results.measures, measures);
      assert.deepEqual(results.found, { experiment: 'errors', sentence: study.sentence, rows: study.rows });
      assert.ok(!('training' in results), 'nothing was trained step by step');
      const rows = await lab.csv();
      assert.equal(rows.length, runs.length * points.length);
      for (const row of rows) {
        const run = runs.findIndex(({ arm, seed }) => arm === row.arm && String(seed) === row.seed);
        const { values } = points.find(({ x }) => x === Number(row[study.x.id]));
        measures.forEach(({ id }, m) =>
          assert.equal(row[id] === '' ? NaN : Math.fround(Number(row[id])), values[m][run]),
        );
      }
    });
  });

  test('the same link finds the same again', { timeout: SLOW }, async () => {
    const found = [];
    for (let i = 0; i < 2; i++) {
      await withLab(SMALL, async (lab) => {
        await lab.press('train');
        await lab.state('finished', SLOW);
        found.push((await ask(lab, 'run.found')).points);
      });
    }
    assert.deepEqual(found[0], found[1]);
  });

  test('a session goes on beside a running experiment, and outlives its end', { timeout: SLOW }, async () => {
    await withLab(
      ENDLESS,
      async (lab) => {
        await lab.press('train');
        await lab.stepAtLeast(1);
        await act(lab, 'store');
        assert.equal(await lab.data('state'), 'training');
        const { right } = await act(lab, 'recall');
        assert.ok(right > 0);
        await lab.press('pause');
        await lab.state('paused');
        assert.equal((await ask(lab, 'session')).written, 12);
        await lab.press('reset');
        assert.equal((await ask(lab, 'session')).written, 12);
      },
      QUICK,
    );
  });

  test(
    'what only concerns looking leaves it alone, the rest makes it out of date',
    { timeout: SLOW },
    async () => {
      await withLab(SMALL, async (lab) => {
        await lab.press('train');
        await lab.state('finished', SLOW);
        for (const [name, value] of [
          ['sequence', '1 2 3'],
          ['split', 'characters'],
          ['cue', '1'],
          ['recall', '3'],
          ['context', 'layer'],
          ['length', '20'],
          ['source', 'random'],
          ['neuron', 'rdlif'],
          ['threshold', '2'],
          ['ball_radius', '9'],
        ]) {
          await set(lab, name, value);
          assert.doesNotMatch(await lab.text('status'), /settings have changed/, name);
        }
        await set(lab, 'seeds', '2');
        assert.match(await lab.text('status'), /settings have changed: Run starts a new run/);
      });
    },
  );

  test('it is not kept for the next visit, and says why it cannot be saved', { timeout: SLOW }, async () => {
    await withLab(SMALL, async (lab) => {
      await lab.press('train');
      await lab.state('finished', SLOW);
      await lab.page.waitForTimeout(1200);
      assert.equal(await lab.data('kept'), '');
      assert.equal(await lab.page.getByTestId('unkept').count(), 0, 'that is no failure');
      const { code, message } = await ask(lab, 'run.save');
      assert.equal(code, 'config');
      assert.ok(message.length > 10);
      assert.equal((await ask(lab, 'run.inspect', { replica: 0, probe: '' })).code, 'config');
      assert.equal((await ask(lab, 'run.profile')).code, 'config');
      await lab.page.reload();
      await lab.state('ready');
      assert.equal(await lab.page.locator('[data-testid=offer] .notice').count(), 0);
    });
  });

  test(
    'giving up its preparing ends the machine with the worker, and says so',
    { timeout: SLOW },
    async () => {
      await withLab(
        ALONE,
        async (lab) => {
          await act(lab, 'store');
          await lab.giveUp();
          await lab.state('ready');
          await lab.page.waitForFunction(() => document.querySelector('lab-session').dataset.steps === '0');
          assert.match(await lab.text('session-sentence'), /memory is blank. Store the sequence again/);
          const again = await act(lab, 'store');
          assert.equal(again.written, 12);
        },
        QUICK,
      );
    },
  );

  test('a run that does not fit leaves what has been stored', { timeout: SLOW }, async () => {
    await withLab(ALONE, async (lab) => {
      const { written } = await act(lab, 'store');
      assert.ok(written > 0);
      // The machine depends on none of these.
      const large = { experiment: 'capacity', seeds: 32, inputs: 4096, stored: 50000 };
      const before = await lab.page.evaluate(() => document.querySelector('#lab').client.settled.values);
      for (const [name, value] of Object.entries(large)) await client(lab, 'change', name, String(value));
      await lab.press('train');
      await lab.state('error');
      for (const name of Object.keys(large)) await client(lab, 'change', name, before[name]);
      assert.equal((await ask(lab, 'session')).written, written);
      const twice = await ask(lab, 'session.store', { text: 'p q' });
      assert.equal(twice.written, written + 2);
    });
  });

  test('questions of this lab are refused in the others, and theirs here', async () => {
    await withLab('#lab=copy', async (lab) => {
      for (const question of ['session', 'session.store', 'operations', 'ball']) {
        const { code, message } = await ask(lab, question);
        assert.equal(code, 'config', question);
        assert.match(message, /no question ".*" in the copy lab/);
      }
    });
    await withLab(ALONE, async (lab) => {
      const { code, message } = await ask(lab, 'lemma');
      assert.equal(code, 'config');
      assert.match(message, /no question "lemma" in the (copy|sequence) lab/);
    });
  });
});

describe('files', () => {
  test('the keep panel saves the session and the report', { timeout: SLOW }, async () => {
    await withLab(
      ALONE,
      async (lab) => {
        const { steps } = await act(lab, 'store');
        const csv = await lab.download('session-csv');
        assert.equal(csv.name, 'mnemoscope-sequence-session.csv');
        const rows = parseCsv(csv.bytes, { columns: true });
        assert.deepEqual(
          rows.map(({ symbol }) => symbol),
          steps.map(({ symbol }) => symbol),
        );
        const report = await lab.download('report');
        assert.equal(report.name, 'mnemoscope-sequence-report.json');
        const found = JSON.parse(report.bytes.toString('utf8'));
        assert.ok(Object.keys(found).length > 2);
        assert.equal(
          await lab.page.getByTestId('csv').getAttribute('aria-disabled'),
          'true',
          'no experiment yet',
        );
        assert.match(await lab.page.locator('[data-part=keep]').innerText(), /not kept for your next visit/);
      },
      QUICK,
    );
  });

  test('what is no file of ours is refused, and nothing changes', async () => {
    await withLab(ALONE, async (lab) => {
      await still(lab);
      await lab.openFile('bad.safetensors', 'not a file');
      await lab.page.waitForSelector('[data-testid=file-status] .wrong');
      await lab.state('ready');
    });
  });

  test('weights of another lab are opened there', { timeout: SLOW }, async () => {
    let bytes;
    await withLab(
      '#lab=copy&symbols=4&layers=1&heads=2&batch=4&seeds=1&every=10&executor=cpu&length=8&width=16&encodings=rank&steps=10',
      async (lab) => {
        await lab.press('train');
        await lab.state('finished');
        ({ bytes } = await lab.download('weights'));
      },
    );
    await withLab(ALONE, async (lab) => {
      await lab.openFile('copy.safetensors', bytes);
      await lab.page.waitForSelector('#lab[data-lab=copy]');
      await lab.stepAtLeast(10);
    });
  });
});

describe('inside another page', () => {
  async function visit(hash, body, options = {}) {
    const context = await shared.browser.newContext({
      viewport: { width: 800, height: 900 },
      ...options,
    });
    try {
      const page = await context.newPage();
      await page.goto(`${shared.server.address}embed.html${hash}`);
      await body(page);
    } finally {
      await context.close();
    }
  }

  for (const part of ['session', 'operations', 'spikes', 'ball', 'experiment']) {
    test(`the part “${part}” alone`, { timeout: SLOW }, async () => {
      const hide = ['head', ...PARTS.filter((other) => other !== part)].join(',');
      await visit(`#lab=sequence&executor=cpu&hide=${hide}`, async (page) => {
        await page.waitForSelector('#lab[data-lab=sequence][data-state=ready]');
        assert.deepEqual(await partsOf(page), [part]);
        assert.equal(await page.title(), 'Sequence lab · Mnemoscope');
        assert.ok(!(await page.locator('.question').first().isVisible()));
        assert.equal(await page.locator('[data-testid=problems] li').count(), 0);
        assert.ok(await page.locator(`[data-part=${part}] h2`).first().isVisible());
        const open = new URL(await page.locator('#open').getAttribute('href'));
        assert.match(open.hash, /^#lab=sequence/);
      });
    });
  }

  test('a session in a frame, with its question and in the dark', { timeout: SLOW }, async () => {
    const hide = PARTS.filter((other) => other !== 'session').join(',');
    await visit(
      `#lab=sequence&executor=cpu&sequence=A%20B%20C%20A%20B%20D&cue=A%20B&recall=4&theme=dark&hide=${hide}`,
      async (page) => {
        await page.waitForSelector('#lab[data-lab=sequence][data-state=ready]');
        assert.equal(await page.locator('.question:visible').innerText(), QUESTION);
        await page.getByTestId('store').click();
        await page.waitForFunction(() => document.querySelector('lab-session').dataset.steps === '6');
        assert.equal(
          await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
          'rgb(21, 23, 26)',
        );
      },
      QUICK,
    );
  });

  test('the examples of this lab show one part each', { timeout: SLOW }, async () => {
    const context = await shared.browser.newContext({
      viewport: { width: 1280, height: 900 },
    });
    try {
      const page = await context.newPage();
      await page.goto(`${shared.server.address}examples.html#lab=sequence&seed=4`);
      for (const [id, part] of [
        ['machine', 'session'],
        ['ball', 'ball'],
      ]) {
        const frame = page.locator(`[data-id=${id}] iframe`);
        await frame.scrollIntoViewIfNeeded();
        const inside = await frame.elementHandle().then((element) => element.contentFrame());
        await inside.waitForSelector('#lab[data-lab=sequence][data-state=ready]');
        assert.deepEqual(await partsOf(inside), [part]);
        assert.equal(await inside.locator('[data-testid=problems] li').count(), 0);
      }
      const yours = page.locator('[data-id=yours] iframe');
      await yours.scrollIntoViewIfNeeded();
      const inside = await yours.elementHandle().then((element) => element.contentFrame());
      await inside.waitForSelector('#lab[data-lab=sequence][data-state=ready]');
      assert.equal(await inside.locator('[data-testid=problems] li').count(), 0);
      assert.equal(await inside.locator('[data-part=settings]').count(), 0);
    } finally {
      await context.close();
    }
  });
});

describe('several things at once', () => {
  const EVERYTHING = `#lab=sequence&executor=cpu&experiment=errors&longest=2000&points=1&seeds=1&contexts=combined&forgetful=false&${LONGEST}`;
  const at = async (lab, work) =>
    Number((await lab.page.getByTestId(`work-${work}`).innerText()).replaceAll(',', '').match(/\d+/)[0]);

  test(
    'a command, a look and an experiment take turns, and each stops by itself',
    { timeout: SLOW },
    async () => {
      await withLab(
        EVERYTHING.replace(/sequence=\w+/, `sequence=${LETTERS.slice(0, 900)}`),
        async (lab) => {
          await still(lab);
          await lab.page.locator('#title-operations').scrollIntoViewIfNeeded();
          await lab.page.getByTestId('work-operations').waitFor();
          await lab.press('store');
          await lab.page.getByTestId('work-session').waitFor();
          const before = [await at(lab, 'session'), await at(lab, 'operations')];
          await until(
            async () => [await at(lab, 'session'), await at(lab, 'operations')],
            (now) => now.every((count, i) => count > before[i]),
          );
          // The experiment does not wait for them.
          await lab.press('train');
          await lab.state('training');
          assert.ok(await lab.page.getByTestId('work-session').isVisible());
          await lab.press('pause');
          await lab.state('paused');
          await lab.press('stop-session');
          await lab.page.getByTestId('work-session').waitFor({ state: 'detached' });
          const { written } = await session(lab);
          assert.ok(written > 0 && written < 900, `${written} symbols`);
          assert.ok(await lab.page.getByTestId('work-operations').isVisible(), 'the look goes on');
        },
        { reducedMotion: 'reduce' },
      );
    },
  );

  test(
    'a report shows how far it is, can be given up, and is made one at a time',
    { timeout: SLOW },
    async () => {
      await withLab(
        `#lab=sequence&executor=cpu&hide=operations,spikes,ball,experiment&${LONGEST}`,
        async (lab) => {
          await still(lab);
          await lab.page.getByTestId('report').click();
          const bar = lab.page.getByTestId('work-report');
          await bar.waitFor();
          assert.match(await bar.innerText(), /of 8,\d+ symbols/);
          assert.ok(await lab.page.getByTestId('report').isDisabled(), 'one at a time');
          await lab.press('stop-report');
          await bar.waitFor({ state: 'detached' });
          await lab.page.getByText('The report was given up.').waitFor();
          // Settings that are changed meanwhile do not matter to it.
          await set(lab, 'sequence', LETTERS.slice(0, 300));
          const [download] = await Promise.all([
            lab.page.waitForEvent('download', { timeout: 120_000 }),
            lab.page.getByTestId('report').press('Enter'),
          ]);
          const report = JSON.parse(await readFile(await download.path(), 'utf8'));
          assert.equal(report.stored.written, 300);
        },
      );
    },
  );
});

describe('for programs', () => {
  const face = () => {
    if (!existsSync(join(PKG, 'node.js'))) throw new Error(`no package in ${PKG}: run the build first`);
    return import(pathToFileURL(join(PKG, 'node.js')));
  };

  test('a machine stores, recalls, refuses and forgets', { timeout: SLOW }, async () => {
    const { sequence, Refusal, SettingsError } = await face();
    const machine = await sequence({
      executor: 'cpu',
      cue: 'A B',
      recall: 3,
    });
    try {
      const stored = await machine.store(['A', 'B', 'C', 'A', 'B', 'C']);
      assert.equal(stored.written, 6);
      assert.deepEqual(stored.alphabet, ['A', 'B', 'C']);
      const recalled = await machine.recall();
      assert.deepEqual(
        last(recalled).map(({ symbol }) => symbol),
        ['A', 'B', 'C', 'A', 'B'],
      );
      await assert.rejects(
        machine.recall('Z', 2),
        (error) => error instanceof Refusal && /Z/.test(error.message),
      );
      await assert.rejects(machine.store('  '), Refusal);
      assert.deepEqual((await machine.session()).steps, recalled.steps, 'a refusal leaves it as it was');
      await assert.rejects(machine.change({ context: 'banana' }), SettingsError);
      assert.equal((await machine.session()).written, 6, 'so does a setting that is not taken');
      assert.equal(machine.settings.cue, 'A B');
      await machine.change({ recall: 5 });
      assert.equal((await machine.session()).written, 6);
      assert.match(machine.link, /^lab=sequence&.*recall=5/);
      assert.equal((await machine.symbols()).length, 12, 'the settings’ own sequence');
      assert.equal((await machine.forget()).written, 0);
      assert.equal((await machine.ball()).bits, 64);
    } finally {
      machine.close();
    }
    const slow = await sequence(`#lab=sequence&executor=cpu&${LONGEST}`);
    try {
      const storing = slow.store();
      // It waits its turn.
      const recalling = slow.recall('#1', 1);
      setTimeout(() => slow.stop(), 150);
      const { written, sentence } = await storing;
      assert.ok(written > 0 && written < 4000, `${written} symbols`);
      assert.match(sentence, /stopped before its end/);
      assert.equal(last(await recalling).length, 2);
    } finally {
      slow.close();
    }
    await assert.rejects(sequence({ nosuch: 1 }), SettingsError);
    await assert.rejects(sequence('#lab=copy'), /lab “copy”/);
  });

  test('a study is a race whose results have the curves', { timeout: SLOW }, async () => {
    const { study } = await face();
    const race = study(`#lab=sequence&${STUDY}`);
    const kinds = new Set();
    for await (const event of race) kinds.add(event.type);
    assert.deepEqual(kinds, new Set(['progress', 'finished']));
    const results = await race.finished;
    assert.equal(results.lab, 'sequence');
    assert.ok(results.arms.length > 0 && results.curves.length > 0);
    assert.equal(results.curves[0].values.length, results.measures.length);
    assert.ok(results.found.sentence.length > 0);
    await assert.rejects(race.save(), /no weights/);
  });

  test('settings are typed by what each may be', async () => {
    const declared = await readFile(join(PKG, 'types/engine/settings.d.ts'), 'utf8');
    const sequence = declared.slice(declared.indexOf('interface SequenceSettings'));
    assert.match(sequence, /\n {2}sequence\?: string \| undefined;/);
    assert.match(sequence, /\n {2}context\?: 'shift' \| 'layer' \| 'combined' \| undefined;/);
    assert.match(
      sequence,
      /\n {2}contexts\?: readonly \('shift' \| 'layer' \| 'combined'\)\[\] \| undefined;/,
    );
    assert.match(sequence, /\n {2}alpha\?: number \| undefined;/);
    const before = declared.slice(0, declared.indexOf('interface SequenceSettings'));
    assert.match(before, /interface Settings /);
    assert.doesNotMatch(before, /\n {2}sequence\?/);
  });
});
