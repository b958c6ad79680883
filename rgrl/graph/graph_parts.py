"""What a graph of another library is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from rgrl.errors import DataError
from rgrl.graph.checks import edge_array, number_array
from rgrl.graph.edge_weights import as_number, present
from rgrl.graph.graph import Graph
from rgrl.graph.sparse_features import SparseFeatures

_ACCEPTED = "a rgrl Graph, a PyG Data, (x, edge_index), a networkx graph or a scipy sparse adjacency"


@dataclass(frozen=True, eq=False)
class GraphParts:
    """Edges, and what else a graph brought along; only weights are checked yet.

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

    An edge of weight 0 is none (:func:`rgrl.graph.edge_weights.present`); other weights are left out, and an
    :class:`rgrl.errors.UnusedWeightsWarning` says so where some are other than 1.

    Raises:
        DataError: If the form is not known, there are no edges' ends, or a weight is below 0 or no finite
            number.

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
        x, y = getattr(source, "x", None), getattr(source, "y", None)
        return GraphParts(_pyg_edges(source), source.num_nodes, x, y)
    if hasattr(source, "adj") and hasattr(source, "is_directed"):
        return GraphParts(_networkx_edges(source), len(source), names=tuple(source))
    raise DataError(f"a {type(source).__name__} is not a graph: accepted are {_ACCEPTED}")


def _pyg_edges(data: Any) -> Any:
    if data.edge_index is None:
        kind = type(data).__name__
        raise DataError(f"the {kind} has no edge_index: [2, E] is needed, [2, 0] where there is no edge")
    if (given := getattr(data, "edge_weight", None)) is None:
        return data.edge_index
    edges = edge_array(data.edge_index)
    weights = number_array(given, "edge_weight")
    if weights.shape not in ((edges.shape[1],), (edges.shape[1], 1)):
        raise DataError(
            f"edge_weight has shape {list(weights.shape)}: one for each of {edges.shape[1]} edges is needed"
        )
    kept = present(weights.reshape(-1), lambda edge: tuple(edges[:, edge].tolist()))
    return edges[:, kept]


def _scipy_edges(matrix: Any) -> tuple[Any, int]:
    if len(set(matrix.shape)) != 1 or len(matrix.shape) != 2:
        raise DataError(f"the adjacency has shape {list(matrix.shape)}: a square one is needed")
    coo = matrix.tocoo()
    edges = np.stack([coo.row, coo.col]).astype(np.int64)
    return edges[:, present(coo.data, lambda edge: tuple(edges[:, edge].tolist()))], matrix.shape[0]


def _networkx_edges(graph: Any) -> Any:
    position = {node: i for i, node in enumerate(graph)}
    ends = list(graph.edges(data="weight"))
    edges = np.array([(position[u], position[v]) for u, v, _ in ends], dtype=np.int64).reshape(-1, 2).T
    weights = np.array([as_number(weight, (u, v)) for u, v, weight in ends], dtype=np.float64)
    edges = edges[:, present(weights, lambda edge: ends[edge][:2])]
    return edges if graph.is_directed() else np.concatenate([edges, edges[::-1]], axis=1)
