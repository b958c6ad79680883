"""Feature tables on disk: CSV and TSV, or parquet where pandas and pyarrow are installed."""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rgrl.datasets.feature_table import FeatureTable
from rgrl.datasets.text_files import DELIMITERS, not_utf8
from rgrl.errors import ConfigError, DataError, DataUnavailableError, MissingExtraError

if TYPE_CHECKING:
    import pandas as pd

TABLE_ENDINGS = (*DELIMITERS, ".parquet")
LABEL = "label"
_SEPARATORS = {",": "commas, in a .tsv by tabs", "\t": "tabs, in a .csv by commas"}
_CLASSES = ("labels", "class", "classes", "target")

logger = logging.getLogger(__name__)


def read_table(path: Path) -> FeatureTable:
    """Read one feature table: the first column is the node's id, `label` its class, the rest its features.

    The first line of a CSV or TSV names the columns; `Label` is `label` too. A column that is named as if it
    were a class (`class`, `target`, …) is a feature, and a warning says so. In a parquet file that pandas
    wrote with an index, the index is the first column.

    Raises:
        ConfigError: The ending is none of `.csv`, `.tsv` and `.parquet`.
        DataUnavailableError: There is no such file.
        MissingExtraError: A parquet file, and pandas or pyarrow is not installed.
        DataError: The file is damaged, or not such a table.
    """
    if path.suffix.lower() not in TABLE_ENDINGS:
        raise ConfigError(f"feature table {path}: accepted endings are {', '.join(TABLE_ENDINGS)}")
    if not path.is_file():
        raise DataUnavailableError(f"feature table {path} does not exist")
    with _naming(path):
        return _read_parquet(path) if path.suffix.lower() == ".parquet" else _read_csv(path)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: {not_utf8(path)}") from error
    except (DataError, csv.Error) as error:
        raise DataError(f"{path}: {' '.join(str(error).split())}") from error


def _read_csv(path: Path) -> FeatureTable:
    delimiter = DELIMITERS[path.suffix.lower()]
    with path.open(newline="", encoding="utf-8-sig") as stream:
        lines = csv.reader(stream, strict=True, delimiter=delimiter)
        names = [name.strip() for name in next(lines, [])]
        label, kept = _columns(names)
        _require_names(names, label, delimiter)
        ids: list[str] = []
        labels: list[str] = []
        rows: list[npt.NDArray[np.float32]] = []
        for cells in filter(None, lines):
            if len(cells) != len(names):
                raise DataError(f"row {len(ids) + 1} has {len(cells)} cells; {len(names)} columns are named")
            ids.append(cells[0].strip())
            if label is not None:
                labels.append(cells[label].strip())
            rows.append(_row(cells, kept, names, len(ids)))
    x = np.stack(rows) if rows else np.empty((0, len(kept)), dtype=np.float32)
    return FeatureTable(ids, [names[column] for column in kept], x, None if label is None else labels)


def _columns(names: Sequence[str]) -> tuple[int | None, list[int]]:
    """Return the place of the labels, or None, and those of the features."""
    labels = [column for column in range(1, len(names)) if names[column].lower() == LABEL]
    if len(labels) > 1:
        raise DataError(f"column '{LABEL}' stands twice; a node has one label")
    kept = [column for column in range(1, len(names)) if column not in labels]
    if not labels and (doubtful := [names[column] for column in kept if names[column].lower() in _CLASSES]):
        logger.warning("column '%s' is a feature; name it 'label' if it is the nodes' class", doubtful[0])
    return (labels[0] if labels else None), kept


def _require_names(names: Sequence[str], label: int | None, delimiter: str) -> None:
    """Refuse a first line of a CSV or TSV that holds a node instead of names."""
    others = ",;\t|".replace(delimiter, "")
    if len(names) == 1 and (separator := next((each for each in others if each in names[0]), None)):
        raise DataError(
            f"the first line is separated by {separator!r}; columns are separated by {_SEPARATORS[delimiter]}"
        )
    if len(names) < 2 or label is not None or not all(map(_is_number, names[1:])):
        return
    # Ascending whole numbers may be names: years, or 0, 1, … by pandas.
    counted = all(map(str.isdecimal, names[1:])) and sorted(set(names[1:]), key=int) == list(names[1:])
    if not counted or _is_number(names[0]):
        raise DataError("the first line holds numbers; it must name the columns")


def _row(
    cells: Sequence[str], kept: Sequence[int], names: Sequence[str], row: int
) -> npt.NDArray[np.float32]:
    try:
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused with its place
            return np.array([_number(cells[column]) for column in kept]).astype(np.float32)
    except ValueError:
        bad = next(column for column in kept if not _is_number(cells[column]))
        raise DataError(
            f"column '{names[bad]}', row {row} (node '{cells[0].strip()}'): "
            f"'{cells[bad][:40]}' is not a number"
        ) from None


def _number(cell: str) -> float:
    if "_" in cell:  # Python takes 1_5 for 15
        raise ValueError
    return float(cell)


def _is_number(cell: str) -> bool:
    try:
        _number(cell)
    except ValueError:
        return False
    return True


def _read_parquet(path: Path) -> FeatureTable:
    try:
        import pandas as pd
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            f"{path} is a parquet file, and {error.name} is not installed; "
            "pip install 'rgrl[tables]', or give the table as .csv"
        ) from error
    try:
        frame = pd.read_parquet(path, engine="pyarrow")
    except Exception as error:  # a damaged file can raise nearly anything
        raise DataError(f"damaged or no parquet file: {error}") from error
    if frame.index.name is not None or not frame.index.equals(pd.RangeIndex(len(frame))):
        frame = frame.reset_index()
    frame.columns = frame.columns.map(str)
    names = list(frame.columns)
    label, kept = _columns(names)
    x = np.empty((len(frame), len(kept)), dtype=np.float32)
    for place, column in enumerate(kept):
        x[:, place] = _numbers(frame.iloc[:, column], names[column])
    labels = None if label is None else _texts(frame.iloc[:, label])
    return FeatureTable(_texts(frame.iloc[:, 0]), [names[column] for column in kept], x, labels)


def _numbers(values: pd.Series, name: str) -> npt.NDArray[np.float32]:
    """Return the values of one column, NaN where one is missing."""
    if values.dtype.kind not in "biuf":  # of pandas' own nullable types too
        for row, value in enumerate(values, start=1):
            if not isinstance(value, int | float):
                raise DataError(f"column '{name}', row {row}: '{str(value)[:40]}' is not a number")
    with np.errstate(over="ignore"):
        return values.to_numpy(dtype=np.float64, na_value=np.nan).astype(np.float32)


def _texts(values: pd.Series) -> list[str]:
    """Return the values as text, empty where one is missing; whole numbers without a point."""
    return ["" if gap else str(value).strip() for value, gap in zip(values, values.isna(), strict=True)]
