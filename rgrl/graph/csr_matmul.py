"""Sparse times dense, with the transposed product of the backward taken from the plan."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from rgrl.errors import DataError
from rgrl.graph.csr_pattern import CSRPattern
from rgrl.kernels.launch import usable

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
    return _CSRMatmul.apply(autocast(dense), pattern, values)  # type: ignore[no-untyped-call]


def autocast(dense: Tensor) -> Tensor:
    """The operand of a product in the type that torch's autocast asks for, as for its own products."""
    kind = dense.device.type
    if dense.dtype == torch.float64 or not torch.is_autocast_enabled(kind):
        return dense
    return dense.to(torch.get_autocast_dtype(kind))


def csr_product(
    pattern: CSRPattern,
    values: Tensor,
    dense: Tensor,
    *,
    transposed: bool = False,
    rows: slice | None = None,
    bias: Tensor | None = None,
    slope: float = 1.0,
) -> Tensor:
    """``prelu(S B + bias)`` of a planned sparse S, of its transpose or of some rows; not differentiable.

    Args:
        pattern: Pattern of S ``[R, C]``.
        values: Its entries, ``[nnz]``.
        dense: B, ``[C, d]``; ``[R, d]`` for the transpose.
        transposed: Multiply by Sᵀ.
        rows: Rows of S that are wanted, from start to stop; ``None`` for all. Not with ``transposed``.
        bias: ``[d]``, or ``None`` for none.
        slope: Factor of what is negative; 1 changes nothing.

    Raises:
        DataError: If the shapes do not fit together.
    """
    crow, col, height, width = pattern.crow, pattern.col, *pattern.shape
    if transposed:
        crow, col, height, width = pattern.transpose_crow, pattern.transpose_col, width, height
    if dense.ndim != 2 or dense.shape[0] != width:
        raise DataError(
            f"a sparse [{height}, {width}] was multiplied by {list(dense.shape)}: [{width}, d] is needed"
        )
    if values.shape != (pattern.nnz,):
        raise DataError(f"values {list(values.shape)} must be [{pattern.nnz}], one an entry of the pattern")
    dense = dense.contiguous()
    if rows is not None:
        crow = crow[rows.start : rows.stop + 1]
    out = dense.new_empty(crow.numel() - 1, dense.shape[1])
    if usable(dense) and crow.dtype == torch.int32:
        from rgrl.kernels.spmm import spmm

        order = pattern.transpose_order if transposed else None
        bias = None if bias is None else bias.to(torch.float32).contiguous()
        values = values.to(torch.float32).contiguous()
        spmm(crow, col, values, dense, out, order=order, bias=bias, slope=slope)
        return out
    if dense.dtype == torch.float16 and dense.device.type == "cpu":  # torch has no such product
        wide = csr_product(
            pattern, values, dense.float(), transposed=transposed, rows=rows, bias=bias, slope=slope
        )
        return wide.to(dense.dtype)
    if transposed:
        values = values[pattern.transpose_order]
    if rows is not None:
        first, last = int(crow[0]), int(crow[-1])
        crow, col, values = crow - first, col[first:last], values[first:last]
    size = (out.shape[0], dense.shape[0])
    sparse = torch.sparse_csr_tensor(crow, col, values.to(dense.dtype), size=size, check_invariants=False)
    # Without an output of its own, `@` would fill one with zeros and copy another.
    torch.addmm(out, sparse, dense, beta=0, out=out)
    if bias is not None:
        out += bias.to(out.dtype)
    return out if slope == 1.0 else F.leaky_relu_(out, slope)


class _CSRMatmul(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, dense: Tensor, pattern: CSRPattern, values: Tensor) -> Tensor:
        ctx.pattern, ctx.values = pattern, values
        return csr_product(pattern, values, dense)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        return csr_product(ctx.pattern, ctx.values, grads[0], transposed=True), None, None
