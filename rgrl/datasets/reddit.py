"""The raw file of Reddit, `reddit.zip`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rgrl.datasets.edges import undirected_edges
from rgrl.datasets.raw_graph import IndexArrays, RawGraph
from rgrl.datasets.zip_members import ZipMembers
from rgrl.errors import DataError


def read_reddit(path: Path) -> RawGraph:
    """Read Reddit: `reddit_graph.npz`, a scipy COO matrix, and `reddit_data.npz`, features, labels and split.

    Node types 1, 2 and 3 train, validate and test. Edges are held in int32: reading the published 114,615,892
    takes about 5 GiB of memory, and the temporary folder the size of the larger member.

    Args:
        path: The zip file.

    Returns:
        The graph with its one split; inductive.

    Raises:
        UnsafeDataError: An array is pickled.
        DataError: The file is damaged or has another form.
        DataUnavailableError: The temporary folder has no room.
    """
    with ZipMembers(path, "DGL's form of Reddit") as members:
        with members.arrays("reddit_graph.npz") as arrays:
            edges = _edges(arrays)
            num_nodes = int(arrays["shape"][0])
        with members.arrays("reddit_data.npz") as arrays:
            x = np.asarray(arrays["feature"]).astype(np.float32, copy=False)
            labels, types = np.asarray(arrays["label"]), np.asarray(arrays["node_types"])
        if x.ndim != 2 or len(x) != num_nodes:
            raise DataError(
                f"features have shape {list(x.shape)}; one row for each of {num_nodes} nodes is expected"
            )
        if labels.dtype.kind not in "iu":
            raise DataError(f"labels are {labels.dtype}; integers are expected")
        split = _split(types, num_nodes)
        return RawGraph(
            x=x,
            edge_index=edges,
            y=labels.astype(np.int64),
            public_split=split,
            splits=(split,),
            inductive=True,
        )


def _edges(arrays: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[np.int32]:
    form = bytes(np.asarray(arrays["format"]).astype("S")).decode("ascii")
    rows, columns = (int(size) for size in arrays["shape"])
    if form != "coo" or rows != columns:
        raise DataError(f"the graph is a {form} matrix {[rows, columns]}; a square coo matrix is expected")
    source, target = (_ends(arrays[key], key, rows) for key in ("row", "col"))
    if source.shape != target.shape:
        raise DataError(f"row has {source.size} entries and col {target.size}; as many are expected")
    return undirected_edges(source, target, rows)


def _ends(values: npt.NDArray[Any], key: str, num_nodes: int) -> npt.NDArray[np.int32]:
    if values.dtype.kind not in "iu" or values.ndim != 1:
        raise DataError(f"{key} is {values.dtype} of shape {list(values.shape)}; node indices are expected")
    if values.size and (values.min() < 0 or values.max() >= min(num_nodes, 2**31 - 1)):
        raise DataError(
            f"{key} reaches from {values.min()} to {values.max()}; nodes are numbered 0 to {num_nodes - 1}"
        )
    return values.astype(np.int32, copy=False)


def _split(types: npt.NDArray[Any], num_nodes: int) -> IndexArrays:
    if types.shape != (num_nodes,) or not np.isin(types, (1, 2, 3)).all():
        raise DataError(
            f"node_types is {types.dtype} of shape {list(types.shape)}; "
            f"1, 2 or 3 for each of {num_nodes} nodes is expected"
        )
    return np.flatnonzero(types == 1), np.flatnonzero(types == 2), np.flatnonzero(types == 3)
