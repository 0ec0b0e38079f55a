// The model in TensorFlow.js. It has no `jit`; the step runs kernel by kernel. AdamW is flat, as in jax.js.

import { Batches, NORM_EPSILON, OPTIMISER, positions, weights } from './model.js';

const PACKAGES = 'node_modules/@tensorflow/';

function script(path) {
  return new Promise((resolve, reject) => {
    const element = document.createElement('script');
    element.src = PACKAGES + path;
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${path} did not load`));
    document.head.append(element);
  });
}

function objective(tf, size, constants, p, tokens, targets) {
  const { batch, length, judged, layers, width, heads, vocabulary } = size;
  const head = width / heads;
  const linear = (x, name) => tf.add(tf.matMul(x, p[`${name}.weight`]), p[`${name}.bias`]);
  const norm = (x, name) => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), NORM_EPSILON));
    return tf.add(tf.mul(tf.mul(centred, scale), p[`${name}.weight`]), p[`${name}.bias`]);
  };
  const gelu = (x) => {
    const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
    return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
  };
  const attention = (x, name) => {
    const parts = tf.split(linear(x, name), 3, -1);
    const split = (part) => tf.transpose(tf.reshape(part, [batch, length, heads, head]), [0, 2, 1, 3]);
    const [q, k, v] = parts.map(split);
    const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(head)), constants.mask);
    const mixed = tf.matMul(tf.softmax(scores, -1), v);
    return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch * length, width]);
  };
  // Asked for floats, the wasm backend's oneHot gives wrong numbers; so the cast stands apart.
  const oneHot = (indices) => tf.cast(tf.oneHot(indices, vocabulary), 'float32');
  const embedded = tf.matMul(oneHot(tokens), p.embedding);
  let x = tf.reshape(
    tf.add(tf.reshape(embedded, [batch, length, width]), size.learned ? p.positions : constants.table),
    [-1, width],
  );
  const attend = (x, i) => linear(attention(x, `${i}.qkv`), `${i}.out`);
  const activate = size.activation === 'gelu' ? gelu : tf.relu;
  const think = (x, i) => linear(activate(linear(x, `${i}.up`)), `${i}.down`);
  for (let i = 0; i < layers; i++) {
    if (size.norm === 'pre') {
      x = tf.add(x, attend(norm(x, `${i}.norm1`), i));
      x = tf.add(x, think(norm(x, `${i}.norm2`), i));
    } else {
      x = norm(tf.add(x, attend(x, i)), `${i}.norm1`);
      x = norm(tf.add(x, think(x, i)), `${i}.norm2`);
    }
  }
  x = tf.slice(tf.reshape(x, [batch, length, width]), [0, length - judged, 0], [batch, judged, width]);
  x = tf.reshape(x, [-1, width]);
  if (size.norm === 'pre') x = norm(x, 'norm');
  const logits = size.tied ? tf.matMul(x, p.embedding, false, true) : linear(x, 'output');
  return tf.mul(tf.sum(tf.mul(tf.logSoftmax(logits), oneHot(targets))), -1 / (batch * judged));
}

export async function open(size, device) {
  await script('tfjs/dist/tf.min.js');
  await script(`tfjs-backend-${device}/dist/tf-backend-${device}.min.js`);
  const { tf } = globalThis;
  if (device === 'wasm') tf.wasm.setWasmPaths(`${PACKAGES}tfjs-backend-wasm/dist/`);
  if (!(await tf.setBackend(device))) throw new Error(`TensorFlow.js has no ${device} here`);
  await tf.ready();

  const start = Object.entries(weights(size));
  const names = start.map(([name]) => name);
  const { length, width } = size;
  const masked = Float32Array.from({ length: length * length }, (_, i) =>
    i % length > Math.floor(i / length) ? -1e30 : 0,
  );
  const constants = {
    table: tf.tensor(positions(size), [1, length, width]),
    mask: tf.tensor(masked, [1, 1, length, length]),
  };
  const flat = (tensors) => tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1])));
  let state = tf.tidy(() => {
    const params = start.map(([, { shape, values }]) => tf.tensor(values, shape));
    const all = flat(params);
    return { params, all, m: tf.zerosLike(all), v: tf.zerosLike(all) };
  });
  const batches = new Batches(size);

  const advance = () => {
    const { tokens, targets } = batches.next();
    const whole = ({ values }) => tf.tensor1d(values, 'int32');
    const [value, next] = tf.tidy(() => {
      const loss = (...params) => {
        const p = Object.fromEntries(names.map((name, i) => [name, params[i]]));
        return objective(tf, size, constants, p, whole(tokens), whole(targets));
      };
      const { value, grads } = tf.valueAndGrads(loss)(state.params);
      const { rate, decay } = size;
      const { beta1, beta2, epsilon } = OPTIMISER;
      const g = flat(grads);
      const m = tf.add(tf.mul(state.m, beta1), tf.mul(g, 1 - beta1));
      const v = tf.add(tf.mul(state.v, beta2), tf.mul(tf.square(g), 1 - beta2));
      const first = 1 / (1 - beta1 ** batches.step);
      const second = 1 / (1 - beta2 ** batches.step);
      const step = tf.div(tf.mul(m, first), tf.add(tf.sqrt(tf.mul(v, second)), epsilon));
      const kept = decay > 0 ? tf.mul(state.all, 1 - rate * decay) : state.all;
      const all = tf.sub(kept, tf.mul(step, rate));
      let at = 0;
      const params = start.map(([, { shape, values }]) => {
        const part = tf.slice(all, at, values.length);
        at += values.length;
        return tf.reshape(part, shape);
      });
      return [value, { params, all, m, v }];
    });
    tf.dispose(state);
    state = next;
    return value;
  };

  return {
    async losses(steps) {
      const losses = [];
      for (let i = 0; i < steps; i++) {
        const value = advance();
        losses.push((await value.data())[0] / Math.LN2);
        value.dispose();
      }
      return losses;
    },
    async train(steps) {
      for (let i = 0; i < steps; i++) advance().dispose();
      await state.params.at(-1).data();
    },
  };
}
