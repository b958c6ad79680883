"""What an augmentation is."""

from __future__ import annotations

from typing import Protocol

import torch

from rgrl.errors import ConfigError
from rgrl.graph.view import View


class Augmentation(Protocol):
    """Anything that turns a view and a generator into another view."""

    def __call__(self, view: View, generator: torch.Generator | None = None) -> View:
        """Return the augmented view; the given one stays as it is."""
        ...


def checked_probability(p: float, name: str) -> float:
    """Return ``p`` if it lies in [0, 1].

    Raises:
        ConfigError: If it does not.
    """
    if not 0.0 <= p <= 1.0:
        raise ConfigError(f"{name} is {p}: a probability from 0 to 1 is needed")
    return float(p)
