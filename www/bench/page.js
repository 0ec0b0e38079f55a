// One contender per page. The runner drives it through `bench`.

import { counting } from './count.js';
import { shapes } from './model.js';

let contender;

globalThis.bench = {
  async open(module, size, device) {
    const { open } = await import(`./${module}.js`);
    contender = await open(shapes(size), device);
    return contender.info ?? {};
  },

  /** Losses in bits of the first `most` steps, and the milliseconds of each; fewer if they take longer than `budget`. */
  async losses(most, budget) {
    const losses = [];
    const times = [];
    // The first step compiles, which is not counted.
    let start;
    while (losses.length < most && (losses.length < 2 || performance.now() - start < budget)) {
      const before = performance.now();
      losses.push(...(await contender.losses(1)));
      times.push(performance.now() - before);
      start ??= performance.now();
    }
    return { losses, times };
  },

  /** Milliseconds that `steps` steps take, until something that the last of them wrote has been read. */
  async time(steps) {
    const start = performance.now();
    await contender.train(steps);
    return performance.now() - start;
  },

  /** How many steps take about `target` milliseconds, after a warm-up. */
  async calibrate(target) {
    let steps = 1;
    for (;;) {
      const taken = await this.time(steps);
      if (taken > target / 2 || steps > 10_000) return Math.max(1, Math.round((steps * target) / taken));
      steps *= 2;
    }
  },

  /** What `steps` steps ask of WebGPU, per step. */
  async count(steps) {
    const counts = await counting(() => contender.train(steps));
    return counts && Object.fromEntries(Object.entries(counts).map(([what, count]) => [what, count / steps]));
  },
};
