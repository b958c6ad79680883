"""Divergence of two softmaxes, row by row, and their difference: the middle of the relation loss."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import torch
from numba import types
from numba.extending import overload
from torch import Tensor

from rgrl.kernels.arithmetic import exp_negative, in_order, order_of, put, widen
from rgrl.kernels.code_cache import CACHE
from rgrl.kernels.launch import expect, launch, row_blocks
from rgrl.kernels.slots import ENTRY, FASTMATH, bfloat16_matrix, float32_matrix, float32_vector, take_block


def relation_rows(student: Tensor, teacher: Tensor, rows: Tensor) -> None:
    """From logits to ``KL(k || q)`` and ``q − k``, each row while it is in the cache.

    Args:
        student: Logits of q, float32 or bfloat16 ``[b, m]``; overwritten by ``q − k``.
        teacher: Logits of k, the same; what stands there afterwards is of no use.
        rows: Where the divergences go, float32 ``[b]``.
    """
    expect(student.dtype, tuple(student.shape), teacher)
    expect(torch.float32, (student.shape[0],), rows)
    half = student.dtype == torch.bfloat16
    arguments = (half, student, teacher, rows)
    launch(_entry, arguments, blocks=row_blocks(student.shape[0], 8 * student.numel()))


def _begun(row: Any, spare: Any) -> Any:
    """The row as float32 that may be overwritten, and the order of its largest entry."""
    raise NotImplementedError


@overload(_begun)
def _begin(row: Any, spare: Any) -> Any:
    if row.dtype == types.float32:  # in its own place, for a second one would fill the cache

        def begin(row: Any, spare: Any) -> Any:
            most = np.int32(-(2**31))
            for j in range(row.size):
                most = max(most, order_of(row[j]))
            return row, most
    else:

        def begin(row: Any, spare: Any) -> Any:
            most = np.int32(-(2**31))
            for j in range(row.size):
                spare[j] = widen(row[j])
                most = max(most, order_of(spare[j]))
            return spare, most

    return begin


@numba.njit(fastmath=FASTMATH)
def _relation_rows(student: Any, teacher: Any, rows: Any, first: int, last: int) -> None:  # pragma: no cover
    width = student.shape[1]
    spare_q, spare_k = np.empty(width, dtype=np.float32), np.empty(width, dtype=np.float32)
    for i in range(first, last):
        row = student[i]
        q, most_q = _begun(row, spare_q)
        k, most_k = _begun(teacher[i], spare_k)
        top_q, top_k = in_order(most_q), in_order(most_k)
        sum_q, sum_k, dot = np.float32(0), np.float32(0), np.float32(0)
        for j in range(width):
            u, v = k[j] - top_k, q[j] - top_q
            e, f = exp_negative(u), exp_negative(v)
            sum_k += e
            sum_q += f
            dot += e * (u - v)
            k[j], q[j] = e, f
        scale_q, scale_k = np.float32(1) / sum_q, np.float32(1) / sum_k
        for j in range(width):
            put(row, j, q[j] * scale_q - k[j] * scale_k)
        rows[i] = dot * scale_k + np.float32(np.log(sum_q / sum_k))


@numba.cfunc(ENTRY, cache=CACHE, fastmath=FASTMATH)
def _entry(slots: Any) -> None:  # pragma: no cover - compiled
    rows, blocks = float32_vector(slots, 9), slots[1]
    size = rows.size
    block = take_block(slots)
    while block < blocks:
        first, last = size * block // blocks, size * (block + 1) // blocks
        if slots[2]:
            _relation_rows(bfloat16_matrix(slots, 3), bfloat16_matrix(slots, 6), rows, first, last)
        else:
            _relation_rows(float32_matrix(slots, 3), float32_matrix(slots, 6), rows, first, last)
        block = take_block(slots)
