"""A log as comma-separated values."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from rgrl.bench.logs.seed_log import COLUMNS, Row
from rgrl.errors import OutputError
from rgrl.write_whole import write_whole


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
            self._write(_HEADER)
        except OSError as error:
            raise self._refused(error) from None

    def write(self, update: float, values: Mapping[str, float]) -> None:
        """Append a line; what is not known is empty."""
        try:
            self._write(_line(update, values))
        except OSError as error:
            raise self._refused(error) from None

    def close(self, *, whole: bool) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, line: str) -> None:
        self._file.write(line)
        self._file.flush()

    def _refused(self, error: OSError) -> OutputError:
        return OutputError(f"the log {self._path} cannot be written: {error.strerror}")


def csv_is_whole(path: Path, rows: Sequence[Row]) -> bool:
    """Whether a file holds these rows, or is none of ours, which is left as it is."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return True
    ours = text.startswith(_HEADER) or _HEADER.startswith(text)
    return not ours or text == _text(rows)


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Write a whole log.

    Raises:
        OutputError: If it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"the log {path} cannot be written: {error.strerror}") from None
    with write_whole(path) as temporary:
        temporary.write_text(_text(rows), encoding="utf-8")


def _text(rows: Sequence[Row]) -> str:
    return _HEADER + "".join(_line(update, values) for update, values in rows)


def _line(update: object, values: Mapping[str, object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([update, *(values.get(name, "") for name in COLUMNS)])
    return text.getvalue()


_HEADER = _line("update", {name: name for name in COLUMNS})
