"""PReLU with a bias, forward and backward, in one pass over the rows each."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import torch
from torch import Tensor

from rgrl.kernels.arithmetic import put, widen
from rgrl.kernels.code_cache import CACHE
from rgrl.kernels.launch import expect, launch, row_blocks
from rgrl.kernels.slots import (
    ENTRY,
    FASTMATH,
    bfloat16_matrix,
    float32_matrix,
    float32_vector,
    real,
    take_block,
)


def prelu_rows_(hidden: Tensor, bias: Tensor | None, slope: float) -> None:
    """Overwrite ``hidden``, float32 or bfloat16 ``[N, d]``, by ``prelu(hidden + bias)``; bias float32."""
    expect(torch.float32, (hidden.shape[1],), bias)
    arguments = (bias, float(slope), hidden.dtype == torch.bfloat16, hidden)
    launch(_forward, arguments, blocks=row_blocks(hidden.shape[0], hidden.numel()))


def prelu_rows_backward(grad: Tensor, output: Tensor, slope: float, out: Tensor) -> tuple[Tensor, Tensor]:
    """Gradient of the input, and the sums that give the bias's and the slope's.

    Args:
        grad: Gradient of the output, float32 or bfloat16 ``[N, d]``.
        output: The same type, ``[N, d]``; its signs are the input's where the slope is above 0.
        slope: a.
        out: Where the input's gradient goes, the same type, ``[N, d]``; may be ``grad``.

    Returns:
        The column sums ``[d]`` of the input's gradient, and ``Σ grad · min(output, 0)``, a scalar; float32.
    """
    blocks = row_blocks(grad.shape[0], grad.numel())
    # A line for each block and not for each thread, so that the sums do not depend on who did what.
    columns, negative = (
        torch.zeros(shape, dtype=torch.float32, device="cpu")
        for shape in ((blocks, grad.shape[1]), (blocks,))
    )
    expect(grad.dtype, tuple(grad.shape), output, out)
    arguments = (float(slope), columns, negative, grad.dtype == torch.bfloat16, grad, output, out)
    launch(_backward, arguments, blocks=blocks)
    return columns.sum(0), negative.sum()


@numba.njit(fastmath=FASTMATH)
def _forward_rows(
    hidden: Any, bias: Any, slope: Any, first: int, last: int
) -> None:  # pragma: no cover - compiled
    for i in range(first, last):
        row = hidden[i]
        if bias.size:
            for j in range(row.size):
                value = widen(row[j]) + bias[j]
                put(row, j, value if value > 0 else value * slope)
        else:
            for j in range(row.size):
                value = widen(row[j])
                put(row, j, value if value > 0 else value * slope)


@numba.njit(fastmath=FASTMATH)
def _backward_rows(
    grad: Any, output: Any, slope: Any, out: Any, columns: Any, first: int, last: int
) -> Any:  # pragma: no cover - compiled
    negative = np.float32(0)
    for i in range(first, last):
        g, h, o = grad[i], output[i], out[i]
        for j in range(g.size):
            value, result = widen(g[j]), widen(h[j])
            negative += value * min(result, np.float32(0))
            value = value if result > 0 else value * slope  # at 0 as PyTorch has it
            put(o, j, value)
            columns[j] += value
    return negative


@numba.cfunc(ENTRY, cache=CACHE, fastmath=FASTMATH)
def _forward(slots: Any) -> None:  # pragma: no cover - compiled
    bias, slope, rows, blocks = float32_vector(slots, 2), np.float32(real(slots, 5)), slots[8], slots[1]
    block = take_block(slots)
    while block < blocks:
        first, last = rows * block // blocks, rows * (block + 1) // blocks
        if slots[6]:
            _forward_rows(bfloat16_matrix(slots, 7), bias, slope, first, last)
        else:
            _forward_rows(float32_matrix(slots, 7), bias, slope, first, last)
        block = take_block(slots)


@numba.cfunc(ENTRY, cache=CACHE, fastmath=FASTMATH)
def _backward(slots: Any) -> None:  # pragma: no cover - compiled
    slope, columns, negative = np.float32(real(slots, 2)), float32_matrix(slots, 3), float32_vector(slots, 6)
    rows, blocks = slots[11], slots[1]
    block = take_block(slots)
    while block < blocks:
        first, last = rows * block // blocks, rows * (block + 1) // blocks
        if slots[9]:
            g, h, o = bfloat16_matrix(slots, 10), bfloat16_matrix(slots, 13), bfloat16_matrix(slots, 16)
            negative[block] = _backward_rows(g, h, slope, o, columns[block], first, last)
        else:
            gw, hw, ow = float32_matrix(slots, 10), float32_matrix(slots, 13), float32_matrix(slots, 16)
            negative[block] = _backward_rows(gw, hw, slope, ow, columns[block], first, last)
        block = take_block(slots)
