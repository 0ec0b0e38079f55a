// The CSV that the page saves is what the command line writes, byte for byte: every table that both have, of every lab. Where models
// are trained, the processor's fused multiplications leave other last digits of the loss than WebAssembly: it is held to four digits there,
// and one race of the page goes through its JSON into the command line, whose CSV of the very same numbers has to be the same bytes.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { labs, savedBy } from './lab.mjs';
import { act } from './sequence.mjs';

const SLOW = 120_000;
const { withLab } = labs({ webgpu: false, spotless: true });

const PROGRAM = fileURLToPath(new URL('../../target/debug/mnemoscope', import.meta.url));

/** What the command writes to the file that stands for FILE, given what is to lie in the folder that it runs in. */
function written(words, files = {}) {
  assert.ok(existsSync(PROGRAM), `${PROGRAM} is missing: cargo build makes it`);
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-tables-'));
  try {
    const file = join(folder, 'table.csv');
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    const all = words.map((word) => (word === 'FILE' ? file : word));
    execFileSync(PROGRAM, [...all, '--out', join(folder, 'out.json')], { stdio: 'pipe', cwd: folder });
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Numbers that are shares, counts or names stay; the loss has four digits. */
function trainedAlike(text) {
  const [head, ...rows] = text.split('\n').map((row) => row.split(','));
  const loss = head.indexOf('loss');
  const rounded = (cell) => (cell === '' || cell === undefined ? cell : Number(cell).toPrecision(4));
  return [head, ...rows.map((row) => row.map((cell, i) => (i === loss ? rounded(cell) : cell)))].join('\n');
}

/** A link's settings as flags. */
const flags = (settings) => Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
const link = (lab, settings) => `#lab=${lab}&${new URLSearchParams(settings)}`;

const CPU = { executor: 'cpu' };
const MODEL = { symbols: '5', batch: '4', layers: '1', heads: '2', mlp: '12', steps: '20', every: '5', ...CPU };

async function trained(lab) {
  await lab.press('train');
  await lab.state('finished', SLOW);
}

const press = async (lab, id) => {
  const button = lab.page.getByTestId(id);
  await button.scrollIntoViewIfNeeded();
  return (await savedBy(lab.page, button)).bytes.toString('utf8');
};

/** Of each table: the lab, its settings, what is done on the page, the button that saves it, the command that writes it. */
const TABLES = [
  {
    name: 'curves of the copy lab',
    alike: trainedAlike,
    lab: 'copy',
    settings: { ...MODEL, length: '8', width: '16', encodings: 'rank,none', seeds: '2', held_out: '9' },
    prepare: trained,
    button: 'csv',
    command: ['copy', '--csv', 'FILE'],
  },
  {
    name: 'curves of the encodings lab, of other lengths too',
    alike: trainedAlike,
    lab: 'encodings',
    settings: {
      ...{ ...MODEL, experiment: 'lengths', encodings: 'rank,sinusoidal,alibi', seeds: '2' },
      ...{ train_length: '8', train_width: '16', task: 'previous-token' },
    },
    async prepare(lab) {
      await trained(lab);
      await lab.page.locator('#title-experiment').scrollIntoViewIfNeeded();
      await lab.page.locator('#title-lengths').waitFor({ timeout: SLOW });
    },
    button: 'csv',
    command: ['encodings', 'train', '--csv', 'FILE'],
  },
  {
    name: 'measures of discriminability, with numbers that are none',
    lab: 'encodings',
    settings: { left: 'rank-code', right: 'alibi', length: '24', width: '12', ...CPU },
    async prepare(lab) {
      await lab.page.locator('#title-measures').scrollIntoViewIfNeeded();
      await lab.page.locator('[data-testid=measures] tbody tr').first().waitFor();
    },
    button: 'save-measures.csv',
    command: ['encodings', '--csv', 'FILE'],
  },
  {
    name: 'the table of an encoding',
    lab: 'encodings',
    settings: { left: 'sinusoidal', left_gain: '0.3', length: '7', width: '6', position: '3', ...CPU },
    async prepare(lab) {
      await lab.page.locator('#title-inspect').scrollIntoViewIfNeeded();
      await lab.answered();
    },
    button: 'table-left-csv',
    command: ['encodings', '--left-table', 'FILE'],
  },
  {
    name: 'a session of the sequence machine',
    lab: 'sequence',
    settings: { sequence: 'a "b," a c a "b,"', cue: 'a', recall: '4', data_size: '64', decoders: '256', ...CPU },
    async prepare(lab) {
      for (const command of ['store', 'replay', 'recall']) await act(lab, command);
    },
    button: 'session-csv',
    command: ['sequence', '--csv', 'FILE'],
  },
  {
    name: 'curves of an experiment over two axes',
    lab: 'sequence',
    settings: { experiment: 'kanerva', bits: '64', locations: '100', words: '30', points: '3', seeds: '2', ...CPU },
    prepare: trained,
    button: 'csv',
    command: ['sequence', 'run', '--csv', 'FILE'],
  },
];

for (const { name, lab: id, settings, prepare, button, command, alike = (text) => text } of TABLES) {
  test(name, { timeout: SLOW }, async () => {
    const wanted = written([...command, ...flags(settings), '--quiet']);
    assert.ok(wanted.split('\n').length > 4, wanted);
    await withLab(link(id, settings), async (lab) => {
      await prepare(lab);
      assert.equal(alike(await press(lab, button)), alike(wanted));
      assert.deepEqual(lab.errors, []);
    });
  });
}

test('the same numbers of a race are the same bytes', { timeout: SLOW }, async () => {
  const settings = { ...MODEL, length: '8', width: '16', encodings: 'rank', seeds: '1', held_out: '9' };
  await withLab(link('copy', settings), async (lab) => {
    await trained(lab);
    const csv = await press(lab, 'csv');
    assert.equal(written(['merge', 'race.json', '--csv', 'FILE'], { 'race.json': await press(lab, 'json') }), csv);
  });
});
