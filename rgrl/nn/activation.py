"""The choice of an activation by name."""

from __future__ import annotations

from typing import Literal, get_args

from torch import nn

from rgrl.errors import ConfigError
from rgrl.nn.prelu import PReLU

ActivationName = Literal["prelu", "relu"]


def make_activation(name: ActivationName, *, inplace: bool = False) -> nn.Module:
    """Build an activation.

    Args:
        name: ``"prelu"`` (one learned slope, see :class:`PReLU`) or ``"relu"`` (nothing learned).
        inplace: Overwrite the input, which must not be needed elsewhere.

    Raises:
        ConfigError: If the name is none of these.
    """
    if name == "prelu":
        return PReLU(inplace=inplace)
    if name == "relu":
        return nn.ReLU(inplace=inplace)
    accepted = ", ".join(map(repr, get_args(ActivationName)))
    raise ConfigError(f"activation is {name!r}: accepted are {accepted}")
