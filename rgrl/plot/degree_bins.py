"""Accuracy by degree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class DegreeBins:
    """Accuracy of the nodes of each bin of degrees; bins without a node are left out.

    Attributes:
        low: Smallest degree of each bin, int64 ``[B]``, rising: 0, 1, 2, 4, 8, …
        high: Largest degree of each bin, itself included, int64 ``[B]``: 0, 1, 3, 7, 15, …
        count: Number of nodes, int64 ``[B]``, at least 1.
        accuracy: Share that is right, per cent, float64 ``[B]``.
        error: Standard error of that over the nodes, per cent, float64 ``[B]``; NaN of a single node.
    """

    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]
    count: npt.NDArray[np.int64]
    accuracy: npt.NDArray[np.float64]
    error: npt.NDArray[np.float64]

    @property
    def names(self) -> list[str]:
        """The degrees of each bin, such as ``2–3``."""
        pairs = zip(self.low.tolist(), self.high.tolist(), strict=True)
        return [str(low) if low == high else f"{low}–{high}" for low, high in pairs]
