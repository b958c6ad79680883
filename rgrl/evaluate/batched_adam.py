"""Adam for many independent problems in one tensor."""

from __future__ import annotations

import torch
from torch import Tensor


class BatchedAdam:
    """Adam with decoupled weight decay, element by element and in place.

    The arithmetic is that of Kingma and Ba (2015), algorithm 1, and of Loshchilov and Hutter (2019) for the
    decay, as in ``torch.optim.AdamW`` up to rounding. It needs no autograd, so a stack of weights is
    as many independent optimisers.

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
        self._scale = torch.empty_like(weights)

    def step(self, gradient: Tensor) -> None:
        """One update from the gradient, of the weights' shape."""
        beta1, beta2, epsilon = 0.9, 0.999, 1e-8
        self.updates += 1
        if self.weight_decay:
            self.weights.mul_(1 - self.lr * self.weight_decay)
        self._mean.lerp_(gradient, 1 - beta1)
        self._square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        # m / (sqrt(v) / b + ε) as m b / (sqrt(v) + ε b), which is a pass less over the weights
        bias = (1 - beta2**self.updates) ** 0.5
        torch.sqrt(self._square, out=self._scale).add_(epsilon * bias)
        self.weights.addcdiv_(self._mean, self._scale, value=-self.lr * bias / (1 - beta1**self.updates))
