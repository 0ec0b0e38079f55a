"""10,000 recalls from a sparse distributed memory in NumPy.

The same sizes and the same work as `mnemoscope sequence time --preset capacity`.

A cue of 11 of 256 neurons is decoded by 4096 neurons with 20 fixed weights each; the 20 with the largest sums fire, ties to the lower
neuron; their rows of the store are added up; the 11 largest of 256 sums are the word. The weights and codes are NumPy's own random
numbers, so that the words differ from ours, but not what is done for them. Two ways to decode are timed, a dense product (BLAS) and
a gather of the active rows; the faster one counts. Prints JSON.

    python3 www/bench/recall.py 10000
"""

import json
import sys
import time

import numpy as np

A, I, W, CHOSEN, WEIGHTS, D, ACTIVE = 256, 11, 4096, 20, 20, 256, 11
BATCH = 500
ROUNDS = 3


def codes(random, count, active, size):
    return np.argsort(random.random((count, size)), axis=1)[:, :active]


def largest(sums, count):
    """The `count` largest of each row, largest first. Sums are whole, so that a fraction by place breaks ties to the lower one."""
    keyed = sums - np.arange(sums.shape[1], dtype=np.float32) * np.float32(0.5 / sums.shape[1])
    some = np.argpartition(keyed, -count, axis=1)[:, -count:]
    order = np.argsort(-np.take_along_axis(keyed, some, axis=1), axis=1)
    return np.take_along_axis(some, order, axis=1)


def dense(batch):
    matrix = np.zeros((len(batch), A), np.float32)
    np.put_along_axis(matrix, batch, np.float32(1), axis=1)
    return matrix


def main(count):
    random = np.random.default_rng(0)
    decoder = np.zeros((A, W), np.float32)
    rows = codes(random, W, WEIGHTS, A)
    sizes = np.round(255 * 0.99 ** np.arange(WEIGHTS)).astype(np.float32)
    decoder[rows, np.arange(W)[:, None]] = sizes
    addresses, data = codes(random, count, I, A), codes(random, count, ACTIVE, D)
    store = np.zeros((W, D), np.float32)

    def by_product(batch):
        return dense(batch) @ decoder

    def by_gather(batch):
        return decoder[batch].sum(axis=1)

    def recall(batch, decode):
        lines = largest(decode(batch), CHOSEN)
        return largest(store[lines].sum(axis=1), ACTIVE)

    for at in range(0, count, BATCH):
        lines = largest(by_product(addresses[at : at + BATCH]), CHOSEN)
        store[lines[:, :, None], data[at : at + BATCH, None, :]] = 1

    found = {}
    for name, decode in (("product", by_product), ("gather", by_gather)):
        rounds = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            words = [recall(addresses[at : at + BATCH], decode) for at in range(0, count, BATCH)]
            rounds.append((time.perf_counter() - start) * 1e3)
        words = np.concatenate(words)
        exact = int((np.sort(words, axis=1) == np.sort(data, axis=1)).all(axis=1).sum())
        found[name] = {"rounds": rounds, "ms": min(rounds), "exact": exact}
    best = min(found.values(), key=lambda way: way["ms"])
    print(json.dumps({"recalls": count, "ms": best["ms"], "exact": best["exact"], "ways": found, "numpy": np.__version__}))


main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
