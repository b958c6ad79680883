"""Edges as a text file has them, one a line: two ids, and a weight if there is one."""

from __future__ import annotations

import ast
import csv
import logging
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from rgrl.datasets.text_files import DELIMITERS
from rgrl.errors import DataError

# Names of the two columns that hold the ends of an edge.
_ENDS = (
    ("source", "target"),
    ("src", "dst"),
    ("from", "to"),
    ("node1", "node2"),
    ("node_1", "node_2"),
    ("id1", "id2"),
    ("u", "v"),
)
_COLUMNS = "two or three are expected: source and target, and a weight if there is one"

#: The two ids, the weight, and where they stand.
EdgeRow = tuple[list[str], Any, str]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Places:
    """Which columns hold an edge, and what the weight's is called."""

    source: int = 0
    target: int = 1
    weight: int | None = 2
    weight_name: str = "the third column"


def listed_rows(path: Path) -> Iterator[EdgeRow]:
    """Read an edge list: two ids with white space between, and a weight or networkx's dictionary behind them.

    What follows `#` is a comment.

    Raises:
        DataError: A line has other columns, or its weight is no number.
    """
    with path.open(encoding="utf-8-sig") as stream:
        for number, line in enumerate(stream, start=1):
            place, cells = f"line {number}", line.partition("#")[0].split(maxsplit=2)
            if not cells:
                continue
            behind = cells[2].strip() if len(cells) == 3 else ""
            if len(cells) == 1 or (not behind.startswith("{") and len(behind.split()) > 1):
                raise DataError(f"{place} has {len(line.partition('#')[0].split())} columns; {_COLUMNS}")
            if behind.startswith("{"):
                weight = _weight_among(behind, place)
            else:
                weight = _weight(behind, place, _Places.weight_name) if behind else None
            yield cells[:2], weight, place


def column_rows(path: Path, known: Container[str] | None) -> Iterator[EdgeRow]:
    """Read a `.csv` or `.tsv`: columns of source and target, and one of weights if there is one.

    The first line may name the columns (`source,target` and the like, in any case); others than source,
    target and `weight` are then left alone.

    Args:
        path: The file.
        known: The nodes that there are. None where nobody but this file names them: a first line is then no
            names either if a line below has one of them as a node's id. One that looks like names that are
            not known is an edge, and a warning is logged.

    Raises:
        DataError: A line has other columns, or its weight is no number.
        csv.Error: A line is no CSV.
    """
    with path.open(newline="", encoding="utf-8-sig") as stream:
        lines = csv.reader(stream, strict=True, delimiter=DELIMITERS[path.suffix.lower()])
        rows: Iterator[tuple[int, list[str]]] = ((lines.line_num, cells) for cells in lines if cells)
        if (first := next(rows, None)) is None:
            return
        if (named := _named(path, first, known)) is None:
            rows = chain([first], rows)
            widths, expected = {2, 3}, _COLUMNS + "; more, below a line that names source and target"
        else:
            widths, expected = {len(first[1])}, f"line {first[0]} names {len(first[1])}"
        places = named or _Places()
        for number, cells in rows:
            if len(cells) not in widths:
                raise DataError(f"line {number} has {len(cells)} columns; {expected}")
            place, weight = f"line {number}", None
            if places.weight is not None and places.weight < len(cells):
                weight = _weight(cells[places.weight].strip(), place, places.weight_name)
            yield [cells[places.source].strip(), cells[places.target].strip()], weight, place


def _named(path: Path, first: tuple[int, list[str]], known: Container[str] | None) -> _Places | None:
    """Where an edge stands in the lines below a first one that names the columns; None if it is an edge."""
    number, names = first
    places = _places(names)
    if len(names) != 2:  # with a number behind, the first two are nodes, whatever they are called
        return None if len(names) == 3 and _is_number(names[2]) else places
    ends = [name.strip() for name in names[:2]]
    if known is not None:
        return None if places is None or any(end in known for end in ends) else places
    recur = _recur(path, ends)
    if places is None and recur is False:
        logger.warning(
            "%s: line %d '%s' is read as an edge, though its ids stand in no other line; if it names the "
            "columns, call them source and target",
            *(path, number, ",".join(names)),
        )
    return None if recur else places


def _places(names: Sequence[str]) -> _Places | None:
    lower = [name.strip().lower() for name in names]
    for source, target in _ENDS:
        if source in lower and target in lower:
            weight = lower.index("weight") if "weight" in lower else None
            called = "" if weight is None else f"column '{names[weight].strip()}'"
            return _Places(lower.index(source), lower.index(target), weight, called)
    return None


def _recur(path: Path, ends: Sequence[str]) -> bool | None:
    """Whether a line below the first has one of its ids; None where there is no such line."""
    with path.open(newline="", encoding="utf-8-sig") as stream:
        rows = filter(None, csv.reader(stream, strict=True, delimiter=DELIMITERS[path.suffix.lower()]))
        next(rows)
        found = None
        for cells in rows:
            if any(cell.strip() in ends for cell in cells[:2]):
                return True
            found = False
    return found


def _weight(text: str, place: str, column: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise DataError(f"{place}: {column} is '{text[:60]}'; a weight is a number") from None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _weight_among(attributes: str, place: str) -> Any:
    """The weight in a dictionary as networkx writes it, `None` without one."""
    if "weight" not in attributes:  # most have none, and reading them takes time
        return None
    try:
        found = ast.literal_eval(attributes)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise DataError(f"{place}: '{attributes[:60]}' is no dictionary of attributes") from None
    return found.get("weight") if isinstance(found, dict) else None
