"""What a log of one seed is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

#: What is logged, by the names that a result's curve has.
COLUMNS = ("loss", "val_mean", "test_mean")

#: An update, and of :data:`COLUMNS` the values that are known of it.
Row = tuple[float, Mapping[str, float]]


class SeedLog(Protocol):
    """Takes the values of one seed, update by update."""

    def write(self, update: float, values: Mapping[str, float]) -> None:
        """Take the values of an update; of :data:`COLUMNS` those that are known."""
        ...

    def close(self, *, whole: bool) -> None:
        """Finish; called once, with whether the training came to its end."""
        ...


def known_values(values: Mapping[str, float | None]) -> dict[str, float]:
    """Those that are numbers: there is no loss before the first update, and not every probe looks at test.

    Example:
        >>> known_values({"loss": None, "val_mean": 80.0, "test_mean": float("nan")})
        {'val_mean': 80.0}
    """
    known = {name: float(value) for name, value in values.items() if value is not None}
    return {name: value for name, value in known.items() if math.isfinite(value)}


def logged_rows(record: Mapping[str, Any]) -> list[Row]:
    """What a log of a seed holds, by its record; nothing where there is no curve, as of raw features.

    Example:
        >>> logged_rows({"curve": {"update": [0, 1], "loss": [None, 2.0]}})
        [(0, {}), (1, {'loss': 2.0})]
    """
    curve = record.get("curve", {})
    updates: Sequence[float] = curve.get("update", ())
    if len(updates) < 2:
        return []
    columns = {name: curve[name] for name in COLUMNS if name in curve}
    return [
        (update, known_values({name: column[place] for name, column in columns.items()}))
        for place, update in enumerate(updates)
    ]
