"""Each node's own anchors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import torch
from torch import Tensor

from rgrl.graph.graph import Graph
from rgrl.graph.ppr import topk_ppr
from rgrl.graph.ppr_cache import cached_topk_ppr


@dataclass(frozen=True, eq=False)
class LocalAnchors:
    """The local anchors D(i) of every node i.

    Attributes:
        index: int64 ``[N, k]``; where ``mask`` is false, the node itself.
        mask: bool ``[N, k]``, the anchors that count. All false for an isolated node, partly false where
            fewer than k nodes can be reached.
    """

    index: Tensor
    mask: Tensor

    @cached_property
    def num_valid(self) -> int:
        """Nodes that have an anchor (the paper's V⁺), at least 1."""
        return max(1, int(self.mask.any(dim=1).sum()))

    @classmethod
    def from_graph(
        cls,
        graph: Graph,
        *,
        k: int,
        restart: float = 0.15,
        tolerance: float = 1e-4,
        include_self: bool = True,
        cache: Path | None = None,
    ) -> LocalAnchors:
        """Take the top k of each node's personalised PageRank, see :func:`rgrl.graph.topk_ppr`.

        Args:
            graph: Graph of N nodes.
            k: Anchors of a node; no more than N are kept.
            restart: α, in (0, 1).
            tolerance: Residual left per unit of degree.
            include_self: Whether a node may be among its own anchors.
            cache: Folder where the PageRank is kept between runs, by the graph's content and the parameters;
                ``None`` computes it. It changes no bit.

        Raises:
            ConfigError: If an argument is out of range.

        Example:
            >>> graph = Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0], [2.0], [3.0]])
            >>> LocalAnchors.from_graph(graph, k=2).mask.tolist()
            [[True, True], [True, True], [False, False]]
        """
        compute = topk_ppr if cache is None else partial(cached_topk_ppr, cache=cache)
        k = min(k, max(1, graph.num_nodes))
        index, _ = compute(graph, k=k, restart=restart, tolerance=tolerance, include_self=include_self)
        linked = (graph.degree > 0) | (graph.pattern.crow.diff() > 1)  # as a source or as a target
        mask = (index >= 0) & linked.cpu().unsqueeze(1)
        own = torch.arange(graph.num_nodes).unsqueeze(1)
        return cls(torch.where(index >= 0, index, own).to(graph.device), mask.to(graph.device))
