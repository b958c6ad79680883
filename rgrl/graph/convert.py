"""Graphs of other libraries, taken as they come."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from rgrl.errors import DataError
from rgrl.graph.checks import checked_labels, edge_array, require_flag
from rgrl.graph.graph import Graph
from rgrl.graph.graph_parts import GraphParts, graph_parts
from rgrl.graph.in_node_order import in_node_order
from rgrl.graph.one_way import warn_if_one_way
from rgrl.graph.sparse_features import SparseFeatures


def as_graph(
    source: Any,
    *,
    x: Any = None,
    y: Any = None,
    sparse_features: bool | None = None,
    undirected: bool = False,
) -> Graph:
    """Take a graph in any of the usual forms.

    Edge weights are not used: an edge is there, unless its weight is 0. That holds for zeros that a scipy
    matrix stores, for the ``edge_weight`` of a Data and for the ``weight`` of networkx's edges alike; an edge
    without a weight is there. Weights other than 0 and 1 give an :class:`rgrl.errors.UnusedWeightsWarning`.

    Args:
        source: A :class:`Graph` (returned as it is when nothing else is given), a PyG ``Data`` (its ``x``,
            ``edge_index`` and ``y``), a pair ``(x, edge_index)``, a networkx graph (nodes in its own order;
            an undirected edge counts in both directions) or a scipy sparse adjacency ``[N, N]`` (row =
            source).
        x: Features ``[N, F]``; needed for networkx and scipy, overrides those of a Graph, a Data or a pair.
            The rows of a pandas frame are put in order by its index, which names each node once; one that
            names no node, such as the default 0 to N - 1 where nodes have other names, leaves them as they
            are, and the log has a warning. The same holds for ``y``.
        y: Integer labels ``[N]``, -1 where unknown; overrides those of a Graph or a Data. ``False`` leaves
            labels out: training needs none, and a Data may have targets, or several labels a node, as its
            ``y``.
        sparse_features: As in :meth:`Graph.from_edge_index`.
        undirected: Add the reverse of every edge. Without, edges that go one way stay so, and where all do a
            :class:`rgrl.errors.OneWayEdgesWarning` says it.

    Raises:
        ConfigError: If ``undirected`` is neither True nor False.
        DataError: If the form is not known, features are missing, an edge's weight is below 0 or no finite
            number, a frame's index does not name each node once, or a part is invalid.

    Example:
        >>> import networkx as nx, numpy as np
        >>> as_graph(nx.path_graph(3), x=np.eye(3))
        Graph(num_nodes=3, num_edges=4, num_features=3, features=dense, undirected)
    """
    require_flag("undirected", undirected)
    if isinstance(source, Graph):
        return _changed(_both_ways(source) if undirected else source, x, y, sparse_features)
    parts = graph_parts(source)
    x = in_node_order(parts.x if x is None else x, parts.names)
    y = _own_labels(parts) if y is None else in_node_order(y, parts.names, "y")
    if x is None:
        raise DataError("the graph has no features: pass x with one row a node")
    edges = edge_array(parts.edge_index)
    graph = Graph.from_edge_index(
        np.concatenate([edges, edges[::-1]], axis=1) if undirected else edges,
        x=x,
        y=None if y is False else y,
        num_nodes=parts.num_nodes,
        sparse_features=sparse_features,
    )
    warn_if_one_way(graph)
    return graph


def _both_ways(graph: Graph) -> Graph:
    edges = torch.cat([graph.edge_index, graph.edge_index.flip(0)], dim=1)
    bare = Graph.from_edge_index(edges, x=torch.ones(graph.num_nodes, 1))
    return replace(bare.to(graph.device), x=graph.x, y=graph.y)


def _changed(graph: Graph, x: Any, y: Any, sparse_features: bool | None) -> Graph:
    """A graph with other features, other labels or none, on its device."""
    x, y = in_node_order(x, None), in_node_order(y, None, "y")
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


def _own_labels(parts: GraphParts) -> Any:
    if parts.y is None:
        return None
    assert parts.num_nodes is not None
    try:
        return checked_labels(parts.y, parts.num_nodes)
    except DataError as error:
        raise DataError(f"{error}; y=False leaves the labels out") from None
