"""The head between a backbone and the relations."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rgrl.errors import ConfigError
from rgrl.nn.draw_from import draw_from


class ProjectionHead(nn.Module):
    """ReSSL's head: linear, ReLU, linear, ``[B, d] -> [B, out]``; torch's own initial weights.

    Args:
        width_in: d.
        hidden: Width between.
        width_out: Width of the result.
        generator: Random stream of the initial weights.

    Raises:
        ConfigError: If a width is below 1.

    Example:
        >>> ProjectionHead(4, 8, 2)(torch.ones(3, 4)).shape
        torch.Size([3, 2])
    """

    def __init__(
        self, width_in: int, hidden: int, width_out: int, *, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        widths = (width_in, hidden, width_out)
        if min(widths) < 1:
            raise ConfigError(f"the head's widths are {list(widths)}: at least 1 each is needed")
        with draw_from(generator):
            self.first = nn.Linear(width_in, hidden)
            self.second = nn.Linear(hidden, width_out)

    def forward(self, features: Tensor) -> Tensor:
        """Project ``[B, d]``."""
        return self.second(F.relu(self.first(features)))
