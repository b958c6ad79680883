"""The raw files of the multiplex datasets: IMDB and DBLP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

# DBLP's three relations as dense float64 matrices take 1.5 GB.
MAX_MULTIPLEX_BYTES = 4 * 1024**3
# DMGI's script that prepares DBLP writes PPP; the file that is shared has PPrefP.
_ALSO_NAMED = {"PPP": "PPrefP"}


def read_multiplex(path: Path, relations: Sequence[str]) -> RawGraph:
    """Read one pickled multiplex dataset, in DMGI's form or in the repacked one.

    DMGI's form has the keys `feature`, `label` (one-hot), one matrix a relation under its name (PPP may be
    `PPrefP`), `train_idx`, `val_idx` and `test_idx`. The repacked form has `feats`, `labels` (class indices),
    `adjs` (for each relation the sources and targets of its edges, each edge once) and `splits` (three
    masks). Other keys are left alone. Every entry that is not zero is an edge; edges become undirected and
    lose their self-loops.

    Args:
        path: The file.
        relations: Names of the relations that are read.

    Returns:
        The graph: its edges are those of any relation, `relations` holds each one's own.

    Raises:
        UnsafeDataError: The file names anything but plain data.
        DataError: The file is damaged or has another form.

    References:
        Park et al., "Unsupervised Attributed Multiplex Network Embedding" (DMGI), AAAI 2020.
    """
    held = load_pickle(path, max_bytes=MAX_MULTIPLEX_BYTES)
    if not isinstance(held, dict) or not ("feature" in held or "feats" in held):
        keys = ", ".join(sorted(map(str, held)))[:200] if isinstance(held, dict) else type(held).__name__
        raise DataError(f"{path} holds {keys}; a dictionary with 'feature' (DMGI) or 'feats' is expected")
    try:
        read = _read_dmgi if "feature" in held else _read_repacked
        return read(held, relations)
    except KeyError as error:
        raise DataError(f"{path} has no key {error}") from error
    except Exception as error:  # what a file holds under a known key can be nearly anything
        raise DataError(f"{path}: {' '.join(str(error).split())}") from error


def _read_dmgi(held: Mapping[str, Any], relations: Sequence[str]) -> RawGraph:
    one_hot = _dense(held["label"], "label")
    if one_hot.ndim != 2 or not ((one_hot != 0).sum(axis=1) == 1).all():
        raise DataError(f"label of shape {list(one_hot.shape)} is not one-hot [nodes, classes]")
    n = one_hot.shape[0]
    edges = {}
    for name in relations:
        other = _ALSO_NAMED.get(name, name)
        matrix = _matrix(held[other if name not in held and other in held else name], name)
        if matrix.shape != (n, n):
            raise DataError(f"relation '{name}' has shape {list(matrix.shape)}; {n} nodes need [{n}, {n}]")
        if not np.isfinite(matrix.data).all():
            raise DataError(f"relation '{name}' holds NaN or infinite values")
        coo = matrix.tocoo()
        edges[name] = undirected_edges(coo.row.astype(np.int64), coo.col.astype(np.int64), n)
    split = tuple(_integers(held[f"{part}_idx"], f"{part}_idx") for part in ("train", "val", "test"))
    return _graph(_matrix(held["feature"], "feature"), one_hot.argmax(axis=1), edges, split)


def _read_repacked(held: Mapping[str, Any], relations: Sequence[str]) -> RawGraph:
    labels = _integers(held["labels"], "labels")
    edges = {}
    for name in relations:
        source, target = (_integers(end, name) for end in held["adjs"][name])
        edges[name] = undirected_edges(source, target, labels.size)
    masks = [_dense(held["splits"][f"{part}_mask"], f"{part}_mask") for part in ("train", "val", "test")]
    if any(mask.dtype != bool or mask.shape != labels.shape for mask in masks):
        raise DataError(f"splits must hold one truth value for each of {labels.size} nodes")
    split = tuple(np.flatnonzero(mask) for mask in masks)
    return _graph(_matrix(held["feats"], "feats"), labels, edges, split)


def _graph(
    x: sparse.csr_matrix,
    labels: npt.NDArray[np.int64],
    edges: dict[str, npt.NDArray[np.int64]],
    split: tuple[npt.NDArray[np.int64], ...],
) -> RawGraph:
    train, val, test = split
    either = np.concatenate(list(edges.values()), axis=1)
    public: IndexArrays = (np.sort(train), np.sort(val), np.sort(test))
    return RawGraph(
        x=x,
        edge_index=undirected_edges(either[0], either[1], labels.size),
        y=labels.astype(np.int64),
        public_split=public,
        splits=(public,),
        relations=edges,
    )


def _dense(value: Any, name: str) -> npt.NDArray[Any]:
    if isinstance(value, SparseParts):
        return np.asarray(value.to_csr().toarray())
    array = np.asarray(value)
    if array.dtype.kind not in "iufb":
        raise DataError(f"{name} holds {array.dtype}; numbers are expected")
    return array


def _matrix(value: Any, name: str) -> sparse.csr_matrix:
    if isinstance(value, SparseParts):
        return value.to_csr()
    dense = _dense(value, name)
    if dense.ndim != 2:
        raise DataError(f"{name} has shape {list(dense.shape)}; a matrix is expected")
    return sparse.csr_matrix(dense).astype(np.float32)


def _integers(value: Any, name: str) -> npt.NDArray[np.int64]:
    """Node or class indices as one row, whatever the shape of their array; whole floats are taken."""
    array = np.asarray(value)
    if array.dtype.kind == "f" and np.array_equal(array, np.trunc(array)) and (abs(array) < 2**53).all():
        array = array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise DataError(f"{name} holds {array.dtype}; integers are expected")
    return array.ravel().astype(np.int64)
