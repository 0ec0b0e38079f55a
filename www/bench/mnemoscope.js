// Our own module, as the page uses it. Training data are drawn inside the step.

import init, { Engine, fromLink, settle } from '../../pkg/mnemoscope.js';
import { SIZES } from './model.js';

const MODEL = [
  'symbols',
  'length',
  'batch',
  'layers',
  'width',
  'heads',
  'mlp',
  'activation',
  'norm',
  'rate',
  'decay',
];

/** The lab's settings for a size. */
function settings(size, executor) {
  const given = {
    // So many steps between evaluations that hardly one falls into the measurement, save the one before the first step.
    ...{ steps: 200_000, every: 10_000, encodings: 'sinusoidal', seed: 0, seeds: size.replicas },
    ...{ executor, dropout: size.dropout },
    ...Object.fromEntries(MODEL.map((name) => [name, size[name]])),
  };
  const text = Object.entries(given).map(([name, value]) => [name, String(value)]);
  const { values, problems } = settle('copy', Object.fromEntries(text));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  if (size.name in SIZES) {
    const preset = fromLink(`lab=copy&preset=${size.name}`).values;
    const other = MODEL.filter((name) => preset[name] !== values[name]);
    if (other.length > 0) throw new Error(`model.js is not the preset ${size.name}: ${other.join(', ')}`);
  }
  return values;
}

export async function open(size, executor) {
  await init();
  const run = new Engine();
  await run.open('copy', settings(size, executor), () => {});
  const about = run.about();
  if (about.executor.kind !== executor) throw new Error(`${executor} was refused: ${about.executor.reason}`);
  // With a limit of steps, `advance` returns once the metrics of the last step have come back.
  const training = about.measures.filter(({ phase }) => phase === 'training');
  const loss = training.findIndex(({ id }) => id === 'loss');
  const advance = async (count) => {
    const events = await run.advance(1e9, count);
    const losses = events.filter(({ type }) => type === 'training').flatMap(({ values }) => values[loss][0]);
    if (losses.length !== count) throw new Error(`${losses.length} losses came back from ${count} steps`);
    return losses;
  };
  return { info: { about }, losses: advance, train: advance };
}
