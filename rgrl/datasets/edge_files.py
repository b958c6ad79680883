"""Edges of a graph of the user's own, named by node ids: GraphML, edge list, CSV of two columns."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rgrl.datasets.edges import undirected_edges
from rgrl.errors import DataError

EDGE_ENDINGS = (".graphml", ".edgelist", ".txt", ".csv")
# A first line of a CSV that names the columns, unless such nodes exist.
_HEADERS = (("source", "target"), ("src", "dst"), ("from", "to"))


def read_edges(path: Path, node_of: Mapping[str, int]) -> npt.NDArray[np.int64]:
    """Read edges in canonical form: both directions, without self-loops and duplicates.

    An edge list (`.edgelist`, `.txt`) has two ids a line, with white space between them; what follows `#` is
    a comment, and a dictionary behind the ids, as networkx writes it, is left alone. A `.csv` has two
    columns, and its first line may be `source,target`, `src,dst` or `from,to`. A third column is refused in
    both; attributes in GraphML are left alone.

    Args:
        path: The file.
        node_of: Index of each node by its id.

    Returns:
        `edge_index`, int64 `[2, E]`.

    Raises:
        DataError: The file is damaged, or names a node that `node_of` does not know.
    """
    try:
        if path.suffix.lower() == ".graphml":
            edges = _graphml_edges(path, node_of)
        elif path.suffix.lower() == ".csv":
            edges = _csv_edges(path, node_of)
        else:
            edges = _listed_edges(path, node_of)
        ends = np.fromiter(chain.from_iterable(edges), dtype=np.int64)
    except (DataError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: {' '.join(str(error).split())}") from error
    source, target = ends.reshape(-1, 2).T
    return undirected_edges(source, target, len(node_of))


def _known(ends: Iterable[str], node_of: Mapping[str, int], place: str) -> Iterator[int]:
    for end in ends:
        if end not in node_of:
            raise DataError(f"{place}: node '{end[:60]}' has no row in the feature table")
        yield node_of[end]


def _listed_edges(path: Path, node_of: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
    with path.open(encoding="utf-8-sig") as stream:
        for number, line in enumerate(stream, start=1):
            cells = line.partition("#")[0].split(maxsplit=2)
            if not cells:
                continue
            if len(cells) == 1 or (len(cells) == 3 and not cells[2].startswith("{")):
                found = len(line.partition("#")[0].split())
                raise DataError(f"line {number} has {found} columns; two are expected: source and target")
            yield tuple(_known(cells[:2], node_of, f"line {number}"))


def _csv_edges(path: Path, node_of: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
    with path.open(newline="", encoding="utf-8-sig") as stream:
        lines = csv.reader(stream, strict=True)
        for cells in filter(None, lines):
            number = lines.line_num
            if len(cells) != 2:
                raise DataError(
                    f"line {number} has {len(cells)} columns; two are expected: source and target"
                )
            ends = tuple(cell.strip() for cell in cells)
            named = tuple(end.lower() for end in ends) in _HEADERS
            if number == 1 and named and not any(end in node_of for end in ends):
                continue
            yield tuple(_known(ends, node_of, f"line {number}"))


def _graphml_edges(path: Path, node_of: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
    import networkx as nx

    try:
        graph = nx.read_graphml(path)
    except Exception as error:  # a damaged file can raise nearly anything
        raise DataError(f"damaged or no GraphML file: {error}") from error
    for node in graph.nodes:
        tuple(_known([node], node_of, "graph"))
    for source, target in graph.edges():
        yield node_of[source], node_of[target]
