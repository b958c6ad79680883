"""What embeddings, labels and splits must be before a probe sees them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor

from rgrl.errors import DataError
from rgrl.evaluate.split_like import SplitLike
from rgrl.graph.checks import refuse_masked
from rgrl.graph.sparse_features import SparseFeatures

IntArray: TypeAlias = npt.NDArray[np.int64]

# A sparse matrix fuller than this is faster, and at most five times larger, when dense.
_DENSE_FROM = 0.1

# Larger values have gradients whose squares, which Adam sums, overflow float32.
_LARGEST = 1e18


def checked_embeddings(embeddings: Any) -> Tensor | sparse.csr_matrix:
    """Embeddings as a float32 tensor ``[N, d]`` on their own device, or as a float32 scipy CSR matrix.

    Args:
        embeddings: Tensor or array ``[N, d]``, torch sparse tensor, scipy sparse matrix, or the sparse
            features of a graph.

    Raises:
        DataError: If they are not two-dimensional, empty, not real numbers, not finite, masked in part, or
            above 1e18 in size.
    """
    if isinstance(embeddings, SparseFeatures):
        embeddings = embeddings.to_scipy()
    refuse_masked(embeddings, "embeddings")
    if isinstance(embeddings, Tensor):
        if embeddings.layout != torch.strided:
            embeddings = _torch_to_scipy(embeddings)
    elif not sparse.issparse(embeddings):
        array = np.asarray(embeddings)
        if array.dtype.kind not in "biuf":
            raise DataError(f"embeddings have dtype {array.dtype}: real numbers are needed")
        embeddings = torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32))
    shape = tuple(embeddings.shape)
    if len(shape) != 2 or 0 in shape:
        raise DataError(
            f"embeddings have shape {list(shape)}: [nodes, dimensions] is needed, at least [1, 1]"
        )
    if isinstance(embeddings, Tensor):
        if embeddings.is_complex():
            raise DataError(f"embeddings have dtype {embeddings.dtype}: real numbers are needed")
        dense = embeddings.detach().to(torch.float32)
        require_finite(dense)
        largest = _largest(dense)
        if largest > _LARGEST:
            raise DataError(f"embeddings reach {largest:.3g} in size: at most {_LARGEST:.0e} is accepted")
        return dense
    matrix = sparse.csr_matrix(embeddings)
    if matrix.dtype.kind not in "biuf":
        raise DataError(f"embeddings have dtype {matrix.dtype}: real numbers are needed")
    matrix = matrix.astype(np.float32)
    matrix.sum_duplicates()
    usable = matrix.nnz == 0 or np.abs(matrix.data).max() <= _LARGEST  # false for NaN as well
    if not usable or matrix.nnz > _DENSE_FROM * shape[0] * shape[1]:
        return checked_embeddings(torch.from_numpy(matrix.toarray()))
    return matrix


def require_finite(values: Tensor, name: str = "embeddings") -> None:
    """Refuse a matrix ``[N, d]`` that holds NaN or infinity, with their count and first row.

    Raises:
        DataError: If any value is not finite.
    """
    if math.isfinite(_largest(values)):
        return
    bad = ~torch.isfinite(values)
    count = int(bad.sum())
    row = int(bad.any(dim=1).nonzero()[0, 0])
    raise DataError(
        f"{name}: {count} of {values.numel()} values are NaN or infinite, the first in row {row}; "
        "finite values are needed"
    )


def checked_splits(splits: Sequence[SplitLike], num_nodes: int) -> list[tuple[IntArray, IntArray, IntArray]]:
    """Train, validation and test rows of every split as int64 arrays.

    Raises:
        DataError: If there is no split, or a part is empty, not integer or out of range.
    """
    if len(splits) == 0:
        raise DataError("no splits were given: at least 1 is needed")
    return [
        (
            checked_rows(split.train, f"train rows of split {number}", num_nodes),
            checked_rows(split.val, f"validation rows of split {number}", num_nodes),
            checked_rows(split.test, f"test rows of split {number}", num_nodes),
        )
        for number, split in enumerate(splits)
    ]


def checked_labels(
    labels: Any, num_nodes: int, rows: Sequence[Sequence[IntArray]], num_classes: int | None
) -> tuple[IntArray, int]:
    """Labels as int64 ``[N]``, and the number of classes.

    Rows that no split uses may hold anything, such as -1 for a node without a label.

    Args:
        labels: Tensor or array of integers ``[N]``.
        num_nodes: Number of embeddings.
        rows: The rows that every split uses.
        num_classes: Number of classes; None for the largest label used plus one.

    Raises:
        DataError: If the labels are no integers, not one a node, or out of range.
    """
    array = _label_array(labels, num_nodes)
    used = np.zeros(num_nodes, dtype=bool)
    for parts in rows:
        for part in parts:
            used[part] = True
    classes = int(array[used].max()) + 1 if num_classes is None else num_classes
    bad = used & ((array < 0) | (array >= classes))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        accepted = f"0 to {classes - 1} are accepted" if classes > 0 else "0 and up are accepted"
        hint = "; rows whose label is unknown belong in no split" if array[row] == -1 else ""
        raise DataError(
            f"labels are out of range in {int(bad.sum())} rows: row {row} has {array[row]}, {accepted}{hint}"
        )
    return array, classes


def checked_pairs(pairs: Any, name: str, num_nodes: int) -> IntArray:
    """Pairs of nodes as int64 ``[2, m]``.

    Raises:
        DataError: If there is no pair, the shape or type is another, or a node is out of range.
    """
    array = pairs.detach().cpu().numpy() if isinstance(pairs, Tensor) else np.asarray(pairs)
    if array.ndim != 2 or array.shape[0] != 2 or array.shape[1] == 0:
        raise DataError(f"{name} has shape {list(array.shape)}: [2, m] with at least one pair is needed")
    if array.dtype.kind not in "iu":
        raise DataError(f"{name} has dtype {array.dtype}: integers are needed")
    if array.min() < 0 or array.max() >= num_nodes:
        raise DataError(
            f"{name} reaches from {array.min()} to {array.max()}: the nodes are 0 to {num_nodes - 1}"
        )
    return array.astype(np.int64)


def checked_classes(labels: Any, num_nodes: int) -> IntArray:
    """Labels as int64 ``[N]``, where -1 is a node without one.

    Args:
        labels: Tensor or array of integers ``[N]``.
        num_nodes: Number of embeddings.

    Raises:
        DataError: If the labels are no integers, not one a node, below -1, or name fewer than two classes.
    """
    array = _label_array(labels, num_nodes)
    if (array < -1).any():
        row = int(np.flatnonzero(array < -1)[0])
        raise DataError(f"labels are out of range: row {row} has {array[row]}, 0 and up, or -1, are accepted")
    classes = np.unique(array[array >= 0])
    if classes.size < 2:
        raise DataError(f"labels name {classes.size} classes: at least 2 are needed")
    return array


def checked_rows(rows: Any, name: str, num_nodes: int) -> IntArray:
    """Row numbers as int64 ``[n]``, at least one.

    Raises:
        DataError: If they are empty, not integer or out of range.
    """
    array = rows.detach().cpu().numpy() if isinstance(rows, Tensor) else np.asarray(rows)
    if array.ndim != 1 or array.size == 0:
        raise DataError(f"{name} have shape {list(array.shape)}: a list of at least one row is needed")
    if array.dtype.kind not in "iu":
        raise DataError(f"{name} have dtype {array.dtype}: integers are needed")
    if array.min() < 0 or array.max() >= num_nodes:
        raise DataError(
            f"{name} reach from {array.min()} to {array.max()}: the embeddings' rows are 0 to {num_nodes - 1}"
        )
    return array.astype(np.int64)


def _label_array(labels: Any, num_nodes: int) -> IntArray:
    array = labels.detach().cpu().numpy() if isinstance(labels, Tensor) else np.asarray(labels)
    if array.dtype.kind not in "iu":
        raise DataError(f"labels have dtype {array.dtype}: integers are needed")
    if array.shape != (num_nodes,):
        raise DataError(
            f"labels have shape {list(array.shape)}: one label for each of {num_nodes} rows is needed"
        )
    return array.astype(np.int64)


def _largest(values: Tensor) -> float:
    """Largest absolute value; NaN if there is one. One pass, without a copy."""
    low, high = torch.aminmax(values)
    return max(-float(low), float(high))


def _torch_to_scipy(tensor: Tensor) -> sparse.csr_matrix:
    if tensor.layout not in (torch.sparse_csr, torch.sparse_csc, torch.sparse_coo) or tensor.dim() != 2:
        raise DataError(f"embeddings are a {tensor.layout} tensor: dense, CSR, CSC or COO is needed, [N, d]")
    coo = tensor.detach().cpu().to_sparse_coo().coalesce()  # type: ignore[no-untyped-call]
    row, column = coo.indices().numpy()
    return sparse.coo_matrix((coo.values().to(torch.float32).numpy(), (row, column)), shape=tuple(coo.shape))
