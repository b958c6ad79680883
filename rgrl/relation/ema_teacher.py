"""The momentum teacher."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn

from rgrl.errors import ConfigError
from rgrl.global_stream import lent_global_stream


@torch.no_grad()
def ema_update(teacher: nn.Module, student: nn.Module, *, momentum: float, buffers: bool = False) -> None:
    """Move the teacher towards the student: ``θ' ← momentum θ' + (1 − momentum) θ``.

    Args:
        teacher: Changed in place.
        student: A module of the same structure.
        momentum: In [0, 1]; 1 leaves the teacher as it is.
        buffers: Average floating-point buffers too (batch norm's running statistics). The released code of
            both papers does not.

    Raises:
        ConfigError: If the momentum is out of range.
    """
    _check_momentum(momentum)
    targets: list[Tensor] = list(teacher.parameters())
    sources: list[Tensor] = list(student.parameters())
    if buffers:
        for target, source in zip(teacher.buffers(), student.buffers(), strict=True):
            if target.is_floating_point():
                targets.append(target)
                sources.append(source)
    if targets:
        torch._foreach_lerp_(targets, sources, 1.0 - momentum)


def _check_momentum(momentum: float) -> None:
    if not 0.0 <= momentum <= 1.0:
        raise ConfigError(f"the teacher's momentum is {momentum}: a number from 0 to 1 is needed")


class EMATeacher(nn.Module):
    """A copy of the student that follows it by an exponential moving average and takes no gradient.

    The teacher of RGRL (Lee et al., CIKM 2022) and ReSSL (Zheng et al., NeurIPS 2021), and BGRL's target; see
    :func:`rgrl.relation.ema_update`.

    Args:
        student: Module to copy and to follow.
        momentum: Share of the old teacher that is kept at each update.
        buffers: Average buffers too.

    Raises:
        ConfigError: If the momentum is out of range.

    Example:
        >>> student = nn.Linear(1, 1)
        >>> teacher = EMATeacher(student, momentum=0.99)
        >>> teacher.update(student)
    """

    def __init__(self, student: nn.Module, *, momentum: float = 0.99, buffers: bool = False) -> None:
        super().__init__()
        _check_momentum(momentum)
        with lent_global_stream():  # torch-geometric 2.6 copies a layer by drawing it anew first
            self.module = copy.deepcopy(student).requires_grad_(False)
        self.momentum = momentum
        self.buffers_too = buffers

    def update(self, student: nn.Module) -> None:
        """Take one step towards the student."""
        ema_update(self.module, student, momentum=self.momentum, buffers=self.buffers_too)

    @torch.no_grad()
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Run the copy, without gradient."""
        return self.module(*args, **kwargs)

    def extra_repr(self) -> str:
        """Return the momentum for ``repr``."""
        return f"momentum={self.momentum}"
