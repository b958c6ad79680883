"""What a log of one seed is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol

#: What is logged, by the names that a result's curve has.
COLUMNS = ("loss", "val_mean", "test_mean")


class SeedLog(Protocol):
    """Takes the values of one seed, update by update."""

    def write(self, update: float, values: Mapping[str, float]) -> None:
        """Take the values of an update; of :data:`COLUMNS` those that are known."""
        ...

    def close(self) -> None:
        """Finish; called once, whether the training ended or failed."""
        ...


def known_values(values: Mapping[str, float | None]) -> dict[str, float]:
    """Those that are numbers: there is no loss before the first update, and not every probe looks at test.

    Example:
        >>> known_values({"loss": None, "val_mean": 80.0, "test_mean": float("nan")})
        {'val_mean': 80.0}
    """
    return {name: value for name, value in values.items() if value is not None and math.isfinite(value)}
