"""Features made of the edges alone, for graphs that have none."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import sparse
from threadpoolctl import threadpool_limits

from rgrl.errors import ConfigError
from rgrl.graph.graph import Graph

FeatureKind = Literal["degree", "identity", "positional"]

DEGREE_BINS = 32
_POSITIONS = 32
_DENSE_UP_TO = 512

FloatArray = npt.NDArray[np.float64]


def structural_features(kind: str, graph: Graph) -> Any:
    """Give each node features that say where or what it is; edges count in both directions.

    - ``"degree"``: the node's number of neighbours, one-hot ``[N, 32]`` in bins that double every second
      time. The only kind that means the same in another graph.
    - ``"identity"``: a column for each node, ``[N, N]``.
    - ``"positional"``: ``[N, 32]`` or fewer columns, the eigenvectors of the normalised Laplacian of smallest
      eigenvalues, of each connected component its own, without the constant one; 0 where a component has no
      more. Each is scaled to a mean square of 1, and its entry of largest size is positive. Equal
      eigenvalues, as in graphs with symmetries, leave a choice that LAPACK makes, the same each time.

    Args:
        kind: Which.
        graph: Its own features are not looked at.

    Returns:
        An array or a scipy sparse matrix, ``[N, F]``.

    Raises:
        ConfigError: If the kind is none of these.

    Example:
        >>> path = Graph.from_edge_index([[0, 1, 1, 2], [1, 0, 2, 1]], x=np.ones((3, 1)))
        >>> structural_features("positional", path).shape
        (3, 2)
    """
    if kind not in get_args(FeatureKind):
        accepted = ", ".join(map(repr, get_args(FeatureKind)))
        raise ConfigError(f"features is {kind!r}: accepted are None, {accepted}")
    if kind == "identity":
        return sparse.eye(graph.num_nodes, dtype=np.float32, format="csr")
    neighbours = _both_ways(graph)
    return _degrees(neighbours) if kind == "degree" else _positions(neighbours)


def _both_ways(graph: Graph) -> sparse.csr_matrix:
    """The adjacency, symmetric and without loops."""
    pattern = graph.pattern
    col, row = pattern.col.cpu().numpy(), pattern.row.cpu().numpy()
    apart = row != col
    ones = np.ones(2 * int(apart.sum()))
    ends = (np.concatenate([row[apart], col[apart]]), np.concatenate([col[apart], row[apart]]))
    matrix = sparse.coo_matrix((ones, ends), shape=pattern.shape).tocsr()
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix


def _degrees(neighbours: sparse.csr_matrix) -> sparse.csr_matrix:
    degree = np.diff(neighbours.indptr)
    bins = np.minimum(np.rint(2 * np.log2(1.0 + degree)), DEGREE_BINS - 1).astype(np.int64)
    nodes = np.arange(degree.size)
    ones = np.ones(degree.size, dtype=np.float32)
    return sparse.csr_matrix((ones, (nodes, bins)), shape=(degree.size, DEGREE_BINS))


def _positions(neighbours: sparse.csr_matrix) -> npt.NDArray[np.float32]:
    from scipy.sparse.csgraph import connected_components

    nodes = neighbours.shape[0]
    count, component = connected_components(neighbours, directed=False)
    order = np.argsort(component, kind="stable")
    ends = np.searchsorted(component[order], np.arange(count + 1))
    largest = int(np.diff(ends).max())
    columns = max(1, min(_POSITIONS, largest - 1))
    together = neighbours[order][:, order].tocsr()
    out = np.zeros((nodes, columns), dtype=np.float32)
    for a, b in pairwise(ends.tolist()):
        if b - a > 1:
            first, last = together.indptr[a], together.indptr[b]
            arrays = (
                together.data[first:last],
                together.indices[first:last] - a,
                together.indptr[a : b + 1] - first,
            )
            with threadpool_limits(1, user_api="blas"):  # with more it may settle on another basis
                vectors = _eigenvectors(sparse.csr_matrix(arrays, shape=(b - a, b - a)), columns)
            out[order[a:b], : vectors.shape[1]] = vectors
    return out


def _eigenvectors(part: sparse.csr_matrix, columns: int) -> FloatArray:
    """Of a connected graph ``[n, n]``: at most n - 1 columns, ``[n, c]``."""
    from scipy.linalg import eigh
    from scipy.sparse.linalg import ArpackNoConvergence, eigsh

    size = part.shape[0]
    columns = min(columns, size - 1)
    root = sparse.diags(1 / np.sqrt(np.asarray(part.sum(axis=1)).ravel()))
    normalized = root @ part @ root
    if size <= _DENSE_UP_TO:
        _, vectors = eigh(normalized.toarray(), subset_by_index=(size - 1 - columns, size - 1))
    else:
        start = np.random.default_rng(0).standard_normal(size)
        try:
            values, vectors = eigsh(normalized, k=columns + 1, which="LA", v0=start, tol=1e-4)
        except ArpackNoConvergence as error:
            values, vectors = error.eigenvalues, error.eigenvectors
        vectors = vectors[:, np.argsort(values)]
    vectors = vectors[:, ::-1][:, 1:]
    peak = np.argmax(np.round(np.abs(vectors), 6), axis=0)
    sign = np.where(vectors[peak, np.arange(vectors.shape[1])] < 0, -1.0, 1.0)
    return np.asarray(vectors * sign * np.sqrt(size))
