"""Bag-of-words features kept sparse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from rgrl.graph.csr_matmul import csr_matmul
from rgrl.graph.csr_pattern import CSRPattern


@dataclass(frozen=True, eq=False)
class SparseFeatures:
    """A sparse feature matrix ``[N, F]`` with its transpose planned for the weight's gradient.

    Attributes:
        pattern: Where the non-zero features stand.
        values: The features, float32 ``[nnz]``.
    """

    pattern: CSRPattern
    values: Tensor

    @classmethod
    def from_scipy(cls, matrix: sparse.spmatrix) -> SparseFeatures:
        """Take over a scipy sparse matrix ``[N, F]``; explicit zeros and duplicates are merged away.

        The matrix itself does not change; one that is in this form already shares its memory.
        """
        csr = sparse.csr_matrix(matrix, dtype=np.float32)
        if not csr.has_canonical_format or not csr.data.all():
            csr = csr.copy()
        csr.sum_duplicates()
        csr.eliminate_zeros()
        return cls(CSRPattern.from_scipy(csr), torch.from_numpy(csr.data))

    @property
    def shape(self) -> tuple[int, int]:
        """``(N, F)``."""
        return self.pattern.shape

    def __matmul__(self, weight: Tensor) -> Tensor:
        """``X W``: ``[N, F] @ [F, d] -> [N, d]``, differentiable in the weight."""
        return csr_matmul(self.pattern, self.values, weight)

    def permute_rows(self, order: Tensor) -> SparseFeatures:
        """Give node i the features of node ``order[i]``, for a permutation int64 ``[N]``."""
        pattern, slots = self.pattern.permute_rows(order)
        return SparseFeatures(pattern, self.values[slots])

    def to(self, device: torch.device | str) -> SparseFeatures:
        """The same features, ``[N, F]``, on another device."""
        return SparseFeatures(self.pattern.to(device), self.values.to(device))

    def to_scipy(self) -> sparse.csr_matrix:
        """The features as a scipy CSR matrix ``[N, F]``, sharing memory where it can."""
        p = self.pattern
        arrays = (self.values.cpu().numpy(), p.col.cpu().numpy(), p.crow.cpu().numpy())
        return sparse.csr_matrix(arrays, shape=self.shape)

    def to_dense(self) -> Tensor:
        """The features as a dense tensor ``[N, F]``."""
        dense = torch.zeros(self.shape, dtype=self.values.dtype, device=self.values.device)
        dense[self.pattern.row.long(), self.pattern.col.long()] = self.values
        return dense
