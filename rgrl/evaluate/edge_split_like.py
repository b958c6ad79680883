"""What an evaluator needs to know of a split of edges."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from rgrl.evaluate.negatives_like import NegativesLike


class EdgeSplitLike(Protocol):
    """Anything with sets of pairs of nodes, integers ``[2, m]``, none of them empty; each edge once."""

    @property
    def num_nodes(self) -> int:
        """Number of nodes, N."""
        ...

    @property
    def train(self) -> Tensor:
        """Edges that the encoder saw, for fitting a scorer, ``[2, m_train]``."""
        ...

    @property
    def val(self) -> Tensor:
        """Edges for choosing, ``[2, m_val]``."""
        ...

    @property
    def test(self) -> Tensor:
        """Edges for reporting, ``[2, m_test]``."""
        ...

    @property
    def train_negatives(self) -> Tensor:
        """Pairs without an edge for fitting a scorer, ``[2, m]``."""
        ...

    @property
    def negatives_random(self) -> NegativesLike:
        """Random pairs without an edge."""
        ...

    @property
    def negatives_hard(self) -> NegativesLike:
        """Pairs without an edge that are close in the training graph."""
        ...
