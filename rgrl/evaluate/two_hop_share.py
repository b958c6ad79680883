"""How many pairs have a common neighbour."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from rgrl.evaluate.checks import IntArray

_CHUNK_PAIRS = 2048


def two_hop_share(pairs: IntArray, edges: IntArray, num_nodes: int) -> float:
    """Share of the pairs that have a common neighbour, 0 to 1.

    Args:
        pairs: ``[2, m]``.
        edges: Undirected edges, each once, ``[2, E]``.
        num_nodes: Number of nodes, N.

    Example:
        >>> two_hop_share(np.array([[0, 0], [2, 3]]), np.array([[0, 1], [1, 2]]), 4)
        0.5
    """
    ends = np.concatenate([edges, edges[::-1]], axis=1)
    ones = np.ones(ends.shape[1], dtype=bool)
    adjacency = sparse.csr_matrix((ones, (ends[0], ends[1])), shape=(num_nodes, num_nodes))
    count = 0
    for start in range(0, pairs.shape[1], _CHUNK_PAIRS):
        u, v = pairs[:, start : start + _CHUNK_PAIRS]
        count += int(np.count_nonzero(np.diff(adjacency[u].multiply(adjacency[v]).tocsr().indptr)))
    return count / pairs.shape[1]
