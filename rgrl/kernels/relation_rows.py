"""Divergence of two softmaxes, row by row, and their difference: the middle of the relation loss."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import torch
from numba import types
from numba.extending import overload
from torch import Tensor

from rgrl.kernels.code_cache import CACHE
from rgrl.kernels.launch import expect, launch, row_blocks
from rgrl.kernels.slots import ENTRY, bfloat16_matrix, float32_matrix, float32_vector, real, take_block
from rgrl.kernels.softmax_parts import difference, exponentials, largest

_LN_2 = np.float32(np.log(2))


def relation_rows(
    student: Tensor, teacher: Tensor, rows: Tensor, *, student_scale: float, teacher_scale: float
) -> None:
    """From similarities to ``KL(k || q)`` and ``q − k``, each row while it is in the cache.

    Args:
        student: Similarities whose softmax, when scaled, is q; float32 or bfloat16 ``[b, m]``; overwritten by
            ``q − k``.
        teacher: The same for k; what stands there afterwards is of no use.
        rows: Where the divergences go, float32 ``[b]``.
        student_scale: 1 / τ_s.
        teacher_scale: 1 / τ_t.
    """
    expect(student.dtype, tuple(student.shape), teacher)
    expect(torch.float32, (student.shape[0],), rows)
    half = student.dtype == torch.bfloat16
    arguments = (half, student, teacher, rows, float(student_scale), float(teacher_scale))
    launch(_entry, arguments, blocks=row_blocks(student.shape[0], 8 * student.numel()))


def _room(row: Any, spare: Any) -> Any:
    """Where a row's exponentials go, in float32."""
    raise NotImplementedError


@overload(_room)
def _find_room(row: Any, spare: Any) -> Any:
    if row.dtype == types.float32:  # its own place, for a second one would fill the cache

        def find(row: Any, spare: Any) -> Any:
            return row
    else:

        def find(row: Any, spare: Any) -> Any:
            return spare

    return find


@numba.njit
def _relation_rows(
    student: Any, teacher: Any, rows: Any, factor_q: Any, factor_k: Any, first: int, last: int
) -> None:  # pragma: no cover - compiled
    width = student.shape[1]
    spare_q, spare_k = np.empty(width, dtype=np.float32), np.empty(width, dtype=np.float32)
    for i in range(first, last):
        own, other = student[i], teacher[i]
        q, k = _room(own, spare_q), _room(other, spare_k)
        top_q, top_k = largest(own), largest(other)
        sum_q, sum_k, dot = exponentials(own, other, factor_q, top_q, factor_k, top_k, q, k)
        scale_q, scale_k = np.float32(1) / sum_q, np.float32(1) / sum_k
        difference(q, k, scale_q, scale_k, own)
        rows[i] = dot * scale_k * _LN_2 + np.float32(np.log(sum_q / sum_k))


@numba.cfunc(ENTRY, cache=CACHE)  # without fastmath, which callees take over: see softmax_parts
def _entry(slots: Any) -> None:  # pragma: no cover - compiled
    rows, blocks = float32_vector(slots, 9), slots[1]
    factor_q, factor_k = np.float32(real(slots, 12) / np.log(2)), np.float32(real(slots, 13) / np.log(2))
    size = rows.size
    block = take_block(slots)
    while block < blocks:
        first, last = size * block // blocks, size * (block + 1) // blocks
        if slots[2]:
            student, teacher = bfloat16_matrix(slots, 3), bfloat16_matrix(slots, 6)
            _relation_rows(student, teacher, rows, factor_q, factor_k, first, last)
        else:
            wide, other = float32_matrix(slots, 3), float32_matrix(slots, 6)
            _relation_rows(wide, other, rows, factor_q, factor_k, first, last)
        block = take_block(slots)
