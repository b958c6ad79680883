"""Cosines of pairs of nodes, by what joins them."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class PairSimilarities:
    """Cosine similarities of sampled pairs of nodes; no pair is of two kinds.

    Attributes:
        neighbours: Pairs that an edge joins, float32 ``[a]``.
        same_class: Pairs of one class without an edge, ``[b]``; ``None`` without labels.
        others: Pairs without an edge, and with labels of different classes, ``[c]``.
    """

    neighbours: Tensor
    same_class: Tensor | None
    others: Tensor
