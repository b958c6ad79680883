"""Train rows of several splits, laid out for batched products."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from rgrl.evaluate.checks import IntArray

# Two splits of Coauthor CS: the rows of a block stay in the cores' caches over all steps.
_CACHE_BYTES = 4 << 20
_MEMORY_BYTES = 256 << 20


def block_size(rows: int, width: int, num_classes: int, device: torch.device) -> int:
    """How many splits to train at once: what the cache holds on a CPU, what 256 MB hold elsewhere.

    Args:
        rows: Train rows of the largest split.
        width: Embedding dimensions.
        num_classes: Number of classes.
        device: Where the work is done.
    """
    split_bytes = 4 * rows * (width + 1 + 2 * num_classes)
    block = _MEMORY_BYTES // split_bytes
    if device.type == "cpu":  # at least one split a thread
        block = min(block, max(_CACHE_BYTES // split_bytes, torch.get_num_threads()))
    return max(block, 1)


def padded_classes(num_classes: int) -> int:
    """Classes to compute with: products over 7 or 15 classes take a sixth longer than over 8 or 16."""
    return -(-num_classes // 4) * 4


def gather(
    embeddings: Tensor, labels: Tensor, train: Sequence[IntArray], longest: int, num_classes: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Rows ``[s, n, d + 1]``, one-hot labels ``[s, C, n]`` and 1/n ``[s, 1, 1]`` of a block of splits.

    Every row ends in a constant 1 for the bias. Shorter splits end in zero rows: even their constant is zero,
    so they leave no gradient.
    """
    width = embeddings.shape[1]
    design = embeddings.new_zeros(len(train), longest, width + 1)
    target = embeddings.new_zeros(len(train), num_classes, longest)
    for i, rows in enumerate(train):
        index = torch.from_numpy(rows).to(embeddings.device)
        design[i, : rows.size, :width] = embeddings[index]
        design[i, : rows.size, width] = 1
        target[i, :, : rows.size].scatter_(0, labels[index][None], 1.0)
    share = torch.tensor([1 / rows.size for rows in train], device=embeddings.device)
    return design, target, share[:, None, None]
