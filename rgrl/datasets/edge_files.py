"""Edges of a graph of the user's own, named by node ids: GraphML, edge list, CSV, TSV."""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rgrl.datasets.edge_rows import column_rows, listed_rows
from rgrl.datasets.edges import undirected_edges
from rgrl.datasets.text_files import DELIMITERS, not_utf8
from rgrl.errors import DataError
from rgrl.graph.edge_weights import UNUSED_WEIGHTS, as_number, nonzero

EDGE_ENDINGS = (".graphml", ".edgelist", ".txt", *DELIMITERS)

#: Source, target and weight.
_Edge = tuple[int, int, float]

logger = logging.getLogger(__name__)


def read_edges(path: Path, node_of: Mapping[str, int]) -> npt.NDArray[np.int64]:
    """Read edges in canonical form: both directions, without self-loops and duplicates.

    An edge list (`.edgelist`, `.txt`) has two ids a line, with white space between them; what follows `#` is
    a comment. A `.csv` or `.tsv` has two columns, or a first line that names `source` and `target` (`src` and
    `dst`, `from` and `to`, `node1` and `node2`, `node_1` and `node_2`, `id1` and `id2`, `u` and `v`, in any
    case) among others. A third column without a name is the edge's weight, as is a column `weight`, or
    `weight` in GraphML or in the dictionary that networkx writes behind the ids; all else is left alone. An
    edge of weight 0 is none; the other weights are not used. A warning is logged where they are not all 1.

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
        else:
            columns = path.suffix.lower() in DELIMITERS
            known = None if isinstance(node_of, _Numbering) else node_of
            rows = column_rows(path, known) if columns else listed_rows(path)
            edges = (_edge(ends, weight, node_of, place) for ends, weight, place in rows)
        table = np.fromiter(chain.from_iterable(edges), dtype=np.float64).reshape(-1, 3)
        there = nonzero(table[:, 2], lambda row: _named(table[row], node_of))
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: {not_utf8(path)}") from error
    except (DataError, csv.Error) as error:
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
