"""The raw files of the Planetoid datasets: Cora, Citeseer, Pubmed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rgrl.datasets.edges import undirected_edges
from rgrl.datasets.raw_graph import IndexArrays, RawGraph
from rgrl.datasets.restricted_unpickler import load_pickle
from rgrl.datasets.sparse_parts import SparseParts
from rgrl.errors import DataError

PLANETOID_PARTS = ("x", "tx", "allx", "y", "ty", "ally", "graph", "test.index")
_NUM_VAL = 500


def read_planetoid(files: Mapping[str, Path], name: str) -> RawGraph:
    """Read the eight files `ind.<name>.{x,tx,allx,y,ty,ally,graph,test.index}`.

    `allx` holds the first nodes in order; row j of `tx` belongs to the j-th line of `test.index`. Ids that
    `test.index` leaves out (15 in Citeseer) are nodes with no features and label 0, as PyG's reader has them.

    Args:
        files: Path of each file by its published name.
        name: Name within the file names, such as `cora`.

    Returns:
        The graph with the public split: the first `len(y)` nodes train, the next 500 validate, the ids of
        `test.index` in ascending order test.

    Raises:
        UnsafeDataError: A file names anything but plain data.
        DataError: A file is damaged, or the files do not fit together.
    """
    path = {part: files[f"ind.{name}.{part}"] for part in PLANETOID_PARTS}
    allx, tx = _matrix(path["allx"]), _matrix(path["tx"])
    ally, ty, y = _one_hot(path["ally"]), _one_hot(path["ty"]), _one_hot(path["y"])
    test = _test_index(path["test.index"])
    known = allx.shape[0]
    if allx.shape[1] != tx.shape[1] or ally.shape[1] != ty.shape[1]:
        raise DataError(f"{path['tx'].parent}: training and test parts of '{name}' differ in their columns")
    if ally.shape[0] != known or not tx.shape[0] == ty.shape[0] == test.size:
        raise DataError(
            f"{path['tx'].parent}: features, labels and test ids of '{name}' differ in their length"
        )
    if test.size == 0 or test.min() != known or np.unique(test).size != test.size:
        raise DataError(f"{path['test.index']}: test ids must be distinct and begin at {known}")

    num_nodes = int(test.max()) + 1
    if num_nodes > known + 2 * test.size:
        raise DataError(f"{path['test.index']}: id {num_nodes - 1} is too large for {test.size} test nodes")
    row_of = np.full(num_nodes, known + test.size)  # the row behind the last: no features, label 0
    row_of[:known] = np.arange(known)
    row_of[test] = known + np.arange(test.size)
    x = sparse.vstack([allx, tx, sparse.csr_matrix((1, allx.shape[1]), dtype=np.float32)], format="csr")[
        row_of
    ]
    x.sort_indices()
    labels = np.concatenate([ally.argmax(axis=1), ty.argmax(axis=1), [0]])[row_of].astype(np.int64)

    split = planetoid_split(y.shape[0], test, num_nodes)
    return RawGraph(x=x, edge_index=_edges(path["graph"], num_nodes), y=labels, public_split=split)


def planetoid_split(num_train: int, test: npt.NDArray[np.int64], num_nodes: int) -> IndexArrays | None:
    """Return the public split, or None where 500 validation nodes do not fit before the test nodes."""
    if num_train + _NUM_VAL > int(test.min()):
        return None
    return np.arange(num_train), np.arange(num_train, num_train + _NUM_VAL), np.sort(test)


def _matrix(path: Path) -> sparse.csr_matrix:
    held = load_pickle(path)
    if not isinstance(held, SparseParts):
        raise DataError(f"{path} holds {type(held).__name__}; a sparse matrix is expected")
    try:
        return held.to_csr()
    except (ValueError, TypeError, OverflowError) as error:
        raise DataError(f"{path} holds no valid sparse matrix: {error}") from error


def _one_hot(path: Path) -> npt.NDArray[Any]:
    held = load_pickle(path)
    if (
        not isinstance(held, np.ndarray)
        or held.ndim != 2
        or held.dtype.kind not in "iufb"
        or held.shape[1] == 0
    ):
        raise DataError(f"{path} holds {type(held).__name__}; a numeric array [nodes, classes] is expected")
    return np.asarray(held)


def _test_index(path: Path) -> npt.NDArray[np.int64]:
    try:
        return np.array([int(line) for line in path.read_text(encoding="ascii").split()], dtype=np.int64)
    except (ValueError, OverflowError) as error:
        raise DataError(f"{path} must hold one node id a line: {error}") from error


def _edges(path: Path, num_nodes: int) -> npt.NDArray[np.int64]:
    graph = load_pickle(path)
    if not isinstance(graph, dict) or not all(isinstance(near, list) for near in graph.values()):
        raise DataError(f"{path} holds {type(graph).__name__}; a dictionary of neighbour lists is expected")
    counts = [len(near) for near in graph.values()]
    try:
        source = np.repeat(np.array(list(graph), dtype=np.int64), counts)
        target = np.array(list(chain.from_iterable(graph.values())), dtype=np.int64)
        return undirected_edges(source, target, num_nodes)
    except (ValueError, TypeError, OverflowError) as error:
        raise DataError(f"{path}: {error}") from error
