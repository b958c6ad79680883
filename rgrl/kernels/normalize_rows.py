"""Rows of length one, forward and backward, in one pass over the rows each."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import torch
from torch import Tensor

from rgrl.kernels.arithmetic import put, widen
from rgrl.kernels.code_cache import CACHE
from rgrl.kernels.launch import expect, launch, row_blocks
from rgrl.kernels.slots import ENTRY, FASTMATH, bfloat16_matrix, float32_matrix, float32_vector, take_block

SMALLEST = 1e-12


def normalize_rows(rows: Tensor, out: Tensor, length: Tensor) -> None:
    """Divide each row by its length, or by 1e-12 if that is longer.

    Args:
        rows: float32 or bfloat16 ``[N, d]``.
        out: The same type, ``[N, d]``.
        length: Where the lengths go, float32 ``[N]``.
    """
    expect(torch.float32, (rows.shape[0],), length)
    expect(rows.dtype, tuple(rows.shape), out)
    arguments = (length, rows.dtype == torch.bfloat16, rows, out)
    launch(_forward, arguments, blocks=row_blocks(rows.shape[0], 2 * rows.numel()))


def normalize_rows_backward(grad: Tensor, normalized: Tensor, length: Tensor, out: Tensor) -> None:
    """``(g − p (p · g)) / |x|`` for each row, without the middle term where the row was too short.

    Args:
        grad: Gradient of the normalised rows, float32 or bfloat16 ``[N, d]``.
        normalized: p, the same type, ``[N, d]``.
        length: |x|, float32 ``[N]``.
        out: Where the gradient of the rows goes, the same type, ``[N, d]``.
    """
    expect(torch.float32, (grad.shape[0],), length)
    expect(grad.dtype, tuple(grad.shape), normalized, out)
    arguments = (length, grad.dtype == torch.bfloat16, grad, normalized, out)
    launch(_backward, arguments, blocks=row_blocks(grad.shape[0], 2 * grad.numel()))


@numba.njit(fastmath=FASTMATH)
def _forward_rows(rows: Any, out: Any, length: Any, first: int, last: int) -> None:  # pragma: no cover
    for i in range(first, last):
        row, target = rows[i], out[i]
        squares = np.float32(0)
        for j in range(row.size):
            value = widen(row[j])
            squares += value * value
        length[i] = np.sqrt(squares)
        inverse = np.float32(1) / max(length[i], np.float32(SMALLEST))
        for j in range(row.size):
            put(target, j, widen(row[j]) * inverse)


@numba.njit(fastmath=FASTMATH)
def _backward_rows(
    grad: Any, normalized: Any, length: Any, out: Any, first: int, last: int
) -> None:  # pragma: no cover - compiled
    for i in range(first, last):
        g, p, target = grad[i], normalized[i], out[i]
        along = np.float32(0)
        if length[i] >= np.float32(SMALLEST):  # below it the divisor is a constant
            for j in range(g.size):
                along += widen(g[j]) * widen(p[j])
        inverse = np.float32(1) / max(length[i], np.float32(SMALLEST))
        for j in range(g.size):
            put(target, j, (widen(g[j]) - widen(p[j]) * along) * inverse)


@numba.cfunc(ENTRY, cache=CACHE, fastmath=FASTMATH)
def _forward(slots: Any) -> None:  # pragma: no cover - compiled
    length, blocks = float32_vector(slots, 2), slots[1]
    size = length.size
    block = take_block(slots)
    while block < blocks:
        first, last = size * block // blocks, size * (block + 1) // blocks
        if slots[5]:
            _forward_rows(bfloat16_matrix(slots, 6), bfloat16_matrix(slots, 9), length, first, last)
        else:
            _forward_rows(float32_matrix(slots, 6), float32_matrix(slots, 9), length, first, last)
        block = take_block(slots)


@numba.cfunc(ENTRY, cache=CACHE, fastmath=FASTMATH)
def _backward(slots: Any) -> None:  # pragma: no cover - compiled
    length, blocks = float32_vector(slots, 2), slots[1]
    size = length.size
    block = take_block(slots)
    while block < blocks:
        first, last = size * block // blocks, size * (block + 1) // blocks
        if slots[5]:
            g, p, out = bfloat16_matrix(slots, 6), bfloat16_matrix(slots, 9), bfloat16_matrix(slots, 12)
            _backward_rows(g, p, length, out, first, last)
        else:
            gw, pw, wide_out = float32_matrix(slots, 6), float32_matrix(slots, 9), float32_matrix(slots, 12)
            _backward_rows(gw, pw, length, wide_out, first, last)
        block = take_block(slots)
