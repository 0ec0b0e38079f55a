// Our own module, as the page uses it. Training data are drawn inside the step.

import init, { Engine, fromLink, settle } from '../../pkg/mnemoscope.js';
import { SIZES } from './model.js';

/** Settings of a lab by which a size says what is trained, and those that are the same for all its sizes. */
const LABS = {
  copy: {
    model: [
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
    ],
    fixed: { encodings: 'sinusoidal' },
  },
  geometry: {
    model: [
      ...[
        'arms',
        'path_nodes',
        'pauses',
        'share',
        'batch',
        'layers',
        'width',
        'heads',
        'mlp',
        'rate',
        'decay',
      ],
      ...['initial_scale', 'position_scale'],
    ],
    fixed: { experiment: 'paths', variants: 'full', schedule: 'constant', warmup: 0 },
  },
  mixtures: {
    loss: 'fvu',
    model: [
      ...['components', 'alpha', 'modes', 'grid', 'batch', 'width', 'hidden', 'heads', 'activation', 'rate'],
    ],
    fixed: { attention: 'softmax', schedule: 'constant', warmup: 0, steps: 50_000 },
  },
};

/** The lab's settings for a size. */
function settings(size, executor) {
  const { lab } = size;
  const { model, fixed } = LABS[lab];
  const given = {
    // So many steps between evaluations that hardly one falls into the measurement, save the one before the first step.
    ...{ steps: 200_000, every: 10_000, seed: 0, seeds: size.replicas, executor, ...fixed },
    ...(lab === 'copy' ? { dropout: size.dropout } : {}),
    ...Object.fromEntries(model.map((name) => [name, size[name]])),
  };
  const text = Object.entries(given).map(([name, value]) => [name, String(value)]);
  const { values, problems } = settle(lab, Object.fromEntries(text));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  if (size.name in SIZES) {
    const preset = fromLink(`lab=${lab}&preset=${size.name}`).values;
    const other = model.filter((name) => preset[name] !== values[name]);
    if (other.length > 0) throw new Error(`model.js is not the preset ${size.name}: ${other.join(', ')}`);
  }
  return values;
}

export async function open(size, executor) {
  await init();
  const run = new Engine();
  await run.open(size.lab, settings(size, executor), () => {});
  const about = run.about();
  if (about.executor.kind !== executor) throw new Error(`${executor} was refused: ${about.executor.reason}`);
  // With a limit of steps, `advance` returns once the metrics of the last step have come back.
  const training = about.measures.filter(({ phase }) => phase === 'training');
  const loss = training.findIndex(({ id }) => id === (LABS[size.lab].loss ?? 'loss'));
  const bits = training[loss].unit.startsWith('nats') ? Math.LOG2E : 1;
  const advance = async (count) => {
    const events = await run.advance(1e9, count);
    const losses = events
      .filter(({ type }) => type === 'training')
      .flatMap(({ values }) => values[loss][0])
      .map((value) => value * bits);
    if (losses.length !== count) throw new Error(`${losses.length} losses came back from ${count} steps`);
    return losses;
  };
  return { info: { about }, losses: advance, train: advance };
}
