"""A training step of a saved run's model in PyTorch, in milliseconds. docs/gpu.md says what is compared.

    python3 torch_step.py WEIGHTS RUN SECONDS      writes JSON

On CUDA twice: operation by operation, and as a CUDA graph that is replayed.
"""

import json
import os
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")]
import pytorch

# What the geometry lab has no setting for.
PATHS = {"norm": "pre", "activation": "gelu", "task": "paths", "mask": "causal"}


class Step:
    """One training step on a batch that is drawn on the device."""

    def __init__(self, path, run, device):
        settings, tensors = pytorch.read(path)
        paths = settings.get("experiment") == "paths"
        settings = {**PATHS, **settings} if paths else settings
        model = pytorch.Model(settings, tensors, run).to(device).train()
        share = float(settings.get("dropout", 0))
        for module in model.modules():
            if isinstance(module, nn.Dropout):
                module.p = share
            if isinstance(module, nn.MultiheadAttention):
                module.dropout = share
        tied = model.output[0] is model.embedding
        model.embedding = nn.Parameter(model.embedding.to(device))
        weight, bias = model.output
        self.weight = model.embedding if tied else nn.Parameter(weight.to(device))
        self.bias = None if bias is None else nn.Parameter(bias.to(device))
        self.model, self.device = model, device
        self.position, mask = model.position.to(device), model.mask.to(device)
        (self.length, _), self.batch = self.position.shape, int(settings["batch"])
        self.mask = mask.repeat(self.batch, 1, 1)
        self.symbols = len(model.embedding)
        # Where answers are judged: the last place of a path, the half that is copied.
        self.first = self.length - 1 if paths else self.length // 2
        parameters = list(model.parameters()) + [p for p in (self.weight, self.bias) if p is not None and p is not model.embedding]
        fast = {"fused": True, "capturable": True} if device == "cuda" else {}
        self.optimiser = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=float(settings["decay"]), **fast)

    def __call__(self):
        self.optimiser.zero_grad(set_to_none=True)
        tokens = torch.randint(self.symbols, (self.batch, self.length), device=self.device)
        x = F.embedding(tokens, self.model.embedding) + self.position
        x = self.model.encoder(x, mask=self.mask)[:, self.first :]
        logits = F.linear(x, self.weight, self.bias)
        F.cross_entropy(logits.flatten(0, 1), tokens[:, self.first :].flatten()).backward()
        self.optimiser.step()


def graph(step):
    """The step as one CUDA graph, as PyTorch's notes have it."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    step.optimiser.zero_grad(set_to_none=True)
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def milliseconds(step, device, seconds):
    """Of one step, the device waited for at the end of more and more steps."""

    def timed(steps):
        begin = time.perf_counter()
        for _ in range(steps):
            step()
        if device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - begin

    timed(2)
    steps, taken = 1, timed(1)
    while taken < seconds / 2 and steps < 100_000:
        steps = max(steps + 1, min(4 * steps, int(steps * 0.8 * seconds / taken)))
        taken = timed(steps)
    return 1e3 * taken / steps


def main(path, run, seconds):
    seconds = float(seconds)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    name = torch.cuda.get_device_name() if device == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    step = Step(path, run, device)
    answer = {"torch": torch.__version__, "device": name, "eager": milliseconds(step, device, seconds)}
    if device == "cuda":
        try:
            answer["graph"] = milliseconds(graph(step), device, seconds)
        except RuntimeError as error:
            answer["graphRefused"] = str(error).splitlines()[0]
    print(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
