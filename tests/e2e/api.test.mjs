// The npm package, as someone else meets it: packed, installed into an empty folder, type-checked there, and run in a
// browser from a static server and in Node.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { contextOf, launch } from './lab.mjs';

const run = promisify(execFile);
const require = createRequire(new URL('../../www/package.json', import.meta.url));
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
const PKG = process.env.PKG ?? fileURLToPath(new URL('../../pkg/', import.meta.url));
const SMALL = {
  executor: 'cpu',
  encodings: ['rank', 'none'],
  seeds: 1,
  steps: 60,
  length: 8,
  symbols: 4,
  width: 16,
  heads: 2,
  layers: 1,
  every: 10,
};
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html' };

const PROGRAM = `
import { describe, open, settle, SettingsError, train } from 'mnemoscope';
import type { LabEvent, Race, Results, Settings } from 'mnemoscope';

const settings: Settings = ${JSON.stringify(SMALL)};
// @ts-expect-error not an encoding
const unknownEncoding: Settings = { encodings: ['rang'] };
// @ts-expect-error not a setting
const unknownSetting: Settings = { stepz: 3 };
// @ts-expect-error a number, not a word
const wrongKind: Settings = { steps: 'many' };
void [unknownEncoding, unknownSetting, wrongKind];

export async function main() {
  const race: Race = train(settings, { onProgress: (fraction: number, what: string) => void [fraction, what] });
  const kinds: Record<LabEvent['type'], number> = {
    training: 0, evaluation: 0, reached: 0, stopped: 0, progress: 0, recovered: 0, finished: 0,
  };
  const losses: number[] = [];
  const { measures } = await race.ready;
  const loss = measures.filter(({ phase }) => phase === 'evaluation').findIndex(({ id }) => id === 'loss');
  let trained = 0;
  for await (const event of race) {
    kinds[event.type] += 1;
    if (event.type === 'evaluation') losses.push(event.values[loss]?.[0] ?? NaN);
    if (event.type === 'training') trained += event.steps.length;
  }
  const results: Results = await race.finished;
  const weights: Uint8Array = await race.save();
  const about = await race.ready;

  let problems: unknown = null;
  try {
    await train({ heads: 99 }).finished;
  } catch (error) {
    if (error instanceof SettingsError) problems = error.problems;
  }

  const reopened = open(weights);
  await reopened.ready;
  const inspection = await reopened.inspect(0);
  const again = await reopened.save();
  reopened.close();

  const { link } = await settle({ steps: 7 });
  const { properties } = await describe();
  return {
    kinds, losses, trained, results, problems, link,
    weights: weights.length,
    same: weights.length === again.length && weights.every((byte, i) => byte === again[i]),
    runs: about.runs.length,
    attention: Array.from(inspection.attention.slice(0, inspection.length)),
    names: properties.map(({ name }) => name),
  };
}
`;

let folder;
let servers = [];
let browser;

/** Serves the folder; with `cors` also to pages of other origins, as public package servers do. */
async function serveFolder(cors) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const file = join(folder, pathname.replaceAll('..', ''));
    if (!extname(file) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const headers = { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' };
    response.writeHead(200, cors ? { ...headers, 'access-control-allow-origin': '*' } : headers);
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return `http://127.0.0.1:${server.address().port}/`;
}

before(async () => {
  if (!existsSync(join(PKG, 'api.js'))) throw new Error(`no package in ${PKG}: run the build first`);
  folder = await mkdtemp(join(tmpdir(), 'mnemoscope-package-'));
  await writeFile(join(folder, 'package.json'), '{"name":"someone","private":true,"type":"module"}');
  const npm = (...words) => run('npm', words, { cwd: folder });
  const { stdout } = await npm('pack', PKG, '--json', '--loglevel=error');
  const packed = JSON.parse(stdout);
  // By name in an object or in a list, as the version of npm has it.
  const [{ filename }] = Object.values(packed);
  await npm('install', `./${filename}`, '--offline', '--no-audit', '--no-fund', '--loglevel=error');
  browser = await launch({ webgpu: false });
});

after(async () => {
  await browser?.close();
  for (const server of servers) server.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** A page that finds the package by its name. */
async function pageWith(body, place = '', options = {}) {
  const home = await serveFolder(false);
  const entry = `${place || home}node_modules/mnemoscope/api.js`;
  await writeFile(
    join(folder, 'index.html'),
    `<!doctype html><script type="importmap">{"imports":{"mnemoscope":"${entry}"}}</script>`,
  );
  const context = await contextOf(browser, options);
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  try {
    await page.goto(`${home}index.html`);
    await body(page);
    assert.deepEqual(errors, []);
  } finally {
    await context.close();
  }
}

/** What the program found is what a race of these settings gives. */
function check(found) {
  assert.equal(found.trained, 60);
  assert.equal(found.kinds.evaluation, 7);
  assert.equal(found.kinds.finished, 1);
  assert.ok(found.losses.at(-1) < found.losses[0], found.losses.join());
  assert.equal(found.runs, 2);
  assert.deepEqual(
    found.results.runs.map((one) => one.arm),
    ['rank', 'none'],
  );
  assert.equal(found.results.step, 60);
  assert.deepEqual(
    found.results.curves.map(({ x }) => x),
    [0, 10, 20, 30, 40, 50, 60],
  );
  assert.equal(found.results.curves.at(-1).values[0][0], found.losses.at(-1));
  assert.ok(found.results.verdicts.length > 0);
  assert.match(found.results.check, /./);
  assert.ok(found.weights > 1000);
  assert.equal(found.same, true, 'saved, opened and saved again are the same bytes');
  const sum = found.attention.reduce((total, weight) => total + weight, 0);
  assert.ok(Math.abs(sum - 1) < 1e-5, `the first query's attention adds up to ${sum}`);
  assert.equal(found.problems.length, 1);
  const [{ field, given, allowed }] = found.problems;
  assert.deepEqual([field, given, allowed], ['heads', '99', 'a whole number from 1 to 32']);
  assert.equal(found.link, 'lab=copy&steps=7');
  assert.ok(found.names.includes('encodings'));
}

describe('the npm package', () => {
  test('holds what it names', async () => {
    const root = join(folder, 'node_modules/mnemoscope');
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    assert.equal(manifest.name, 'mnemoscope');
    for (const target of [manifest.main, manifest.module, manifest.types, ...manifest.files]) {
      assert.ok(existsSync(join(root, target)), target);
    }
    for (const entry of Object.values(manifest.exports)) {
      for (const target of typeof entry === 'string' ? [entry] : Object.values(entry)) {
        assert.ok(existsSync(join(root, target)), target);
      }
    }
    // The wasm module is a file of its own, never text inside a script.
    for (const script of ['api.js', 'worker.js', 'node.js']) {
      const text = await readFile(join(root, script), 'utf8');
      assert.ok(!text.includes('data:application/wasm'), script);
      assert.ok(text.length < 100_000, script);
    }
  });

  test(
    'a typed program compiles against it, and what is wrong in it does not',
    { timeout: 120_000 },
    async () => {
      await writeFile(join(folder, 'program.ts'), PROGRAM);
      const flags =
        '--strict --exactOptionalPropertyTypes --target es2022 --lib es2023,dom,dom.iterable --types';
      for (const resolution of ['--module nodenext', '--module esnext --moduleResolution bundler']) {
        await run(
          process.execPath,
          [tsc, ...`${flags} `.split(' '), ...resolution.split(' '), 'program.ts'],
          {
            cwd: folder,
          },
        ).catch((error) => assert.fail(error.stdout || error.message));
      }
      await writeFile(
        join(folder, 'wrong.ts'),
        "import { train } from 'mnemoscope';\nvoid train({ steps: 3 }).finished.then((r) => r.nonsense);\n",
      );
      await assert.rejects(
        run(
          process.execPath,
          [tsc, ...`${flags} `.split(' '), '--noEmit', '--module', 'nodenext', 'wrong.ts'],
          {
            cwd: folder,
          },
        ),
        (error) => /Property 'nonsense' does not exist/.test(error.stdout),
      );
    },
  );

  test('the program runs in a browser', async () => {
    await pageWith(async (page) => {
      check(await page.evaluate(async () => (await import('/program.js')).main()));
    });
  });

  test('the program runs in Node, and Node then ends by itself', async () => {
    await writeFile(
      join(folder, 'run.mjs'),
      "import { main } from './program.js';\nprocess.stdout.write(JSON.stringify(await main()));\n",
    );
    const { stdout } = await run(process.execPath, ['run.mjs'], { cwd: folder, timeout: 60_000 });
    check(JSON.parse(stdout));
  });

  test('it also runs from a server of another origin', async () => {
    const far = await serveFolder(true);
    await pageWith(async (page) => {
      const step = await page.evaluate(async (settings) => {
        const { train } = await import('mnemoscope');
        return (await train(settings).finished).step;
      }, SMALL);
      assert.equal(step, 60);
    }, far);
  });
});

describe('a race', () => {
  const ENDLESS = { ...SMALL, steps: 200_000 };

  test('the same settings give the same losses, several at a time', async () => {
    await pageWith(async (page) => {
      const found = await page.evaluate(async (settings) => {
        const { train } = await import('mnemoscope');
        const races = [1, 1, 2].map((seed) => train({ ...settings, seed }));
        const results = await Promise.all(races.map((race) => race.finished));
        return results.map(({ check, curves }) => [check, JSON.stringify(curves)]);
      }, SMALL);
      assert.deepEqual(found[0], found[1]);
      assert.notEqual(found[0][1], found[2][1]);
    });
  });

  test('pauses, resumes, stops; gives its results and weights as far as it came', async () => {
    await pageWith(async (page) => {
      const found = await page.evaluate(async (settings) => {
        const { train } = await import('mnemoscope');
        const race = train(settings);
        for await (const _ of race) if (race.step >= 20) break;
        race.pause();
        while (race.activity !== 'paused') await race.results();
        const paused = race.step;
        const between = await race.results();
        const still = race.step;
        race.resume();
        for await (const _ of race) if (race.step >= still + 20) break;
        const results = await race.stop();
        const finished = await race.finished;
        return {
          paused,
          still,
          between: between.step,
          step: results.step,
          same: results === finished && results === (await race.results()),
          bytes: (await race.save()).length,
          gone: await race.inspect().catch((error) => error.message),
          activity: race.activity,
        };
      }, ENDLESS);
      assert.equal(found.paused, found.still);
      assert.equal(found.between, found.still);
      assert.ok(found.step >= found.still + 20 && found.step < 200_000, JSON.stringify(found));
      assert.equal(found.same, true);
      assert.ok(found.bytes > 1000);
      assert.match(found.gone, /has ended/);
      assert.equal(found.activity, 'closed');
    });
  });

  test('an abort ends it: promise and stream fail with the reason', async () => {
    await pageWith(async (page) => {
      const found = await page.evaluate(async (settings) => {
        const { train } = await import('mnemoscope');
        const control = new AbortController();
        const race = train(settings, { signal: control.signal });
        const told = [];
        const reason = new Error('enough');
        try {
          for await (const event of race) {
            told.push(event.type);
            if (told.length === 3) control.abort(reason);
          }
        } catch (error) {
          told.push(error === reason);
        }
        const failed = await race.finished.catch((error) => error === reason);
        const early = await train(settings, { signal: AbortSignal.abort(reason) }).finished.catch(
          (error) => error === reason,
        );
        const saved = await race.save().catch((error) => error.message);
        return { told, failed, early, saved };
      }, ENDLESS);
      assert.equal(found.told.at(-1), true);
      assert.equal(found.failed, true);
      assert.equal(found.early, true);
      assert.match(found.saved, /has ended/);
    });
  });

  test('saved half-way and opened again it ends with the same bits', async () => {
    await pageWith(async (page) => {
      const found = await page.evaluate(
        async (settings) => {
          const { open, train } = await import('mnemoscope');
          const whole = train(settings);
          const uninterrupted = await whole.finished;
          const half = train(settings);
          for await (const event of half) if (event.type === 'evaluation' && event.step >= 10) break;
          half.pause();
          while (half.activity === 'training') await half.results();
          const bytes = await half.save();
          const at = half.step;
          half.close();
          const rest = open(bytes);
          await rest.ready;
          rest.resume();
          const resumed = await rest.finished;
          const [one, two] = [await whole.save(), await rest.save()];
          rest.close();
          return {
            at,
            end: resumed.step,
            last: [uninterrupted, resumed].map((results) => results.curves.at(-1).values[0]),
            seconds: [uninterrupted, resumed].map((results) => results.seconds),
            same: one.length === two.length && one.every((byte, i) => byte === two[i]),
          };
          // Long enough to be caught half-way.
        },
        { ...SMALL, steps: 3000, every: 10, held_out: 4 },
      );
      assert.ok(found.at >= 10 && found.at < 3000, `caught at ${found.at}`);
      assert.equal(found.end, 3000);
      assert.deepEqual(found.last[0], found.last[1]);
      assert.ok(
        found.seconds[0] > 0 && found.seconds[1] === null,
        'the time of a part is not that of the whole',
      );
      assert.equal(found.same, true);
    });
  });

  test('a file that is none is refused with a reason', async () => {
    await pageWith(async (page) => {
      const found = await page.evaluate(async () => {
        const { EngineError, open } = await import('mnemoscope');
        return open(new Uint8Array(64)).finished.catch((error) => [error instanceof EngineError, error.code]);
      });
      assert.deepEqual(found, [true, 'file']);
    });
  });

  test('a link from the page is taken as settings', async () => {
    await pageWith(async (page) => {
      const found = await page.evaluate(async () => {
        const { train } = await import('mnemoscope');
        const address =
          'https://lab.example/#lab=copy&executor=cpu&encodings=none&seeds=1&steps=12&length=8&hide=settings';
        return (await train(address).finished).settings;
      });
      assert.equal(found.steps, 12);
      assert.deepEqual(found.encodings, ['none']);
    });
  });

  test('a link to the encodings lab trains its experiment', async () => {
    await pageWith(async (page) => {
      const found = await page.evaluate(async () => {
        const { describe, open, settle, train } = await import('mnemoscope');
        const link =
          'https://lab.example/#lab=encodings&experiment=control&executor=cpu&steps=12&seeds=1&train_length=8&symbols=4&train_width=16&heads=2&layers=1&every=4';
        const race = train(link);
        const { arms } = await race.ready;
        const { lab, found: outcome, step } = await race.finished;
        const reopened = open(await race.save());
        const about = await reopened.ready;
        reopened.close();
        const settled = await settle(link);
        const { properties } = await describe({ lab: 'encodings' });
        const named = properties.map(({ name }) => name);
        return { arms: arms.length, lab, outcome, step, again: about.lab, link: settled.link, named };
      });
      assert.equal(found.lab, 'encodings');
      assert.equal(found.again, 'encodings');
      assert.equal(found.step, 12);
      assert.ok(found.arms > 1);
      assert.equal(found.outcome.experiment, 'control');
      assert.equal(found.outcome.rows.length, found.arms - 1);
      assert.match(found.link, /^lab=encodings&/);
      assert.ok(found.named.includes('left') && !found.named.includes('held_out'));
    });
  });

  test('the bare engine is there too', async () => {
    const engine = await import(pathToFileURL(join(folder, 'node_modules/mnemoscope/mnemoscope.js')));
    engine.initSync({ module: await readFile(join(folder, 'node_modules/mnemoscope/mnemoscope_bg.wasm')) });
    assert.equal(engine.fromLink('lab=copy&steps=5').values.steps, '5');
  });
});
