"""The paper's optimiser, without what torch's own loads beside it."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim.adamw import adamw


class AdamW:
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019), all parameters in one fused call.

    Building ``torch.optim.AdamW`` imports torch's compiler, a second of every run. This class holds the state
    and leaves the arithmetic to ``torch.optim.adamw.adamw``, so the numbers are the same.

    Args:
        parameters: What to learn, tensors on one device.
        lr: Step size.
        weight_decay: Share of the learning rate by which a parameter shrinks a step.

    Example:
        >>> weight = torch.ones(2, requires_grad=True)
        >>> optimizer = AdamW([weight], lr=0.5, weight_decay=0.0)
        >>> weight.sum().backward()
        >>> optimizer.step()
        >>> [round(value, 4) for value in weight.tolist()]
        [0.5, 0.5]
    """

    def __init__(self, parameters: Iterable[Tensor], *, lr: float, weight_decay: float) -> None:
        self.parameters = list(parameters)
        self.lr, self.weight_decay = lr, weight_decay
        self._means = [torch.zeros_like(parameter) for parameter in self.parameters]
        self._squares = [torch.zeros_like(parameter) for parameter in self.parameters]
        self._steps = [torch.zeros((), device=parameter.device) for parameter in self.parameters]

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Change every parameter that has a gradient."""
        reached = [i for i, parameter in enumerate(self.parameters) if parameter.grad is not None]
        adamw(
            [self.parameters[i] for i in reached],
            [gradient for i in reached if (gradient := self.parameters[i].grad) is not None],
            [self._means[i] for i in reached],
            [self._squares[i] for i in reached],
            [],
            [self._steps[i] for i in reached],
            fused=True,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=self.lr,
            weight_decay=self.weight_decay,
            eps=1e-8,
            maximize=False,
        )
