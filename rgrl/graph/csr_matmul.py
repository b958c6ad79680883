"""Sparse times dense, with the transposed product of the backward taken from the plan."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor

from rgrl.graph.csr_pattern import CSRPattern

with warnings.catch_warnings():
    # torch says once per process that its CSR tensors are in beta; said here, users never read it.
    warnings.simplefilter("ignore")
    torch.sparse_csr_tensor([0, 1], [0], [1.0], size=(1, 1), check_invariants=False)


def csr_matmul(pattern: CSRPattern, values: Tensor, dense: Tensor) -> Tensor:
    """Product of a planned sparse matrix and a dense one; differentiable in the dense one.

    The values are constants: no gradient reaches them.

    Args:
        pattern: Pattern of the sparse matrix ``[R, C]``.
        values: Its entries in the pattern's order, ``[nnz]``.
        dense: ``[C, d]``.

    Returns:
        ``[R, d]``.

    Example:
        >>> from scipy import sparse
        >>> pattern = CSRPattern.from_scipy(sparse.csr_matrix([[0, 1], [1, 1]]))
        >>> csr_matmul(pattern, torch.tensor([2.0, 3.0, 4.0]), torch.eye(2)).tolist()
        [[0.0, 2.0], [3.0, 4.0]]
    """
    return _CSRMatmul.apply(dense, pattern, values)  # type: ignore[no-untyped-call]


def _product(crow: Tensor, col: Tensor, values: Tensor, dense: Tensor, rows: int) -> Tensor:
    size = (rows, dense.shape[0])
    sparse = torch.sparse_csr_tensor(crow, col, values, size=size, check_invariants=False)
    out = dense.new_empty(rows, dense.shape[1])
    # Without an output of its own, `@` would fill one with zeros and copy another.
    return torch.addmm(out, sparse, dense, beta=0, out=out)


class _CSRMatmul(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, dense: Tensor, pattern: CSRPattern, values: Tensor) -> Tensor:
        ctx.pattern, ctx.values = pattern, values
        return _product(pattern.crow, pattern.col, values, dense, pattern.shape[0])

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        pattern: CSRPattern = ctx.pattern
        values = ctx.values[pattern.transpose_order]
        grad = _product(
            pattern.transpose_crow, pattern.transpose_col, values, grads[0].contiguous(), pattern.shape[1]
        )
        return grad, None, None
