"""The choice of a normalisation by name."""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor, nn

from rgrl.errors import ConfigError
from rgrl.nn.frozen_batch_norm import FrozenBatchNorm
from rgrl.nn.layer_norm import LayerNorm

NormName = Literal["batch", "frozen", "layer", "none"]


def make_norm(name: NormName, width: int) -> nn.Module:
    """Build a normalisation of ``[N, width]``.

    Args:
        name: ``"batch"`` (batch norm, momentum 0.01), ``"frozen"`` (the same as the released code ran it, see
            :class:`FrozenBatchNorm`), ``"layer"`` or ``"none"``.
        width: d.

    Raises:
        ConfigError: If the name is none of these.
    """
    if name == "batch":
        return nn.BatchNorm1d(width, momentum=0.01)
    if name == "frozen":
        return FrozenBatchNorm(width, momentum=0.01)
    if name == "layer":
        return LayerNorm(width)
    if name == "none":
        return nn.Identity()
    raise ConfigError(f"norm is {name!r}: accepted are {', '.join(map(repr, get_args(NormName)))}")


def affine_map(norm: nn.Module) -> tuple[Tensor, Tensor] | None:
    """Write a batch norm that uses its running statistics as ``x s + c``.

    Returns:
        s and c, ``[d]`` each, differentiable in the norm's weight and bias; ``None`` for a norm whose
        output depends on the batch or on the whole row, and for a subclass, which may do anything.
    """
    if type(norm) not in (nn.BatchNorm1d, FrozenBatchNorm) or looks_at_batch(norm):
        return None
    assert isinstance(norm, nn.BatchNorm1d)
    assert norm.running_mean is not None and norm.running_var is not None
    scale = torch.rsqrt(norm.running_var + norm.eps)
    if not norm.affine:
        return scale, -norm.running_mean * scale
    scale = norm.weight * scale
    return scale, torch.addcmul(norm.bias, norm.running_mean, scale, value=-1)


def looks_at_batch(module: nn.Module) -> bool:
    """Whether a module is a batch norm that takes its statistics from the batch, as things stand."""
    if not isinstance(module, nn.BatchNorm1d):
        return False
    if module.running_mean is None or module.running_var is None:
        return True
    return module.training and not (isinstance(module, FrozenBatchNorm) and module.is_frozen)
