"""What RGRL computes of a graph once."""

from __future__ import annotations

from dataclasses import dataclass

from rgrl.graph import Graph, LocalAnchors
from rgrl.relation import AnchorSampler


@dataclass(frozen=True, eq=False)
class RGRLPlan:
    """What RGRL computes of a graph once, before training.

    Attributes:
        graph: The graph.
        sampler: Draws the global anchors S.
        local: The local anchors D(i); ``None`` where the local term is left out.
        twice: The graph two times side by side, where it is small enough for both views in one pass.
    """

    graph: Graph
    sampler: AnchorSampler
    local: LocalAnchors | None
    twice: Graph | None = None
