"""Adam for many independent problems in one tensor."""

from __future__ import annotations

import torch
from torch import Tensor


class BatchedAdam:
    """Adam with decoupled weight decay, element by element and in place.

    The update of Kingma and Ba (2015), algorithm 1, with the decay of Loshchilov and Hutter (2019), by the
    fused pass behind ``torch.optim.AdamW``. It needs no autograd, so a stack of weights is as many
    independent optimisers; of small ones ``torch.optim`` would take longer around that pass than in it.

    Args:
        weights: What to train, any shape; changed by every step.
        lr: Step size.
        weight_decay: Decoupled decay; 0 is plain Adam.
    """

    def __init__(self, weights: Tensor, *, lr: float, weight_decay: float) -> None:
        self.weights = weights
        self.lr = lr
        self.weight_decay = weight_decay
        self.updates = 0
        self._mean = torch.zeros_like(weights)
        self._square = torch.zeros_like(weights)
        self._count = torch.zeros((), device=weights.device)

    def step(self, gradient: Tensor) -> None:
        """One update from the gradient, of the weights' shape."""
        self.updates += 1
        self._count.fill_(self.updates)
        torch._fused_adamw_(
            [self.weights],
            [gradient],
            [self._mean],
            [self._square],
            [],
            [self._count],
            lr=self.lr,
            beta1=0.9,
            beta2=0.999,
            weight_decay=self.weight_decay,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )
