"""What a graph of another library is made of."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy import sparse

from rgrl.errors import DataError
from rgrl.graph.graph import Graph
from rgrl.graph.sparse_features import SparseFeatures

_ACCEPTED = "a rgrl Graph, a PyG Data, (x, edge_index), a networkx graph or a scipy sparse adjacency"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class GraphParts:
    """Edges, and what else a graph brought along; nothing is checked yet.

    Attributes:
        edge_index: ``[2, E]``, (source, target); an undirected edge stands in it twice.
        num_nodes: N, or ``None`` where nothing says it.
        x: Features, or ``None``.
        y: Labels, or ``None``.
        names: The nodes as the graph calls them, in its order; ``None`` for 0 to N - 1.
    """

    edge_index: Any
    num_nodes: int | None
    x: Any = None
    y: Any = None
    names: tuple[Any, ...] | None = None


def graph_parts(source: Any) -> GraphParts:
    """Take a graph apart, in any of the forms of :func:`rgrl.graph.as_graph`.

    Edge weights are left out, and a warning is logged where some are other than 1.

    Raises:
        DataError: If the form is not known, there are no edges' ends, or a weight is below 0 or not a number.

    Example:
        >>> import networkx as nx
        >>> parts = graph_parts(nx.DiGraph([("ann", "bob")]))
        >>> parts.edge_index.tolist(), parts.names
        ([[0], [1]], ('ann', 'bob'))
    """
    if isinstance(source, Graph):
        x = source.x.to_scipy() if isinstance(source.x, SparseFeatures) else source.x
        return GraphParts(source.edge_index, source.num_nodes, x, source.y)
    if isinstance(source, (tuple, list)) and len(source) == 2:
        return GraphParts(source[1], None, source[0])
    if sparse.issparse(source):
        return GraphParts(*_scipy_edges(source))
    if hasattr(source, "edge_index") and hasattr(source, "num_nodes"):
        if source.edge_index is None:
            kind = type(source).__name__
            raise DataError(f"the {kind} has no edge_index: [2, E] is needed, [2, 0] where there is no edge")
        weights = getattr(source, "edge_weight", None)
        if weights is not None:
            _leave_out(torch.unique(torch.as_tensor(weights).detach().cpu().double()).tolist())
        x, y = getattr(source, "x", None), getattr(source, "y", None)
        return GraphParts(source.edge_index, source.num_nodes, x, y)
    if hasattr(source, "adj") and hasattr(source, "is_directed"):
        return GraphParts(_networkx_edges(source), len(source), names=tuple(source))
    raise DataError(f"a {type(source).__name__} is not a graph: accepted are {_ACCEPTED}")


def _leave_out(weights: Iterable[Any]) -> None:
    """Refuse weights that cannot be left out, and say that the others are."""
    for weight in weights:
        if isinstance(weight, (int, float, np.number)) and not float(weight) >= 0:
            raise DataError(f"an edge has the weight {weight}: weights of at least 0 are accepted")
    logger.warning("edge weights are not used: an edge is there or it is not")


def _scipy_edges(matrix: Any) -> tuple[Any, int]:
    rows, columns = matrix.shape
    if rows != columns:
        raise DataError(f"the adjacency has shape {[rows, columns]}: a square one is needed")
    coo = matrix.tocoo()
    present = coo.data != 0
    other = coo.data[present] != 1
    if other.any():
        _leave_out(np.unique(coo.data[present][other]))
    return np.stack([coo.row[present], coo.col[present]]).astype(np.int64), rows


def _networkx_edges(graph: Any) -> Any:
    position = {node: i for i, node in enumerate(graph)}
    edges = np.array([(position[u], position[v]) for u, v in graph.edges()], dtype=np.int64).reshape(-1, 2).T
    weights = [weight for _, _, weight in graph.edges(data="weight") if weight not in (None, 1)]
    if weights:
        _leave_out(weights)
    return edges if graph.is_directed() else np.concatenate([edges, edges[::-1]], axis=1)
