#!/usr/bin/env node
// What the texts call, by the name under which this file is linked: the program itself on small sizes, `cargo` and `build.sh` with what is
// built already, and the commands of Slurm, of which a test has none.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setInterval as every } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = join(ROOT, 'target/debug/mnemoscope');
const RACE = { executor: 'cpu', heads: 2, mlp: 16, layers: 1, symbols: 4, batch: 4, steps: 20, every: 10 };
/** Settings that a line has instead of its own, so that it takes a blink. */
const SMALL = {
  check: { executor: 'cpu' },
  // Of the default length and symbols, which a line puts into what was trained.
  copy: { ...RACE, symbols: 8, length: 16, width: 16, 'held-out': 8 },
  expand: { ...RACE, length: 8, width: 16, 'held-out': 8 },
  encodings: { executor: 'cpu' },
  'encodings train': { ...RACE, head: 1, 'train-length': 8, 'train-width': 16, seeds: 1 },
  sequence: { executor: 'cpu' },
  'sequence run': { executor: 'cpu', seeds: 1, points: 2, longest: 20, stored: 500, words: 50 },
  'sequence time': { executor: 'cpu', stored: 500 },
  'geometry expand': {
    executor: 'cpu',
    arms: 100,
    width: 16,
    heads: 2,
    mlp: 16,
    batch: 32,
    steps: 20,
    every: 10,
  },
  mixtures: { executor: 'cpu', steps: 20, every: 10, batch: 4, 'held-out': 16, seeds: 1 },
  symmetry: { executor: 'cpu', steps: 20, every: 10, tests: 16, seeds: 1 },
  'symmetry csv': { trials: 20 },
  'symmetry block': {},
  'symmetry own': {},
  evaluate: { executor: 'cpu' },
};
const WRITES = /^--(out|csv|checkpoint|export-weights|logit|attention|(left|right)-(matrix|table))$/;

/** Ends as `command` does. */
function run(command, words, options = {}) {
  const { status, signal, error } = spawnSync(command, words, { stdio: 'inherit', ...options });
  if (error) throw error;
  if (signal) process.kill(process.pid, signal);
  if (status !== 0) process.exit(status);
}

function mnemoscope(words) {
  const two = words.slice(0, 2).join(' ');
  const name = two in SMALL ? two : words[0];
  const small = words.includes('--help') ? {} : (SMALL[name] ?? {});
  const kept = words.slice(name.split(' ').length);
  const flag = (word) => word.split('=')[0].slice(2).replaceAll('_', '-');
  for (let at = 0; at < kept.length;) {
    const replaced = kept[at].startsWith('--') && flag(kept[at]) in small;
    if (replaced) kept.splice(at, kept[at].includes('=') ? 1 : 2);
    else at += 1;
  }
  run(PROGRAM, [
    ...name.split(' '),
    ...kept,
    ...Object.entries(small).flatMap(([key, value]) => [`--${key}`, String(value)]),
  ]);
  // What a line says that it writes is there.
  kept.forEach((word, at) => {
    const file = kept[at + 1];
    if (!WRITES.test(word) || file === '-') return;
    assert.ok(statSync(file).size > 0, `${word} ${file} is empty`);
    if (file.endsWith('.json')) JSON.parse(readFileSync(file, 'utf8'));
  });
}

/** `cargo run --release -- …`, `cargo build --release` and `cargo test --no-run`: the tests have compiled programs and tests. */
function cargo(words) {
  if (words[0] === 'test' && words.includes('--no-run')) return compiled(words);
  const [what, how, ...rest] = words;
  assert.ok(
    ['run', 'build'].includes(what) && how === '--release',
    `cargo ${words.join(' ')}: no rule says how to test this`,
  );
  if (what === 'run') {
    assert.equal(rest.shift(), '--');
    mnemoscope(rest);
  }
}

/** What `--message-format=json` says of the tests that `--test` names: where the newest of each lies. */
function compiled(words) {
  const deps = join(ROOT, 'target/debug/deps');
  words.forEach((word, at) => {
    if (word !== '--test') return;
    const name = words[at + 1];
    const [newest] = readdirSync(deps)
      .filter((file) => new RegExp(`^${name}-[0-9a-f]+$`).test(file))
      .map((file) => join(deps, file))
      .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    assert.ok(newest, `tests/${name}.rs is not compiled: cargo test --no-run does it`);
    console.log(JSON.stringify({ executable: newest }));
  });
}

async function build(words) {
  const [command] = words;
  const script = join(ROOT, 'build.sh');
  const env = { ...process.env, MNEMOSCOPE_BUILT: '1', MNEMOSCOPE: PROGRAM };
  switch (command) {
    case 'bench':
      return run(
        script,
        [
          ...words,
          '--quick',
          '--only=compare',
          '--rounds=1',
          '--round-ms=50',
          '--check-ms=1000',
          '--cap-s=120',
        ],
        { env },
      );
    case 'bench-recall':
      return run(script, [...words, '--recalls=500', '--rounds=1'], { env });
    case 'bench-native':
      return run(script, [...words, '--rounds=1', '--round-ms=100'], { env });
    case 'serve': {
      const port = 20_000 + (process.pid % 20_000);
      const server = spawn(script, words, {
        env: { ...env, PORT: String(port) },
        detached: true,
        stdio: 'inherit',
      });
      try {
        const address = `http://127.0.0.1:${port}/`;
        for await (const _ of every(50)) {
          assert.equal(server.exitCode, null, 'the server ended');
          const page = await fetch(address).catch(() => null);
          if (!page) continue;
          assert.match(await page.text(), /<title>[^<]*Mnemoscope/);
          break;
        }
      } finally {
        process.kill(-server.pid);
      }
      return;
    }
    default:
      // Those that got us here, or would begin all of it again.
      assert.match(
        readFileSync(script, 'utf8'),
        new RegExp(`^ {4}${command}\\) `, 'm'),
        `build.sh has no command ${command}`,
      );
  }
}

/**
 * A scheduler with one node: a job is run at once and to its end, from a copy of its script, as Slurm does it. A task is told that its
 * time is up as soon as `OUT_OF_TIME` is there (once: the file is removed), and begun again if it asks for that.
 */
async function sbatch(words) {
  const options = {};
  while (words[0]?.startsWith('--')) {
    const [name, value = ''] = words.shift().slice(2).split(/=(.*)/s);
    options[name] = value;
  }
  const [script, ...rest] = words;
  const spool = process.env.SPOOL;
  mkdirSync(spool, { recursive: true });
  appendFileSync(join(spool, 'jobs'), `${JSON.stringify({ options, script: basename(script), rest })}\n`);
  const job = readFileSync(join(spool, 'jobs'), 'utf8').trim().split('\n').length;
  const own = Object.fromEntries(
    Array.from(
      readFileSync(script, 'utf8').matchAll(/^#SBATCH --([a-z-]+)(?:=(.*))?$/gm),
      ([, name, value]) => [name, value],
    ),
  );
  const [first, last] = (options.array ?? '0-0').split('%')[0].split('-').map(Number);
  for (let task = first; task <= last; task++) {
    const log = openSync(join(options.chdir, own.output.replace('%a', String(task))), 'a');
    const copy = join(spool, `slurm-${job}`);
    copyFileSync(script, copy);
    const again = join(spool, 'again');
    for (let start = 0; ; start++) {
      rmSync(again, { force: true });
      const array = options.array
        ? { SLURM_ARRAY_TASK_ID: String(task), SLURM_ARRAY_JOB_ID: String(job) }
        : {};
      const env = {
        ...process.env,
        ...array,
        SLURM_JOB_ID: String(job),
        SLURM_RESTART_COUNT: String(start),
        SLURM_CPUS_PER_TASK: options['cpus-per-task'] ?? own['cpus-per-task'],
      };
      const child = spawn('bash', [copy, ...rest], { cwd: options.chdir, env, stdio: ['ignore', log, log] });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      const { OUT_OF_TIME: late } = process.env;
      const watch = setInterval(() => {
        if (!late || !existsSync(late)) return;
        rmSync(late);
        child.kill(own.signal.replace(/^B:(\w+)@.*/, 'SIG$1'));
      }, 10);
      await ended;
      clearInterval(watch);
      if (!existsSync(again)) break;
    }
    closeSync(log);
  }
  console.log(options.parsable === undefined ? `Submitted batch job ${job}` : String(job));
}

/** Puts a task back into the queue, which ends its script. */
function scontrol([what, task]) {
  assert.equal(what, 'requeue');
  assert.match(task, /^\d+_\d+$/);
  appendFileSync(join(process.env.SPOOL, 'again'), task);
  process.kill(process.ppid, 'SIGKILL');
}

const COMMANDS = { mnemoscope, cargo, 'build.sh': build, sbatch, scontrol };
await COMMANDS[basename(process.argv[1])](process.argv.slice(2));
