// Every block of code in the texts is run as it stands, in an empty folder: lines of a shell, programs of the npm package, elements and
// frames of a page; and every command that a sentence names. A block that no rule covers fails. What takes long runs on small sizes
// (tests/docs/stand-in.mjs); that nothing fails is looked at, and that what should be there is, not how long it takes.

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { launch, serve, until } from './lab.mjs';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STAND_IN = join(ROOT, 'tests/docs/stand-in.mjs');
const markdown = (folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
/** The package's own text is made by the build. */
const TEXTS = [...markdown('.'), ...markdown('docs'), 'pkg/README.md'];

/** The fenced blocks of a text, and the commands that its sentences name, in order. */
function blocks(file) {
  const found = [];
  let open = null;
  readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .forEach((line, at) => {
      const fence = /^\s*```(\S*)/.exec(line);
      const where = `${file}, line ${at + 1}`;
      if (fence && open) {
        found.push(open);
        open = null;
      } else if (fence) open = { where, language: fence[1], code: '' };
      else if (open) open.code += `${line}\n`;
      else {
        for (const [, code] of line.matchAll(
          /`((?:mnemoscope|\.\/build\.sh|cargo|npm|npx|node|python3?|pip) [^`]+|recipes\/[^`]+\.sh[^`]*)`/g,
        ))
          found.push({ where, language: 'sh', code, named: true });
      }
    });
  assert.equal(open, null, `${file}: a block of code does not end`);
  return found;
}

const CODE = TEXTS.flatMap((file) => blocks(file).map((block) => ({ file, ...block })));
/** Languages, and the texts that may have them. A drawing is no code. */
const RULES = { sh: /./, js: /./, html: /^docs\/(embed|lessons)\.md$/, '': /^ARCHITECTURE\.md$/ };
/** What the reader has beforehand, by text. */
const BEFORE = {
  'docs/command-line.md': 'mnemoscope encodings --length 16 --width 8 --left-table mine.npy --out -',
};

/** What a text's lines are run with besides. */
const WITH = {
  // The script on whatever adapter there is, in a time in which it measures little.
  'docs/gpu.md': {
    MNEMOSCOPE: join(ROOT, 'target/debug/mnemoscope'),
    MNEMOSCOPE_ALLOW_SOFTWARE: '1',
    BUDGET_S: '45',
  },
};
/** Texts that need what a machine may lack, and why they are left out there. */
const LACKS = {
  'docs/pytorch.md': () => !TORCH && 'there is no PyTorch for python3',
  'docs/gpu.md': () => process.env.MNEMOSCOPE_NO_GPU === '1' && 'MNEMOSCOPE_NO_GPU=1',
};

/** A Python that has PyTorch, which one text calls by the name of `python3`; null if there is none here. */
const TORCH = [process.env.TORCH, 'python3', '/usr/bin/python3'].find(
  (python) => python && spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
);

let folder;
let environment;

before(async () => {
  for (const built of ['target/debug/mnemoscope', 'dist/index.html', 'pkg/api.js'])
    assert.ok(existsSync(join(ROOT, built)), `there is no ${built}: build first, and run cargo build`);
  folder = await mkdtemp(join(tmpdir(), 'mnemoscope-docs-'));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await chmod(STAND_IN, 0o755);
  for (const name of ['mnemoscope', 'cargo', 'sbatch', 'scontrol']) await symlink(STAND_IN, join(bin, name));
  if (TORCH && TORCH !== 'python3') {
    await writeFile(join(bin, 'python3'), `#!/bin/sh\nexec "${TORCH}" "$@"\n`, { mode: 0o755 });
  }
  environment = { ...process.env, PATH: `${bin}:${process.env.PATH}`, SPOOL: join(folder, 'spool') };
});

after(() => rm(folder, { recursive: true, force: true }));

/** Runs lines of a shell; what they print if they fail is the message. */
async function shell(code, cwd, env = environment) {
  try {
    return await run('bash', ['-euo', 'pipefail', '-c', code], { cwd, env, maxBuffer: 1 << 26 });
  } catch ({ code: status, signal, stdout, stderr }) {
    throw new Error(
      `${code}\nended with ${status ?? signal}\n${stdout.slice(-2000)}\n${stderr.slice(-4000)}`,
    );
  }
}

/** A folder as the reader's: with what a checkout has in it that texts name. */
async function checkout(name) {
  const cwd = join(folder, name.replaceAll('/', '-'));
  await mkdir(cwd);
  await symlink(STAND_IN, join(cwd, 'build.sh'));
  for (const part of ['recipes', 'pkg', 'www']) await symlink(join(ROOT, part), join(cwd, part));
  return cwd;
}

test('every block of code is of a kind that is run here', () => {
  for (const { file, where, language } of CODE) {
    assert.ok(
      RULES[language]?.test(file),
      `${where}: no rule says how to test a block of the kind “${language}”`,
    );
  }
  const count = (language) => CODE.filter((block) => block.language === language).length;
  assert.ok(count('sh') > 15 && count('js') >= 4 && count('html') >= 3, 'blocks are found');
});

describe('lines of a shell', () => {
  for (const file of TEXTS.filter((file) =>
    CODE.some((block) => block.file === file && block.language === 'sh'),
  )) {
    const lacks = LACKS[file]?.();
    test(file, { skip: lacks && `SKIPPED: ${lacks}` }, async () => {
      const cwd = await checkout(file);
      const env = { ...environment, ...WITH[file] };
      if (BEFORE[file]) await shell(BEFORE[file], cwd, env);
      const known = new Set();
      for (const { where, code, language, named } of CODE.filter((block) => block.file === file)) {
        // The benchmarks have a test of their own.
        if (language !== 'sh' || (named && (known.has(code) || /^\.\/build\.sh bench/.test(code)))) continue;
        known.add(code);
        try {
          await shell(code, cwd, env);
        } catch (error) {
          throw new Error(`${where}: ${error.message}`);
        }
      }
    });
  }
});

describe('what runs on a machine with a graphics card', () => {
  const skip = LACKS['docs/gpu.md']();
  test('a software adapter ends it with code 3, without cargo in PATH', { skip }, async () => {
    const cwd = await checkout('card');
    await shell('recipes/gpu/pack.sh', cwd, { ...environment, ...WITH['docs/gpu.md'] });
    const bare = { PATH: '/usr/bin:/bin' };
    const { status, stdout, stderr } = spawnSync(join(ROOT, 'target/gpu/run.sh'), ['out'], {
      cwd,
      env: bare,
    });
    const said = `${stdout}${stderr}`;
    // Where there is a card, it measures.
    if (/^adapter: none/.test(stdout)) assert.equal(status, 3, said);
    else assert.ok(existsSync(join(cwd, 'out/gpu.json')), said);
  });
});

describe('a sweep on Slurm', () => {
  test('a task that runs out of time goes on where it was; the merge has all', async () => {
    const cwd = await checkout('slurm');
    const program = join(ROOT, 'target/debug/mnemoscope');
    const small =
      '--executor cpu --length 16 --width 32 --heads 2 --mlp 64 --layers 2 --symbols 8 --batch 16 --held-out 16 --seeds 1';
    await shell(
      `${program} expand ${small} --encodings rank --steps 400 --every 100 --vary rate=0.001,0.003 --out-dir jobs`,
      cwd,
    );
    await symlink(program, join(folder, 'program'));
    const late = join(folder, 'late');
    const env = {
      ...environment,
      MNEMOSCOPE: join(folder, 'program'),
      OUT_OF_TIME: late,
      SPOOL: join(folder, 'queue'),
    };
    const submitted = shell(
      'AT_ONCE=1 recipes/slurm/submit.sh jobs --partition=short --time=00:10:00',
      cwd,
      env,
    );
    const log = (task) => {
      const path = join(cwd, `jobs/log-${task}.txt`);
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    };
    // It is training once it has said where.
    let over = false;
    void submitted.finally(() => (over = true)).catch(() => {});
    await until(() => over || /^cpu \(/m.test(log(0)), Boolean);
    writeFileSync(late, '');
    const { stdout } = await submitted;
    assert.match(
      stdout,
      /^array 1 \(2 tasks\), then merge 2; results come to .*sweep\.json and sweep\.csv\n$/,
    );
    const told = [
      /interrupted at step \d+ of 400, saved/,
      /out of time \(exit code 143\), queued again\n/,
      /start 2 on /,
      /going on from step \d+/,
    ];
    const places = told.map((words) => log(0).search(words));
    assert.ok(
      places.every((place, at) => place > (places[at - 1] ?? 0)),
      log(0),
    );
    assert.ok(!log(1).includes('out of time'));
    const sweep = JSON.parse(readFileSync(join(cwd, 'jobs/sweep.json'), 'utf8'));
    assert.deepEqual([sweep.varies, sweep.files.length, sweep.broken.length], [['rate'], 2, 0]);
    const jobs = readFileSync(join(folder, 'queue/jobs'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      [jobs[0].options.array, jobs[0].options.partition, jobs[1].options.dependency],
      ['0-1%1', 'short', 'afterany:1'],
    );
  });
});

/** The names that a program binds at its top. */
const bound = (code) =>
  Array.from(code.matchAll(/^const (\{[^}]*\}|\w+) =/gm), ([, names]) => names.match(/\w+/g)).flat();

describe('programs of the npm package', () => {
  let home;

  before(async () => {
    home = join(folder, 'program-home');
    await mkdir(join(home, 'node_modules/mnemoscope'), { recursive: true });
    await writeFile(join(home, 'package.json'), '{"name":"someone","private":true,"type":"module"}');
    // As it is installed, but for the registry.
    const { stdout } = await run('npm', ['pack', join(ROOT, 'pkg'), '--json', '--loglevel=error'], {
      cwd: home,
    });
    const [{ filename }] = JSON.parse(stdout);
    await run('tar', ['-xzf', filename, '-C', 'node_modules/mnemoscope', '--strip-components=1'], {
      cwd: home,
    });
  });

  for (const [at, { where, code }] of CODE.filter(({ language }) => language === 'js').entries()) {
    test(where, async () => {
      const small = code
        .replace('steps: 300', "steps: 40, seeds: 1, executor: 'cpu'")
        .replace('seeds: 5', 'seeds: 1');
      const names = bound(code);
      assert.ok(names.length > 0);
      const types = `Object.entries({ ${names} }).map(([name, value]) => [name, typeof value])`;
      const program = `${small}\nconsole.log('BOUND', JSON.stringify(${types}));\n`;
      await writeFile(join(home, `program-${at}.mjs`), program);
      const { stdout } = await run(process.execPath, [`program-${at}.mjs`], {
        cwd: home,
        maxBuffer: 1 << 26,
      });
      const [, told] = /^BOUND (.*)$/m.exec(stdout);
      for (const [name, type] of JSON.parse(told)) assert.notEqual(type, 'undefined', `${name} is not there`);
      if (code.includes('console.log(')) {
        const lines = stdout.split('\n').filter((line) => /^\d+ \S/.test(line));
        assert.ok(lines.length > 1 && !lines.some((line) => /NaN|undefined/.test(line)), stdout);
      }
    });
  }
});

describe('elements and frames', () => {
  let server;
  let notes;
  let browser;

  before(async () => {
    server = await serve();
    browser = await launch({ webgpu: false });
  });

  after(async () => {
    await browser?.close();
    notes?.close();
    server?.close();
  });

  const html = CODE.filter(({ language }) => language === 'html');
  test(html.map(({ where }) => where).join('; '), async () => {
    const page = await browser.newPage();
    const errors = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    const lab = server.address.replace(/\/$/, '');
    const body = html.map(({ code }) => code.replaceAll('LAB', lab)).join('\n');
    const text = `<!doctype html><title>Notes</title><link rel="icon" href="data:," />${body}`;
    notes = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(text));
    await new Promise((resolve) => notes.listen(0, '127.0.0.1', resolve));
    await page.goto(`http://127.0.0.1:${notes.address().port}/`);
    const frames = page.locator('iframe');
    await until(
      () => frames.count(),
      (count) => count === html.length,
    );
    for (let at = 0; at < html.length; at++) {
      await frames.nth(at).scrollIntoViewIfNeeded();
      const frame = await (await frames.nth(at).elementHandle()).contentFrame();
      await frame.waitForSelector('#lab[data-state=ready]', { timeout: 60_000 });
      assert.equal(await frame.getByTestId('problems').innerText(), '', 'a setting is refused');
    }
    assert.deepEqual(errors, []);
    await page.close();
  });
});

describe('benchmarks', () => {
  const number = (value) => typeof value === 'number' && Number.isFinite(value) && value > 0;

  test('./build.sh bench: every contender trains, to the same losses', async () => {
    const cwd = await checkout('bench');
    const { stdout } = await shell('./build.sh bench', cwd);
    const { compare } = JSON.parse(readFileSync(join(ROOT, 'target/bench-quick.json'), 'utf8'));
    const [entries] = Object.values(compare);
    const contenders = entries.map(({ module, device }) => `${module} ${device}`);
    assert.deepEqual(contenders, [
      'mnemoscope cpu',
      'jax wasm',
      'tf wasm',
      'mnemoscope webgpu',
      'jax webgpu',
      'tf webgpu',
    ]);
    for (const entry of entries) {
      const { name, kind, ms, losses, failure, compared, worst } = entry;
      assert.equal(failure, undefined, `${name}, ${kind}`);
      assert.ok(
        number(ms) && losses.length > 1 && losses.every(number),
        `${name}, ${kind}: ${JSON.stringify(entry)}`,
      );
      if (entry !== entries[0]) assert.ok(compared > 1 && worst < 1e-5, `${name}, ${kind}: off by ${worst}`);
    }
    assert.match(stdout, /times ours/);
  });

  test('./build.sh bench-recall: three programs recall the same share', async () => {
    const cwd = await checkout('recall');
    const { stdout } = await shell('./build.sh bench-recall', cwd);
    for (const name of ['native', 'Chromium', 'NumPy']) {
      const [, ms, ratio] = new RegExp(`^${name} +([\\d.]+) ms +([\\d.]+) × NumPy`, 'm').exec(stdout) ?? [];
      assert.ok(number(Number(ms)) && number(Number(ratio)), stdout);
    }
    const [, shares] = /^exact recalls of 5000 pairs: (.*)$/m.exec(stdout);
    assert.ok(
      shares.split(', ').every((share) => Number(share) > 4000),
      shares,
    );
  });

  test('./build.sh bench-native: the losses are those of JAX', async () => {
    const cwd = await checkout('native');
    const { stdout } = await shell('./build.sh bench-native', cwd);
    const [, ours, theirs, ratio, off] =
      /^\| [a-z]\S+ \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) .*\| (\S+) \|$/m.exec(stdout) ?? [];
    assert.ok([ours, theirs, ratio].every((text) => number(Number(text))) && Number(off) < 1e-5, stdout);
  });
});
