"""What an encoder's arguments and outputs must be; each refusal names the value and what is accepted."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

from torch import Tensor

from rgrl.errors import ConfigError
from rgrl.short_repr import short_repr


def check_widths(num_features: int, layers: Sequence[int]) -> None:
    """Check the widths of an encoder.

    Raises:
        ConfigError: If there is no layer, or a width or the number of features is below 1.
    """
    if not isinstance(num_features, Integral) or num_features < 1:
        raise ConfigError(f"num_features is {short_repr(num_features)}: at least 1 is needed")
    widths = list(layers) if isinstance(layers, Sequence) else layers
    usable = isinstance(widths, list) and widths and all(isinstance(width, Integral) for width in widths)
    if not usable or min(widths) < 1:
        raise ConfigError(
            f"layers is {short_repr(widths)}: one width of at least 1 for each layer is needed, "
            "such as (64, 32)"
        )


def check_output(output: Any, shape: tuple[int, int], maker: str) -> None:
    """Check what a module from outside made of ``[N, F]``.

    Args:
        output: What it returned.
        shape: What is needed, ``(N, d)``.
        maker: The module, in words.

    Raises:
        ConfigError: If it is no tensor of this shape.
    """
    found = list(output.shape) if isinstance(output, Tensor) else f"a {type(output).__name__}"
    if found != list(shape):
        raise ConfigError(f"{maker} returned {found}: a tensor {list(shape)}, one row a node, is needed")
