"""The one form in which every reader hands over its edges."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rgrl.errors import DataError

Index = TypeVar("Index", np.int32, np.int64)


def undirected_edges(
    source: npt.NDArray[Index], target: npt.NDArray[Index], num_nodes: int
) -> npt.NDArray[Index]:
    """Bring edges to canonical form: both directions, no self-loop, no duplicate, sorted by (source, target).

    Takes time in proportion to the edges, and with int32 about 40 bytes an edge beside what it is given.

    Args:
        source: Source node of each edge, int32 or int64 `[E]`.
        target: Target node of each edge, `[E]`.
        num_nodes: Number of nodes N.

    Returns:
        `edge_index` `[2, E']`, of the type of the sources.

    Raises:
        DataError: A node index lies outside `0 … N-1`.

    Example:
        >>> undirected_edges(np.array([1, 1, 2]), np.array([0, 0, 2]), 3)
        array([[0, 1],
               [1, 0]])
    """
    for end in (source, target):
        if end.size and (end.min() < 0 or end.max() >= num_nodes):
            bad = int(end.min()) if end.min() < 0 else int(end.max())
            raise DataError(f"an edge names node {bad}; nodes are numbered 0 to {num_nodes - 1}")
    linked = source != target
    if not linked.all():
        source, target = source[linked], target[linked]
    # Truth values, because a count of duplicates could overflow to a zero, and scipy's sum leaves zeros out.
    there = np.ones(source.size, dtype=bool)
    one_way = sparse.coo_matrix((there, (source, target)), shape=(num_nodes, num_nodes)).tocsr()
    both = one_way + one_way.T.tocsr()
    edges = np.empty((2, both.nnz), dtype=source.dtype)
    edges[0] = np.repeat(np.arange(num_nodes, dtype=source.dtype), np.diff(both.indptr))
    edges[1] = both.indices
    return edges
