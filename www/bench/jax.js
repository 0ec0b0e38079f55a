// The model in jax-js. The whole step (loss, gradient, AdamW) is one `jit`; parameters and moments stay on the device.
// A jax-js function takes its arguments over, so a value that is used again is passed as `.ref`.

import * as jax from '@jax-js/jax';
import { Batches, NORM_EPSILON, OPTIMISER, positions, weights } from './model.js';

const { numpy: np, nn, tree } = jax;

function linear(x, p, name) {
  return np.matmul(x, p[`${name}.weight`]).add(p[`${name}.bias`]);
}

function norm(x, p, name) {
  const standard = nn.standardize(x, -1, { epsilon: NORM_EPSILON });
  return standard.mul(p[`${name}.weight`]).add(p[`${name}.bias`]);
}

function attention(x, p, name, { batch, length, width, heads }) {
  const qkv = linear(x, p, name).reshape([batch, length, 3, heads, width / heads]);
  const [q, k, v] = [0, 1, 2].map((part) => qkv.ref.slice([], [], part));
  qkv.dispose();
  return nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([batch, length, width]);
}

/** What recalls a cloud from a mixture: mean squared error of its answers. */
function recalled({ batch, components, grid, width, heads }, p, { tokens, bias, queries, answers }) {
  const activate = (x) => nn.gelu(x, { approximate: true });
  const mlp = (x, name) => linear(activate(linear(x, p, `${name}.0`)), p, `${name}.1`);
  const [keys, head] = [components * grid, width / heads];
  const y = mlp(tokens, 'context');
  const query = mlp(queries, 'query');
  const of = (x, name, rows) =>
    np.matmul(x, p[`attention.${name}.weight`].transpose()).reshape([batch, rows, heads, head]);
  const asked = np.matmul(query.ref, p['attention.query.weight']).reshape([batch, 1, heads, head]);
  const gathered = nn.dotProductAttention(asked, of(y.ref, 'key', keys), of(y, 'value', keys), {
    bias: bias.reshape([batch, 1, 1, keys]),
  });
  const own = np.matmul(query, p['attention.skip.weight']);
  const both = linear(gathered.reshape([batch, width]), p, 'attention.out').add(own);
  return np.square(mlp(both, 'head').sub(answers)).mean();
}

function transformed(size, p, { tokens, targets }) {
  const { batch, length, judged, layers, vocabulary, width } = size;
  const table = size.learned ? p.positions : array(positions(size), [length, width]);
  let x = np.take(size.tied ? p.embedding.ref : p.embedding, tokens, 0).add(table);
  const attend = (x, i) => linear(attention(x, p, `${i}.qkv`, size), p, `${i}.out`);
  const think = (x, i) => {
    const up = linear(x, p, `${i}.up`);
    const hidden = size.activation === 'gelu' ? nn.gelu(up, { approximate: true }) : nn.relu(up);
    return linear(hidden, p, `${i}.down`);
  };
  for (let i = 0; i < layers; i++) {
    if (size.norm === 'pre') {
      x = x.ref.add(attend(norm(x, p, `${i}.norm1`), i));
      x = x.ref.add(think(norm(x, p, `${i}.norm2`), i));
    } else {
      x = norm(x.ref.add(attend(x, i)), p, `${i}.norm1`);
      x = norm(x.ref.add(think(x, i)), p, `${i}.norm2`);
    }
  }
  // Rows that are not judged need no output.
  x = x.slice([], [length - judged, length], []);
  if (size.norm === 'pre') x = norm(x, p, 'norm');
  if (size.tied) {
    // Of thousands of tokens, the wanted one's logit is quicker found as a product of its own than with a one-hot row.
    const wanted = x.ref.mul(np.take(p.embedding.ref, targets, 0)).sum(-1);
    const nats = nn.logsumexp(np.matmul(x, p.embedding.transpose()), -1).sub(wanted);
    return nats.sum().mul(1 / (batch * judged));
  }
  const picked = nn.logSoftmax(linear(x, p, 'output'), -1).mul(nn.oneHot(targets, vocabulary));
  return picked.sum().mul(-1 / (batch * judged));
}

function adamw(p, g, m, v, powers, { rate, decay }) {
  const { beta1, beta2, epsilon } = OPTIMISER;
  m = m.mul(beta1).add(g.ref.mul(1 - beta1));
  v = v.mul(beta2).add(np.square(g).mul(1 - beta2));
  const first = np.subtract(1, powers.ref.slice(0));
  const second = np.subtract(1, powers.slice(1));
  const step = m.ref.div(first).div(np.sqrt(v.ref.div(second)).add(epsilon));
  const change = decay > 0 ? step.add(p.ref.mul(decay)) : step;
  return [p.sub(change.mul(rate)), m, v];
}

const array = (values, shape, dtype = np.float32) => np.array(values, { dtype }).reshape(shape);

export async function open(size, device) {
  const available = await jax.init(device);
  if (!available.includes(device)) throw new Error(`jax-js has no ${device} here`);
  jax.defaultDevice(device);

  const start = Object.entries(weights(size));
  const count = start.reduce((sum, [, { values }]) => sum + values.length, 0);
  const objective = size.nats ? transformed : recalled;
  const loss = (p, batch) => objective(size, p, batch);

  const step = jax.jit(({ params, m, v, powers }, batch) => {
    const [value, gradient] = jax.valueAndGrad(loss)(tree.ref(params), batch);
    powers = powers.mul(np.array([OPTIMISER.beta1, OPTIMISER.beta2]));
    // One flat AdamW needs fewer launches than one per tensor, and measured the faster.
    const flat = (tensors) => np.concatenate(start.map(([name]) => np.ravel(tensors[name])));
    let all;
    [all, m, v] = adamw(flat(params), flat(gradient), m, v, powers.ref, size);
    const next = {};
    let at = 0;
    for (const [name, { shape, values }] of start) {
      next[name] = all.ref.slice([at, at + values.length]).reshape(shape);
      at += values.length;
    }
    all.dispose();
    return [value, { params: next, m, v, powers }];
  });

  const params = Object.fromEntries(start.map(([name, { shape, values }]) => [name, array(values, shape)]));
  let state = { params, m: np.zeros([count]), v: np.zeros([count]), powers: np.ones([2]) };
  const batches = new Batches(size);
  const advance = () => {
    const given = ([name, { shape, values }]) => [
      name,
      array(values, shape, values instanceof Int32Array ? np.int32 : np.float32),
    ];
    let value;
    [value, state] = step(state, Object.fromEntries(Object.entries(batches.next()).map(given)));
    return value;
  };

  // jax-js is lazy: something has to set a step going. On WebGPU, asking for the buffer submits without waiting.
  // In wasm a read of the loss is what runs the step: at once on this thread, or awaited where workers help.
  const set = {
    webgpu: (value) => value.gpuBufferSync(),
    wasm: crossOriginIsolated ? (value) => value.data() : (value) => value.dataSync(),
  }[device];
  return {
    async losses(steps) {
      const losses = [];
      for (let i = 0; i < steps; i++) losses.push((await advance().data())[0] / (size.nats ? Math.LN2 : 1));
      return losses;
    },
    async train(steps) {
      for (let i = 0; i < steps; i++) {
        const going = set(advance());
        if (going instanceof Promise) await going;
      }
      await jax.blockUntilReady(state.params);
      // `blockUntilReady` reads no bytes; what the last update wrote can only be read once it is there.
      await state.params[start.at(-1)[0]].ref.data();
    },
  };
}
