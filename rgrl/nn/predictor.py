"""The student's predictor head."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rgrl.global_stream import lent_global_stream
from rgrl.nn.prelu import PReLU


class Predictor(nn.Module):
    """The paper's predictor g: linear, PReLU, linear; Xavier-uniform weights, biases 0.01.

    Args:
        embedding_dim: d, width of input and output.
        hidden_dim: h, width between.
        generator: Random stream of the initial weights.

    Example:
        >>> Predictor(4, 8)(torch.ones(2, 4)).shape
        torch.Size([2, 4])
    """

    def __init__(
        self, embedding_dim: int, hidden_dim: int = 512, *, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.hidden_dim = hidden_dim
        with lent_global_stream():  # what torch draws for them is drawn anew below
            self.first = nn.Linear(embedding_dim, hidden_dim, device="cpu")
            self.second = nn.Linear(hidden_dim, embedding_dim, device="cpu")
        self.activation = PReLU(inplace=True)
        self.reset_parameters(generator)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the weights anew."""
        for layer in (self.first, self.second):
            nn.init.xavier_uniform_(layer.weight, generator=generator)
            nn.init.constant_(layer.bias, 0.01)

    def forward(self, embedding: Tensor) -> Tensor:
        """Predict ``[N, d]`` from ``[N, d]``."""
        hidden = self.activation(F.linear(embedding, self.first.weight), self.first.bias)
        predicted = F.linear(hidden, self.second.weight)
        return predicted.add_(self.second.bias.to(predicted.dtype))  # of mixed types it would be three passes
