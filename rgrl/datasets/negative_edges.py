"""Pairs that a link predictor should score low."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class NegativeEdges:
    """One kind of pairs without an edge, as many as there are positive edges to hold them against.

    Attributes:
        val: Pairs for choosing, int64 `[2, m_val]`.
        test: Pairs for reporting, int64 `[2, m_test]`.
    """

    val: Tensor
    test: Tensor
