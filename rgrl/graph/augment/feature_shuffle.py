"""Giving the nodes each other's features."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from rgrl.graph.graph import Graph
from rgrl.graph.view import View


def shuffle_features(graph: Graph, *, generator: torch.Generator | None = None) -> Graph:
    """Permute the rows of X at random; edges and labels stay, and the pattern is shared.

    Args:
        graph: Graph of N nodes.
        generator: Random stream, on the CPU.

    Returns:
        A graph in which each node has the features of one of ``graph``, perhaps its own; each is used once.
    """
    order = torch.randperm(graph.num_nodes, generator=generator).to(graph.device)
    return replace(graph, x=graph.x[order] if isinstance(graph.x, Tensor) else graph.x.permute_rows(order))


class FeatureShuffle:
    """Permute the rows of X at random: DGI's corruption (Veličković et al., ICLR 2019, section 4.2).

    Example:
        >>> from rgrl.graph import Graph
        >>> graph = Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0], [2.0]])
        >>> view = FeatureShuffle()(graph.view(), torch.Generator().manual_seed(1))
        >>> sorted(view.graph.x.flatten().tolist())
        [1.0, 2.0]
    """

    def __call__(self, view: View, generator: torch.Generator | None = None) -> View:
        """Return the view with its nodes' features permuted; masks stay."""
        return replace(view, graph=shuffle_features(view.graph, generator=generator))

    def __repr__(self) -> str:
        return "FeatureShuffle()"
