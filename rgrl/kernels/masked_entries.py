"""Entries of a sparse matrix under masks: what falls becomes 0, what stays keeps its place."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import torch
from torch import Tensor

from rgrl.kernels.code_cache import CACHE
from rgrl.kernels.launch import expect, launch, row_blocks
from rgrl.kernels.slots import ENTRY, FASTMATH, bool_matrix, float32_vector, int32_vector, take_block


def masked_entries(values: Tensor, col: Tensor, keep: Tensor) -> Tensor:
    """Entries whose column is kept, and 0 for the others: float32 ``[nnz]``.

    Args:
        values: float32 ``[nnz]``.
        col: Columns, int32 ``[nnz]``.
        keep: Columns that stay, bool ``[C]``.
    """
    out = torch.empty_like(values)
    expect(torch.float32, tuple(col.shape), values)
    expect(torch.int32, tuple(values.shape), col)
    expect(torch.bool, (keep.numel(),), keep)
    launch(_masked, (values, col, keep, out), blocks=row_blocks(values.numel(), values.numel()))
    return out


def kept_degrees(crow: Tensor, keep: Tensor) -> Tensor:
    """How many entries of each row stay: float32 ``[R]``.

    Args:
        crow: Row pointers, int32 ``[R + 1]``.
        keep: Entries that stay, bool ``[nnz]``.
    """
    out = torch.empty(crow.numel() - 1, dtype=torch.float32, device="cpu")
    expect(torch.int32, (out.numel() + 1,), crow)
    expect(torch.bool, (keep.numel(),), keep)
    launch(_counted, (crow, keep, out), blocks=row_blocks(out.numel(), keep.numel()))
    return out


def normalized_entries(crow: Tensor, col: Tensor, keep: Tensor, factor: Tensor) -> Tensor:
    """``f_r f_c`` for the entries (r, c) that stay, 0 for the others: float32 ``[nnz]``.

    Args:
        crow: Row pointers, int32 ``[R + 1]``.
        col: Columns, int32 ``[nnz]``.
        keep: Entries that stay, bool ``[nnz]``.
        factor: f, float32 ``[R]``.
    """
    out = torch.empty(col.numel(), dtype=torch.float32, device="cpu")
    expect(torch.int32, (factor.numel() + 1,), crow)
    expect(torch.int32, (keep.numel(),), col)
    expect(torch.bool, (col.numel(),), keep)
    expect(torch.float32, (crow.numel() - 1,), factor)
    launch(_normalized, (crow, col, keep, factor, out), blocks=row_blocks(factor.numel(), col.numel()))
    return out


@numba.cfunc(ENTRY, cache=CACHE, fastmath=FASTMATH)
def _masked(slots: Any) -> None:  # pragma: no cover - compiled
    values, col, keep = float32_vector(slots, 2), int32_vector(slots, 5), bool_matrix(slots, 8)
    out, count, blocks = float32_vector(slots, 11), slots[3], slots[1]
    block = take_block(slots)
    while block < blocks:
        for e in range(count * block // blocks, count * (block + 1) // blocks):
            value = values[e]  # read in any case: a branch would be guessed wrong too often
            out[e] = value if keep[col[e], 0] else np.float32(0)
        block = take_block(slots)


@numba.cfunc(ENTRY, cache=CACHE, fastmath=FASTMATH)
def _counted(slots: Any) -> None:  # pragma: no cover - compiled
    crow, keep, out = int32_vector(slots, 2), bool_matrix(slots, 5), float32_vector(slots, 8)
    rows, blocks = slots[9], slots[1]
    block = take_block(slots)
    while block < blocks:
        for i in range(rows * block // blocks, rows * (block + 1) // blocks):
            count = 0
            for e in range(crow[i], crow[i + 1]):
                count += keep[e, 0]
            out[i] = count
        block = take_block(slots)


@numba.cfunc(ENTRY, cache=CACHE, fastmath=FASTMATH)
def _normalized(slots: Any) -> None:  # pragma: no cover - compiled
    crow, col, keep = int32_vector(slots, 2), int32_vector(slots, 5), bool_matrix(slots, 8)
    factor, out, rows, blocks = float32_vector(slots, 11), float32_vector(slots, 14), slots[12], slots[1]
    block = take_block(slots)
    while block < blocks:
        for i in range(rows * block // blocks, rows * (block + 1) // blocks):
            own = factor[i]
            for e in range(crow[i], crow[i + 1]):
                value = own * factor[col[e]]
                out[e] = value if keep[e, 0] else np.float32(0)
        block = take_block(slots)
