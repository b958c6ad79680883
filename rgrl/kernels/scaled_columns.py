"""A matrix whose columns are scaled, in the type of the product that it goes into, forward and backward."""

from __future__ import annotations

from typing import Any

import numba
import torch
from torch import Tensor

from rgrl.kernels.arithmetic import put, widen
from rgrl.kernels.code_cache import CACHE
from rgrl.kernels.launch import expect, launch, row_blocks
from rgrl.kernels.slots import ENTRY, FASTMATH, bfloat16_matrix, float32_matrix, float32_vector, take_block


def scaled_columns(weight: Tensor, scale: Tensor, out: Tensor) -> None:
    """``out = W diag(s)``.

    Args:
        weight: W, float32 ``[F, d]``.
        scale: s, float32 ``[d]``.
        out: float32 or bfloat16 ``[F, d]``, overwritten.
    """
    expect(torch.float32, tuple(out.shape), weight)
    expect(torch.float32, (out.shape[1],), scale)
    arguments = (scale, out.dtype == torch.bfloat16, weight, out)
    launch(_forward, arguments, blocks=row_blocks(out.shape[0], out.numel()))


def scaled_columns_backward(grad: Tensor, weight: Tensor, scale: Tensor, out: Tensor) -> Tensor:
    """Gradients of W and s.

    Args:
        grad: Gradient of ``W diag(s)``, float32 or bfloat16 ``[F, d]``.
        weight: W, float32 ``[F, d]``.
        scale: s, float32 ``[d]``.
        out: Where W's gradient goes, float32 ``[F, d]``.

    Returns:
        The gradient of s, float32 ``[d]``.
    """
    blocks = row_blocks(grad.shape[0], grad.numel())
    # A line for each block and not for each thread, so that the sums do not depend on who did what.
    columns = torch.zeros(blocks, grad.shape[1], dtype=torch.float32, device="cpu")
    expect(torch.float32, tuple(grad.shape), weight, out)
    expect(torch.float32, (grad.shape[1],), scale)
    arguments = (scale, columns, grad.dtype == torch.bfloat16, grad, weight, out)
    launch(_backward, arguments, blocks=blocks)
    return columns.sum(0)


@numba.njit(fastmath=FASTMATH)
def _forward_rows(
    weight: Any, scale: Any, out: Any, first: int, last: int
) -> None:  # pragma: no cover - compiled
    for i in range(first, last):
        w, o = weight[i], out[i]
        for j in range(w.size):
            put(o, j, w[j] * scale[j])


@numba.njit(fastmath=FASTMATH)
def _backward_rows(
    grad: Any, weight: Any, scale: Any, out: Any, columns: Any, first: int, last: int
) -> None:  # pragma: no cover - compiled
    for i in range(first, last):
        g, w, o = grad[i], weight[i], out[i]
        for j in range(g.size):
            value = widen(g[j])
            columns[j] += value * w[j]
            o[j] = value * scale[j]


@numba.cfunc(ENTRY, cache=CACHE, fastmath=FASTMATH)
def _forward(slots: Any) -> None:  # pragma: no cover - compiled
    scale, weight, rows, blocks = float32_vector(slots, 2), float32_matrix(slots, 6), slots[7], slots[1]
    block = take_block(slots)
    while block < blocks:
        first, last = rows * block // blocks, rows * (block + 1) // blocks
        if slots[5]:
            _forward_rows(weight, scale, bfloat16_matrix(slots, 9), first, last)
        else:
            _forward_rows(weight, scale, float32_matrix(slots, 9), first, last)
        block = take_block(slots)


@numba.cfunc(ENTRY, cache=CACHE, fastmath=FASTMATH)
def _backward(slots: Any) -> None:  # pragma: no cover - compiled
    scale, columns = float32_vector(slots, 2), float32_matrix(slots, 5)
    weight, out = float32_matrix(slots, 12), float32_matrix(slots, 15)
    rows, blocks = slots[10], slots[1]
    block = take_block(slots)
    while block < blocks:
        first, last = rows * block // blocks, rows * (block + 1) // blocks
        if slots[8]:
            _backward_rows(bfloat16_matrix(slots, 9), weight, scale, out, columns[block], first, last)
        else:
            _backward_rows(float32_matrix(slots, 9), weight, scale, out, columns[block], first, last)
        block = take_block(slots)
