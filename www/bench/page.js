// One contender per page. The runner drives it through `bench`.

import { SIZES } from './model.js';

let contender;

globalThis.bench = {
  async open(module, size, device) {
    const { open } = await import(`./${module}.js`);
    contender = await open(SIZES[size], device);
    return contender.info ?? {};
  },

  /** Losses in bits of the first `most` steps; fewer if they take longer than `budget` milliseconds. */
  async losses(most, budget) {
    const losses = [];
    const start = performance.now();
    while (losses.length < most && (losses.length < 2 || performance.now() - start < budget)) {
      losses.push(...(await contender.losses(1)));
    }
    return losses;
  },

  /** Milliseconds that `steps` steps take, until the device has finished the last of them. */
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
};
