"""Stochastic gradient descent with momentum, without what torch's own loads beside it."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor


class SGD:
    """Gradient descent with momentum and weight decay in the gradient, as ``torch.optim.SGD``.

    Building that one imports torch's compiler, a second of every run; see ``rgrl.training.adamw``.

    Args:
        parameters: What to learn, tensors of any shape ``[...]`` on one device.
        lr: Step size.
        momentum: Share of the last step's direction that is kept.
        weight_decay: What times a parameter is added to its gradient.
        decay_vectors: Whether that is done to vectors too, which biases and the weights of norms are.

    Example:
        >>> weight = torch.ones(2, requires_grad=True)
        >>> optimizer = SGD([weight], lr=0.25, momentum=0.5, weight_decay=0.0)
        >>> for _ in range(2):
        ...     optimizer.zero_grad()
        ...     weight.sum().backward()
        ...     optimizer.step()
        >>> weight.tolist()
        [0.375, 0.375]
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        *,
        lr: float,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        decay_vectors: bool = True,
    ) -> None:
        self.parameters = list(parameters)
        self.lr, self.momentum, self.weight_decay = lr, momentum, weight_decay
        self.decay_vectors = decay_vectors
        self._directions = [torch.zeros_like(parameter) for parameter in self.parameters]

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Change every parameter that has a gradient."""
        reached = [i for i, parameter in enumerate(self.parameters) if parameter.grad is not None]
        if not reached:
            return
        parameters, directions = ([each[i] for i in reached] for each in (self.parameters, self._directions))
        torch._foreach_mul_(directions, self.momentum)
        torch._foreach_add_(directions, [p.grad for p in parameters if p.grad is not None])
        decayed = [i for i, p in enumerate(parameters) if self.decay_vectors or p.ndim > 1]
        if self.weight_decay and decayed:
            torch._foreach_add_(
                [directions[i] for i in decayed], [parameters[i] for i in decayed], alpha=self.weight_decay
            )
        torch._foreach_add_(parameters, directions, alpha=-self.lr)
