// The link, and the files of a race: what they carry, and what is made of those that are not as they should be.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readSafetensors, withHeader, writeSafetensors } from './files.mjs';
import { labs } from './lab.mjs';

const CPU =
  '#lab=copy&executor=cpu&seeds=1&steps=40&length=8&symbols=4&width=16&heads=2&layers=1&every=10&encodings=rank,none';

const { test, withLab } = labs({ webgpu: false, link: CPU });

/** The file without some of its tensors. */
function without(bytes, prefix) {
  const { metadata, tensors } = readSafetensors(bytes);
  const header = { __metadata__: metadata };
  const data = [];
  let at = 0;
  for (const { name, shape, values } of tensors.filter((tensor) => !tensor.name.startsWith(prefix))) {
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + 4 * values.length] };
    at += 4 * values.length;
    data.push(Buffer.from(Float32Array.from(values).buffer));
  }
  return writeSafetensors(header, Buffer.concat(data));
}

const notice = ({ page }) => page.locator('[data-testid=check] .notice');

describe('the link', () => {
  it('carries settings, hidden parts and a certificate; its reader is told of other numbers', async () => {
    let fragment;
    let settings;
    await withLab('hide=cost,heads', async (lab) => {
      assert.match(await lab.hash(), /&hide=cost,heads$/);
      assert.doesNotMatch(await lab.copiedLink(), /check=/, 'there is nothing to certify yet');
      await lab.train();
      fragment = new URL(await lab.copiedLink()).hash;
      assert.match(fragment, /&hide=cost,heads&check=[0-9a-f]{8}_/);
      settings = await lab.settings();
    });
    await withLab(fragment, async (lab) => {
      assert.deepEqual(await lab.settings(), settings);
      assert.equal(await lab.hash(), fragment, 'a reload must not lose the certificate');
      assert.equal(await lab.page.locator('[data-part=cost]').count(), 0);
      assert.equal(await lab.page.locator('[data-part=keep]').count(), 1);
      assert.ok(!('heads' in settings) && 'layers' in settings);
      await lab.train();
      assert.match(await lab.text('check'), /same numbers/i);
      assert.equal(await notice(lab).getAttribute('data-same'), 'true');
      // Another configuration, no comparison.
      await lab.set('seed', '9');
      assert.doesNotMatch(await lab.hash(), /check=/);
      await lab.press('train');
      await notice(lab).waitFor({ state: 'detached' });
    });
    // The doctored certificate of somebody who measured something else, and other bits of the same numbers: another machine.
    const doctored = fragment.replace(/_([^_]*)_/, (_, first) => `_${Number(first) * 1.5}_`);
    const rounded = fragment.replace(
      /check=(.{7})(.)/,
      (_, kept, last) => `check=${kept}${last === '0' ? 1 : 0}`,
    );
    for (const [link, said] of [
      [doctored, /differ by up to 33\.33 %/],
      [rounded, /same numbers within/i],
    ]) {
      await withLab(link, async (lab) => {
        await lab.train();
        assert.equal(await notice(lab).getAttribute('data-same'), 'false');
        assert.match(await lab.text('check'), said);
      });
    }
  });

  const ENDLESS_NAME = 'x'.repeat(100_000);
  test(
    'what it cannot mean is said, and shortened',
    `#lab=copy&check=banana&${ENDLESS_NAME}=1&seed=${ENDLESS_NAME}`,
    async (lab) => {
      const text = await lab.text('problems');
      assert.match(text, /banana/);
      assert.equal(text.match(/x{60}…/g).length, 2, 'shortened, and still named');
      assert.ok(text.length < 1200, `${text.length} letters`);
      assert.equal(await lab.hash(), '#lab=copy');
    },
  );
});

describe('files out', () => {
  test('results and weights are of one run, each read by an independent reader', async (lab) => {
    await lab.train();
    const results = await lab.json();
    assert.deepEqual(
      results.runs.map(({ arm, seed }) => `${arm} ${seed}`),
      ['rank 0', 'none 0'],
    );
    assert.deepEqual([results.format, results.settings.width, results.step], [2, 16, 40]);
    assert.deepEqual(
      results.measures.map(({ id }) => id),
      ['loss', 'token-accuracy', 'sequence-accuracy'],
    );
    assert.ok(results.seconds > 0, `${results.seconds} seconds`);
    assert.ok((await lab.copiedLink()).endsWith(`check=${results.check}`));
    const { measures, curves } = results.training;
    assert.deepEqual(
      curves.map(({ x }) => x),
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    assert.deepEqual(
      measures.map(({ id }) => id),
      ['loss', 'token-accuracy', 'gradient'],
    );
    const losses = curves.map(({ values }) => values[0]);
    assert.ok(losses.every((runs) => runs.length === 2 && runs.every((loss) => loss > 0)));

    const { name, bytes } = await lab.download('weights');
    assert.match(name, /\.safetensors$/);
    const { metadata, tensors } = readSafetensors(bytes);
    const about = JSON.parse(metadata.mnemoscope);
    assert.equal(`#${about.link}`, await lab.hash());
    assert.equal(about.step, 40);
    assert.ok(tensors.flatMap(({ values }) => values).every(Number.isFinite));
    const [, parameters] = /([\d,]+) parameters/.exec(await lab.page.locator('.about').innerText());
    for (const prefix of ['rank.0.', 'none.0.', 'optimiser.first.rank.0.', 'optimiser.second.none.0.']) {
      const own = tensors.filter((tensor) => tensor.name.startsWith(prefix));
      const size = own.reduce((sum, { values }) => sum + values.length, 0);
      assert.equal(size, Number(parameters.replace(',', '')), prefix);
    }
  });

  it('the safetensors package reads the weights', async (t) => {
    const python = (code, ...args) =>
      spawnSync(process.env.PYTHON ?? 'python3', ['-c', code, ...args], { encoding: 'utf8' });
    if (python('import safetensors.numpy').status !== 0) {
      assert.ok(!process.env.PYTHON, 'the Python that was named has no packages safetensors and numpy');
      return t.skip('python3 has no packages safetensors and numpy');
    }
    let bytes;
    await withLab(async (lab) => {
      await lab.train();
      ({ bytes } = await lab.download('weights'));
    });
    const file = join(tmpdir(), `mnemoscope-${process.pid}.safetensors`);
    writeFileSync(file, bytes);
    const { stdout, stderr } = python(
      `import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], framework='np') as file:
    tensors = {name: file.get_tensor(name) for name in file.keys()}
    print(json.dumps({'metadata': file.metadata(), 'tensors': {
        name: [list(t.shape), float(t.astype('float64').sum())] for name, t in tensors.items()}}))`,
      file,
    );
    assert.ok(stdout, stderr);
    const theirs = JSON.parse(stdout);
    const ours = readSafetensors(bytes);
    assert.deepEqual(theirs.metadata, ours.metadata);
    assert.equal(Object.keys(theirs.tensors).length, ours.tensors.length);
    for (const { name, shape, values } of ours.tensors) {
      const [theirShape, sum] = theirs.tensors[name];
      assert.deepEqual(theirShape, shape, name);
      assert.ok(Math.abs(sum - values.reduce((a, b) => a + b, 0)) < 1e-9 * values.length, name);
    }
  });
});

describe('files in', () => {
  test('weights without the optimiser are taken as well, and it is said', async (lab) => {
    await lab.train();
    const rows = await lab.csv();
    const { bytes } = await lab.download('weights');
    await withLab('#lab=copy', async (other) => {
      await other.openFile('bare.safetensors', without(bytes, 'optimiser.'));
      await other.state('finished');
      await other.page.locator('[data-testid=file-status]', { hasText: 'optimiser starts afresh' }).waitFor();
      assert.deepEqual(await other.csv(), rows, 'what was measured is in the file');
    });
  });

  test('hostile files leave the running model untouched', async (lab) => {
    await lab.train();
    const { bytes: good } = await lab.download('weights');
    const huge = Buffer.alloc(64);
    huge.writeBigUInt64LE(2n ** 62n);
    const noise = Buffer.alloc(1 << 20);
    for (let i = 0, x = 1; i < noise.length; i++) noise[i] = (x = (x * 48271) % 2147483647) & 255;
    const told = (change) =>
      withHeader(good, ({ __metadata__: metadata }) => (metadata.mnemoscope = change(metadata.mnemoscope)));
    const files = {
      truncated: good.subarray(0, good.length - 100),
      'half a header': good.subarray(0, 60),
      'a huge declared header': huge,
      'huge declared shapes': withHeader(good, (header) => {
        const name = Object.keys(header).find((key) => key.startsWith('rank'));
        header[name].shape = [2 ** 31, 2 ** 31];
      }),
      'wrong shapes': withHeader(good, (header) => {
        const name = Object.keys(header).find((key) => header[key].shape?.length === 2);
        header[name].shape.reverse().push(1);
      }),
      'another configuration': told((text) => text.replaceAll('width=16', 'width=32')),
      'a configuration that is not allowed': told((text) => text.replaceAll('width=16', 'width=99999')),
      'no metadata': withHeader(good, (header) => delete header.__metadata__),
      'no safetensors': Buffer.from('GIF89a, or so it says'),
      empty: Buffer.alloc(0),
      noise,
    };
    await lab.set('steps', '200000');
    const hash = await lab.hash();
    const settings = await lab.settings();
    await lab.press('train');
    await lab.stepAtLeast(45);
    for (const [what, bytes] of Object.entries(files)) {
      await lab.openFile(`${what}.safetensors`, bytes);
      // Each refusal is drawn anew; those of before are marked.
      const refusal = lab.page.locator('[data-testid=file-status] .wrong:not([data-old])');
      await refusal.waitFor();
      assert.match(await refusal.innerText(), /not taken: .+ Nothing has changed/s, what);
      await refusal.evaluate((element) => (element.dataset.old = ''));
      const now = await lab.step();
      await lab.stepAtLeast(now + 1);
      assert.equal(await lab.data('state'), 'training', what);
      assert.equal(await lab.hash(), hash, what);
    }
    assert.deepEqual(await lab.settings(), settings);
    await lab.press('pause');
    await lab.state('paused');
    const rows = await lab.csv();
    assert.ok(rows.length >= 2 && rows.every((row) => row.arm === 'rank' || row.arm === 'none'));
  });
});

describe('a later end', () => {
  /** Steps that are reported from now on. */
  const listen = (lab) =>
    lab.page.evaluate(() => {
      globalThis.trained = [];
      document.querySelector('#lab').client.listen(({ type, events }) => {
        if (type !== 'happened') return;
        for (const { type, steps } of events) if (type === 'training') globalThis.trained.push(...steps);
      });
    });
  const found = async (lab) => ({
    csv: await lab.csv(),
    weights: readSafetensors((await lab.download('weights')).bytes).tensors,
  });

  it('a run that is finished or opened goes on to it, with the numbers of one that was longer from the start', async () => {
    let whole;
    let training;
    await withLab('steps=60', async (lab) => {
      await lab.train();
      whole = await found(lab);
      ({ training } = await lab.json());
    });
    /** Goes on from the end at 40. */
    const goesOn = async (lab) => {
      await lab.set('steps', '60');
      assert.match(await lab.text('status'), /Train goes on to step 60\./);
      await listen(lab);
      await lab.press('train');
      await lab.stepAtLeast(60);
      await lab.state('finished');
      assert.deepEqual(
        await lab.page.evaluate(() => globalThis.trained),
        Array.from({ length: 20 }, (_, i) => 41 + i),
      );
      assert.equal(await lab.page.getByTestId('compare').count(), 0, 'it is still the same run');
      assert.deepEqual(await found(lab), whole);
      assert.equal(`#${(await lab.json()).link}`, await lab.hash());
    };
    let file;
    await withLab(async (lab) => {
      await lab.train();
      file = (await lab.download('weights')).bytes;
      await goesOn(lab);
      assert.deepEqual((await lab.json()).training, training);
    });
    await withLab('#lab=copy', async (lab) => {
      await lab.openFile('short.safetensors', file);
      await lab.state('finished');
      await goesOn(lab);
    });
  });

  test('only where nothing before depends on the end', 'schedule=cosine', async (lab) => {
    await lab.train();
    await lab.set('steps', '60');
    assert.match(await lab.text('status'), /Train starts a new run/);
    await listen(lab);
    await lab.press('train');
    await lab.stepAtLeast(60);
    assert.equal(await lab.page.evaluate(() => globalThis.trained[0]), 1);
    await withLab(async (other) => {
      await other.train();
      await other.set('steps', '30');
      assert.match(await other.text('status'), /Train starts a new run/, 'an end that is past');
    });
  });
});
