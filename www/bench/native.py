"""A training step in JAX: whole step in one `jit`, state donated. native.mjs gives it weights and batches, and drives it by lines.

    losses N    in bits, of the first N steps
    time N      milliseconds a step of N steps, until all that the last of them wrote is there
"""

import json
import math
import sys
import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

size, folder = json.loads(sys.argv[1]), sys.argv[2]


def tensors(name):
    described = json.load(open(f"{folder}/{name}.json"))
    values, at = np.fromfile(f"{folder}/{name}.bin", dtype="<f4"), 0
    for tensor in described:
        count = math.prod(tensor["shape"])
        yield tensor["name"], values[at : at + count].reshape(tensor["shape"])
        at += count


start = {name: jnp.asarray(values) for name, values in tensors("weights")}
given = dict(tensors("batches"))
table = jnp.asarray(given["positions"])
batches = [
    (jnp.asarray(tokens, jnp.int32), jnp.asarray(targets, jnp.int32))
    for tokens, targets in zip(given["tokens"], given["targets"])
]


def linear(x, p, name):
    return x @ p[f"{name}.weight"] + p[f"{name}.bias"]


def norm(x, p, name):
    return jax.nn.standardize(x, axis=-1, epsilon=1e-5) * p[f"{name}.weight"] + p[f"{name}.bias"]


def loss(p, tokens, targets):
    batch, length = tokens.shape
    heads, width = size["heads"], size["width"]
    x = p["embedding"][tokens] + table
    for i in range(size["layers"]):
        qkv = linear(norm(x, p, f"{i}.norm1"), p, f"{i}.qkv").reshape(batch, length, 3, heads, width // heads)
        mixed = jax.nn.dot_product_attention(qkv[:, :, 0], qkv[:, :, 1], qkv[:, :, 2], is_causal=True)
        x = x + linear(mixed.reshape(batch, length, width), p, f"{i}.out")
        hidden = jax.nn.gelu(linear(norm(x, p, f"{i}.norm2"), p, f"{i}.up"), approximate=True)
        x = x + linear(hidden, p, f"{i}.down")
    # Rows that are not judged need no output.
    logits = linear(norm(x[:, length - targets.shape[1] :], p, "norm"), p, "output")
    picked = jnp.take_along_axis(jax.nn.log_softmax(logits), targets[..., None], axis=-1)
    return -picked.mean()


@partial(jax.jit, donate_argnums=0)
def step(state, tokens, targets):
    p, m, v, powers = state
    value, gradient = jax.value_and_grad(loss)(p, tokens, targets)
    powers = powers * jnp.array([0.9, 0.999])
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradient)

    def moved(p, m, v):
        change = m / (1 - powers[0]) / (jnp.sqrt(v / (1 - powers[1])) + 1e-8)
        return p - size["rate"] * (change + size["decay"] * p)

    return value, (jax.tree.map(moved, p, m, v), m, v, powers)


def fresh():
    zeros = jax.tree.map(jnp.zeros_like, start)
    return jax.tree.map(jnp.copy, (start, zeros, zeros, jnp.ones(2)))


print(json.dumps(f"JAX {jax.__version__}"), flush=True)
state = fresh()
for line in sys.stdin:
    what, count = line.split()
    if what == "losses":
        state, found = fresh(), []
        for at in range(int(count)):
            value, state = step(state, *batches[at])
            found.append(float(value) / math.log(2))
        print(json.dumps(found), flush=True)
    else:
        begun = time.perf_counter()
        for at in range(int(count)):
            _, state = step(state, *batches[at % len(batches)])
        jax.block_until_ready(state)
        print(json.dumps((time.perf_counter() - begun) * 1e3 / int(count)), flush=True)
