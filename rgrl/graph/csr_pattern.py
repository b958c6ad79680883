"""The sparsity pattern of a matrix, with its transpose planned once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse
from torch import Tensor


@dataclass(frozen=True, eq=False)
class CSRPattern:
    """Where the entries of a sparse ``[R, C]`` matrix stand; the values travel beside it.

    Views of a graph change values and never the pattern, so the costly part of a transposed product,
    finding the transpose, is done here once.

    Attributes:
        crow: Row pointers, ``[R + 1]``, int32 (int64 from 2³¹ entries on).
        col: Column of each entry, ``[nnz]``, ascending within a row.
        row: Row of each entry, ``[nnz]``.
        transpose_crow: Row pointers of the transpose, ``[C + 1]``.
        transpose_col: Columns of the transpose, ``[nnz]``.
        transpose_order: int64 ``[nnz]``; entry ``j`` of the transpose is entry ``transpose_order[j]`` here.
        shape: ``(R, C)``.
        symmetric: Whether the pattern equals its transpose's.
    """

    crow: Tensor
    col: Tensor
    row: Tensor
    transpose_crow: Tensor
    transpose_col: Tensor
    transpose_order: Tensor
    shape: tuple[int, int]
    symmetric: bool

    @classmethod
    def from_scipy(cls, matrix: sparse.csr_matrix) -> CSRPattern:
        """Plan the pattern of a scipy CSR matrix with sorted, unique column indices."""
        rows, columns = matrix.shape
        index = np.int64 if max(matrix.nnz, rows, columns) >= 2**31 - 1 else np.int32
        slots = sparse.csr_matrix(
            (np.arange(matrix.nnz, dtype=np.int64), matrix.indices, matrix.indptr), shape=matrix.shape
        ).tocsc()
        crow, col = matrix.indptr.astype(index), matrix.indices.astype(index)
        transpose_crow, transpose_col = slots.indptr.astype(index), slots.indices.astype(index)
        symmetric = (
            rows == columns and np.array_equal(crow, transpose_crow) and np.array_equal(col, transpose_col)
        )
        if symmetric:
            transpose_crow, transpose_col = crow, col
        row = np.repeat(np.arange(rows, dtype=index), np.diff(crow))
        crow_t, col_t = torch.from_numpy(crow), torch.from_numpy(col)
        return cls(
            crow=crow_t,
            col=col_t,
            row=torch.from_numpy(row),
            transpose_crow=crow_t if symmetric else torch.from_numpy(transpose_crow),
            transpose_col=col_t if symmetric else torch.from_numpy(transpose_col),
            transpose_order=torch.from_numpy(slots.data),
            shape=(rows, columns),
            symmetric=symmetric,
        )

    @property
    def nnz(self) -> int:
        """Number of entries."""
        return self.col.numel()

    def permute_rows(self, order: Tensor) -> tuple[CSRPattern, Tensor]:
        """Row ``order[i]`` becomes row i; nothing is sorted, the transpose's plan is renumbered.

        Within a row of the new transpose the columns stand in no order; no product asks for one.

        Args:
            order: A permutation of the rows, int64 ``[R]``.

        Returns:
            The new pattern, and the slot here of each of its entries, int64 ``[nnz]``.
        """
        counts = self.crow.diff()[order]
        crow = torch.zeros_like(self.crow)
        torch.cumsum(counts, 0, out=crow[1:])
        everyone = torch.arange(self.nnz, device=self.col.device)
        moved = self.crow[:-1].long()[order] - crow[:-1]
        slots = everyone + torch.repeat_interleave(moved, counts, output_size=self.nnz)
        new_slot, new_row = torch.empty_like(everyone), torch.empty_like(order)
        new_slot[slots] = everyone
        new_row[order] = torch.arange(order.numel(), device=order.device)
        row, transpose_col = new_row[self.row.long()], new_row[self.transpose_col.long()]
        permuted = CSRPattern(
            crow=crow,
            col=self.col[slots],
            row=row[slots].to(self.row.dtype),
            transpose_crow=self.transpose_crow,
            transpose_col=transpose_col.to(self.transpose_col.dtype),
            transpose_order=new_slot[self.transpose_order],
            shape=self.shape,
            symmetric=False,
        )
        return permuted, slots

    def to(self, device: torch.device | str) -> CSRPattern:
        """The same pattern on another device."""
        crow, col = self.crow.to(device), self.col.to(device)
        return CSRPattern(
            crow=crow,
            col=col,
            row=self.row.to(device),
            transpose_crow=crow if self.symmetric else self.transpose_crow.to(device),
            transpose_col=col if self.symmetric else self.transpose_col.to(device),
            transpose_order=self.transpose_order.to(device),
            shape=self.shape,
            symmetric=self.symmetric,
        )
