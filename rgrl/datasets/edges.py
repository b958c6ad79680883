"""The one form in which every reader hands over its edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rgrl.errors import DataError


def undirected_edges(
    source: npt.NDArray[np.int64], target: npt.NDArray[np.int64], num_nodes: int
) -> npt.NDArray[np.int64]:
    """Bring edges to canonical form: both directions, no self-loop, no duplicate, sorted by (source, target).

    Args:
        source: Source node of each edge, `[E]`.
        target: Target node of each edge, `[E]`.
        num_nodes: Number of nodes N.

    Returns:
        `edge_index`, int64 `[2, E']`.

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
    keep = source != target
    source, target = source[keep].astype(np.int64), target[keep].astype(np.int64)
    key = np.unique(np.concatenate([source * num_nodes + target, target * num_nodes + source]))
    return np.stack([key // num_nodes, key % num_nodes]) if key.size else np.empty((2, 0), dtype=np.int64)
