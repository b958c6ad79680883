"""The learning rate over a run."""

from __future__ import annotations

import math
from collections.abc import Callable

from rgrl.errors import ConfigError


def cosine_schedule(peak: float, *, epochs: int, warmup: int = 0) -> Callable[[int], float]:
    """Rise linearly to ``peak`` over the first updates, then fall to 0 along half a cosine, as BGRL does.

    The only update of a run of one has the peak, where half a cosine would leave nothing.

    Args:
        peak: The highest rate, above 0.
        epochs: Updates of the whole run, at least 1.
        warmup: Updates of the rise, fewer than ``epochs``.

    Returns:
        A function from the update's number (1 for the first) to its rate.

    Raises:
        ConfigError: If a number is out of range.

    Example:
        >>> rate = cosine_schedule(0.1, epochs=12, warmup=2)
        >>> [round(rate(update), 3) for update in (1, 2, 7, 12)]
        [0.05, 0.1, 0.05, 0.0]
    """
    if not peak > 0:
        raise ConfigError(f"peak is {peak}: a number above 0 is needed")
    if epochs < 1:
        raise ConfigError(f"epochs is {epochs}: at least 1 is needed")
    if not 0 <= warmup < epochs:
        raise ConfigError(f"warmup is {warmup}: a whole number from 0 to {epochs - 1} is needed")

    def rate(update: int) -> float:
        if epochs == 1:
            return peak
        if update <= warmup:
            return peak * update / warmup
        return peak * (1 + math.cos(math.pi * (update - warmup) / (epochs - warmup))) / 2

    return rate
