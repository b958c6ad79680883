"""A graph as a user gives it: edges, features, and what its nodes are called."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from rgrl.errors import ConfigError, DataError
from rgrl.estimator.node_ids import NodeIds, checked_node_ids
from rgrl.graph.convert import as_graph
from rgrl.graph.graph import Graph
from rgrl.graph.graph_parts import GraphParts, graph_parts
from rgrl.graph.structural_features import structural_features

#: Made-up features that tell nothing about the nodes of any other graph.
FIXED_FEATURES = ("identity", "positional")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class NamedGraph:
    """A graph and the ids of its nodes.

    Attributes:
        graph: Without labels.
        node_ids: ``[N]``.
    """

    graph: Graph
    node_ids: NodeIds


def named_graph(
    source: Any,
    *,
    x: Any = None,
    node_ids: Any = None,
    features: str | None = None,
    undirected: bool = False,
) -> NamedGraph:
    """Take a graph in any form that :func:`rgrl.as_graph` takes, with or without features.

    Args:
        source: The graph; of a pair ``(x, edge_index)`` x may be ``None``.
        x: Features ``[N, F]`` in place of the graph's own; a frame is put in order by its index, where that
            names the nodes.
        node_ids: One id a node; ``None`` for networkx's own names, and 0 to N - 1 otherwise.
        features: ``None`` for ``x`` or the graph's own; else made of the edges, see
            :func:`structural_features`, and the graph's own are not looked at.
        undirected: Add the reverse of every edge.

    Raises:
        ConfigError: If the kind of features is unknown, or ``x`` is given beside one.
        DataError: If there are no features, or a part is invalid.
    """
    if features is not None and x is not None:
        raise ConfigError(f"x is given and features is {features!r}: only one of the two can be used")
    if isinstance(source, Graph) and x is None and features is None and not undirected:
        return NamedGraph(as_graph(source, y=False), checked_node_ids(node_ids, source.num_nodes))
    parts = graph_parts(source)
    names = parts.names if node_ids is None else node_ids
    edges = _both_directions(parts.edge_index) if undirected else parts.edge_index
    own = parts.x if x is None else x
    if features is not None:
        nodes = _num_nodes(parts, node_ids)
        bare = Graph.from_edge_index(edges, x=np.ones((nodes, 1), dtype=np.float32))
        graph = as_graph(bare, x=structural_features(features, bare))
    elif own is None:
        raise DataError(
            "the graph has no features: give x=, or choose features='degree', 'identity' or 'positional'"
        )
    else:
        graph = Graph.from_edge_index(edges, x=_in_order(own, names), num_nodes=parts.num_nodes)
    return NamedGraph(graph, checked_node_ids(names, graph.num_nodes))


def edges_key(graph: Graph) -> str:
    """A digest that two graphs share if they have the same edges between the same places."""
    digest = hashlib.sha256()
    for part in (graph.pattern.crow, graph.pattern.col, graph.has_loop):
        digest.update(part.cpu().numpy().tobytes())
    return digest.hexdigest()


def warn_if_one_way(graph: Graph) -> None:
    """Log a warning where no edge has its reverse, as in a list that names each undirected edge once."""
    if graph.is_undirected:
        return
    source, target = graph.edge_index
    source, target = source[source != target], target[source != target]
    there, back = source * graph.num_nodes + target, target * graph.num_nodes + source
    if not bool(torch.isin(there, back).any()):
        logger.warning(
            "all %d edges go one way: undirected=True adds their reverses, should they go both ways",
            source.numel(),
        )


def _both_directions(edge_index: Any) -> Any:
    edges = np.asarray(edge_index.detach().cpu() if isinstance(edge_index, torch.Tensor) else edge_index)
    if edges.ndim != 2 or edges.shape[0] != 2:
        return edges  # refused where every graph is checked
    return np.concatenate([edges, edges[::-1]], axis=1)


def _in_order(x: Any, names: Any) -> Any:
    """Features in the order of the nodes; those of a frame by its index, unless that only counts the rows."""
    if not hasattr(x, "iloc"):
        return x
    index, ids = list(x.index), list(range(len(x))) if names is None else list(names)
    if index in (ids, list(range(len(x)))):
        return x
    if len(index) == len(ids) and set(index) == set(ids):
        return x.loc[ids]
    if names is None:
        return x
    other = next((each for each in index if each not in set(ids)), index[0])
    raise DataError(f"x has not one row for each node: {other!r} of its index is no node, or stands twice")


def _num_nodes(parts: GraphParts, node_ids: Any) -> int:
    """As many as the graph says, as there are rows or ids, or as the edges need."""
    if parts.num_nodes is not None:
        return parts.num_nodes
    if parts.x is not None:
        return int(parts.x.shape[0]) if hasattr(parts.x, "shape") else len(parts.x)
    if node_ids is not None and hasattr(node_ids, "__len__"):
        return len(node_ids)
    edges = np.asarray(parts.edge_index)
    return int(edges.max()) + 1 if edges.size and edges.dtype.kind in "iu" else 0
