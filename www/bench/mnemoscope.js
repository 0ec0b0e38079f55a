// Our own module, as the page uses it. Training data are drawn inside the step.

import init, { CopyRun, fromLink } from '../../pkg/mnemoscope.js';

export async function open(size, executor) {
  await init();
  // So many steps between evaluations that none falls into the measurement, save the one before the first step.
  const link = `lab=copy&preset=${size.name}&executor=${executor}&steps=100000&every=10000`;
  const settled = fromLink(link);
  if (settled.problems.length > 0) throw new Error(JSON.stringify(settled.problems));
  const run = await CopyRun.open(settled.values, () => {});
  const about = run.about();
  if (about.executor.kind !== executor) throw new Error(`${executor} was refused: ${about.executor.reason}`);
  const advance = async (count) => {
    const events = await run.advance(1e9, count);
    return events.filter(({ type }) => type === 'training').flatMap(({ loss }) => loss[0]);
  };
  return {
    info: { about },
    async losses(count) {
      return advance(count);
    },
    async train(count) {
      await advance(count);
    },
  };
}
