"""Graphs of other libraries, taken as they come."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from rgrl.errors import DataError
from rgrl.graph.checks import checked_labels
from rgrl.graph.graph import Graph
from rgrl.graph.sparse_features import SparseFeatures

_WEIGHTS_LEFT_OUT = "edge weights are not used: an edge is there or it is not"

logger = logging.getLogger(__name__)

_ACCEPTED = "a rgrl Graph, a PyG Data, (x, edge_index), a networkx graph or a scipy sparse adjacency"


def as_graph(source: Any, *, x: Any = None, y: Any = None, sparse_features: bool | None = None) -> Graph:
    """Take a graph in any of the usual forms.

    Edge weights are not used: an edge is there or it is not.

    Args:
        source: A :class:`Graph` (returned as it is when nothing else is given), a PyG ``Data`` (its ``x``,
            ``edge_index`` and ``y``), a pair ``(x, edge_index)``, a networkx graph (nodes in its own order;
            an undirected edge counts in both directions) or a scipy sparse adjacency ``[N, N]`` (row =
            source).
        x: Features ``[N, F]``; needed for networkx and scipy, overrides those of a Graph, a Data or a pair.
        y: Integer labels ``[N]``; overrides those of a Graph or a Data. ``False`` leaves labels out: training
            needs none, and a Data may have targets or several labels a node as its ``y``.
        sparse_features: As in :meth:`Graph.from_edge_index`.

    Raises:
        DataError: If the form is not known, features are missing, or a part is invalid.

    Example:
        >>> import networkx as nx, numpy as np
        >>> as_graph(nx.path_graph(3), x=np.eye(3))
        Graph(num_nodes=3, num_edges=4, num_features=3, features=dense, undirected)
    """
    if isinstance(source, Graph):
        return _changed(source, x, y, sparse_features)
    num_nodes: int | None = None
    if isinstance(source, (tuple, list)) and len(source) == 2:
        x, edge_index = source if x is None else (x, source[1])
    elif sparse.issparse(source):
        edge_index, num_nodes = _scipy_edges(source)
    elif hasattr(source, "edge_index") and hasattr(source, "num_nodes"):
        edge_index, num_nodes = source.edge_index, source.num_nodes
        if edge_index is None:
            kind = type(source).__name__
            raise DataError(f"the {kind} has no edge_index: [2, E] is needed, [2, 0] where there is no edge")
        x = getattr(source, "x", None) if x is None else x
        y = _own_labels(source, num_nodes) if y is None else y
        if getattr(source, "edge_weight", None) is not None:
            logger.warning(_WEIGHTS_LEFT_OUT)
    elif hasattr(source, "adj") and hasattr(source, "is_directed"):
        edge_index, num_nodes = _networkx_edges(source)
    else:
        raise DataError(f"a {type(source).__name__} is not a graph: accepted are {_ACCEPTED}")
    if x is None:
        raise DataError("the graph has no features: pass x with one row a node")
    y = None if y is False else y
    return Graph.from_edge_index(edge_index, x=x, y=y, num_nodes=num_nodes, sparse_features=sparse_features)


def _changed(graph: Graph, x: Any, y: Any, sparse_features: bool | None) -> Graph:
    """A graph with other features, other labels or none, on its device."""
    if x is not None or sparse_features is not None:
        own = graph.x.to_scipy() if isinstance(graph.x, SparseFeatures) else graph.x
        rebuilt = Graph.from_edge_index(
            graph.edge_index,
            x=own if x is None else x,
            num_nodes=graph.num_nodes,
            sparse_features=sparse_features,
        )
        graph = replace(graph, x=rebuilt.x.to(graph.device))
    if y is False:
        return replace(graph, y=None)
    return graph if y is None else replace(graph, y=checked_labels(y, graph.num_nodes).to(graph.device))


def _own_labels(data: Any, num_nodes: int) -> Any:
    y = getattr(data, "y", None)
    if y is None:
        return None
    try:
        return checked_labels(y, num_nodes)
    except DataError as error:
        raise DataError(f"{error}; y=False leaves the labels out") from None


def _scipy_edges(matrix: Any) -> tuple[Any, int]:
    rows, columns = matrix.shape
    if rows != columns:
        raise DataError(f"the adjacency has shape {[rows, columns]}: a square one is needed")
    coo = matrix.tocoo()
    present = coo.data != 0
    if (coo.data[present] != 1).any():
        logger.warning(_WEIGHTS_LEFT_OUT)
    return np.stack([coo.row[present], coo.col[present]]).astype(np.int64), rows


def _networkx_edges(graph: Any) -> tuple[Any, int]:
    position = {node: i for i, node in enumerate(graph)}
    edges = np.array([(position[u], position[v]) for u, v in graph.edges()], dtype=np.int64).reshape(-1, 2).T
    if any(weight not in (None, 1) for _, _, weight in graph.edges(data="weight")):
        logger.warning(_WEIGHTS_LEFT_OUT)
    if not graph.is_directed():
        edges = np.concatenate([edges, edges[::-1]], axis=1)
    return edges, len(position)
