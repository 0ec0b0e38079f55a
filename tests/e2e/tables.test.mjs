// The CSV that the page saves is what the command line writes, byte for byte: every table that both have, of every lab. Where models
// are trained, the processor's fused multiplications leave other last digits of the loss than WebAssembly: it is held to four digits there,
// and one race of the page goes through its JSON into the command line, whose CSV of the very same numbers has to be the same bytes.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { labs } from './lab.mjs';
import { PROGRAM, compared, flags, link, press, shown } from './tables.mjs';
import { act } from './sequence.mjs';

const { withLab } = labs({ webgpu: false });

/** What the command writes to the file that stands for FILE, given what is to lie in the folder that it runs in. */
function written(words, files = {}) {
  assert.ok(existsSync(PROGRAM), `${PROGRAM} is missing: cargo build makes it`);
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-tables-'));
  try {
    const file = join(folder, 'table.csv');
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    const all = words.map((word) => (word === 'FILE' ? file : word));
    execFileSync(PROGRAM, [...all, '--out', join(folder, 'out.json')], {
      stdio: 'pipe',
      cwd: folder,
    });
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

const MODEL = 'symbols=5&batch=4&layers=1&heads=2&mlp=12&steps=20&every=5';

const trained = (lab) => lab.train();

/** Of each table: its settings, what is done on the page, the button that saves it, the command that writes it. */
const TABLES = [
  {
    name: 'curves of the copy lab',
    alike: trainedAlike,
    settings: `${MODEL}&length=8&width=16&encodings=rank,none&seeds=2&held_out=9`,
    prepare: trained,
    button: 'csv',
    command: ['copy', '--csv', 'FILE'],
  },
  {
    name: 'curves of the encodings lab, of other lengths too',
    alike: trainedAlike,
    settings:
      `${MODEL}&experiment=lengths&encodings=rank,sinusoidal,alibi&seeds=2` +
      '&train_length=8&train_width=16&task=previous-token',
    async prepare(lab) {
      await trained(lab);
      await lab.page.locator('#title-experiment').scrollIntoViewIfNeeded();
      await lab.page.locator('#title-lengths').waitFor();
    },
    button: 'csv',
    command: ['encodings', 'train', '--csv', 'FILE'],
  },
  {
    name: 'measures of discriminability, with numbers that are none',
    settings: 'left=rank-code&right=alibi&length=24&width=12',
    async prepare(lab) {
      await lab.page.locator('#title-measures').scrollIntoViewIfNeeded();
      await lab.page.locator('[data-testid=measures] tbody tr').first().waitFor();
    },
    button: 'save-measures.csv',
    command: ['encodings', '--csv', 'FILE'],
  },
  {
    name: 'the table of an encoding',
    settings: 'left=sinusoidal&left_gain=0.3&length=7&width=6&position=3',
    async prepare(lab) {
      await lab.page.locator('#title-inspect').scrollIntoViewIfNeeded();
      await lab.answered();
    },
    button: 'table-left-csv',
    command: ['encodings', '--left-table', 'FILE'],
  },
];

for (const { name, settings, prepare, button, command, alike = (text) => text } of TABLES) {
  it(name, async () => {
    const wanted = written([...command, ...flags(settings), '--executor', 'cpu', '--quiet']);
    assert.ok(wanted.split('\n').length > 4, wanted);
    await withLab(link(command[0], settings), async (lab) => {
      await prepare(lab);
      assert.equal(alike(await press(lab, button)), alike(wanted));
    });
  });
}

/** Numbers in some columns agree to `digits` decimals: they come of training, whose last digits differ. */
function roughly(columns, digits) {
  return (text) => {
    const [head, ...rows] = text.split('\n').map((row) => row.split(','));
    const rough = head.map((name) => columns.test(name));
    // Adding zero takes the sign off a zero.
    const cell = (value, i) => (rough[i] && value !== '' ? (Number(value) + 0).toFixed(digits) : value);
    return [head, ...rows.map((row) => row.map(cell))].join('\n').replaceAll('-0.000', '0.000');
  };
}

/** The first cells of every row. */
const beginnings = (text, cells) =>
  text
    .split('\n')
    .map((row) => row.split(',').slice(0, cells).join(','))
    .join('\n');

/** Of the transformer beside the machine the rows count, not what training has made of it. */
const ofTheMachine = (text) =>
  text
    .split('\n')
    .map((row) => (row.includes(',transformer,') ? beginnings(row, 5) : row))
    .join('\n');

/**
 * Every table of a command with `--tables`, by the name of its file: the part of the page, the button there that saves it, and in
 * what they are alike.
 */
const FOLDERS = [
  {
    name: 'of the workbench of the encodings lab',
    settings:
      'left=compressed&right=random&length=20&width=12&window=7&position=5' +
      '&train_length=8&train_width=16&layers=1&heads=2&head=2&symbols=5&weights=random',
    prepare: (lab) => lab.answered(),
    command: ['encodings'],
    files: {
      measures: ['measures', 'save-measures.csv'],
      phase: ['phase', 'save-phase.csv'],
      lemma: ['lemma', 'save-lemma.csv'],
      'lemma-points': ['lemma', 'save-lemma-points.csv'],
      'logit-parts': ['logit', 'save-logit-parts.csv'],
    },
  },
  {
    name: 'of a sweep',
    settings: `${MODEL}&experiment=sweep&families=compression,random&levels=2&seeds=2&train_length=8&train_width=16`,
    prepare: trained,
    command: ['encodings', 'train'],
    files: {
      curves: ['keep', 'csv', trainedAlike],
      sweep: ['experiment', 'save-sweep.csv', roughly(/accuracy/, 1)],
      'sweep-correlations': ['experiment', 'save-sweep-correlations.csv'],
    },
  },
  {
    name: 'of the control with shared weights',
    settings: `${MODEL}&experiment=control&seeds=2&train_length=8&train_width=16`,
    prepare: trained,
    command: ['encodings', 'train'],
    files: {
      curves: ['keep', 'csv', trainedAlike],
      control: ['experiment', 'save-control.csv', roughly(/mean|least|greatest/, 3)],
      'control-largest': [
        'experiment',
        'save-control-largest.csv',
        (text) => roughly(/mean|least|greatest/, 3)(beginnings(text, 5)),
      ],
    },
  },
  {
    name: 'of the bench of the sequence lab',
    settings:
      'sequence=a "b," a c a "b,"&cue=a&recall=4&data_size=64&decoders=256' +
      '&rival_width=16&rival_layers=1&rival_heads=2&ball_bits=32&ball_radius=9&memories=20',
    async prepare(lab) {
      for (const command of ['store', 'replay', 'recall']) await act(lab, command);
    },
    command: ['sequence'],
    files: {
      session: ['keep', 'session-csv'],
      operations: ['operations', 'save-operations.csv', ofTheMachine],
      spikes: ['spikes', 'save-spikes.csv'],
      readings: ['spikes', 'save-readings.csv'],
      'spike-checks': ['spikes', 'save-spike-checks.csv'],
      ball: ['ball', 'save-LAB-ball.csv'],
      'ball-fits': ['ball', 'save-LAB-ball-fits.csv'],
    },
  },
  {
    name: 'of an experiment over two axes',
    settings: 'experiment=kanerva&bits=64&locations=100&words=30&points=3&seeds=2',
    prepare: trained,
    command: ['sequence', 'run'],
    files: { curves: ['keep', 'csv'], summary: ['experiment', 'save-LAB-kanerva-summary.csv'] },
  },
];

for (const folder of FOLDERS) it(`every table ${folder.name}`, () => compared(withLab, folder));

it('the same numbers of a race are the same bytes', async () => {
  const settings = `${MODEL}&length=8&width=16&encodings=rank&seeds=1&held_out=9`;
  await withLab(link('copy', settings), async (lab) => {
    await trained(lab);
    const csv = await press(lab, 'csv');
    assert.equal(
      written(['merge', 'race.json', '--csv', 'FILE'], {
        'race.json': await press(lab, 'json'),
      }),
      csv,
    );
  });
});
