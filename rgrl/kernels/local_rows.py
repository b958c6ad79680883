"""The local relation loss: each row's few anchors are read where they stand, its gradient is made at once."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import torch
from torch import Tensor

from rgrl.kernels.arithmetic import exp_negative, put, widen
from rgrl.kernels.code_cache import CACHE
from rgrl.kernels.launch import expect, launch, row_blocks
from rgrl.kernels.slots import (
    ENTRY,
    FASTMATH,
    bfloat16_matrix,
    bool_matrix,
    float32_matrix,
    float32_vector,
    int64_matrix,
    real,
    take_block,
)


def local_rows(
    student: Tensor,
    teacher: Tensor,
    anchors: Tensor,
    index: Tensor,
    mask: Tensor | None,
    *,
    student_scale: float,
    teacher_scale: float,
    rows: Tensor,
    grad: Tensor,
) -> None:
    """Divergence of each row's relation to anchors of its own, and its gradient in the student.

    Args:
        student: p, float32 or bfloat16 ``[b, d]``.
        teacher: t, the same type, ``[b, d]``.
        anchors: The same type, ``[M, d]``.
        index: Rows of ``anchors`` that are i's own, int64 ``[b, k]``.
        mask: Which of them count, bool ``[b, k]``; ``None`` for all.
        student_scale: 1 / τ_sd.
        teacher_scale: 1 / τ_td.
        rows: Where the divergences go, float32 ``[b]``; 0 for a row without an anchor.
        grad: Where their gradients go, the same type as p, ``[b, d]``.
    """
    work = 3 * index.numel() * student.shape[1]
    expect(student.dtype, tuple(student.shape), teacher, grad)
    expect(student.dtype, (anchors.shape[0], student.shape[1]), anchors)
    expect(torch.int64, (student.shape[0], index.shape[1]), index)
    expect(torch.bool, tuple(index.shape), mask)
    expect(torch.float32, (student.shape[0],), rows)
    half = student.dtype == torch.bfloat16
    scales = (float(student_scale), float(teacher_scale))
    arguments = (index, mask, *scales, rows, half, student, teacher, anchors, grad)
    launch(_entry, arguments, blocks=row_blocks(student.shape[0], work))


@numba.njit(fastmath=FASTMATH)
def _local_rows(
    index: Any,
    mask: Any,
    student_scale: Any,
    teacher_scale: Any,
    rows: Any,
    student: Any,
    teacher: Any,
    anchors: Any,
    grad: Any,
    first: int,
    last: int,
) -> None:  # pragma: no cover - compiled
    width, k = student.shape[1], index.shape[1]
    q, t, column = np.empty(k, np.float32), np.empty(k, np.float32), np.empty(k + 1, np.int64)
    g = np.empty(width, np.float32)
    for i in range(first, last):
        p, own, target = student[i], teacher[i], grad[i]
        count = 0
        for n in range(k):
            column[count] = index[i, n]
            count += mask.size == 0 or mask[i, n] != 0
        g[:] = np.float32(0)
        rows[i] = np.float32(0)
        top_q, top_t = np.float32(-np.inf), np.float32(-np.inf)
        for n in range(count):
            anchor = anchors[column[n]]
            dot_q, dot_t = np.float32(0), np.float32(0)
            for j in range(width):
                dot_q += widen(p[j]) * widen(anchor[j])
                dot_t += widen(own[j]) * widen(anchor[j])
            q[n], t[n] = dot_q * student_scale, dot_t * teacher_scale
            top_q, top_t = max(top_q, q[n]), max(top_t, t[n])
        sum_q, sum_t, dot = np.float32(0), np.float32(0), np.float32(0)
        for n in range(count):
            u, v = t[n] - top_t, q[n] - top_q
            e, f = exp_negative(u), exp_negative(v)
            sum_t += e
            sum_q += f
            dot += e * (u - v)
            t[n], q[n] = e, f
        if count:
            rows[i] = dot / sum_t + np.float32(np.log(sum_q / sum_t))
        for n in range(count):
            anchor = anchors[column[n]]
            weight = (q[n] / sum_q - t[n] / sum_t) * student_scale
            for j in range(width):
                g[j] += weight * widen(anchor[j])
        for j in range(width):
            put(target, j, g[j])


@numba.cfunc(ENTRY, cache=CACHE, fastmath=FASTMATH)
def _entry(slots: Any) -> None:  # pragma: no cover - compiled
    index, mask, rows = int64_matrix(slots, 2), bool_matrix(slots, 5), float32_vector(slots, 10)
    scale_s, scale_t = np.float32(real(slots, 8)), np.float32(real(slots, 9))
    size, blocks = index.shape[0], slots[1]
    block = take_block(slots)
    while block < blocks:
        first, last = size * block // blocks, size * (block + 1) // blocks
        if slots[13]:
            p, t = bfloat16_matrix(slots, 14), bfloat16_matrix(slots, 17)
            anchors, grad = bfloat16_matrix(slots, 20), bfloat16_matrix(slots, 23)
            _local_rows(index, mask, scale_s, scale_t, rows, p, t, anchors, grad, first, last)
        else:
            pw, tw = float32_matrix(slots, 14), float32_matrix(slots, 17)
            wide, wide_grad = float32_matrix(slots, 20), float32_matrix(slots, 23)
            _local_rows(index, mask, scale_s, scale_t, rows, pw, tw, wide, wide_grad, first, last)
        block = take_block(slots)
