"""What a run tells whoever watches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Moment:
    """State of a run after an update.

    Attributes:
        name: What is run, such as ``rgrl on cora``.
        seed: Pre-training seed.
        seeds: Number of seeds in all.
        update: Updates done.
        epochs: Updates asked for.
        loss: Loss of the update, or ``None`` before the first.
        val: Mean validation accuracy in per cent, ``None`` unless this update was evaluated.
        test: Mean test accuracy in per cent, for logs; not a number where test is not looked at.
        evaluated: Whether this is a point of the result's curve; only those are logged.
    """

    name: str
    seed: int
    seeds: int
    update: int
    epochs: int
    loss: float | None
    val: float | None
    test: float | None = None
    evaluated: bool = True


class Observer(Protocol):
    """Shows progress; knows nothing of training."""

    def note(self, text: str) -> None:
        """Show a line."""
        ...

    def update(self, moment: Moment) -> None:
        """Show where the run stands."""
        ...
