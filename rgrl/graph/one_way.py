"""Edges that all go one way."""

from __future__ import annotations

import torch

from rgrl.errors import OneWayEdgesWarning
from rgrl.graph.graph import Graph
from rgrl.warn_caller import warn_caller


def warn_if_one_way(graph: Graph) -> None:
    """Warn where no edge has its reverse, as in a list that names each undirected edge once."""
    if graph.is_undirected:
        return
    source, target = graph.edge_index
    source, target = source[source != target], target[source != target]
    there, back = source * graph.num_nodes + target, target * graph.num_nodes + source
    if not bool(torch.isin(there, back).any()):
        warn_caller(
            f"all {source.numel()} edges go one way: undirected=True adds their reverses, "
            "should they go both ways",
            OneWayEdgesWarning,
        )
