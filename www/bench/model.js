// What every contender trains: sizes, initial weights and training data.
// Weights and data are the same numbers as Mnemoscope's for seed 0, so that losses can be compared step by step.

const GPT = { activation: 'gelu', norm: 'pre', decay: 0.01, rate: 1e-3, dropout: 0, replicas: 1 };
/** The paper drops 0.1; every library draws its own masks, so losses are compared without. */
const PAPER = { activation: 'relu', norm: 'post', decay: 0, rate: 1e-3, dropout: 0, replicas: 1 };
/** A path-star whose edges and, of most arms, paths are taught. */
const PATHS = {
  lab: 'geometry',
  arms: 1000,
  path_nodes: 4,
  pauses: 1,
  share: 0.75,
  initial_scale: 0.02,
  position_scale: 0.02,
};

/** The presets of these names in the labs, one sinusoidal run each; of the paths with an even rate, so that nobody needs a schedule. */
export const SIZES = Object.fromEntries(
  [
    {
      name: 'copy-tiny',
      width: 32,
      layers: 1,
      heads: 2,
      mlp: 128,
      symbols: 15,
      length: 14,
      batch: 16,
      ...GPT,
    },
    {
      name: 'copy-small',
      width: 64,
      layers: 2,
      heads: 4,
      mlp: 256,
      symbols: 15,
      length: 30,
      batch: 32,
      ...GPT,
    },
    { name: 'paper', width: 64, layers: 2, heads: 4, mlp: 128, symbols: 50, length: 64, batch: 32, ...PAPER },
    {
      name: 'paths-small',
      width: 64,
      layers: 2,
      heads: 4,
      mlp: 256,
      batch: 256,
      ...PATHS,
      ...GPT,
      rate: 2e-3,
    },
  ].map((size) => [size.name, { lab: 'copy', ...size }]),
);

/**
 * A size with what follows from it: tokens; the last positions of a sequence, which are judged; whether the output layer
 * is the embedding, without a bias; whether the table of positions is trained.
 */
export function shapes(size) {
  return { ...size, ...LABS[size.lab].shapes(size) };
}

/** Adam's constants, as in src/kernels/adamw.rs; rate and decay belong to the size. */
export const OPTIMISER = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
export const NORM_EPSILON = 1e-5;

export const SEED = 0;
const TRAINING = 1;
const POSITIONS = 3;
const WEIGHTS = 1000;

/** The generator of src/kernels/rng.rs. */
function pcg4d(a, b, c, d) {
  const start = (word) => (Math.imul(word, 1664525) + 1013904223) | 0;
  let [x, y, z, w] = [start(a), start(b), start(c), start(d)];
  const mix = () => {
    x = (x + Math.imul(y, w)) | 0;
    y = (y + Math.imul(z, x)) | 0;
    z = (z + Math.imul(x, y)) | 0;
    w = (w + Math.imul(y, z)) | 0;
  };
  mix();
  x ^= x >>> 16;
  y ^= y >>> 16;
  z ^= z >>> 16;
  w ^= w >>> 16;
  mix();
  return [x >>> 0, y >>> 0];
}

const unit = (word) => (word >>> 8) / 16777216;
const below = (word, n) => Math.floor(unit(word) * n);

/** Weights `{ name: { shape, values } }`, drawn as src/model/transformer.rs draws them; with a scale, all from N(0, scale²). */
export function weights(size) {
  const { width, layers, mlp, vocabulary, norm: place, initial_scale: scale } = size;
  const all = {};
  let stream = WEIGHTS;
  const add = (name, shape, draw, own = stream++) => {
    const count = shape.reduce((a, b) => a * b, 1);
    all[name] = { shape, values: Float32Array.from({ length: count }, (_, element) => draw(own, element)) };
  };
  const constant = (value) => () => value;
  const uniform = (bound) => (own, element) => (2 * unit(pcg4d(SEED, own, 0, element)[0]) - 1) * bound;
  const normal = (deviation) => (own, element) => {
    const [a, b] = pcg4d(SEED, own, 0, element);
    return Math.sqrt(-2 * Math.log(1 - unit(a))) * Math.cos(2 * Math.PI * unit(b)) * deviation;
  };
  const linear = (name, inputs, outputs, weight, bias) => {
    add(`${name}.weight`, [inputs, outputs], scale ? normal(scale) : weight);
    add(`${name}.bias`, [outputs], scale ? constant(0) : bias);
  };
  const norm = (name) => {
    add(`${name}.weight`, [width], constant(1));
    add(`${name}.bias`, [width], constant(0));
  };
  const usual = uniform(1 / Math.sqrt(width));
  const wide = uniform(1 / Math.sqrt(mlp));
  add('embedding', [vocabulary, width], normal(scale ?? 1));
  for (let i = 0; i < layers; i++) {
    linear(`${i}.qkv`, width, 3 * width, uniform(Math.sqrt(6 / (4 * width))), constant(0));
    linear(`${i}.out`, width, width, usual, constant(0));
    linear(`${i}.up`, width, mlp, usual, usual);
    linear(`${i}.down`, mlp, width, wide, wide);
    norm(`${i}.norm1`);
    norm(`${i}.norm2`);
  }
  if (place === 'pre') norm('norm');
  if (!size.tied) linear('output', width, vocabulary, usual, usual);
  if (size.learned) add('positions', [size.length, width], normal(size.position_scale), POSITIONS);
  return all;
}

/** Sinusoidal positions `[length, width]`. */
export function positions({ length, width }) {
  const table = new Float32Array(length * width);
  for (let p = 0; p < length; p++) {
    for (let c = 0; c < width; c++) {
      const phase = p * 10000 ** (-(c - (c % 2)) / width);
      table[p * width + c] = c % 2 === 0 ? Math.sin(phase) : Math.cos(phase);
    }
  }
  return table;
}

/** Sources of the copy task: the first half is copied to the second, and the separator is a symbol of its own. */
function copies({ symbols, length, judged }) {
  // Training shows only sources whose checksum is not held out, see src/task/source.rs.
  const check = (i) => (i === 0 ? 1 : (pcg4d(i, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35)[0] & 0xfffe) | 1);
  const checks = Array.from({ length: judged }, (_, i) => check(i));
  const held = Math.max(1, Math.floor(symbols / 8));
  return (step, row, tokens, source) => {
    const number = (element) => pcg4d(SEED, TRAINING, step, row * 512 + element)[0];
    let rest = 0;
    for (let i = 1; i < judged; i++) {
      source[i] = below(number(i), symbols);
      rest = (rest + checks[i] * source[i]) % symbols;
    }
    source[0] = (held + below(number(0), symbols - held) + symbols - rest) % symbols;
    tokens.set(source);
    tokens[judged] = symbols;
    tokens.set(source.subarray(0, length - judged - 1), judged + 1);
  };
}

/** Edges from either end, node by node, and the paths of the arms that are not held out, see src/labs/geometry/paths.rs. */
function paths({ arms, path_nodes: nodes, pauses, share, vocabulary }) {
  const [edge, path, pause] = [vocabulary - 3, vocabulary - 2, vocabulary - 1];
  const each = nodes - 1;
  const shown = (kind, from) => [kind, from, ...Array(pauses).fill(pause)];
  const examples = Array.from({ length: arms }, (_, arm) => [shown(edge, 0), arm * each + 1]);
  for (let node = 1; node <= arms * each; node++) {
    examples.push([shown(edge, node), node % each === 1 ? 0 : node - 1]);
    if (node % each !== 0) examples.push([shown(edge, node), node + 1]);
  }
  const heldOut = (upto) => Math.floor(upto * (1 - share) + 0.5);
  for (let arm = 0; arm < arms; arm++) {
    if (heldOut(arm + 1) > heldOut(arm)) continue;
    examples.push([shown(path, (arm + 1) * each), arm * each + 1]);
  }
  return (step, row, tokens, targets) => {
    const [example, target] = examples[below(pcg4d(SEED, TRAINING, step, row)[0], examples.length)];
    tokens.set(example);
    targets[0] = target;
  };
}

/** What follows from a size, and how a row of a batch is drawn: `(step, row, tokens, targets)`, of which it writes the last two. */
const LABS = {
  copy: {
    shapes: ({ symbols, length }) => ({
      vocabulary: symbols + 1,
      judged: length / 2,
      tied: false,
      learned: false,
    }),
    rows: copies,
  },
  geometry: {
    shapes: ({ arms, path_nodes: nodes, pauses }) => ({
      // Nodes, and the tokens of an edge, a path and a pause.
      vocabulary: 1 + arms * (nodes - 1) + 3,
      length: 2 + pauses,
      judged: 1,
      tied: true,
      learned: true,
    }),
    rows: paths,
  },
};

/** Batches: `next()` gives `{ tokens: Int32Array [batch, length], targets: Int32Array [batch, judged] }`. */
export class Batches {
  #size;
  #draw;
  step = 0;

  constructor(size) {
    this.#size = size;
    this.#draw = LABS[size.lab].rows(size);
  }

  next() {
    const { length, judged, batch } = this.#size;
    const tokens = new Int32Array(batch * length);
    const targets = new Int32Array(batch * judged);
    const part = (all, each, row) => all.subarray(row * each, (row + 1) * each);
    for (let row = 0; row < batch; row++) {
      this.#draw(this.step, row, part(tokens, length, row), part(targets, judged, row));
    }
    this.step += 1;
    return { tokens, targets };
  }
}
