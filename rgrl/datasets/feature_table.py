"""The features of a graph of the user's own: one row a node."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rgrl.errors import DataError

# A label that nobody knows; pandas writes whole numbers with a point where a row has a gap.
_UNKNOWN = ("", "-1", "-1.0")


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """Node ids with their features and labels, either of which may be absent; checked when built.

    Attributes:
        ids: Id of each node, N strings, all different; the row is the node's index.
        columns: Names of the feature columns, F strings, all different.
        x: Features `[N, F]`, float32.
        labels: One label for each node as text, empty or -1 for unknown; or None.

    Raises:
        DataError: There is no row, an id is missing or stands twice, two columns have one name,
            a feature is not finite, or a label is below -1. Rows are counted from 1, below the line of names.

    Example:
        >>> table = FeatureTable(["ann", "bob"], ["age"], np.array([[30], [40]], np.float32), ["b", "a"])
        >>> table.node_of["bob"], table.classes.tolist()
        (1, [1, 0])
    """

    ids: Sequence[str]
    columns: Sequence[str]
    x: npt.NDArray[np.float32]
    labels: Sequence[str] | None = None

    def __post_init__(self) -> None:
        if not self.ids:
            raise DataError("there is no row; one for each node is needed")
        if (column := _twice(self.columns)) is not None:
            raise DataError(f"column '{column}' stands twice; each needs a name of its own")
        for row, node in enumerate(self.ids, start=1):
            if not node:
                raise DataError(f"row {row} has no node id in its first column")
        if (again := _twice(self.ids)) is not None:
            rows = [row for row, node in enumerate(self.ids, start=1) if node == again]
            raise DataError(f"node id '{again}' stands twice, in rows {rows[0]} and {rows[1]}")
        bad = np.argwhere(~np.isfinite(self.x))
        if bad.size:
            row, place = map(int, bad[0])
            raise DataError(
                f"column '{self.columns[place]}', row {row + 1} (node '{self.ids[row]}'): "
                f"{self.x[row, place]} is not a finite number of 32 bits"
            )
        known = [row for row, label in enumerate(self.labels or ()) if label not in _UNKNOWN]
        numbers = _whole([self.labels[row] for row in known]) if self.labels else None
        if numbers and min(numbers) < 0:
            row = known[numbers.index(min(numbers))]
            raise DataError(
                f"column 'label', row {row + 1} (node '{self.ids[row]}') is {min(numbers)}; "
                "labels are 0 or larger, or names, and empty or -1 where unknown"
            )

    @property
    def node_of(self) -> dict[str, int]:
        """Index of each node by its id."""
        return {node: index for index, node in enumerate(self.ids)}

    @property
    def classes(self) -> npt.NDArray[np.int64] | None:
        """Class of each node, int64 `[N]`: labels numbered in sorted order, whole numbers by their value.

        -1 is a node whose label is unknown.
        """
        if self.labels is None:
            return None
        known = [label for label in self.labels if label not in _UNKNOWN]
        found = np.full(len(self.labels), -1, dtype=np.int64)
        places = [row for row, label in enumerate(self.labels) if label not in _UNKNOWN]
        found[places] = np.unique(np.array(_whole(known) or known), return_inverse=True)[1]
        return found


def _whole(labels: Sequence[str]) -> list[int] | None:
    """Return the labels as whole numbers, or None where one of them is none."""
    # To Python 1_0 is the number 10, and both would be one class.
    if all(re.fullmatch(r"[+-]?[0-9]+(\.0)?", label) for label in labels):
        return [int(label.removesuffix(".0")) for label in labels]
    return None


def _twice(names: Sequence[str]) -> str | None:
    """Return the first name that stood there before."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
