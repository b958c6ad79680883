"""A graph of the user's own out of named arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rgrl.datasets.edges import undirected_edges
from rgrl.datasets.raw_graph import IndexArrays, RawGraph
from rgrl.errors import DataError
from rgrl.graph.checks import checked_edge_index, checked_features, checked_labels

_MASKS = ("train_mask", "val_mask", "test_mask")

#: All that is read of a file.
OWN_ARRAYS = ("x", "edge_index", "y", *_MASKS)


def own_arrays(arrays: Mapping[str, Any]) -> RawGraph:
    """Make a graph of `x` `[N, F]`, `edge_index` `[2, E]`, and `y` `[N]` and masks if there are any.

    The masks are `train_mask`, `val_mask` and `test_mask` as PyG has them: bool `[N]`, or `[N, S]` for S
    splits; a mask `[N]` beside such ones counts for each split.

    Args:
        arrays: Tensors or arrays by their names.

    Raises:
        DataError: The parts do not make a graph.

    Example:
        >>> own_arrays({"x": np.eye(2), "edge_index": np.array([[0], [1]])}).edge_index.tolist()
        [[0, 1], [1, 0]]
    """
    x = np.asarray(checked_features(arrays["x"]))
    source, target = checked_edge_index(arrays["edge_index"], x.shape[0])
    y = checked_labels(arrays["y"], x.shape[0]).numpy() if "y" in arrays else None
    edges = undirected_edges(source, target, x.shape[0])
    return RawGraph(x=x, edge_index=edges, y=y, splits=_splits(arrays, x.shape[0]), partly_labelled=True)


def _splits(arrays: Mapping[str, Any], num_nodes: int) -> tuple[IndexArrays, ...]:
    given = [name for name in _MASKS if name in arrays]
    if not given:
        return ()
    if len(given) < len(_MASKS):
        missing = next(name for name in _MASKS if name not in arrays)
        raise DataError(f"it has {given[0]} and no {missing}: all of {', '.join(_MASKS)} make a split")
    columns = []
    for name in _MASKS:
        mask = arrays[name]
        if (
            str(mask.dtype) not in ("torch.bool", "bool")
            or mask.ndim not in (1, 2)
            or mask.shape[0] != num_nodes
        ):
            raise DataError(
                f"{name} is {mask.dtype} {list(mask.shape)}: bool [{num_nodes}] or [{num_nodes}, S] is needed"
            )
        columns.append(np.asarray(mask)[:, None] if mask.ndim == 1 else np.asarray(mask))
    counts = sorted({column.shape[1] for column in columns} - {1}) or [1]
    if len(counts) > 1 or counts[0] == 0:
        told = " and ".join(map(str, counts))
        raise DataError(f"the masks have {told} columns: one number of splits is needed")
    train, val, test = (np.broadcast_to(column, (num_nodes, counts[0])) for column in columns)
    return tuple(
        (np.flatnonzero(train[:, s]), np.flatnonzero(val[:, s]), np.flatnonzero(test[:, s]))
        for s in range(counts[0])
    )
