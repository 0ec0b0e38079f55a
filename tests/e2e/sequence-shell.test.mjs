// The sequence lab's machine beside all that goes on around it: other labs, settings, its experiment, files, and the typed face
// for programs. What its parts draw is tested elsewhere.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, it } from 'node:test';
import { parseCsv } from './files.mjs';
import { labs, until } from './lab.mjs';
import { act, ALONE, last, LETTERS, LONGEST, session, still, STUDY } from './sequence.mjs';

const PKG = process.env.PKG ?? fileURLToPath(new URL('../../pkg/', import.meta.url));
const SMALL = `#lab=sequence&${STUDY}&hide=operations,spikes,ball`;
/** So much work that no test sees its end. */
const ENDLESS =
  '#lab=sequence&executor=cpu&experiment=errors&longest=1000&points=32&seeds=32&hide=operations,spikes,ball';
const QUICK = { reducedMotion: 'reduce' };

const { test } = labs({ webgpu: false, link: ALONE, options: QUICK });

describe('the machine', () => {
  test('a session waits while another lab is on show', async (lab) => {
    const before = await act(lab, 'store');
    await lab.go('copy');
    await lab.go('sequence');
    assert.deepEqual(await session(lab), before);
    assert.equal((await lab.ask('session')).written, 12);
  });
  test('a preset of the settings panel settles over the defaults', { seed: '9' }, async (lab) => {
    await lab.page.getByTestId('preset').selectOption('melody');
    await lab.page.waitForFunction(() => location.hash.includes('retention=0.6'));
    assert.doesNotMatch(await lab.hash(), /seed=9/);
    await still(lab);
    assert.equal(await lab.page.getByTestId('start-melody').getAttribute('aria-pressed'), 'true');
  });

  const SET = { seed: '9', context: 'layer', seeds: '3' };
  test('a sequence button leaves the machine and the experiment as they are set', SET, async (lab) => {
    await still(lab);
    await lab.press('start-text');
    await lab.page.waitForFunction(() => location.hash.includes('split=characters'));
    const { seed, context, seeds } = await lab.settings();
    assert.deepEqual({ seed, context, seeds }, SET);
  });
});

describe('the experiment’s run', () => {
  test('a session goes on beside a running experiment, and outlives its end', ENDLESS, async (lab) => {
    await lab.press('train');
    await lab.stepAtLeast(1);
    await act(lab, 'store');
    assert.equal(await lab.data('state'), 'training');
    const { right } = await act(lab, 'recall');
    assert.ok(right > 0);
    await lab.press('pause');
    await lab.state('paused');
    assert.equal((await lab.ask('session')).written, 12);
    await lab.press('reset');
    assert.equal((await lab.ask('session')).written, 12);
  });

  test('it is kept in files, not for the next visit, and says why it has no weights', SMALL, async (lab) => {
    assert.equal((await lab.ask('run.found')).code, 'refused');
    await lab.train();
    const { sentence, rows, points } = await lab.ask('run.found');
    const results = await lab.json();
    assert.deepEqual(results.curves, points);
    assert.deepEqual(results.found, { experiment: 'errors', sentence, rows });
    assert.ok(results.seconds > 0, `${results.seconds} seconds`);
    assert.ok(!('training' in results), 'nothing was trained step by step');
    await lab.caughtUp();
    assert.equal(await lab.data('kept'), '');
    assert.equal(await lab.page.getByTestId('unkept').count(), 0, 'that is no failure');
    const { code, message } = await lab.ask('run.save');
    assert.equal(code, 'config');
    assert.ok(message.length > 10);
    assert.equal((await lab.ask('run.inspect', { replica: 0, probe: '' })).code, 'config');
    assert.equal((await lab.ask('run.profile')).code, 'config');
    await lab.page.reload();
    await lab.state('ready');
    assert.equal(await lab.page.locator('[data-testid=offer] .notice').count(), 0);
  });

  test('giving up its preparing ends the machine with the worker, and says so', async (lab) => {
    await act(lab, 'store');
    await lab.giveUp();
    await lab.state('ready');
    await lab.page.waitForFunction(() => document.querySelector('lab-session').dataset.steps === '0');
    assert.match(await lab.text('session-sentence'), /memory is blank. Store the sequence again/);
    const again = await act(lab, 'store');
    assert.equal(again.written, 12);
  });

  test('a run that does not fit leaves what has been stored', async (lab) => {
    const { written } = await act(lab, 'store');
    assert.ok(written > 0);
    // The machine depends on none of these.
    const large = { experiment: 'capacity', seeds: 32, inputs: 4096, stored: 50000 };
    const before = await lab.page.evaluate(() => document.querySelector('#lab').client.settled.values);
    for (const [name, value] of Object.entries(large)) await lab.client('change', name, String(value));
    await lab.press('train');
    await lab.state('error');
    for (const name of Object.keys(large)) await lab.client('change', name, before[name]);
    assert.equal((await lab.ask('session')).written, written);
    const twice = await lab.ask('session.store', { text: 'p q' });
    assert.equal(twice.written, written + 2);
  });
});

describe('files', () => {
  test('the keep panel saves the session and the report', async (lab) => {
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
  });
});

describe('several things at once', () => {
  const EVERYTHING = `#lab=sequence&${STUDY.replace('longest=10', 'longest=2000')}&${LONGEST.replace(LETTERS, LETTERS.slice(0, 900))}`;
  const at = async (lab, work) =>
    Number((await lab.page.getByTestId(`work-${work}`).innerText()).replaceAll(',', '').match(/\d+/)[0]);

  test('a command, a look and an experiment take turns, and each stops', EVERYTHING, async (lab) => {
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
  });

  test('a report shows how far it is, can be given up, and is made one at a time', LONGEST, async (lab) => {
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
    await lab.set('sequence', LETTERS.slice(0, 300));
    assert.equal((await lab.json('report')).stored.written, 300);
  });
});

describe('for programs', () => {
  const face = () => {
    if (!existsSync(join(PKG, 'node.js'))) throw new Error(`no package in ${PKG}: run the build first`);
    return import(pathToFileURL(join(PKG, 'node.js')));
  };

  it('a machine stores, recalls, refuses and forgets', async () => {
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
      // Before its first turn there is nothing to stop.
      let ended = false;
      const noted = storing.finally(() => (ended = true));
      while (!ended) {
        slow.stop();
        await new Promise(setImmediate);
      }
      const { written, sentence } = await noted;
      assert.ok(written > 0 && written < 4000, `${written} symbols`);
      assert.match(sentence, /stopped before its end/);
      assert.equal(last(await recalling).length, 2);
    } finally {
      slow.close();
    }
    await assert.rejects(sequence({ nosuch: 1 }), SettingsError);
    await assert.rejects(sequence('#lab=copy'), /lab “copy”/);
  });

  it('a study is a race whose results have the curves', async () => {
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

  it('settings are typed by what each may be', async () => {
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
