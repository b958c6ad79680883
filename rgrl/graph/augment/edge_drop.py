"""Dropping edges at random."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from rgrl.errors import ConfigError
from rgrl.graph.augment.augmentation import checked_probability
from rgrl.graph.graph import Graph
from rgrl.graph.view import View


def drop_edges(
    graph: Graph, *, p: float, symmetric: bool = False, generator: torch.Generator | None = None
) -> Tensor:
    """Draw which entries of ``graph.pattern`` stay: each directed edge falls with probability ``p``.

    The diagonal stays: GCN adds it after the drop.

    Args:
        graph: Graph with E directed edges.
        p: Probability of an edge to fall (the paper's p_e).
        symmetric: Let both directions of an undirected edge fall or stay together. The paper's draw treats
            each direction on its own.
        generator: Random stream, on the CPU.

    Returns:
        bool ``[nnz]`` in the pattern's order.

    Raises:
        ConfigError: If ``p`` is no probability, or ``symmetric`` is asked of a directed graph.
    """
    checked_probability(p, "the edge drop's p")
    pattern = graph.pattern
    draw = torch.rand(pattern.nnz, generator=generator).to(graph.device)
    if symmetric:
        if not graph.is_undirected:
            raise ConfigError(
                "symmetric edge drop was asked of a directed graph: an undirected one is needed"
            )
        draw = torch.where(pattern.row <= pattern.col, draw, draw[pattern.transpose_order])
    keep = draw >= p
    keep[graph.diagonal] = True
    return keep


class EdgeDrop:
    """Drop each directed edge with probability ``p`` (RGRL, section on augmentation).

    Args:
        p: Probability of an edge to fall.
        symmetric: Both directions of an undirected edge fall together.

    Raises:
        ConfigError: If ``p`` is no probability.

    Example:
        >>> graph = Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0], [2.0]])
        >>> EdgeDrop(1.0)(graph.view()).edge_index.shape
        torch.Size([2, 0])
    """

    def __init__(self, p: float, *, symmetric: bool = False) -> None:
        self.p = checked_probability(p, "EdgeDrop's p")
        self.symmetric = symmetric

    def __call__(self, view: View, generator: torch.Generator | None = None) -> View:
        """Return the view with fewer edges."""
        if self.p == 0.0:
            return view
        keep = drop_edges(view.graph, p=self.p, symmetric=self.symmetric, generator=generator)
        return replace(view, edge_keep=keep if view.edge_keep is None else keep & view.edge_keep)

    def __repr__(self) -> str:
        return f"EdgeDrop(p={self.p}{', symmetric=True' if self.symmetric else ''})"
