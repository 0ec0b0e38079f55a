// What every contender trains: sizes, initial weights and training data.
// Weights and data are the same numbers as Mnemoscope's for seed 0, so that losses can be compared step by step.

const GPT = { activation: 'gelu', norm: 'pre', decay: 0.01, rate: 1e-3, dropout: 0, replicas: 1 };
/** The paper drops 0.1; every library draws its own masks, so losses are compared without. */
const PAPER = { activation: 'relu', norm: 'post', decay: 0, rate: 1e-3, dropout: 0, replicas: 1 };

/** The presets of these names in src/labs/copy/config.rs, one sinusoidal run each. */
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
  ].map((size) => [size.name, size]),
);

/** A size with what follows from it: half of the input is copied, and the separator is a symbol of its own. */
export function shapes(size) {
  return { ...size, copied: size.length / 2, vocabulary: size.symbols + 1 };
}

/** Adam's constants, as in src/kernels/adamw.rs; rate and decay belong to the size. */
export const OPTIMISER = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
export const NORM_EPSILON = 1e-5;

export const SEED = 0;
const TRAINING = 1;
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

/** Weights `{ name: { shape, values } }`, drawn as src/model/transformer.rs draws them. */
export function weights({ width, layers, mlp, vocabulary, norm: place }) {
  const all = {};
  let stream = WEIGHTS;
  const add = (name, shape, draw) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const own = stream++;
    all[name] = { shape, values: Float32Array.from({ length: count }, (_, element) => draw(own, element)) };
  };
  const constant = (value) => () => value;
  const uniform = (bound) => (own, element) => (2 * unit(pcg4d(SEED, own, 0, element)[0]) - 1) * bound;
  const normal = (own, element) => {
    const [a, b] = pcg4d(SEED, own, 0, element);
    return Math.sqrt(-2 * Math.log(1 - unit(a))) * Math.cos(2 * Math.PI * unit(b));
  };
  const linear = (name, inputs, outputs, weight, bias) => {
    add(`${name}.weight`, [inputs, outputs], weight);
    add(`${name}.bias`, [outputs], bias);
  };
  const norm = (name) => {
    add(`${name}.weight`, [width], constant(1));
    add(`${name}.bias`, [width], constant(0));
  };
  const usual = uniform(1 / Math.sqrt(width));
  const wide = uniform(1 / Math.sqrt(mlp));
  add('embedding', [vocabulary, width], normal);
  for (let i = 0; i < layers; i++) {
    linear(`${i}.qkv`, width, 3 * width, uniform(Math.sqrt(6 / (4 * width))), constant(0));
    linear(`${i}.out`, width, width, usual, constant(0));
    linear(`${i}.up`, width, mlp, usual, usual);
    linear(`${i}.down`, mlp, width, wide, wide);
    norm(`${i}.norm1`);
    norm(`${i}.norm2`);
  }
  if (place === 'pre') norm('norm');
  linear('output', width, vocabulary, usual, usual);
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

/** Batches: `next()` gives `{ tokens: Int32Array [batch, length], targets: Int32Array [batch, copied] }`. */
export class Batches {
  #size;
  #checks;
  step = 0;

  constructor(size) {
    this.#size = size;
    // Training shows only sources whose checksum is not held out, see src/task/source.rs.
    const check = (i) => (i === 0 ? 1 : (pcg4d(i, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35)[0] & 0xfffe) | 1);
    this.#checks = Array.from({ length: size.copied }, (_, i) => check(i));
  }

  next() {
    const { symbols, copied, length, batch } = this.#size;
    const held = Math.max(1, Math.floor(symbols / 8));
    const tokens = new Int32Array(batch * length);
    const targets = new Int32Array(batch * copied);
    for (let row = 0; row < batch; row++) {
      const source = targets.subarray(row * copied, (row + 1) * copied);
      const number = (element) => pcg4d(SEED, TRAINING, this.step, row * 512 + element)[0];
      let rest = 0;
      for (let i = 1; i < copied; i++) {
        source[i] = below(number(i), symbols);
        rest = (rest + this.#checks[i] * source[i]) % symbols;
      }
      source[0] = (held + below(number(0), symbols - held) + symbols - rest) % symbols;
      tokens.set(source, row * length);
      tokens[row * length + copied] = symbols;
      tokens.set(source.subarray(0, copied - 1), row * length + copied + 1);
    }
    this.step += 1;
    return { tokens, targets };
  }
}
