// What every contender trains: sizes, initial weights and training data.
// Weights and data are the same numbers as Mnemoscope's for seed 0, so that losses can be compared step by step.

const GPT = { activation: 'gelu', norm: 'pre', decay: 0.01, rate: 1e-3, dropout: 0, replicas: 1 };
/** The paper drops 0.1; every library draws its own masks, so losses are compared without. */
const PAPER = { activation: 'relu', norm: 'post', decay: 0, rate: 1e-3, dropout: 0, replicas: 1 };
/** A path-star whose edges and, of most arms, paths are taught. */
const PATHS = {
  arms: 1000,
  path_nodes: 4,
  pauses: 1,
  share: 0.75,
  initial_scale: 0.02,
  position_scale: 0.02,
};

/** Contexts that are mixtures of clouds, with tags on a circle, asked for their first coefficient; the exact integral over the grid. */
const RECALL = {
  components: 8,
  alpha: 1,
  modes: 16,
  grid: 32,
  heads: 4,
  hidden: 32,
  activation: 'gelu',
  decay: 0,
  replicas: 1,
  /** Its first losses lie on a plateau and do not fall. */
  plateau: true,
};

/** By lab, the presets of these names, one run each; of paths and mixtures with an even rate, so that nobody needs a schedule. */
const PRESETS = {
  copy: {
    'copy-tiny': { width: 32, layers: 1, heads: 2, mlp: 128, symbols: 15, length: 14, batch: 16, ...GPT },
    'copy-small': { width: 64, layers: 2, heads: 4, mlp: 256, symbols: 15, length: 30, batch: 32, ...GPT },
    paper: { width: 64, layers: 2, heads: 4, mlp: 128, symbols: 50, length: 64, batch: 32, ...PAPER },
  },
  geometry: {
    'paths-small': { width: 64, layers: 2, heads: 4, mlp: 256, batch: 256, ...PATHS, ...GPT, rate: 2e-3 },
  },
  mixtures: { recall: { width: 16, batch: 32, ...RECALL, rate: 3e-3 } },
};

export const SIZES = Object.fromEntries(
  Object.entries(PRESETS).flatMap(([lab, presets]) =>
    Object.entries(presets).map(([name, size]) => [name, { lab, name, ...size }]),
  ),
);

/**
 * A size with what follows from it: whether the loss is in nats; of sequences tokens, the last positions, which are judged, whether the
 * output layer is the embedding, without a bias, and whether the table of positions is trained.
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

const constant = (value) => () => value;
const uniform = (bound) => (own, element) => (2 * unit(pcg4d(SEED, own, 0, element)[0]) - 1) * bound;
const normal = (deviation) => (own, element) => {
  const [a, b] = pcg4d(SEED, own, 0, element);
  return Math.sqrt(-2 * Math.log(1 - unit(a))) * Math.cos(2 * Math.PI * unit(b)) * deviation;
};

/** Weights `{ name: { shape, values } }`, each tensor from a stream of its own, in order. */
export function weights(size) {
  const all = {};
  let stream = WEIGHTS;
  const add = (name, shape, draw, own = stream++) => {
    const count = shape.reduce((a, b) => a * b, 1);
    all[name] = { shape, values: Float32Array.from({ length: count }, (_, element) => draw(own, element)) };
  };
  LABS[size.lab].weights(size, add);
  return all;
}

/** As src/model/transformer.rs draws them; with a scale, all from N(0, scale²). */
function ofTransformer(size, add) {
  const { width, layers, mlp, vocabulary, norm: place, initial_scale: scale } = size;
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
}

/** As src/labs/mixtures/model.rs draws them. Weights of keys and values lie the other way round. */
function ofRetriever({ width, hidden }, add) {
  const even = (inputs) => normal(Math.sqrt(1 / inputs));
  const linear = (name, inputs, outputs) => {
    add(`${name}.weight`, [inputs, outputs], even(inputs));
    add(`${name}.bias`, [outputs], constant(0));
  };
  const mlp = (name, inputs, outputs) => {
    linear(`${name}.0`, inputs, hidden);
    linear(`${name}.1`, hidden, outputs);
  };
  mlp('context', 3, width);
  mlp('query', 3, width);
  for (const name of ['query', 'key', 'value', 'skip'])
    add(`attention.${name}.weight`, [width, width], even(width));
  linear('attention.out', width, width);
  mlp('head', width, 1);
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
  return (step, row, { tokens, targets: source }) => {
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
  return (step, row, { tokens, targets }) => {
    const [example, target] = examples[below(pcg4d(SEED, TRAINING, step, row)[0], examples.length)];
    tokens.set(example);
    targets[0] = target;
  };
}

/** Contexts of a step, each asked by one of its tags, see src/kernels/mixture.rs and mixture_tokens.rs. */
function mixtures({ components, alpha, modes, grid }) {
  const roots = Array.from({ length: modes }, (_, mode) => Math.exp(-0.5 * (mode + 1) ** alpha));
  const factor = 0.95 / (Math.SQRT2 * roots.reduce((sum, root) => sum + root, 0));
  const features = roots.map((root, mode) =>
    Float64Array.from(
      { length: grid },
      (_, cell) => factor * root * Math.SQRT2 * Math.cos((Math.PI * (mode + 1) * (cell + 0.5)) / grid),
    ),
  );
  const density = new Float64Array(grid);
  const z = new Float64Array(modes);
  return (step, row, { tokens, bias, queries, answers }, batch) => {
    const words = (element) => pcg4d(SEED, TRAINING, step * batch + row, element);
    const [turned, asked] = words(components * (modes + 1));
    for (let own = 0; own < components; own++) {
      density.fill(1);
      for (let mode = 0; mode < modes; mode++) {
        z[mode] = 2 * unit(words(own * modes + mode)[0]) - 1;
        for (let cell = 0; cell < grid; cell++) density[cell] += z[mode] * features[mode][cell];
      }
      const moved = 2 * unit(words(components * modes + own)[0]) - 1;
      const angle = 2 * Math.PI * ((own + 0.4 * moved) / components + unit(turned));
      const tag = [Math.cos(angle), Math.sin(angle)];
      let total = 0;
      for (let cell = 0; cell < grid; cell++) {
        density[cell] = Math.max(0, density[cell]);
        total += density[cell];
      }
      for (let cell = 0; cell < grid; cell++) {
        const at = own * grid + cell;
        bias[at] = Math.log(Math.max(density[cell] / total, 1e-30) / components);
        tokens[3 * at] = (cell + 0.5) / grid;
        [tokens[3 * at + 1], tokens[3 * at + 2]] = tag;
      }
      if (own !== Math.floor(unit(asked) * components)) continue;
      queries.set([0, ...tag]);
      // Uniform from −1 to 1, of variance 1/3.
      answers[0] = z[0] * Math.sqrt(3);
    }
  };
}

const ofSequences = ({ batch, length, judged }) => ({
  tokens: { shape: [batch, length], type: Int32Array },
  targets: { shape: [batch, judged], type: Int32Array },
});

/**
 * What follows from a size, its weights, its tensors in a batch, and how a row of a batch is drawn: `(step, row, parts, batch)`, which
 * writes its parts of these tensors.
 */
const LABS = {
  copy: {
    weights: ofTransformer,
    tensors: ofSequences,
    shapes: ({ symbols, length }) => ({
      vocabulary: symbols + 1,
      judged: length / 2,
      nats: true,
      tied: false,
      learned: false,
    }),
    rows: copies,
  },
  geometry: {
    weights: ofTransformer,
    tensors: ofSequences,
    shapes: ({ arms, path_nodes: nodes, pauses }) => ({
      // Nodes, and the tokens of an edge, a path and a pause.
      vocabulary: 1 + arms * (nodes - 1) + 3,
      length: 2 + pauses,
      judged: 1,
      nats: true,
      tied: true,
      learned: true,
    }),
    rows: paths,
  },
  mixtures: {
    weights: ofRetriever,
    tensors: ({ batch, components, grid }) => ({
      tokens: { shape: [batch, components * grid, 3], type: Float32Array },
      bias: { shape: [batch, components * grid], type: Float32Array },
      queries: { shape: [batch, 3], type: Float32Array },
      answers: { shape: [batch, 1], type: Float32Array },
    }),
    shapes: () => ({ nats: false }),
    rows: mixtures,
  },
};

/** Batches: `next()` gives the tensors of one by name, each `{ shape, values }`. */
export class Batches {
  #size;
  #draw;
  #tensors;
  step = 0;

  constructor(size) {
    this.#size = size;
    this.#draw = LABS[size.lab].rows(size);
    this.#tensors = Object.entries(LABS[size.lab].tensors(size));
  }

  next() {
    const { batch } = this.#size;
    const all = this.#tensors.map(([name, { shape, type }]) => {
      const each = shape.slice(1).reduce((a, b) => a * b, 1);
      return { name, shape, each, values: new type(batch * each) };
    });
    for (let row = 0; row < batch; row++) {
      const part = ({ name, each, values }) => [name, values.subarray(row * each, (row + 1) * each)];
      this.#draw(this.step, row, Object.fromEntries(all.map(part)), batch);
    }
    this.step += 1;
    return Object.fromEntries(all.map(({ name, shape, values }) => [name, { shape, values }]));
  }
}
