import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { axePath, labs } from './lab.mjs';

const SMALL = 'seeds=1&steps=40&length=8&symbols=4&width=16&heads=2&layers=1&every=10&encodings=rank,none';
const CPU = `#lab=copy&executor=cpu&${SMALL}`;
/** Long enough to be interrupted. */
const LONG = CPU.replace('steps=40', 'steps=3000').replace('every=10', 'every=70');
const ENDLESS = CPU.replace('steps=40', 'steps=200000');
/** Software WebGPU compiles and runs slowly. */
const SLOW = 300_000;

const shared = labs();
const { withLab } = shared;

async function trained(link, read) {
  let result;
  await withLab(link, async (lab) => {
    await lab.press('train');
    await lab.state('finished', SLOW);
    result = await read(lab);
  });
  return result;
}

/** A reader of safetensors from its specification: 8 bytes of header length, JSON, data. */
function readSafetensors(bytes) {
  const length = Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata, ...tensors } = JSON.parse(bytes.subarray(8, 8 + length).toString('utf8'));
  const data = bytes.subarray(8 + length);
  const read = Object.entries(tensors).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [from, to],
      },
    ]) => {
      assert.equal(dtype, 'F32');
      assert.equal(to - from, 4 * shape.reduce((product, size) => product * size, 1), name);
      const values = Array.from({ length: (to - from) / 4 }, (_, i) => data.readFloatLE(from + 4 * i));
      return { name, shape, from, to, values };
    },
  );
  const inOrder = [...read].sort((a, b) => a.from - b.from);
  inOrder.forEach(({ name, from }, i) => assert.equal(from, inOrder[i - 1]?.to ?? 0, `a gap before ${name}`));
  assert.equal(inOrder.at(-1).to, data.length, 'the last tensor ends with the file');
  return { metadata, tensors: read };
}

/** The file with another header. */
function withHeader(bytes, change) {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString('utf8'));
  change(header);
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, bytes.subarray(8 + length)]);
}

/** The file without some of its tensors, written from the specification. */
function without(bytes, prefix) {
  const { metadata, tensors } = readSafetensors(bytes);
  const header = { __metadata__: metadata };
  const data = [];
  let at = 0;
  for (const { name, shape, values } of tensors.filter((tensor) => !tensor.name.startsWith(prefix))) {
    header[name] = {
      dtype: 'F32',
      shape,
      data_offsets: [at, at + 4 * values.length],
    };
    at += 4 * values.length;
    data.push(Buffer.from(Float32Array.from(values).buffer));
  }
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, ...data]);
}

async function copiedLink(lab) {
  await lab.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await lab.press('copy-link');
  await lab.page.waitForFunction(() =>
    document.querySelector('[data-testid=copied]').textContent.includes('copied'),
  );
  return lab.page.evaluate(() => navigator.clipboard.readText());
}

describe('the link', () => {
  test('carries settings, hidden parts and a certificate, and its reader sees the same numbers', async () => {
    let link;
    let settings;
    await withLab(`${CPU}&hide=cost,heads`, async (lab) => {
      assert.match(await lab.hash(), /&hide=cost,heads$/);
      assert.doesNotMatch(await copiedLink(lab), /check=/, 'there is nothing to certify yet');
      await lab.press('train');
      await lab.state('finished');
      link = await copiedLink(lab);
      assert.match(link, /&hide=cost,heads&check=[0-9a-f]{8}_/);
      settings = await lab.settings();
    });
    const fragment = new URL(link).hash;
    await withLab(fragment, async (lab) => {
      assert.deepEqual(await lab.settings(), settings);
      assert.equal(await lab.hash(), fragment, 'a reload must not lose the certificate');
      assert.equal(await lab.page.locator('[data-part=cost]').count(), 0);
      assert.equal(await lab.page.locator('[data-part=keep]').count(), 1);
      assert.ok(!('heads' in settings) && 'layers' in settings);
      await lab.press('train');
      await lab.state('finished');
      assert.match(await lab.text('check'), /same numbers/i);
      assert.equal(await lab.page.locator('[data-testid=check] .notice').getAttribute('data-same'), 'true');
      // Another configuration, no comparison.
      await lab.page.locator('#set-seed').fill('9');
      await lab.page.locator('#set-seed').press('Enter');
      await lab.page.waitForFunction(() => location.hash.includes('seed=9'));
      assert.doesNotMatch(await lab.hash(), /check=/);
      await lab.press('train');
      await lab.page.waitForFunction(() => !document.querySelector('[data-testid=check] .notice'));
    });
    // The doctored certificate of somebody who measured something else.
    const doctored = fragment.replace(/check=.*/, (check) => {
      const [hash, first, last] = check.slice(6).split('_');
      return `check=${hash}_${Number(first) * 1.5}_${last}`;
    });
    await withLab(doctored, async (lab) => {
      await lab.press('train');
      await lab.state('finished');
      assert.equal(await lab.page.locator('[data-testid=check] .notice').getAttribute('data-same'), 'false');
      assert.match(await lab.text('check'), /differ by up to 33\.33 %/);
    });
    // Other bits, the same numbers: another machine.
    const rounded = fragment.replace(/check=[0-9a-f]{8}/, (check) =>
      check.endsWith('0') ? `${check.slice(0, -1)}1` : `${check.slice(0, -1)}0`,
    );
    await withLab(rounded, async (lab) => {
      await lab.press('train');
      await lab.state('finished');
      assert.match(await lab.text('check'), /same numbers within/i);
    });
  });

  test('what it cannot mean is said', async () => {
    await withLab('#lab=copy&check=banana&hide=nonsense', async (lab) => {
      assert.match(await lab.text('problems'), /banana.*nonsense|nonsense.*banana/s);
      assert.equal(await lab.hash(), '#lab=copy');
    });
    const long = 'x'.repeat(100_000);
    await withLab(`#lab=copy&${long}=1&seed=${long}`, async (lab) => {
      const text = await lab.text('problems');
      assert.equal(text.match(/x{60}…/g).length, 2, 'shortened, and still named');
      assert.ok(text.length < 1000, `${text.length} letters`);
    });
  });

  test('every part can be hidden', async () => {
    const parts = ['run', 'settings', 'loss', 'scoreboard', 'accuracy', 'look', 'compare', 'cost', 'keep'];
    await withLab(CPU, async (lab) => {
      for (const part of parts) assert.equal(await lab.page.locator(`[data-part=${part}]`).count(), 1, part);
      assert.ok(await lab.page.locator('h1').isVisible());
    });
    await withLab(`${CPU}&hide=head,${parts.join(',')}`, async (lab) => {
      assert.equal(await lab.page.locator('#lab [data-part]').count(), 0);
      assert.ok(!(await lab.page.locator('h1').isVisible()));
    });
  });
});

describe('files out', () => {
  test('curves, results and weights agree, each read by an independent reader', async () => {
    await withLab(CPU, async (lab) => {
      await lab.press('train');
      await lab.state('finished');
      const rows = await lab.csv();
      assert.equal(rows.length, 2 * 5);
      const results = await lab.json();
      assert.equal(results.lab, 'copy');
      assert.equal(`#${results.link}`, await lab.hash());
      assert.deepEqual(
        results.runs.map(({ arm, seed }) => `${arm} ${seed}`),
        ['rank 0', 'none 0'],
      );
      assert.equal(results.format, 2);
      assert.equal(results.settings.width, 16);
      const ids = ['loss', 'token-accuracy', 'sequence-accuracy'];
      assert.deepEqual(
        results.measures.map(({ id }) => id),
        ids,
      );
      assert.equal(results.step, 40);
      assert.ok(results.seconds > 0, `${results.seconds} seconds`);
      assert.ok((await copiedLink(lab)).endsWith(`check=${results.check}`));
      for (const row of rows) {
        const run = results.runs.findIndex(({ arm }) => arm === row.arm);
        const { values } = results.curves.find(({ x }) => x === Number(row.step));
        // The CSV has as many digits as single precision needs.
        ids.forEach((id, place) => assert.equal(values[place][run], Math.fround(Number(row[id])), id));
      }
      assert.deepEqual(
        results.training.curves.map(({ x }) => x),
        Array.from({ length: 40 }, (_, i) => i + 1),
      );
      assert.deepEqual(
        results.training.measures.map(({ id }) => id),
        ['loss', 'token-accuracy', 'gradient'],
      );
      const losses = results.training.curves.map(({ values }) => values[0]);
      assert.ok(losses.every((runs) => runs.length === 2 && runs.every((loss) => loss > 0)));

      const { name, bytes } = await lab.download('weights');
      assert.match(name, /\.safetensors$/);
      const { metadata, tensors } = readSafetensors(bytes);
      const about = JSON.parse(metadata.mnemoscope);
      assert.equal(`#${about.link}`, await lab.hash());
      assert.equal(about.step, 40);
      assert.ok(tensors.flatMap(({ values }) => values).every(Number.isFinite));
      const parameters = Number(
        /([\d,]+) parameters/.exec(await lab.page.locator('.about').innerText())[1].replace(',', ''),
      );
      for (const prefix of ['rank.0.', 'none.0.', 'optimiser.first.rank.0.', 'optimiser.second.none.0.']) {
        const size = tensors
          .filter((tensor) => tensor.name.startsWith(prefix))
          .reduce((sum, { values }) => sum + values.length, 0);
        assert.equal(size, parameters, prefix);
      }
      assert.deepEqual(lab.errors, []);
    });
  });

  test('the safetensors package reads the weights', async (t) => {
    const python = (code, ...args) =>
      spawnSync(process.env.PYTHON ?? 'python3', ['-c', code, ...args], {
        encoding: 'utf8',
      });
    if (python('import safetensors.numpy').status !== 0) {
      assert.ok(!process.env.PYTHON, 'the Python that was named has no packages safetensors and numpy');
      return t.skip('python3 has no packages safetensors and numpy');
    }
    const bytes = await trained(CPU, async (lab) => (await lab.download('weights')).bytes);
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
  test('weights go on, bit for bit', async () => {
    const [whole, wholeWeights] = await trained(LONG, async (lab) => [
      await lab.csv(),
      (await lab.download('weights')).bytes,
    ]);
    let bytes;
    let step;
    await withLab(LONG, async (lab) => {
      await lab.press('train');
      await lab.stepAtLeast(300);
      await lab.press('pause');
      await lab.state('paused');
      step = await lab.step();
      bytes = (await lab.download('weights')).bytes;
    });
    assert.ok(step < 3000);
    await withLab('#lab=copy', async (lab) => {
      await lab.openFile('mine.safetensors', bytes);
      await lab.state('paused');
      assert.equal(await lab.step(), step);
      assert.equal((await lab.settings()).width, '16');
      await lab.page.waitForFunction(() =>
        document.querySelector('[data-testid=file-status]').textContent.includes('mine.safetensors'),
      );
      await lab.press('train');
      await lab.state('finished');
      assert.deepEqual(await lab.csv(), whole);
      assert.ok((await lab.download('weights')).bytes.equals(wholeWeights), 'weights, moments and history');
      assert.deepEqual(lab.errors, []);
    });
  });

  test('weights without the optimiser are taken as well, and it is said', async () => {
    const [bytes, rows] = await trained(CPU, async (lab) => [
      (await lab.download('weights')).bytes,
      await lab.csv(),
    ]);
    await withLab('#lab=copy', async (lab) => {
      await lab.openFile('bare.safetensors', without(bytes, 'optimiser.'));
      await lab.state('finished');
      await lab.page.waitForFunction(() =>
        document.querySelector('[data-testid=file-status]').textContent.includes('optimiser starts afresh'),
      );
      assert.deepEqual(await lab.csv(), rows, 'what was measured is in the file');
      assert.deepEqual(lab.errors, []);
    });
  });

  test('hostile files leave the running model untouched', { timeout: SLOW }, async () => {
    const good = await trained(CPU, async (lab) => (await lab.download('weights')).bytes);
    const huge = Buffer.alloc(64);
    huge.writeBigUInt64LE(2n ** 62n);
    const noise = Buffer.alloc(1 << 20);
    for (let i = 0, x = 1; i < noise.length; i++) noise[i] = (x = (x * 48271) % 2147483647) & 255;
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
      'another configuration': withHeader(good, (header) => {
        header.__metadata__.mnemoscope = header.__metadata__.mnemoscope.replaceAll('width=16', 'width=32');
      }),
      'a configuration that is not allowed': withHeader(good, (header) => {
        header.__metadata__.mnemoscope = header.__metadata__.mnemoscope.replaceAll('width=16', 'width=99999');
      }),
      'no metadata': withHeader(good, (header) => delete header.__metadata__),
      'no safetensors': Buffer.from('GIF89a, or so it says'),
      empty: Buffer.alloc(0),
      noise: noise,
    };
    await withLab(ENDLESS, async (lab) => {
      const hash = await lab.hash();
      const settings = await lab.settings();
      await lab.press('train');
      await lab.stepAtLeast(5);
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
      assert.deepEqual(lab.errors, []);
    });
  });

  test('a probe that cannot be read is refused, and training goes on', async () => {
    await withLab(ENDLESS, async (lab) => {
      await lab.press('train');
      await lab.stepAtLeast(5);
      const ask = (probe) =>
        lab.page.evaluate(
          (text) =>
            document
              .querySelector('#lab')
              .client.ask('run.inspect', { replica: 0, probe: text })
              .then(
                (inspection) => ({
                  step: inspection.step,
                  tokens: inspection.tokens.length,
                }),
                (refusal) => ({ code: refusal.code, message: refusal.message }),
              ),
          probe,
        );
      const refusal = await ask('1 2 banana');
      assert.equal(refusal.code, 'probe');
      assert.match(refusal.message, /banana/);
      const seen = await ask('');
      assert.ok(seen.step >= 5 && seen.tokens > 0);
      const now = await lab.step();
      await lab.stepAtLeast(now + 5);
      assert.equal(await lab.data('state'), 'training');
    });
  });

  test('watching a run takes at most about three looks a second, and one more at rest', async () => {
    await withLab(ENDLESS, async (lab) => {
      await lab.page.locator('#title-look').scrollIntoViewIfNeeded();
      await lab.page.evaluate(() => {
        globalThis.looks = [];
        globalThis.began = performance.now();
        document.querySelector('#lab').client.listen((report) => {
          if (report.type !== 'answered' || report.what !== 'run.inspect') return;
          globalThis.looks.push(report.answer.step);
          globalThis.seconds = (performance.now() - globalThis.began) / 1000;
        });
      });
      // Without leaving the part by a scroll.
      await lab.page.evaluate(() => document.querySelector('#train').click());
      await lab.page.waitForFunction(() => globalThis.looks.length >= 6);
      await lab.page.evaluate(() => document.querySelector('#pause').click());
      await lab.state('paused');
      const step = await lab.step();
      await lab.page.waitForFunction((last) => globalThis.looks.at(-1) === last, step);
      const { looks, seconds } = await lab.page.evaluate(() => ({
        looks: globalThis.looks,
        seconds: globalThis.seconds,
      }));
      // However slow the machine is: one at first, one at rest, and between them one in a third of a second.
      assert.ok(looks.length <= 3 * seconds + 3, `${looks.length} looks in ${seconds} seconds`);
    });
  });

  test('results are laid beside the present run, by picker and by dropping', async () => {
    const [json, csv] = await trained(CPU, async (lab) => [
      (await lab.download('json')).bytes.toString(),
      (await lab.download('csv')).bytes.toString(),
    ]);
    await withLab(CPU.replace('width=16', 'width=32'), async (lab) => {
      await lab.openFile('theirs.json', json);
      await lab.page.waitForSelector('[data-testid=compare] >> text=theirs.json');
      await lab.page.evaluate((text) => {
        const files = new DataTransfer();
        files.items.add(new File([text], 'dropped.csv', { type: 'text/csv' }));
        document.body.dispatchEvent(
          new DragEvent('drop', {
            dataTransfer: files,
            bubbles: true,
            cancelable: true,
          }),
        );
      }, csv);
      await lab.page.waitForSelector('[data-testid=compare] >> text=dropped.csv');
      await lab.openFile('broken.json', '{"lab": "copy", "curves": [{"x": ');
      await lab.page.waitForSelector('[data-testid=file-status] .wrong');
      assert.equal(await lab.page.locator('[data-testid=compare] >> text=broken.json').count(), 0);
      assert.equal(await lab.data('state'), 'ready');
      assert.deepEqual(lab.errors, []);
    });
  });
});

describe('the last run', () => {
  test('is offered after a reload, and goes on bit for bit', async () => {
    const whole = await trained(LONG, async (lab) => ({
      csv: await lab.csv(),
      training: (await lab.json()).training,
      weights: (await lab.download('weights')).bytes,
    }));
    await withLab(LONG, async (lab) => {
      await lab.press('train');
      await lab.stepAtLeast(300);
      await lab.press('pause');
      await lab.state('paused');
      const step = await lab.step();
      assert.ok(step < 3000);
      await lab.kept();
      // Another link, the same browser.
      await lab.page.goto(`${shared.server.address}#lab=copy&seed=5`);
      await lab.page.reload();
      await lab.state('ready');
      await lab.page.getByTestId('offer-go-on').waitFor();
      assert.match(
        (await lab.text('offer')).replaceAll(',', ''),
        new RegExp(`Rank.*step ${step} of 3000.*just now`, 's'),
      );
      assert.equal((await lab.settings()).seed, '5', 'it is not loaded by itself');
      await lab.press('offer-go-on');
      await lab.state('finished');
      assert.equal(await lab.page.getByTestId('offer-go-on').count(), 0);
      assert.deepEqual(await lab.csv(), whole.csv);
      assert.deepEqual((await lab.json()).training, whole.training);
      assert.ok((await lab.download('weights')).bytes.equals(whole.weights));
      assert.equal((await lab.settings()).seed, '0');

      // Finished, it is offered to look at; discarded, it is gone.
      await lab.kept();
      await lab.page.reload();
      await lab.state('ready');
      await lab.page.getByTestId('offer-go-on').waitFor();
      assert.match(await lab.text('offer'), /finished at step 3,000/);
      await lab.press('offer-discard');
      await lab.page.getByTestId('offer-go-on').waitFor({ state: 'detached' });
      await lab.page.reload();
      await lab.state('ready');
      await lab.page.waitForTimeout(500);
      assert.equal(await lab.page.getByTestId('offer-go-on').count(), 0);
      assert.deepEqual(lab.errors, []);
    });
  });

  test('of an earlier version of the page goes on too: its state knows all but the training curve', async () => {
    const whole = await trained(CPU, (lab) => lab.csv());
    await withLab(CPU, async (lab) => {
      await lab.press('train');
      await lab.state('finished');
      await lab.kept();
      await lab.page.evaluate(
        () =>
          new Promise((resolve, reject) => {
            const opening = indexedDB.open('mnemoscope');
            opening.onerror = reject;
            opening.onsuccess = () => {
              const runs = opening.result.transaction('runs', 'readwrite').objectStore('runs');
              const put = (key, change) => {
                const reading = runs.get(key);
                reading.onsuccess = () => runs.put(change(reading.result), key);
                return reading;
              };
              put('run-1', ({ arms, ...label }) => ({ ...label, encodings: arms }));
              put('run-1-content', ({ bytes, snapshot: { about, link, key, step } }) => ({
                bytes,
                snapshot: {
                  about,
                  link,
                  key,
                  step,
                  finished: true,
                  evaluations: [{ step: 0, loss: [2, 2] }],
                  bins: [],
                },
              }));
              runs.transaction.oncomplete = resolve;
            };
          }),
      );
      await lab.page.reload();
      await lab.state('ready');
      await lab.page.getByTestId('offer-go-on').waitFor();
      assert.match(await lab.text('offer'), /Rank \(learned\), None.*finished at step 40/s);
      await lab.press('offer-go-on');
      await lab.state('finished');
      assert.deepEqual(await lab.csv(), whole);
      assert.deepEqual(lab.errors, []);
    });
  });

  test('is refused if it was damaged meanwhile, and can be discarded', async () => {
    await withLab(CPU, async (lab) => {
      await lab.press('train');
      await lab.state('finished');
      await lab.kept();
      await lab.page.evaluate(
        () =>
          new Promise((resolve, reject) => {
            const opening = indexedDB.open('mnemoscope');
            opening.onerror = reject;
            opening.onsuccess = () => {
              const runs = opening.result.transaction('runs', 'readwrite').objectStore('runs');
              const reading = runs.get('run-1-content');
              reading.onsuccess = () => {
                const content = reading.result;
                runs.put({ ...content, bytes: content.bytes.slice(0, 1000) }, 'run-1-content').onsuccess =
                  resolve;
              };
            };
          }),
      );
      await lab.page.reload();
      await lab.state('ready');
      await lab.press('offer-go-on');
      await lab.page.locator('[data-testid=offer] .wrong').waitFor();
      assert.match(await lab.text('offer'), /not a whole safetensors file/);
      await lab.press('offer-discard');
      await lab.page.getByTestId('offer-go-on').waitFor({ state: 'detached' });
      await lab.press('train');
      await lab.state('finished');
      assert.deepEqual(lab.errors, []);
    });
  });

  test(
    'is kept while it trains, every ten seconds of its clock and not all the time',
    { timeout: SLOW },
    async () => {
      await withLab(ENDLESS, async (lab) => {
        // The clock is set forward, so that the rhythm does not depend on how fast this machine is.
        await lab.inWorker(() => {
          const now = performance.now.bind(performance);
          self.ahead = 0;
          performance.now = () => now() + self.ahead;
        });
        await lab.page.evaluate(() => {
          globalThis.keeps = [];
          const { client } = document.querySelector('#lab');
          client.listen((report) => report.type === 'kept' && globalThis.keeps.push(report.step));
        });
        const keeps = () => lab.page.evaluate(() => globalThis.keeps);
        const began = await lab.inWorker(() => performance.now());
        await lab.press('train');
        await lab.stepAtLeast(1);
        for (let i = 0; i < 4; i++) {
          const before = await keeps();
          await lab.inWorker(() => (self.ahead += 10_000));
          await lab.page.waitForFunction((known) => globalThis.keeps.length > known, before.length, {
            timeout: 15_000,
          });
        }
        const passed = (await lab.inWorker(() => performance.now())) - began;
        const kept = await keeps();
        assert.ok(kept.length <= passed / 8000, `${kept.length} times in ${passed} ms`);
        assert.ok(
          kept.every((step, i) => i === 0 || step > kept[i - 1]),
          String(kept),
        );
        const last = await lab.data('kept');
        // Nobody paused: what was kept last is offered.
        await lab.page.reload();
        await lab.state('ready');
        await lab.page.getByTestId('offer-go-on').waitFor();
        await lab.press('offer-go-on');
        await lab.stepAtLeast(Number(last) + 1);
        assert.equal(await lab.data('state'), 'training');
      });
    },
  );

  test('of a file is kept, even at the step and with the settings of the one kept before', async () => {
    await withLab(CPU, async (lab) => {
      await lab.press('train');
      await lab.state('finished');
      await lab.kept();
      const { bytes } = await lab.download('weights');
      const { tensors } = readSafetensors(bytes);
      // The same file, but for one weight.
      const other = Buffer.from(bytes);
      const { name, from, values } = tensors.find((tensor) => tensor.name.startsWith('rank.0.'));
      const start = 8 + Number(bytes.readBigUInt64LE(0)) + from;
      other.writeFloatLE(values[0] + 1, start);
      await lab.openFile('other.safetensors', other);
      await lab.page.waitForFunction(() =>
        document.querySelector('[data-testid=file-status]').textContent.includes('other.safetensors'),
      );
      await lab.page.evaluate(() => document.querySelector('#lab').client.keep());
      await lab.kept();
      await lab.page.reload();
      await lab.state('ready');
      await lab.press('offer-go-on');
      await lab.state('finished');
      const again = readSafetensors((await lab.download('weights')).bytes);
      assert.equal(
        again.tensors.find((tensor) => tensor.name === name).values[0],
        other.readFloatLE(start),
        'the weights of the file',
      );
      assert.deepEqual(lab.errors, []);
    });
  });

  test('is kept at once when the tab is hidden', async () => {
    await withLab(ENDLESS, async (lab) => {
      await lab.press('train');
      await lab.stepAtLeast(5);
      await lab.page.evaluate(() => {
        Object.defineProperty(document, 'visibilityState', {
          configurable: true,
          get: () => 'hidden',
        });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      await lab.state('hidden');
      await lab.kept(4000);
    });
  });

  test('of an embedded lab is not kept: the storage is that of the page around', async () => {
    await withLab(`embed.html${CPU}`, async (lab) => {
      await lab.press('train');
      await lab.state('finished');
      await lab.page.waitForTimeout(500);
      assert.equal(await lab.data('kept'), '');
      assert.deepEqual(await lab.page.evaluate(() => indexedDB.databases()), []);
      assert.equal(await lab.page.evaluate(() => localStorage.length), 0);
    });
  });

  test('does not fit into the storage: told once, in words, and training goes on', async () => {
    await withLab(ENDLESS, async (lab) => {
      await lab.inWorker(() => {
        IDBObjectStore.prototype.put = () => {
          throw new DOMException('The storage is full.', 'QuotaExceededError');
        };
      });
      await lab.press('train');
      await lab.stepAtLeast(5);
      await lab.press('pause');
      await lab.state('paused');
      await lab.page.getByTestId('unkept').waitFor();
      assert.match(await lab.text('unkept'), /cannot be kept.*storage.*full.*goes on/s);
      await lab.page.getByTestId('unkept').getByRole('button').click();
      const paused = await lab.step();
      await lab.press('train');
      await lab.stepAtLeast(paused + 50);
      await lab.press('pause');
      await lab.state('paused');
      await lab.page.waitForTimeout(500);
      assert.equal(await lab.page.getByTestId('unkept').count(), 0, 'once');
      assert.ok((await lab.csv()).length > 2);
      const { tensors } = readSafetensors((await lab.download('weights')).bytes);
      assert.ok(tensors.length > 0);
      assert.deepEqual(lab.errors, []);
    });
  });

  test('a browser without any storage trains all the same', async () => {
    const context = await shared.browser.newContext();
    try {
      await context.addInitScript(() => {
        const refuse = () => {
          throw new DOMException('Access is denied.', 'SecurityError');
        };
        Object.defineProperty(window, 'localStorage', { get: refuse });
      });
      await context.route(/worker-[^/]*\.js$/, async (route) => {
        const response = await route.fetch();
        const body = `Object.defineProperty(self, 'indexedDB', { value: undefined });${await response.text()}`;
        await route.fulfill({ response, body });
      });
      const page = await context.newPage();
      const errors = [];
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(shared.server.address + CPU);
      await page.waitForSelector('#lab[data-state=ready]');
      await page.getByTestId('welcome-close').click();
      await page.getByTestId('train').click();
      await page.waitForSelector('#lab[data-state=finished]');
      assert.match(await page.getByTestId('unkept').innerText(), /offers no storage/);
      assert.deepEqual(errors, []);
    } finally {
      await context.close();
    }
  });
});

describe('a later end', () => {
  const further = async (lab, steps) => {
    await lab.page.locator('#set-steps').fill(String(steps));
    await lab.page.locator('#set-steps').press('Enter');
    await lab.page.waitForFunction((wanted) => location.hash.includes(`steps=${wanted}`), steps);
  };
  /** Steps that are reported from now on. */
  const listen = (lab) =>
    lab.page.evaluate(() => {
      globalThis.trained = [];
      document.querySelector('#lab').client.listen((report) => {
        if (report.type !== 'happened') return;
        for (const event of report.events)
          if (event.type === 'training') globalThis.trained.push(...event.steps);
      });
    });

  for (const from of ['finished', 'imported']) {
    test(`a run that is ${from} goes on to it, with the numbers of one that was longer from the start`, async () => {
      const whole = await trained(CPU.replace('steps=40', 'steps=60'), async (lab) => ({
        csv: await lab.csv(),
        training: (await lab.json()).training,
        weights: readSafetensors((await lab.download('weights')).bytes).tensors,
      }));
      let file;
      if (from === 'imported') {
        file = await trained(CPU, async (lab) => (await lab.download('weights')).bytes);
      }
      await withLab(file ? '#lab=copy' : CPU, async (lab) => {
        if (file) await lab.openFile('short.safetensors', file);
        else await lab.press('train');
        await lab.state('finished');
        await further(lab, 60);
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
        assert.deepEqual(await lab.csv(), whole.csv);
        const { training, link } = await lab.json();
        assert.equal(`#${link}`, await lab.hash());
        if (!file) assert.deepEqual(training, whole.training);
        assert.deepEqual(readSafetensors((await lab.download('weights')).bytes).tensors, whole.weights);
        assert.deepEqual(lab.errors, []);
      });
    });
  }

  test('only where nothing else has changed and nothing before depends on the end', async () => {
    await withLab(`${CPU}&schedule=cosine`, async (lab) => {
      await lab.press('train');
      await lab.state('finished');
      await further(lab, 60);
      assert.match(await lab.text('status'), /Train starts a new run/);
      await listen(lab);
      await lab.press('train');
      await lab.stepAtLeast(60);
      assert.equal(await lab.page.evaluate(() => globalThis.trained[0]), 1);
    });
    await withLab(CPU, async (lab) => {
      await lab.press('train');
      await lab.state('finished');
      await further(lab, 30);
      assert.match(await lab.text('status'), /Train starts a new run/, 'an end that is past');
    });
  });
});

describe('bad days', () => {
  test('a device lost while the run stands still is told of at once', { timeout: SLOW }, async () => {
    const link = `#lab=copy&executor=webgpu&${SMALL}`;
    const catchDevice = (lab) =>
      lab.inWorker(() => {
        const { requestDevice } = GPUAdapter.prototype;
        GPUAdapter.prototype.requestDevice = async function (...given) {
          self.caught = await requestDevice.apply(this, given);
          return self.caught;
        };
      });
    for (const state of ['paused', 'finished']) {
      await withLab(link, async (lab) => {
        await catchDevice(lab);
        await lab.press(state === 'paused' ? 'step' : 'train');
        await lab.state(state, SLOW);
        await lab.kept();
        assert.equal(await lab.page.getByTestId('recovered').count(), 0);
        const before = await lab.csv();
        await lab.inWorker(() => self.caught.destroy());
        await lab.download('weights');
        await lab.page.waitForFunction(() =>
          /device was lost/.test(document.querySelector('[data-testid=recovered]')?.textContent),
        );
        assert.equal(await lab.data('state'), state);
        assert.deepEqual(await lab.csv(), before);
      });
    }
  });

  test('a lost device: the run finishes with the same numbers, and says so', { timeout: SLOW }, async () => {
    const link = `#lab=copy&executor=webgpu&${SMALL.replace('steps=40', 'steps=80')}`;
    const whole = await trained(link, (lab) => lab.csv());
    await withLab(link, async (lab) => {
      await lab.inWorker(() => {
        const { requestDevice } = GPUAdapter.prototype;
        GPUAdapter.prototype.requestDevice = async function (...given) {
          self.caught = await requestDevice.apply(this, given);
          return self.caught;
        };
      });
      await lab.press('train');
      await lab.stepAtLeast(15, SLOW);
      assert.equal(await lab.data('state'), 'training', 'lost in the middle of it');
      await lab.inWorker(() => self.caught.destroy());
      await lab.state('finished', SLOW);
      assert.equal(await lab.data('executor'), 'webgpu');
      assert.match(await lab.text('recovered'), /device was lost.*nothing is lost/s);
      const rows = await lab.csv();
      const steps = rows.filter((row) => row.arm === 'rank').map((row) => Number(row.step));
      assert.deepEqual(
        steps,
        Array.from({ length: 9 }, (_, i) => 10 * i),
      );
      assert.deepEqual(rows, whole);
      const { training } = await lab.json();
      assert.deepEqual(
        training.curves.map(({ x }) => x),
        Array.from({ length: 80 }, (_, i) => i + 1),
      );
    });
  });

  test(
    'Cancel while kernels compile: the settings stay, and Train works again',
    { timeout: SLOW },
    async () => {
      await withLab(`#lab=copy&executor=webgpu&${SMALL}&hide=cost`, async (lab) => {
        const hash = await lab.hash();
        await lab.press('train');
        await lab.state('compiling');
        await lab.press('pause');
        await lab.state('ready', 3000);
        await lab.page.waitForTimeout(500);
        assert.match(await lab.text('status'), /given up.*settings are as they were/);
        assert.equal(await lab.hash(), hash);
        assert.equal(await lab.page.locator('[data-part=cost]').count(), 0);
        await lab.press('train');
        await lab.state('finished', SLOW);
        assert.equal(await lab.step(), 40);
        assert.deepEqual(lab.errors, []);
      });
    },
  );
});

describe('for everyone', () => {
  test('single keys act as the sheet says, not in text fields, and can be switched off for good', async () => {
    await withLab(ENDLESS, async (lab) => {
      const { keyboard } = lab.page;
      await keyboard.press('s');
      await lab.stepAtLeast(1);
      await lab.state('paused');
      await keyboard.press('t');
      await lab.stepAtLeast(5);
      await keyboard.press('p');
      await lab.state('paused');
      await keyboard.press('r');
      await lab.state('ready');
      assert.equal(await lab.step(), 0);
      await keyboard.press('g');
      await keyboard.press('d');
      assert.ok(await lab.page.locator('input[name=log]').isChecked());
      assert.ok(await lab.page.locator('input[name=source][value=training]').isChecked());
      await keyboard.press('c');
      await lab.page.waitForFunction(() => document.querySelector('[data-testid=copied]').textContent.trim());
      for (const [key, id] of Object.entries({
        e: 'settings',
        i: 'title-look',
        h: 'title-welcome',
      })) {
        await keyboard.press(key);
        await lab.page.waitForFunction((wanted) => document.activeElement.id === wanted, id);
      }
      await lab.page.locator('#set-seed').focus();
      await keyboard.press('s');
      await keyboard.press('?');
      await lab.page.waitForTimeout(300);
      assert.equal(await lab.step(), 0, 'in a number field a letter is a letter');
      assert.ok(!(await lab.page.getByTestId('shortcuts').isVisible()));

      await lab.page.getByTestId('open-shortcuts').focus();
      await keyboard.press('?');
      assert.ok(await lab.page.getByTestId('shortcuts').isVisible());
      await keyboard.press('s');
      await keyboard.press('Escape');
      assert.ok(!(await lab.page.getByTestId('shortcuts').isVisible()));
      assert.equal(await lab.step(), 0, 'the sheet is modal');
      assert.equal(
        await lab.page.evaluate(() => document.activeElement.dataset.testid),
        'open-shortcuts',
        'the focus comes back',
      );
      await keyboard.press('Enter');
      await lab.page.getByTestId('shortcuts-on').focus();
      await keyboard.press('Space');
      await keyboard.press('Tab');
      await keyboard.press('Enter');
      assert.ok(!(await lab.page.getByTestId('shortcuts').isVisible()));
      for (const _ of [0, 1]) {
        await keyboard.press('s');
        await lab.page.waitForTimeout(300);
        assert.equal(await lab.step(), 0);
        await lab.page.reload();
        await lab.state('ready');
      }
    });
  });

  test('a first visit is explained, blocks nothing, and stays closed', async () => {
    await withLab(CPU, async (lab) => {
      assert.ok(await lab.page.getByTestId('welcome').isVisible());
      await lab.press('train');
      await lab.state('finished');
      await lab.press('welcome-close');
      assert.equal(await lab.page.getByTestId('welcome').count(), 0);
      assert.equal(await lab.page.evaluate(() => document.activeElement.dataset.testid), 'explain');
      await lab.page.reload();
      await lab.state('ready');
      assert.equal(await lab.page.getByTestId('welcome').count(), 0);
      await lab.press('explain');
      assert.ok(await lab.page.getByTestId('welcome').isVisible());
    });
  });

  test('the keyboard reaches every control of the finished page', { timeout: SLOW }, async () => {
    await withLab(CPU, async (lab) => {
      await lab.page.keyboard.press('t');
      await lab.state('finished');
      await lab.page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true;
        document.body.tabIndex = -1;
        document.body.focus();
      });
      await lab.drawn();
      const missed = async () =>
        lab.page.evaluate(() => {
          const controls = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
          return [...document.querySelectorAll(controls)]
            .filter((element) => element.checkVisibility() && element.tabIndex >= 0)
            .filter((element) => element.type !== 'radio' || element.checked)
            .filter((element) => !element.closest('dialog:not([open])'))
            .filter((element) => !('reached' in element.dataset))
            .map((element) => element.outerHTML.slice(0, 120));
        });
      for (let i = 0; i < 400; i++) {
        await lab.page.keyboard.press('Tab');
        const again = await lab.page.evaluate(() => {
          const element = document.activeElement;
          const known = 'reached' in element.dataset;
          element.dataset.reached = '';
          return known && element !== document.body;
        });
        if (again) break;
      }
      assert.deepEqual(await missed(), []);
    });
  });

  test('the state is announced, the passing of steps is not', async () => {
    await withLab(ENDLESS, async (lab) => {
      await lab.page.evaluate(() => {
        globalThis.announced = [];
        for (const region of document.querySelectorAll('[role=status], [aria-live]')) {
          new MutationObserver(() => globalThis.announced.push(region.textContent.trim())).observe(region, {
            subtree: true,
            childList: true,
            characterData: true,
          });
        }
      });
      await lab.press('train');
      await lab.stepAtLeast(500);
      const said = await lab.page.evaluate(() => globalThis.announced.filter(Boolean));
      assert.ok(said.some((text) => text.startsWith('Training')));
      assert.ok(said.length <= 8, said.join(' | '));
    });
  });

  for (const colorScheme of ['light', 'dark']) {
    test(`axe finds nothing with everything open, ${colorScheme}`, { timeout: SLOW }, async () => {
      await withLab(
        `${LONG.replace('steps=3000', 'steps=300')}&check=00000000_2_2`,
        async (lab) => {
          const { page } = lab;
          await page.addScriptTag({ path: axePath });
          await lab.press('train');
          await lab.state('finished');
          await lab.kept();
          await page.locator('#set-seed').fill('3');
          await page.locator('#set-seed').press('Enter');
          await page.waitForFunction(() => location.hash.includes('seed=3'));
          await lab.press('train');
          await page.waitForFunction(() => document.querySelector('[data-testid=compare]'));
          await lab.state('finished');
          await lab.openFile('none.safetensors', Buffer.from('none'));
          await page.waitForSelector('[data-testid=file-status] .wrong');
          await page.locator('[data-part=look]').locator('section').first().scrollIntoViewIfNeeded();
          await page.waitForSelector('[data-testid=look-step]');
          await lab.press('profile');
          await page.waitForFunction(() =>
            document.querySelector('[data-testid=profile-status]').textContent.includes('Done'),
          );
          await page.evaluate(() => {
            for (const details of document.querySelectorAll('details')) details.open = true;
          });
          await lab.drawn();
          assert.equal(await lab.axe(), '', 'everything open');
          await page.keyboard.press('Escape');
          await lab.press('open-shortcuts');
          assert.equal(await lab.axe(), '', 'the sheet of shortcuts');
          await page.reload();
          await lab.state('ready');
          await page.getByTestId('offer-go-on').waitFor();
          await page.addScriptTag({ path: axePath });
          assert.equal(await lab.axe(), '', 'a run is offered');
        },
        { colorScheme },
      );
    });
  }
});
