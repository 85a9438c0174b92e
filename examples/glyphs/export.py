#!/usr/bin/python3
"""Folds the batch norms of build/glyphs.pt and writes what write_model.cpp makes glyphs.tflite of:

build/glyphs.txt   one operator a line: kind, name, names of its inputs, then what the kind needs
build/glyphs.bin   their weights and biases in that order: little-endian float32, TFLite's layouts

Both are then read back, run, compared with the trained network, and measured on the held-out set
and on the frames of test/.
"""

import argparse
import csv
import pathlib

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from model import ConvBn, GlyphNet, Plain, Residual, Separable, to_input
from train import load_set, report

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE / "build"
NAMES = {
    Plain: ["conv"],
    Separable: ["depthwise", "project"],
    Residual: ["expand", "depthwise", "project"],
}


def operators(model):
    """(line, arrays) of each operator; the arrays in TFLite's layouts."""
    last = "image"

    def conv(name, layer):
        nonlocal last
        weights, bias = layer.folded()
        outputs, inputs, height, width = weights.shape
        activation = "relu6" if layer.relu6 else "none"
        stride = layer.conv.stride[0]
        if layer.depthwise:
            line = f"depthwise {name} {last} {height} {width} {outputs} {stride} {activation}"
            arrays = [weights.permute(1, 2, 3, 0), bias]  # 1HWC
        else:
            line = f"conv {name} {last} {height} {width} {inputs} {outputs} {stride} {activation}"
            arrays = [weights.permute(0, 2, 3, 1), bias]  # OHWI
        last = name
        return line, arrays

    yield "input image 64 64 3", []
    yield conv("stem", model.stem)
    for number, block in enumerate(model.blocks, 1):
        start = last
        layers = [layer for layer in block if isinstance(layer, ConvBn)]
        names = NAMES[type(block)]
        for name, layer in zip(names, layers):
            yield conv(f"block{number}/{name}", layer)
        if isinstance(block, Residual):
            yield f"add block{number}/add {last} {start}", []
            last = f"block{number}/add"
    outputs, inputs = model.classifier.weight.shape
    yield f"mean pool {last}", []
    yield f"fully_connected logits pool {inputs} {outputs}", [
        model.classifier.weight,
        model.classifier.bias,
    ]
    yield "softmax probabilities logits", []


class Exported:
    """Runs the two files as TFLite defines their operators. Called like the network, but gives
    probabilities."""

    def __init__(self):
        self.lines = [line.split() for line in (BUILD / "glyphs.txt").read_text().splitlines()]
        self.weights = torch.from_numpy(np.fromfile(BUILD / "glyphs.bin", "<f4"))

    def eval(self):
        return self

    def __call__(self, x):
        position = 0

        def take(*shape):
            nonlocal position
            count = int(np.prod(shape))
            position += count
            return self.weights[position - count : position].reshape(shape)

        values = {}
        for kind, name, *rest in self.lines:
            if kind == "input":
                values[name] = x
            elif kind in ("conv", "depthwise"):
                y = values[rest[0]]
                height, width, inputs, outputs, stride = [
                    int(v) for v in (rest[1:6] if kind == "conv" else rest[1:4] + rest[3:5])
                ]
                pads = []
                for size, kernel in ((y.shape[3], width), (y.shape[2], height)):
                    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
                    pads += [total // 2, total - total // 2]
                if kind == "conv":
                    weights, groups = take(outputs, height, width, inputs).permute(0, 3, 1, 2), 1
                else:
                    weights, groups = take(1, height, width, outputs).permute(3, 0, 1, 2), outputs
                y = F.conv2d(F.pad(y, pads), weights, take(outputs), stride, groups=groups)
                values[name] = y.clamp(0, 6) if rest[-1] == "relu6" else y
            elif kind == "add":
                values[name] = values[rest[0]] + values[rest[1]]
            elif kind == "mean":
                values[name] = values[rest[0]].mean((2, 3))
            elif kind == "fully_connected":
                inputs, outputs = int(rest[1]), int(rest[2])
                values[name] = values[rest[0]] @ take(outputs, inputs).T + take(outputs)
            else:
                assert kind == "softmax", kind
                values[name] = values[rest[0]].softmax(1)
        assert position == len(self.weights)
        return values[name]


def read_frames():
    """The committed test frames, decoded, and their labels."""
    with open(HERE / "test" / "labels.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    frames = np.stack(
        [np.asarray(Image.open(HERE / "test" / row["file"]).convert("RGB")) for row in rows]
    )
    return torch.from_numpy(frames), torch.tensor([int(row["label"]) for row in rows])


@torch.no_grad()
def main():
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    model = GlyphNet()
    model.load_state_dict(torch.load(BUILD / "glyphs.pt"))
    model.eval()
    lines, arrays = zip(*operators(model))
    (BUILD / "glyphs.txt").write_text("".join(line + "\n" for line in lines))
    flat = np.concatenate([a.detach().numpy().ravel() for group in arrays for a in group]).astype(
        "<f4"
    )
    flat.tofile(BUILD / "glyphs.bin")
    print(f"{flat.size} weights, {flat.nbytes} bytes")

    exported = Exported()
    frames, labels = load_set("held_out")
    x = to_input(frames[:720])
    difference = (exported(x) - model(x).softmax(1)).abs().max().item()
    print(f"largest difference of a probability from the trained network: {difference:.2e}")
    assert difference < 1e-4
    print("held-out set: ", end="")
    report(exported, frames, labels)
    print("test/*.jpg:   ", end="")
    report(exported, *read_frames())


if __name__ == "__main__":
    main()
