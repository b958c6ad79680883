"""Softmax classifiers of many splits, trained as one batched problem.

A classifier's weights are ``[C, d + 1]``, the bias in the last column; every row gets a constant 1 as its
last feature. The gradient of the mean cross-entropy is (softmax(X Wᵀ) - Y)ᵀ X / n, so no autograd is needed.
"""

from __future__ import annotations

import hashlib
import warnings
from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from scipy import sparse
from torch import Tensor
from torch.nn import functional as F

from rgrl.evaluate.batched_adam import BatchedAdam
from rgrl.evaluate.checks import IntArray
from rgrl.evaluate.probe_design import block_size, gather, padded_classes
from rgrl.kernels.launch import usable

_SPARSE_BYTES = 64 << 20

# Of both copies of train rows: a split's that stay in a core's cache, a split's that still get a thread
# of their own where there are many, and those of the splits trained at once.
_CACHE_BYTES, _THREAD_BYTES, _MEMORY_BYTES = 1 << 20, 64 << 20, 512 << 20
_MANY_SPLITS = 8


def initial_weights(train: Sequence[IntArray], *, num_classes: int, width: int, seed: int) -> Tensor:
    """Xavier-uniform weights and zero biases, ``[S, C, d + 1]``, on the CPU.

    The stream of a split is drawn from the seed, its train rows, and how many equal train sets stand before
    it. So it depends neither on the number nor on the order of the splits, while equal splits (one public
    split, repeated) still get different weights.
    """
    bound = (6 / (width + num_classes)) ** 0.5
    seen: Counter[bytes] = Counter()
    weights = torch.zeros(len(train), num_classes, width + 1)
    for target, rows in zip(weights, train, strict=True):
        content = rows.tobytes()
        stream = hashlib.blake2b(b"%d,%d," % (seed, seen[content]) + content, digest_size=7).digest()
        seen[content] += 1
        generator = torch.Generator().manual_seed(int.from_bytes(stream, "little"))
        target[:, :width].uniform_(-bound, bound, generator=generator)
    return weights


def fit_dense(
    embeddings: Tensor,
    labels: Tensor,
    train: Sequence[IntArray],
    weights: Tensor,
    *,
    steps: int,
    lr: float,
    weight_decay: float,
) -> None:
    """Train the classifiers of all splits on dense embeddings, in place.

    Args:
        embeddings: ``[N, d]``, float32.
        labels: ``[N]``, int64, on the same device.
        train: Train rows of every split; they may differ in number.
        weights: ``[S, C, d + 1]``, on the same device; changed.
        steps: Full-batch updates.
        lr: Adam's step size.
        weight_decay: Decoupled weight decay.
    """
    longest = max(rows.size for rows in train)
    classes = weights.shape[1]
    split_bytes = 8 * longest * embeddings.shape[1]
    most = _THREAD_BYTES if len(train) >= _MANY_SPLITS else _CACHE_BYTES
    if usable(embeddings) and split_bytes <= most:
        fit_by_threads(embeddings, labels, train, weights, steps=steps, lr=lr, weight_decay=weight_decay)
        return
    padded = padded_classes(classes)
    block = block_size(longest, embeddings.shape[1], padded, embeddings.device)
    for start in range(0, len(train), block):
        stop = start + block
        design, target, share = gather(embeddings, labels, train[start:stop], longest, padded)
        adam = BatchedAdam(
            F.pad(weights[start:stop], (0, 0, 0, padded - classes)), lr=lr, weight_decay=weight_decay
        )
        scores, gradient = torch.empty_like(target), torch.empty_like(adam.weights)
        transposed = design.transpose(1, 2).contiguous()  # twice the rows, for half the time of their product
        design.mul_(share)
        adam.weights[:, classes:, -1] = -1e30  # gives a padding class probability and gradient of exactly 0
        # Classes before rows: products and softmax are two to four times faster than the other way round.
        for _ in range(steps):
            torch.bmm(adam.weights, transposed, out=scores)
            torch.bmm(torch.softmax(scores, dim=1).sub_(target), design, out=gradient)
            adam.step(gradient)
            if weight_decay:
                adam.weights[:, classes:, -1] = -1e30
        weights[start:stop] = adam.weights[:, :classes]


def fit_by_threads(
    embeddings: Tensor,
    labels: Tensor,
    train: Sequence[IntArray],
    weights: Tensor,
    *,
    steps: int,
    lr: float,
    weight_decay: float,
) -> None:
    """`fit_dense` on a CPU, a thread a split: all steps of one before the next, while its rows are near."""
    from rgrl.kernels.probe_steps import probe_steps
    from rgrl.kernels.tile_product import TILE_COLUMNS, TILE_ROWS, in_panels, up_to

    classes, width = weights.shape[1], embeddings.shape[1]
    longest, d = (up_to(n, TILE_COLUMNS) for n in (max(rows.size for rows in train), width))
    padded, numbers = up_to(classes, TILE_ROWS), longest * d // TILE_COLUMNS
    block = max(1, _MEMORY_BYTES // (8 * longest * d))
    design = embeddings.new_zeros(1, longest, d)
    for start in range(0, len(train), block):
        some = train[start : start + block]
        by_row, by_column = embeddings.new_empty(2, len(some), numbers, TILE_COLUMNS)
        known = torch.full((len(some), longest), -1, dtype=torch.int64)
        for i, rows in enumerate(some):
            index = torch.from_numpy(rows)
            design[0, : rows.size, :width] = embeddings[index]
            design[0, rows.size :] = 0
            by_row[i], by_column[i] = in_panels(design), in_panels(design.transpose(1, 2))
            known[i, : rows.size] = labels[index]
        fitted = weights[start : start + block]
        matrix = embeddings.new_zeros(len(some), padded, d)
        bias = embeddings.new_zeros(len(some), padded)
        matrix[:, :classes, :width], bias[:, :classes] = fitted[..., :-1], fitted[..., -1]
        probe_steps(
            by_row.view(-1, TILE_COLUMNS),
            by_column.view(-1, TILE_COLUMNS),
            known.view(-1),
            matrix.view(-1, d),
            bias.view(-1),
            classes=classes,
            steps=steps,
            lr=lr,
            weight_decay=weight_decay,
        )
        fitted[..., :-1], fitted[..., -1] = matrix[:, :classes, :width], bias[:, :classes]


def fit_sparse(
    embeddings: sparse.csr_matrix,
    labels: IntArray,
    train: Sequence[IntArray],
    weights: Tensor,
    *,
    steps: int,
    lr: float,
    weight_decay: float,
) -> None:
    """Train the classifiers of all splits on sparse features, in place; as `fit_dense`, never made dense.

    A block of splits is one block-diagonal matrix, so that a step is two sparse products.
    """
    num_classes, width = weights.shape[1], weights.shape[2]
    entries = max(int(np.diff(embeddings.indptr)[rows].sum()) + rows.size for rows in train)
    split_bytes = 16 * entries + 20 * num_classes * width
    block = max(1, _SPARSE_BYTES // split_bytes)
    for start in range(0, len(train), block):
        rows = train[start : start + block]
        parts = [sparse.hstack([embeddings[r], np.ones((r.size, 1), np.float32)], format="csr") for r in rows]
        design = sparse.block_diag(parts, format="csr")
        forward, backward = _to_torch(design, weights.device), _to_torch(design.T.tocsr(), weights.device)
        column = torch.from_numpy(np.concatenate([labels[r] for r in rows])).to(weights.device)[:, None]
        share = torch.cat([torch.full((r.size, 1), 1 / r.size) for r in rows]).to(weights.device)
        stacked = weights[start : start + block].transpose(1, 2).clone(memory_format=torch.contiguous_format)
        stacked = stacked.view(-1, num_classes)
        adam = BatchedAdam(stacked, lr=lr, weight_decay=weight_decay)
        for _ in range(steps):
            residual = torch.softmax(forward @ stacked, dim=1).mul_(share)
            adam.step(backward @ residual.scatter_add_(1, column, -share))
        weights[start : start + block] = stacked.view(len(rows), width, num_classes).transpose(1, 2)


def _to_torch(matrix: sparse.csr_matrix, device: torch.device) -> Tensor:
    with warnings.catch_warnings():
        # torch says once per process that its CSR tensors are in beta; users need not read it.
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support")
        return torch.sparse_csr_tensor(
            torch.from_numpy(matrix.indptr.astype(np.int32)),
            torch.from_numpy(matrix.indices.astype(np.int32)),
            torch.from_numpy(matrix.data),
            size=matrix.shape,
            check_invariants=False,
        ).to(device)
