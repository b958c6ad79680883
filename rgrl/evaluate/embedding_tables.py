"""Embeddings as tables: a column ``node`` with the ids, then the numbers."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from rgrl.errors import DataError, MissingExtraError
from rgrl.short_repr import short_repr

if TYPE_CHECKING:
    import pandas as pd

Table = tuple[Tensor, tuple[str, ...]]

#: What the first column is called, as `rgrl-bench embed` writes it.
ID = "node"


def read_csv_table(path: Path) -> Table:
    """Read vectors ``[N, d]`` and the id of each row from comma-separated values.

    Raises:
        DataError: If it is no such table, or an id is missing or stands twice.
    """
    ids: list[str] = []
    rows = []
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            lines = csv.reader(stream, strict=True)
            names = [name.strip() for name in next(lines, [])]
            _require_names(names, path)
            for cells in filter(None, lines):
                where = f"{path}, row {len(ids) + 1}"
                if len(cells) != len(names):
                    raise DataError(f"{where} has {len(cells)} cells: {len(names)} columns are named")
                ids.append(cells[0].strip())
                rows.append(_numbers(cells[1:], names[1:], where))
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise DataError(f"{path} is damaged or no table: {' '.join(str(error).split())}") from None
    values = torch.from_numpy(np.stack(rows)) if rows else torch.empty(0, len(names) - 1)
    return values, _checked_ids(ids, path)


def read_parquet_table(path: Path) -> Table:
    """Read vectors ``[N, d]`` and the id of each row from a parquet file.

    Raises:
        MissingExtraError: If pandas or pyarrow is not installed.
        DataError: If it is no such table, or an id is missing or stands twice.
    """
    try:
        import pandas as pd
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(f"{path} needs {error.name}: pip install 'rgrl[tables]'") from error
    try:
        frame = pd.read_parquet(path, engine="pyarrow")
    except Exception as error:  # a damaged file can raise nearly anything
        raise DataError(f"{path} is damaged or no table: {' '.join(str(error).split())[:200]}") from None
    if frame.index.name is not None:  # of pandas, whose index is no column
        frame = frame.reset_index()
    names = [str(name) for name in frame.columns]
    _require_names(names, path)
    values = np.empty((len(frame), len(names) - 1), dtype=np.float32)
    for place in range(1, len(names)):
        column = frame.iloc[:, place]
        if column.dtype.kind not in "biuf":
            raise DataError(f"{path}: the column {short_repr(names[place])} holds {column.dtype}, no numbers")
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused as such
            values[:, place - 1] = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return torch.from_numpy(values), _checked_ids(_texts(frame.iloc[:, 0]), path)


def _require_names(names: Sequence[str], path: Path) -> None:
    if not names or names[0] != ID:
        first = short_repr(names[0]) if names else "missing"
        raise DataError(f"{path}: the name of the first column is {first}: '{ID}', with the ids, is needed")
    if len(names) < 2:
        raise DataError(f"{path} has no column beside '{ID}': at least one of numbers is needed")


def _numbers(
    cells: Sequence[str], names: Sequence[str], where: str
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused as such
        try:
            return np.array(cells, dtype=np.float64).astype(np.float32)
        except ValueError:
            pass
    for name, cell in zip(names, cells, strict=True):
        try:
            float(cell)
        except ValueError:
            raise DataError(
                f"{where}, column {short_repr(name)}: {short_repr(cell)} is not a number"
            ) from None
    raise DataError(f"{where} holds something that is no number")


def _texts(values: pd.Series) -> list[str]:
    return ["" if gap else str(value).strip() for value, gap in zip(values, values.isna(), strict=True)]


def _checked_ids(ids: Sequence[str], path: Path) -> tuple[str, ...]:
    place: dict[str, int] = {}
    for row, node in enumerate(ids, start=1):
        if not node:
            raise DataError(f"{path}, row {row} has no id in the column '{ID}': every row needs one")
        if (first := place.setdefault(node, row)) != row:
            raise DataError(
                f"{path} has the node {short_repr(node)} in rows {first} and {row}: each node needs one row"
            )
    return tuple(ids)
