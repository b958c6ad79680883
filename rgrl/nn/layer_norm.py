"""Layer normalisation whose sums over rows are float32."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class LayerNorm(nn.LayerNorm):
    """Layer normalisation (Ba, Kiros and Hinton, 2016) of ``[N, d]``, computed in float32.

    For bfloat16 rows torch sums the gradients of weight and bias on a CPU in bfloat16: over the thousands of
    rows of a graph a tenth of them and more is lost.

    Example:
        >>> LayerNorm(2)(torch.tensor([[1.0, 3.0]], dtype=torch.bfloat16)).tolist()
        [[-1.0, 1.0]]
    """

    def forward(self, hidden: Tensor) -> Tensor:
        """Normalise ``[N, d]``; in the type that it comes in."""
        if (
            hidden.dtype != torch.bfloat16
            or hidden.device.type != "cpu"
            or (self.weight is not None and self.weight.dtype != torch.float32)
        ):
            return super().forward(hidden)
        return super().forward(hidden.float()).to(hidden.dtype)
