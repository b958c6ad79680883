"""Images that a few updates learn nothing from, but quickly."""

from __future__ import annotations

from pathlib import Path

import numpy as np

#: Settings with which an update takes milliseconds.
TINY = (
    *("--epochs", 2, "--width", 2),
    *("--set", "batch_size=16", "--set", "norm_splits=1", "--set", "queue_size=32"),
    *("--set", "projector_hidden=8", "--set", "projector_dim=4", "--set", "eval_every=1"),
)


def write_images(
    path: Path, *, train: int = 60, test: int = 30, size: int = 8, classes: int = 6, seed: int = 0
):
    """An .npz of noise whose colour tells the class, more or less."""
    draw = np.random.default_rng(seed)
    arrays = {}
    for part, count in (("train", train), ("test", test)):
        labels = np.arange(count) % classes
        noise = draw.integers(0, 120, (count, size, size, 3))
        arrays[f"x_{part}"] = (noise + 20 * labels[:, None, None, None]).astype(np.uint8)
        arrays[f"y_{part}"] = labels
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **arrays)
    return path
