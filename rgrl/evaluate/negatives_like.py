"""What an evaluator needs to know of the pairs that are no edges."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor


class NegativesLike(Protocol):
    """Anything with two sets of pairs of nodes without an edge, integers ``[2, m]``, none of them empty."""

    @property
    def val(self) -> Tensor:
        """Pairs for choosing, ``[2, m_val]``."""
        ...

    @property
    def test(self) -> Tensor:
        """Pairs for reporting, ``[2, m_test]``."""
        ...
