"""A log as comma-separated values."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from rgrl.bench.logs.seed_log import COLUMNS
from rgrl.errors import OutputError


class CSVLog:
    """A :class:`rgrl.bench.logs.seed_log.SeedLog`; each line is on disk when it was written.

    Args:
        path: The file, replaced if it is there.

    Raises:
        OutputError: If it cannot be written, at any time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("w", newline="", encoding="utf-8")
            self._line(["update", *COLUMNS])
        except OSError as error:
            raise self._refused(error) from None

    def write(self, update: float, values: Mapping[str, float]) -> None:
        """Append a line; what is not known is empty."""
        try:
            self._line([update, *(values.get(name, "") for name in COLUMNS)])
        except OSError as error:
            raise self._refused(error) from None

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _line(self, cells: list[object]) -> None:
        csv.writer(self._file, lineterminator="\n").writerow(cells)
        self._file.flush()

    def _refused(self, error: OSError) -> OutputError:
        return OutputError(f"the log {self._path} cannot be written: {error.strerror}")
