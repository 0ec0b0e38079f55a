"""A saved run as a PyTorch model. Needs PyTorch 1.12 or newer, and nothing else.

    python3 recipes/pytorch.py race.safetensors                          which runs the file holds
    python3 recipes/pytorch.py race.safetensors sinusoidal.0 3 1 4 SEP 3 1 4

The second prints what run sinusoidal.0 (encoding and seed) says at each position of an input, as "Look inside" shows it on the page.
docs/pytorch.md explains it.
"""

import json
import struct
import sys

import torch
from torch import nn
from torch.nn import functional as F


def read(path):
    """The settings and the tensors of a weights file; `safetensors.torch.load_file` reads the same tensors."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        (size,) = struct.unpack("<Q", data[:8])
        header, data = json.loads(data[8 : 8 + size]), data[8 + size :]
        about = json.loads(header.pop("__metadata__")["mnemoscope"])
    except OSError as error:
        raise SystemExit(f"{path}: {error.strerror}.")
    except (ValueError, KeyError, TypeError, AttributeError, struct.error):
        raise SystemExit(f"{path} is not a weights file of this lab.")
    if about["format"] < 2:
        raise SystemExit(f"{path} is of an older version, with other shapes: open it on the page and save it again.")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).reshape(entry["shape"])
    return about["configuration"], tensors


def gelu(x):
    return F.gelu(x, approximate="tanh")


class Model(nn.Module):
    """Run `run` of a file: embedding and position, `nn.TransformerEncoder`, output."""

    def __init__(self, settings, tensors, run):
        super().__init__()
        encoding = run.rpartition(".")[0]
        if encoding == "rope":
            raise SystemExit("RoPE turns queries and keys inside attention; nn.TransformerEncoder has no place for that.")
        own = {name[len(run) + 1 :]: tensor for name, tensor in tensors.items() if name.startswith(run + ".")}
        if not own:
            raise SystemExit(f"There is no run {run} in the file; there are {', '.join(runs(tensors))}.")
        self.embedding = own.pop("embedding.weight")
        # Tied, the embedding is the output layer too.
        self.output = own.pop("output.weight", self.embedding), own.pop("output.bias", None)
        # What encodes nothing here (none, ALiBi) has a table of zeros.
        self.position = own.pop("position.gain") * own.pop("position.table")

        length, width = self.position.shape
        heads = int(settings["heads"])
        before = settings["norm"] == "pre"
        # What a lab has no setting for is the default.
        activation, seen = settings.get("activation", "relu"), settings.get("mask", "task")
        layer = nn.TransformerEncoderLayer(
            width,
            heads,
            dim_feedforward=int(settings["mlp"]),
            dropout=0.0,
            activation={"relu": F.relu, "gelu": gelu, "tanh": torch.tanh}[activation],
            layer_norm_eps=1e-5,
            batch_first=True,
            norm_first=before,
        )
        norm = nn.LayerNorm(width, eps=1e-5) if before else None
        self.encoder = nn.TransformerEncoder(layer, int(settings["layers"]), norm=norm, enable_nested_tensor=False)
        self.encoder.load_state_dict(own, strict=True)
        self.eval()

        # Added to the logits of attention: [heads, query, key].
        place = torch.arange(length)
        mask = torch.zeros(heads, length, length)
        if encoding == "alibi":
            slopes = 2.0 ** (-8.0 * torch.arange(1, heads + 1) / heads)
            mask -= slopes[:, None, None] * (place[:, None] - place[None, :]).abs()
        if seen == "causal" or (seen == "task" and settings["task"] in ("causal-copy", "associative-recall")):
            mask = mask.masked_fill(place[:, None] < place[None, :], float("-inf"))
        self.mask = mask

    def forward(self, tokens):
        """Logits `[batch, length, vocabulary]` of tokens `[batch, length]`."""
        x = F.embedding(tokens, self.embedding) + self.position
        return F.linear(self.encoder(x, mask=self.mask.repeat(len(tokens), 1, 1)), *self.output)

    def probabilities(self, tokens):
        """What the page shows of one input `[length]`: `[length, vocabulary]`."""
        # With gradients on: some versions' fast path without them takes no mask of numbers.
        return self(torch.tensor([tokens])).softmax(-1)[0].detach()


def runs(tensors):
    end = ".embedding.weight"
    return [name[: -len(end)] for name in tensors if name.endswith(end) and not name.startswith("optimiser.")]


def main(path, run=None, *words):
    settings, tensors = read(path)
    if run is None:
        print("\n".join(runs(tensors)))
        return
    model = Model(settings, tensors, run)
    length, symbols = len(model.position), int(settings["symbols"])
    # The separator's number is the one after the last symbol's.
    tokens = [symbols if word == "SEP" else int(word) for word in words]
    if len(tokens) != length or not all(0 <= token < len(model.embedding) for token in tokens):
        raise SystemExit(f"An input of this run has {length} symbols, numbers from 0 to {symbols - 1} or SEP.")
    print("position input predicted probability")
    for position, (word, row) in enumerate(zip(words, model.probabilities(tokens))):
        best = int(row.argmax())
        print(position, word, "SEP" if best == symbols else best, f"{float(row[best]):.6f}")


if __name__ == "__main__":
    main(*sys.argv[1:]) if len(sys.argv) > 1 else print(__doc__)
