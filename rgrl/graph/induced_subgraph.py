"""The part of a graph between chosen nodes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from rgrl.errors import DataError
from rgrl.graph.checks import IntArray
from rgrl.graph.csr_pattern import CSRPattern
from rgrl.graph.graph import Graph
from rgrl.graph.sparse_features import SparseFeatures


def induced_subgraph(graph: Graph, nodes: Any) -> Graph:
    """Keep chosen nodes and the edges between them.

    Args:
        graph: The graph.
        nodes: Distinct node indices, integer tensor or array ``[M]``, at least one; node ``i`` of the result
            is ``nodes[i]``.

    Returns:
        A graph of M nodes with their features and labels, on the graph's device.

    Raises:
        DataError: If ``nodes`` is empty, not one-dimensional, not integer, out of range or repeats a node.

    Example:
        >>> path = Graph.from_edge_index([[0, 1, 1, 2], [1, 0, 2, 1]], x=[[0.0], [1.0], [2.0]])
        >>> induced_subgraph(path, [2, 1]).edge_index
        tensor([[0, 1],
                [1, 0]])
    """
    chosen = _checked_nodes(nodes, graph.num_nodes)
    index = torch.from_numpy(chosen).to(graph.device)
    pattern = _between(graph.pattern, chosen)
    return Graph(
        pattern=pattern.to(graph.device),
        diagonal=(pattern.row == pattern.col).nonzero().squeeze(1).to(graph.device),
        has_loop=graph.has_loop[index],
        x=_rows(graph.x, chosen, index),
        y=None if graph.y is None else graph.y[index],
    )


def _between(pattern: CSRPattern, chosen: IntArray) -> CSRPattern:
    """The pattern's entries in chosen rows and columns, in their order."""
    col, crow = pattern.col.cpu().numpy(), pattern.crow.cpu().numpy()
    matrix = sparse.csr_matrix((np.ones(col.size, dtype=bool), col, crow), shape=pattern.shape)
    part = matrix[chosen][:, chosen]
    part.sort_indices()
    return CSRPattern.from_scipy(part)


def _rows(x: Tensor | SparseFeatures, chosen: IntArray, index: Tensor) -> Tensor | SparseFeatures:
    if isinstance(x, Tensor):
        return x[index]
    return SparseFeatures.from_scipy(x.to_scipy()[chosen]).to(x.values.device)


def _checked_nodes(nodes: Any, num_nodes: int) -> IntArray:
    array = nodes.detach().cpu().numpy() if isinstance(nodes, Tensor) else np.asarray(nodes)
    if array.ndim != 1 or array.size == 0:
        raise DataError(f"nodes has shape {list(array.shape)}: [M] with at least one node is needed")
    if array.dtype.kind not in "iu":
        raise DataError(f"nodes has dtype {array.dtype}: integer node indices are needed")
    if array.min() < 0 or array.max() >= num_nodes:
        raise DataError(
            f"nodes reaches from {array.min()} to {array.max()}: 0 to {num_nodes - 1} are accepted"
        )
    if np.unique(array).size != array.size:
        raise DataError(f"nodes repeats a node: {array.size} indices name {np.unique(array).size} nodes")
    return array.astype(np.int64)
