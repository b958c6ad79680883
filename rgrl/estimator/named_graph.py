"""A graph as a user gives it: edges, features, and what its nodes are called."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from rgrl.errors import ConfigError, DataError
from rgrl.estimator.feature_names import FeatureNames, feature_names
from rgrl.estimator.node_ids import NodeIds, checked_node_ids
from rgrl.graph.checks import IntArray, edge_array, require_flag
from rgrl.graph.convert import as_graph
from rgrl.graph.graph import Graph
from rgrl.graph.graph_parts import GraphParts, graph_parts
from rgrl.graph.in_node_order import in_node_order
from rgrl.graph.structural_features import structural_features

#: Made-up features that tell nothing about the nodes of any other graph.
FIXED_FEATURES = ("identity", "positional")

#: More nodes than these, and than so many for each edge, that nothing but a number names are a mistake.
_NODES, _NODES_PER_EDGE = 1_000_000, 20


@dataclass(frozen=True, eq=False)
class NamedGraph:
    """A graph and the ids of its nodes.

    Attributes:
        graph: Without labels.
        node_ids: ``[N]``.
        feature_names: Names of the columns of a frame, ``[F]``, or ``None``.
    """

    graph: Graph
    node_ids: NodeIds
    feature_names: FeatureNames | None = None


def named_graph(
    source: Any,
    *,
    x: Any = None,
    node_ids: Any = None,
    features: str | None = None,
    undirected: bool = False,
    dense: bool = False,
) -> NamedGraph:
    """Take a graph in any form that :func:`rgrl.as_graph` takes, with or without features.

    Args:
        source: The graph; of a pair ``(x, edge_index)`` x may be ``None``.
        x: Features ``[N, F]`` in place of the graph's own; a frame is put in order by its index
            (:func:`rgrl.graph.in_node_order.in_node_order`).
        node_ids: One id a node; ``None`` for networkx's own names, and 0 to N - 1 otherwise.
        features: ``None`` for ``x`` or the graph's own; else made of the edges, see
            :func:`structural_features`, and the graph's own are not looked at.
        undirected: Add the reverse of every edge.
        dense: Keep features dense that are given so, and sparse that are not, however many are 0.

    Raises:
        ConfigError: If the kind of features is unknown, ``x`` is given beside one, or ``undirected`` no flag.
        DataError: If there are no features, or a part is invalid.
    """
    require_flag("undirected", undirected)
    refuse_both(x, features)
    if isinstance(source, Graph) and x is None and features is None and not undirected:
        return NamedGraph(as_graph(source, y=False), checked_node_ids(node_ids, source.num_nodes))
    parts = graph_parts(source)
    names = parts.names if node_ids is None else node_ids
    edges = edge_array(parts.edge_index)
    if undirected:
        edges = np.concatenate([edges, edges[::-1]], axis=1)
    own, columns = parts.x if x is None else x, None
    if features is not None:
        nodes = _num_nodes(parts, edges, node_ids)
        bare = Graph.from_edge_index(edges, x=np.ones((nodes, 1), dtype=np.float32))
        graph = as_graph(bare, x=structural_features(features, bare))
    elif own is None:
        raise DataError(
            "the graph has no features: give x=, or choose features='degree', 'identity' or 'positional'"
        )
    else:
        if node_ids is not None and hasattr(own, "iloc"):
            names = checked_node_ids(node_ids, len(own))
        graph = Graph.from_edge_index(
            edges,
            x=in_node_order(own, names),
            num_nodes=parts.num_nodes,
            sparse_features=_is_sparse(own) if dense else None,
        )
        columns = feature_names(own)
    return NamedGraph(graph, checked_node_ids(names, graph.num_nodes), columns)


def refuse_both(x: Any, features: str | None) -> None:
    """Refuse features beside a kind of features to make.

    Raises:
        ConfigError: If both are given.
    """
    if features is not None and x is not None:
        raise ConfigError(f"x is given and features is {features!r}: only one of the two can be used")


def edges_key(graph: Graph) -> str:
    """A digest that two graphs share if they have the same edges between the same places."""
    digest = hashlib.sha256()
    for part in (graph.pattern.crow, graph.pattern.col, graph.has_loop):
        digest.update(part.cpu().numpy().tobytes())
    return digest.hexdigest()


def _is_sparse(x: Any) -> bool:
    return sparse.issparse(x) or (isinstance(x, Tensor) and x.layout != torch.strided)


def _num_nodes(parts: GraphParts, edges: IntArray, node_ids: Any) -> int:
    """As many as the graph has, as there are rows or ids, or as the edges need."""
    ids = len(node_ids) if hasattr(node_ids, "__len__") else None
    if ids == 0:
        raise DataError("node_ids has 0 ids: one for each node is needed")
    rows = parts.num_nodes if parts.num_nodes is not None else _length(parts.x)
    if rows is not None and (parts.x is not None or parts.names is not None):
        return rows
    largest = max(int(edges.max()), 0) if edges.size else -1
    nodes = next((count for count in (rows, ids) if count is not None), largest + 1)
    if nodes != ids and nodes > _NODES + _NODES_PER_EDGE * edges.shape[1]:
        raise DataError(
            f"the graph has {nodes} nodes and {edges.shape[1]} edges, whose largest index is {largest}: "
            "node_ids= with one id a node is needed if they are so many"
        )
    return nodes


def _length(x: Any) -> int | None:
    shape = getattr(x, "shape", None)
    if shape is None:
        return len(x) if hasattr(x, "__len__") else None
    return int(shape[0]) if len(shape) else None
