"""Sparse times dense, row by row, with what a graph convolution does next while the row is in the cache."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import torch
from torch import Tensor

from rgrl.kernels.arithmetic import put
from rgrl.kernels.code_cache import CACHE
from rgrl.kernels.launch import expect, launch, row_blocks
from rgrl.kernels.row_sum import row_sum
from rgrl.kernels.slots import (
    ENTRY,
    FASTMATH,
    bfloat16_matrix,
    float32_matrix,
    float32_vector,
    int32_vector,
    int64_vector,
    real,
    take_block,
)

_CHUNK = 256  # entries of a row whose columns and values are collected at a time


def spmm(
    crow: Tensor,
    col: Tensor,
    values: Tensor,
    dense: Tensor,
    out: Tensor,
    *,
    order: Tensor | None = None,
    bias: Tensor | None = None,
    slope: float = 1.0,
) -> None:
    """``out = prelu(S B + bias)``; entries of S that are 0, such as dropped edges, cost nothing.

    Args:
        crow: Row pointers of S, int32 ``[R + 1]``.
        col: Columns, int32 ``[nnz]``.
        values: Entries, float32 ``[nnz]``.
        dense: B, float32 or bfloat16 ``[C, d]``.
        out: The same type, ``[R, d]``, overwritten.
        order: int64 ``[nnz]``; entry e has the value ``values[order[e]]``. For a transpose whose values
            stand in the order of the original.
        bias: float32 ``[d]``, or ``None`` for none.
        slope: Factor of what is negative; 1 changes nothing.
    """
    work = (values.numel() + out.shape[0]) * out.shape[1]
    expect(torch.int32, (out.shape[0] + 1,), crow)
    expect(torch.int32, tuple(values.shape), col)
    expect(torch.float32, (col.numel(),), values)
    expect(torch.int64, (col.numel(),), order)
    expect(torch.float32, (out.shape[1],), bias)
    expect(dense.dtype, (out.shape[0], dense.shape[1]), out)
    half = dense.dtype == torch.bfloat16
    arguments = (crow, col, values, order, bias, slope, half, dense, out)
    launch(_entry, arguments, blocks=row_blocks(out.shape[0], work))


@numba.njit(fastmath=FASTMATH)
def _spmm_rows(
    crow: Any,
    col: Any,
    values: Any,
    order: Any,
    bias: Any,
    slope: Any,
    dense: Any,
    out: Any,
    first: int,
    last: int,
) -> None:  # pragma: no cover - compiled
    width = out.shape[1]
    total = np.empty(width, dtype=np.float32)
    columns, weights = np.empty(_CHUNK + 1, dtype=np.int32), np.empty(_CHUNK + 1, dtype=np.float32)
    for i in range(first, last):
        entry, end, more = crow[i], crow[i + 1], False
        while entry < end or not more:
            count, stop = 0, min(end, entry + _CHUNK)
            for e in range(entry, stop):
                weight = values[order[e]] if order.size else values[e]
                columns[count], weights[count] = col[e], weight
                count += weight != 0
            row_sum(columns, weights, count, dense, total, more)
            entry, more = stop, True
        row = out[i]
        if bias.size:
            for j in range(width):
                value = total[j] + bias[j]
                put(row, j, value if value > 0 else value * slope)
        else:
            for j in range(width):
                put(row, j, total[j] if total[j] > 0 else total[j] * slope)


@numba.cfunc(ENTRY, cache=CACHE, fastmath=FASTMATH)
def _entry(slots: Any) -> None:  # pragma: no cover - compiled
    crow, col, values = int32_vector(slots, 2), int32_vector(slots, 5), float32_vector(slots, 8)
    order, bias, slope = int64_vector(slots, 11), float32_vector(slots, 14), np.float32(real(slots, 17))
    rows, blocks = crow.size - 1, slots[1]
    block = take_block(slots)
    while block < blocks:
        first, last = rows * block // blocks, rows * (block + 1) // blocks
        if slots[18]:
            dense, out = bfloat16_matrix(slots, 19), bfloat16_matrix(slots, 22)
            _spmm_rows(crow, col, values, order, bias, slope, dense, out, first, last)
        else:
            wide, wide_out = float32_matrix(slots, 19), float32_matrix(slots, 22)
            _spmm_rows(crow, col, values, order, bias, slope, wide, wide_out, first, last)
        block = take_block(slots)
