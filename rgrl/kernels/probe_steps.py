"""Softmax classifiers of several splits, each trained to its end by one thread, in that thread's cache."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import torch
from torch import Tensor

from rgrl.kernels.arithmetic import exp_negative
from rgrl.kernels.code_cache import CACHE
from rgrl.kernels.launch import expect, launch
from rgrl.kernels.slots import (
    ENTRY,
    FASTMATH,
    float32_matrix,
    float32_vector,
    int64_vector,
    real,
    take_block,
)
from rgrl.kernels.tile_product import TILE_COLUMNS, TILE_ROWS, tile_product, up_to


def probe_steps(
    rows: Tensor,
    columns: Tensor,
    labels: Tensor,
    weights: Tensor,
    bias: Tensor,
    *,
    classes: int,
    steps: int,
    lr: float,
    weight_decay: float,
) -> None:
    """Full-batch Adam with decoupled decay on each split's mean cross-entropy, from zero moments.

    Args:
        rows: X of the S splits, each ``[L, d]``, as
            :func:`in_panels <rgrl.kernels.tile_product.in_panels>` puts them; L and d are multiples of
            :data:`TILE_COLUMNS <rgrl.kernels.tile_product.TILE_COLUMNS>`. A split that has fewer rows or
            features has zeros there.
        columns: Their transposes, in the same way.
        labels: Class of each row, int64 ``[S L]``, -1 where it is not looked at.
        weights: ``[S C', d]``, C' the classes rounded up to a multiple of
            :data:`TILE_ROWS <rgrl.kernels.tile_product.TILE_ROWS>`, zero beyond C and where ``rows`` has no
            feature; changed.
        bias: ``[S C']``; changed.
        classes: C.
        steps: Updates.
        lr: Step size.
        weight_decay: Decoupled decay of weights and biases.
    """
    padded = up_to(max(classes, 1), TILE_ROWS)
    splits, width = max(weights.shape[0] // padded, 1), weights.shape[1]
    longest, numbers = labels.numel() // splits, labels.numel() * width
    if labels.numel() % splits or width % TILE_COLUMNS or longest % TILE_COLUMNS:
        raise TypeError(
            f"a kernel was given {labels.numel()} rows of {width} features in {splits} splits where it reads "
            f"multiples of {TILE_COLUMNS}"
        )
    if labels.numel() and int(labels.max()) >= classes:
        raise TypeError(f"a kernel was given the label {int(labels.max())} with {classes} classes")
    expect(torch.float32, (numbers // TILE_COLUMNS, TILE_COLUMNS), rows, columns)
    expect(torch.int64, (labels.numel(),), labels)
    expect(torch.float32, (splits * padded, width), weights)
    expect(torch.float32, (splits * padded,), bias)
    arguments = (rows, columns, labels, weights, bias, classes, steps, float(lr), float(weight_decay))
    launch(_entry, arguments, blocks=splits)


@numba.njit(fastmath=FASTMATH)
def _residual(
    scores: Any, bias: Any, labels: Any, classes: int, share: Any, spare: Any
) -> None:  # pragma: no cover
    """From scores to ``(softmax(scores + bias) - one-hot) share`` in place, zero in rows without a label."""
    count = labels.size
    top, total = spare[0], spare[1]
    top[:] = np.float32(-np.inf)
    total[:] = np.float32(0)
    for c in range(classes):
        row, b = scores[c], bias[c]
        for i in range(count):
            row[i] += b
            top[i] = row[i] if row[i] > top[i] else top[i]
    for c in range(classes):
        row = scores[c]
        for i in range(count):
            row[i] = exp_negative(row[i] - top[i])
            total[i] += row[i]
    for i in range(count):
        total[i] = share / total[i] if labels[i] >= 0 else np.float32(0)
    for c in range(scores.shape[0]):
        row = scores[c]
        if c < classes:
            for i in range(count):
                row[i] *= total[i]
        else:
            row[:] = np.float32(0)
    for i in range(count):
        if labels[i] >= 0:
            scores[labels[i], i] -= share


@numba.njit(fastmath=FASTMATH)
def _adam(
    weights: Any, gradient: Any, mean: Any, square: Any, size: Any, root: Any, keep: Any
) -> None:  # pragma: no cover - compiled
    for j in range(weights.size):
        g = gradient[j]
        mean[j] += (g - mean[j]) * np.float32(0.1)
        square[j] = square[j] * np.float32(0.999) + g * g * np.float32(0.001)
        weights[j] = weights[j] * keep - size * mean[j] / (np.sqrt(square[j]) * root + np.float32(1e-8))


@numba.njit(fastmath=FASTMATH)
def _fit(
    rows: Any,
    columns: Any,
    labels: Any,
    weights: Any,
    bias: Any,
    classes: int,
    steps: int,
    lr: float,
    weight_decay: float,
) -> None:  # pragma: no cover - compiled
    padded, width = weights.shape
    count = 0
    for i in range(labels.size):
        count += labels[i] >= 0
    if count == 0:
        return
    share, keep = np.float32(1.0 / count), np.float32(1.0 - lr * weight_decay)
    residual = np.zeros((padded, labels.size), dtype=np.float32)
    spare = np.empty((2, labels.size), dtype=np.float32)
    gradient = np.zeros((padded, width), dtype=np.float32)
    mean, square = np.zeros_like(gradient), np.zeros_like(gradient)
    bias_gradient = np.zeros(classes, dtype=np.float32)
    bias_mean, bias_square = np.zeros_like(bias_gradient), np.zeros_like(bias_gradient)
    first_power, second_power = 1.0, 1.0
    for _ in range(steps):
        first_power *= 0.9
        second_power *= 0.999
        size, root = np.float32(lr / (1.0 - first_power)), np.float32(1.0 / np.sqrt(1.0 - second_power))
        tile_product(weights, columns, residual)
        _residual(residual, bias, labels, classes, share, spare)
        tile_product(residual, rows, gradient)
        for c in range(classes):
            bias_gradient[c] = residual[c].sum()
            _adam(weights[c], gradient[c], mean[c], square[c], size, root, keep)
        _adam(bias[:classes], bias_gradient, bias_mean, bias_square, size, root, keep)


@numba.cfunc(ENTRY, cache=CACHE, fastmath=FASTMATH)
def _entry(slots: Any) -> None:  # pragma: no cover - compiled
    rows, columns, labels = float32_matrix(slots, 2), float32_matrix(slots, 5), int64_vector(slots, 8)
    weights, bias = float32_matrix(slots, 11), float32_vector(slots, 14)
    splits = slots[1]
    longest, padded, width = labels.size // splits, bias.size // splits, weights.shape[1]
    panels = longest * width // TILE_COLUMNS
    block = take_block(slots)
    while block < splits:
        _fit(
            rows[block * panels : (block + 1) * panels],
            columns[block * panels : (block + 1) * panels],
            labels[block * longest : (block + 1) * longest],
            weights[block * padded : (block + 1) * padded],
            bias[block * padded : (block + 1) * padded],
            slots[17],
            slots[18],
            real(slots, 19),
            real(slots, 20),
        )
        block = take_block(slots)
