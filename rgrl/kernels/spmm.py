"""Sparse times dense, row by row, with what a graph convolution does next while the row is in the cache."""

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
    int32_vector,
    int64_vector,
    real,
    take_block,
)
from rgrl.kernels.strips import LONG, MIDDLE, ONE, SHORT, long_strip, middle_strip, one_strip, short_strip

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
    total, spare = np.empty(width, dtype=np.float32), np.empty(ONE, dtype=np.float32)
    columns, weights = np.empty(_CHUNK + 1, dtype=np.int32), np.empty(_CHUNK + 1, dtype=np.float32)
    for i in range(first, last):
        entry, end, more = crow[i], crow[i + 1], False
        while entry < end or not more:
            count, stop = 0, min(end, entry + _CHUNK)
            for e in range(entry, stop):
                weight = values[order[e]] if order.size else values[e]
                columns[count], weights[count] = col[e], weight
                count += weight != 0
            start = 0
            while start + LONG <= width:
                long_strip(columns, weights, count, dense, start, total, start, more)
                start += LONG
            while start + MIDDLE <= width:
                middle_strip(columns, weights, count, dense, start, total, start, more)
                start += MIDDLE
            while start + SHORT <= width:
                short_strip(columns, weights, count, dense, start, total, start, more)
                start += SHORT
            while start + ONE <= width:
                one_strip(columns, weights, count, dense, start, total, start, more)
                start += ONE
            if 0 < start < width:  # the last columns once more, of which some are new
                one_strip(columns, weights, count, dense, width - ONE, spare, 0, False)
                for j in range(width - start):
                    new = spare[ONE - (width - start) + j]
                    total[start + j] = total[start + j] + new if more else new
            elif start < width:
                if not more:
                    total[:] = np.float32(0)
                n = 0
                while n + 4 <= count:
                    b0, b1 = dense[columns[n]], dense[columns[n + 1]]
                    b2, b3 = dense[columns[n + 2]], dense[columns[n + 3]]
                    w0, w1, w2, w3 = weights[n], weights[n + 1], weights[n + 2], weights[n + 3]
                    for j in range(width):
                        total[j] += (
                            w0 * widen(b0[j]) + w1 * widen(b1[j]) + w2 * widen(b2[j]) + w3 * widen(b3[j])
                        )
                    n += 4
                while n < count:
                    b0, w0 = dense[columns[n]], weights[n]
                    for j in range(width):
                        total[j] += w0 * widen(b0[j])
                    n += 1
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
