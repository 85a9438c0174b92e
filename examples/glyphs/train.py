#!/usr/bin/python3
"""Trains on build/train.npz, measures on build/held_out.npz, writes build/glyphs.pt."""

import argparse
import ctypes
import os
import pathlib
import time

os.environ.setdefault(
    "OMP_WAIT_POLICY", "PASSIVE"
)  # threads that wait for work must not take the cores from others

import numpy as np
import torch
from torch.nn import functional as F

from model import GlyphNet, predict, to_input
from render import CLASSES

BUILD = pathlib.Path(__file__).resolve().parent / "build"


def keep_freed_memory():
    """Tells glibc to reuse freed memory: to give it back after each operator and fault it in again
    halves the speed."""
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return  # not glibc
    m_trim_threshold, m_mmap_max = -1, -4
    mallopt(m_mmap_max, 0)
    mallopt(m_trim_threshold, 2**31 - 1)


def load_set(name):
    """Frames (uint8 [N, 64, 64, 3]) and labels [N] of a set that render.py made."""
    with np.load(BUILD / f"{name}.npz") as arrays:
        return torch.from_numpy(arrays["frames"]), torch.from_numpy(arrays["labels"])


def augmented(x):
    """Varies a rendered batch: position, order of the colour channels, inverted tones, gain."""
    dy, dx = torch.randint(-3, 4, (2,)).tolist()
    x = F.pad(x, (3, 3, 3, 3), mode="replicate")[:, :, 3 + dy : 67 + dy, 3 + dx : 67 + dx]
    x = x[:, torch.randperm(3)]
    n = x.shape[0]
    sign = 1 - 2 * (torch.rand(n, 1, 1, 1) < 0.3).float()
    gain = 1 + 0.25 * (2 * torch.rand(n, 1, 1, 1) - 1)
    offset = 0.25 * (2 * torch.rand(n, 1, 1, 1) - 1)
    return (x * sign * gain + offset).clamp(-1, 1)


def report(model, frames, labels, count=12):
    """Prints the accuracy, over all frames and by font, and the most frequent confusions."""
    guesses = predict(model, frames)
    right = (guesses == labels).float()
    unseen = torch.arange(len(labels)) // len(CLASSES) % 2 == 1  # as in render_set
    known, new = right[~unseen].mean(), right[unseen].mean()
    print(f"accuracy {right.mean():.4f}  known fonts {known:.4f}  unseen fonts {new:.4f}")
    wrong = guesses != labels
    pairs = (labels * 36 + guesses)[wrong].bincount(minlength=36 * 36)
    worst = pairs.argsort(descending=True)[:count].tolist()
    named = [f"{CLASSES[p // 36]}>{CLASSES[p % 36]}:{pairs[p]}" for p in worst if pairs[p]]
    print("  true>guess:", *named)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=9)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument(
        "--rate", type=float, default=6e-3, help="highest learning rate (default: %(default)s)"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    keep_freed_memory()

    frames, labels = load_set("train")
    held_frames, held_labels = load_set("held_out")
    model = GlyphNet().to(memory_format=torch.channels_last)
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{parameters} parameters, {len(labels)} frames", flush=True)
    decay = [p for p in model.parameters() if p.ndim > 1]
    no_decay = [p for p in model.parameters() if p.ndim == 1]
    groups = [{"params": decay, "weight_decay": 0.02}, {"params": no_decay, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=options.rate)
    steps = len(labels) // options.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, options.rate, options.epochs * steps, pct_start=0.2
    )

    start = time.time()
    for epoch in range(options.epochs):
        model.train()
        total = 0.0
        order = torch.randperm(len(labels))
        for picked in order[: steps * options.batch].split(options.batch):
            x = augmented(to_input(frames[picked])).contiguous(memory_format=torch.channels_last)
            loss = F.cross_entropy(model(x), labels[picked], label_smoothing=0.05)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        right = (predict(model, held_frames) == held_labels).float().mean()
        seconds = time.time() - start
        line = f"loss {total / steps:.3f}, held-out {right:.4f}, {seconds:.0f} s"
        print(f"epoch {epoch + 1}: {line}", flush=True)
        torch.save(model.state_dict(), BUILD / "glyphs.pt")
    report(model, held_frames, held_labels)


if __name__ == "__main__":
    main()
