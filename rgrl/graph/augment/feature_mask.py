"""Masking feature columns at random."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from rgrl.graph.augment.augmentation import checked_probability
from rgrl.graph.view import View


def mask_features(num_features: int, *, p: float, generator: torch.Generator | None = None) -> Tensor:
    """Draw which feature columns stay, the same for every node: each is masked with probability ``p``.

    Args:
        num_features: Number of columns, F.
        p: Probability of a column to be masked (the paper's p_f).
        generator: Random stream, on the CPU.

    Returns:
        bool ``[F]``.

    Raises:
        ConfigError: If ``p`` is no probability.
    """
    checked_probability(p, "the feature mask's p")
    return torch.rand(num_features, generator=generator) >= p


class FeatureMask:
    """Mask each feature column with probability ``p`` (RGRL, section on augmentation).

    Args:
        p: Probability of a column to be masked.

    Raises:
        ConfigError: If ``p`` is no probability.

    Example:
        >>> from rgrl.graph import Graph
        >>> graph = Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0], [2.0]])
        >>> FeatureMask(1.0)(graph.view()).feature_keep
        tensor([False])
    """

    def __init__(self, p: float) -> None:
        self.p = checked_probability(p, "FeatureMask's p")

    def __call__(self, view: View, generator: torch.Generator | None = None) -> View:
        """Return the view with more columns masked."""
        if self.p == 0.0:
            return view
        keep = mask_features(view.graph.num_features, p=self.p, generator=generator).to(view.graph.device)
        return replace(view, feature_keep=keep if view.feature_keep is None else keep & view.feature_keep)

    def __repr__(self) -> str:
        return f"FeatureMask(p={self.p})"
