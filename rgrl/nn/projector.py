"""The projection head of contrastive methods."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rgrl.global_stream import lent_global_stream


class Projector(nn.Module):
    """GRACE's projection g: linear, ELU, linear; weights and biases start as torch's linear layers do.

    Args:
        embedding_dim: d, width of input and output.
        hidden_dim: Width between.
        generator: Random stream of the initial weights.

    Example:
        >>> Projector(4, 8)(torch.ones(2, 4)).shape
        torch.Size([2, 4])
    """

    def __init__(
        self, embedding_dim: int, hidden_dim: int, *, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        with lent_global_stream():  # what torch draws for them is drawn anew below
            self.first = nn.Linear(embedding_dim, hidden_dim, device="cpu")
            self.second = nn.Linear(hidden_dim, embedding_dim, device="cpu")
        self.reset_parameters(generator)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the weights and biases anew, uniform within ``±1 / sqrt(width of the input)``."""
        for layer in (self.first, self.second):
            bound = 1 / math.sqrt(layer.in_features)
            nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
            nn.init.uniform_(layer.bias, -bound, bound, generator=generator)

    def forward(self, embedding: Tensor) -> Tensor:
        """Project ``[N, d]`` to ``[N, d]``."""
        return self.second(F.elu(self.first(embedding)))
