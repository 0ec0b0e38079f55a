// Contenders, and how they are measured: losses first, then rounds in turn.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, TooSlow, within } from './browser.mjs';

/** Relative difference of losses that rounding explains. About ten times what is seen; a wrong β₂ gives 3e-5. */
export const TOLERANCE = 1e-5;

const version = (name) =>
  JSON.parse(readFileSync(join(ROOT, 'www/bench/node_modules', name, 'package.json'), 'utf8')).version;

/** `isolated` pages have SharedArrayBuffer, so that a library may use threads; it takes headers from the server. */
export function contenders() {
  const jax = { name: `jax-js ${version('@jax-js/jax')}`, module: 'jax' };
  const tf = { name: `TensorFlow.js ${version('@tensorflow/tfjs')}`, module: 'tf' };
  const ours = { name: 'Mnemoscope', module: 'mnemoscope' };
  return [
    { ...ours, device: 'cpu', kind: 'CPU (wasm)' },
    { ...jax, device: 'wasm', kind: 'CPU (wasm)' },
    { ...jax, device: 'wasm', kind: 'CPU (wasm)', isolated: true },
    { ...tf, device: 'wasm', kind: 'CPU (wasm)' },
    { ...tf, device: 'wasm', kind: 'CPU (wasm)', isolated: true },
    { ...ours, device: 'webgpu', kind: 'WebGPU' },
    { ...jax, device: 'webgpu', kind: 'WebGPU' },
    { ...tf, device: 'webgpu', kind: 'WebGPU' },
  ];
}

export const label = ({ name, kind, isolated, size }) =>
  `${name}, ${kind}${isolated ? ', threads' : ''}${size?.dropout > 0 ? `, dropout ${size.dropout}` : ''}`;

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Greatest relative difference of losses from those wanted, as far as both go. */
export function difference(losses, wanted) {
  const off = losses.slice(0, wanted.length).map((loss, i) => Math.abs(loss / wanted[i] - 1));
  return Math.max(...off.map((x) => (Number.isFinite(x) ? x : Infinity)));
}

/** Whether losses go down: the last third lies below the first. Fewer than nine say nothing. */
export function falls(losses) {
  const third = Math.floor(losses.length / 3);
  return third < 3 || mean(losses.slice(-third)) < mean(losses.slice(0, third));
}

/** About so long may counting take; more steps give the parts that are not in every step their due share. */
const COUNT_MS = 4000;

export class Contest {
  constructor(browser, address, options, log) {
    Object.assign(this, { browser, address, options, log });
  }

  /**
   * Measures `wanted`, a list of { contender, size }, in turn, and gives an entry for each: rounds (ms per step),
   * losses, counts, or `failure` (and `slow`, if it was but slow).
   * `reference(entry)` gives the losses that an entry must have, or null; it is asked in the order of the list.
   */
  async measure(wanted, { checked, reference }) {
    const entries = [];
    for (const { contender, size } of wanted) {
      const entry = { ...contender, size, rounds: [] };
      this.log(`${entry.size.name}: ${label(entry)}`);
      await this.#enter(entry, checked, reference);
      if (entry.failure) this.log(`  ${entry.failure}`);
      entries.push(entry);
    }
    for (let round = 1; round <= this.options.rounds; round++) {
      this.log(`round ${round} of ${this.options.rounds}`);
      for (const entry of entries) await this.#round(entry);
    }
    for (const entry of entries) {
      if (entry.page) await this.browser.drop(entry.page);
      delete entry.page;
      if (entry.rounds.length > 0) entry.ms = median(entry.rounds);
    }
    return entries;
  }

  #evaluate(entry, ms, what, work, ...args) {
    return within(ms, what, entry.page.evaluate(work, args));
  }

  /** Opens a contender, compares its first losses, and finds out how many steps make a round. */
  async #enter(entry, checked, reference) {
    const { options } = this;
    try {
      await this.browser.quiet();
      const { module, size, device, isolated } = entry;
      entry.page = await this.browser.open(
        `${this.address}${isolated ? 'isolated/' : ''}www/bench/index.html`,
      );
      await entry.page.waitForFunction(() => 'bench' in globalThis);
      const opening = performance.now();
      entry.info = await this.#evaluate(
        ...[entry, options.enterMs, 'opening', (args) => bench.open(...args), module, size, device],
      );
      entry.openMs = performance.now() - opening;
      const first = await this.#evaluate(
        ...[entry, options.enterMs + options.checkMs, 'first steps', (args) => bench.losses(...args)],
        ...[checked, options.checkMs],
      );
      entry.losses = first.losses;
      const wanted = reference(entry);
      if (wanted) {
        entry.worst = difference(entry.losses, wanted);
        entry.compared = Math.min(entry.losses.length, wanted.length);
        if (!(entry.worst <= TOLERANCE)) {
          throw new Error(
            `its losses are off by ${entry.worst.toExponential(1)}, allowed is ${TOLERANCE.toExponential()}`,
          );
        }
      }
      if (!entry.losses.every(Number.isFinite) || !(size.plateau || falls(entry.losses)))
        throw new Error('its losses do not fall');
      // The first step compiles; the last one tells what a step takes.
      const step = first.times.at(-1);
      if (step > options.capMs) throw new TooSlow(`a step takes ${(step / 1000).toFixed(0)} s`);
      entry.steps =
        step > options.roundMs
          ? 1
          : await this.#evaluate(
              entry,
              options.capMs,
              'warm-up',
              ([target]) => bench.calibrate(target),
              options.roundMs,
            );
      if (device === 'webgpu') {
        const counted = Math.min(20, Math.max(1, Math.floor(COUNT_MS / step)));
        entry.counts = await this.#evaluate(
          ...[entry, 2 * options.capMs, 'counting', ([steps]) => bench.count(steps), counted],
        );
      }
    } catch (error) {
      await this.#fail(entry, error);
    }
  }

  async #round(entry) {
    if (entry.failure || entry.capped) return;
    const { capMs } = this.options;
    const spent = entry.rounds.reduce((sum, ms) => sum + ms * entry.steps, 0);
    // A slow entry gets as many rounds as fit its time.
    if (entry.rounds.length > 0 && spent + spent / entry.rounds.length > capMs) {
      entry.capped = true;
      return;
    }
    try {
      await entry.page.bringToFront();
      const busy = await this.browser.quiet();
      if (busy > 1) throw new TooSlow(`the browser still used ${busy.toFixed(1)} cores for something else`);
      const taken = await this.#evaluate(
        entry,
        2 * capMs,
        'a round',
        ([steps]) => bench.time(steps),
        entry.steps,
      );
      entry.rounds.push(taken / entry.steps);
    } catch (error) {
      await this.#fail(entry, error);
    }
  }

  async #fail(entry, error) {
    entry.failure = error.message.split('\n')[0].replace('page.evaluate: Error: ', '');
    entry.slow = error instanceof TooSlow;
    if (entry.page) await this.browser.drop(entry.page);
    delete entry.page;
    // What was under way on the device may go on for a while.
    await this.browser.quiet(60_000);
  }
}
