"""Edges of a graph of the user's own, named by node ids: GraphML, edge list, CSV."""

from __future__ import annotations

import ast
import csv
import logging
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rgrl.datasets.edges import undirected_edges
from rgrl.errors import DataError
from rgrl.graph.edge_weights import UNUSED_WEIGHTS, as_number, nonzero

EDGE_ENDINGS = (".graphml", ".edgelist", ".txt", ".csv")
# A first line of a CSV that names the columns, unless such nodes exist.
_HEADERS = (("source", "target"), ("src", "dst"), ("from", "to"))
_COLUMNS = "source and target, and a weight if there is one"

#: Source, target and weight.
_Edge = tuple[int, int, float]

logger = logging.getLogger(__name__)


def read_edges(path: Path, node_of: Mapping[str, int]) -> npt.NDArray[np.int64]:
    """Read edges in canonical form: both directions, without self-loops and duplicates.

    An edge list (`.edgelist`, `.txt`) has two ids a line, with white space between them; what follows `#` is
    a comment. A `.csv` has two columns, and its first line may be `source,target`, `src,dst` or `from,to`,
    with `,weight` behind it. A third column is the edge's weight, as is `weight` in GraphML or in the
    dictionary that networkx writes behind the ids; other attributes are left alone. An edge of weight 0 is
    none; the other weights are not used. A warning is logged where they are not all 1.

    Args:
        path: The file.
        node_of: Index of each node by its id.

    Returns:
        `edge_index`, int64 `[2, E]`.

    Raises:
        DataError: The file is damaged, names a node that `node_of` does not know, or has a weight that is no
            finite number of at least 0.
    """
    try:
        if path.suffix.lower() == ".graphml":
            edges = _graphml_edges(path, node_of)
        elif path.suffix.lower() == ".csv":
            edges = _csv_edges(path, node_of)
        else:
            edges = _listed_edges(path, node_of)
        table = np.fromiter(chain.from_iterable(edges), dtype=np.float64).reshape(-1, 3)
        there = nonzero(table[:, 2], lambda row: _named(table[row], node_of))
    except (DataError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: {' '.join(str(error).split())}") from error
    if (table[:, 2] != 1).any():
        logger.warning("%s: %s; edges of weight 0 left out: %d", path, UNUSED_WEIGHTS, (~there).sum())
    source, target = table[there, :2].astype(np.int64).T
    return undirected_edges(source, target, len(node_of))


def read_named_edges(path: Path) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    """Read edges and whom they are between, where no table says which nodes there are.

    Args:
        path: The file, as of :func:`read_edges`.

    Returns:
        Node ids in the order in which the file first has them, and `edge_index`.

    Raises:
        DataError: The file is damaged, or has no node.
    """
    node_of = _Numbering()
    edges = read_edges(path, node_of)
    if not node_of:
        raise DataError(f"{path} has no node: at least one edge is needed")
    return tuple(node_of), edges


class _Numbering(dict[str, int]):
    """Numbers nodes as they come."""

    def __missing__(self, node: str) -> int:
        self[node] = len(self)
        return self[node]


def _edge(ends: list[str], weight: Any, node_of: Mapping[str, int], place: str) -> _Edge:
    source, target = (_node(end, node_of, place) for end in ends)
    return source, target, as_number(weight, (ends[0], ends[1]))


def _node(node: str, node_of: Mapping[str, int], place: str) -> int:
    if not node:
        raise DataError(f"{place}: a node has no id")
    try:
        return node_of[node]
    except KeyError:
        raise DataError(f"{place}: node '{node[:60]}' has no row in the feature table") from None


def _named(row: npt.NDArray[np.float64], node_of: Mapping[str, int]) -> tuple[str, str]:
    names = list(node_of)
    return names[int(row[0])], names[int(row[1])]


def _weight(text: str, place: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise DataError(f"{place}: the third column is '{text[:60]}'; a weight is a number") from None


def _listed_edges(path: Path, node_of: Mapping[str, int]) -> Iterator[_Edge]:
    with path.open(encoding="utf-8-sig") as stream:
        for number, line in enumerate(stream, start=1):
            place, cells = f"line {number}", line.partition("#")[0].split(maxsplit=2)
            if not cells:
                continue
            behind = cells[2].strip() if len(cells) == 3 else ""
            if len(cells) == 1 or (not behind.startswith("{") and len(behind.split()) > 1):
                found = len(line.partition("#")[0].split())
                raise DataError(f"{place} has {found} columns; two or three are expected: {_COLUMNS}")
            if behind.startswith("{"):
                weight = _weight_among(behind, place)
            else:
                weight = _weight(behind, place) if behind else None
            yield _edge(cells[:2], weight, node_of, place)


def _weight_among(attributes: str, place: str) -> Any:
    """The weight in a dictionary as networkx writes it, `None` without one."""
    if "weight" not in attributes:  # most have none, and reading them takes time
        return None
    try:
        found = ast.literal_eval(attributes)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise DataError(f"{place}: '{attributes[:60]}' is no dictionary of attributes") from None
    return found.get("weight") if isinstance(found, dict) else None


def _csv_edges(path: Path, node_of: Mapping[str, int]) -> Iterator[_Edge]:
    with path.open(newline="", encoding="utf-8-sig") as stream:
        lines = csv.reader(stream, strict=True)
        for cells in filter(None, lines):
            number = lines.line_num
            if len(cells) not in (2, 3):
                raise DataError(
                    f"line {number} has {len(cells)} columns; two or three are expected: {_COLUMNS}"
                )
            ends = [cell.strip() for cell in cells[:2]]
            named = tuple(end.lower() for end in ends) in _HEADERS
            if number == 1 and named and not any(end in node_of for end in ends):
                if len(cells) == 3 and cells[2].strip().lower() != "weight":
                    raise DataError(f"the third column is '{cells[2].strip()[:60]}'; 'weight' is accepted")
                continue
            weight = _weight(cells[2].strip(), f"line {number}") if len(cells) == 3 else None
            yield _edge(ends, weight, node_of, f"line {number}")


def _graphml_edges(path: Path, node_of: Mapping[str, int]) -> Iterator[_Edge]:
    import networkx as nx

    try:
        graph = nx.read_graphml(path)
    except Exception as error:  # a damaged file can raise nearly anything
        raise DataError(f"damaged or no GraphML file: {error}") from error
    for node in graph.nodes:
        _node(node, node_of, "graph")
    for source, target, weight in graph.edges(data="weight"):
        yield _edge([source, target], weight, node_of, "graph")
