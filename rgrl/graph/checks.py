"""What a graph's parts must be before it is built; each refusal names the value and what is accepted."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor

from rgrl.errors import ConfigError, DataError
from rgrl.short_repr import short_repr

IntArray = npt.NDArray[np.int64]


def require_flag(name: str, value: Any) -> None:
    """Refuse what is neither True nor False, such as ``"no"``, which counts as true.

    Raises:
        ConfigError: Names the argument and its value.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise ConfigError(f"{name} is {short_repr(value)}: True or False is needed")


def refuse_masked(value: Any, name: str) -> None:
    """Refuse a masked array with masked entries, which NumPy would hand over as if they were not masked.

    Raises:
        DataError: Names their number and the first.
    """
    if np.ma.is_masked(value):
        masked = np.argwhere(np.ma.getmaskarray(value))
        raise DataError(
            f"{name}: {len(masked)} of {value.size} entries are masked, the first at {masked[0].tolist()}; "
            "fill them, or leave them out"
        )


def number_array(value: Any, name: str) -> npt.NDArray[Any]:
    """Real numbers as an array of their own type; half precision becomes float32.

    Raises:
        DataError: If the value is no array of real numbers, or has masked entries.
    """
    refuse_masked(value, name)
    try:
        array = _in_float32(value.detach()).cpu().numpy() if isinstance(value, Tensor) else np.asarray(value)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} is not an array: {type(value).__name__} ({error})") from None
    if array.dtype.kind not in "biuf":
        raise DataError(f"{name} has dtype {array.dtype}: numbers are needed")
    return array


def edge_array(edge_index: Any) -> IntArray:
    """Edges as integers of any width ``[2, E]``; their range is not checked.

    Raises:
        DataError: If the shape is not ``[2, E]`` or the dtype no integer.
    """
    array = number_array(edge_index, "edge_index")
    if array.ndim == 1 and array.size == 0:
        array = np.empty((2, 0), dtype=np.int64)
    if array.ndim != 2 or array.shape[0] != 2:
        raise DataError(f"edge_index has shape {list(array.shape)}: [2, E] is needed")
    if array.dtype.kind not in "iu":
        if array.size:
            raise DataError(f"edge_index has dtype {array.dtype}: integers are needed")
        array = array.astype(np.int64)
    return array


def checked_edge_index(edge_index: Any, num_nodes: int) -> tuple[IntArray, IntArray]:
    """Source and target of each edge, ``[E]`` each, in range: int32 where given so, else int64.

    Raises:
        DataError: If the shape is not ``[2, E]``, the dtype no integer, or an index out of range.
    """
    array = edge_array(edge_index)
    if array.size and (array.min() < 0 or array.max() >= num_nodes):
        outside = (array < 0) | (array >= num_nodes)
        first = int(np.flatnonzero(outside.any(axis=0))[0])
        pair = tuple(int(v) for v in array[:, first])
        raise DataError(
            f"edge_index has edges out of range: edge {first} is {pair}, but the {num_nodes} nodes are "
            f"0 to {num_nodes - 1}; the smallest index is {array.min()}, the largest {array.max()}"
        )
    array = array if array.dtype == np.int32 else array.astype(np.int64, copy=False)
    return array[0], array[1]


def checked_features(x: Any) -> Tensor | sparse.csr_matrix:
    """Features as float32 ``[N, F]``, dense tensor or scipy CSR; N and F at least 1, all finite.

    Raises:
        DataError: If the features are not two-dimensional, empty, or not finite.
    """
    if isinstance(x, Tensor) and x.layout != torch.strided:
        coo = _in_float32(x.detach().cpu().to_sparse_coo()).coalesce()  # type: ignore[no-untyped-call]
        row, column = coo.indices().numpy()
        x = sparse.coo_matrix((coo.values().numpy(), (row, column)), shape=tuple(coo.shape))
    if sparse.issparse(x):
        if x.dtype.kind not in "biuf":
            raise DataError(f"x has dtype {x.dtype}: numbers are needed")
        matrix = sparse.csr_matrix(x).astype(np.float32)
        _require_shape(matrix.shape)
        matrix.sum_duplicates()
        _require_finite(matrix.data, np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)))
        return matrix
    array = number_array(x, "x")
    _require_shape(array.shape)
    array = np.ascontiguousarray(array, dtype=np.float32)
    if not np.isfinite(array.sum()):  # one pass without a mask of the matrix's size
        _require_finite(array, np.arange(array.shape[0]))
    tensor = x.detach().cpu() if isinstance(x, Tensor) and x.dtype == torch.float32 else None
    return torch.from_numpy(array) if tensor is None else tensor.contiguous()


def _in_float32(x: Tensor) -> Tensor:
    """Half precision, of which NumPy knows only one form, as float32; anything else as it is."""
    return x.float() if x.is_floating_point() and x.element_size() < 4 else x


def checked_labels(y: Any, num_nodes: int) -> Tensor:
    """Labels as int64 ``[N]``, where -1 is a node without one.

    Raises:
        DataError: If the labels are no integers, below -1, or not one a node.
    """
    array = number_array(y, "y")
    if array.dtype.kind not in "iu":
        raise DataError(f"y has dtype {array.dtype}: integer labels are needed")
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.shape != (num_nodes,):
        raise DataError(f"y has shape {list(array.shape)}: one label for each of {num_nodes} nodes is needed")
    if (array < -1).any():
        first = int(np.flatnonzero(array < -1)[0])
        raise DataError(
            f"y has a negative label: node {first} has {int(array[first])}, 0 and up, or -1 where unknown, "
            "are accepted"
        )
    return torch.from_numpy(array.astype(np.int64))


def _require_shape(shape: tuple[int, ...]) -> None:
    if len(shape) != 2:
        raise DataError(f"x has shape {list(shape)}: [nodes, features] is needed")
    if shape[0] == 0:
        raise DataError("the graph has 0 nodes: at least 1 is needed")
    if shape[1] == 0:
        raise DataError("x has 0 features: at least 1 is needed")


def _require_finite(values: npt.NDArray[np.float32], rows: IntArray) -> None:
    bad = ~np.isfinite(values)
    if bad.any():
        first = np.argwhere(bad)[0]
        node, value = int(rows[first[0]]), float(values[tuple(first)])
        raise DataError(f"x is not finite: {int(bad.sum())} values, the first is {value} at node {node}")
