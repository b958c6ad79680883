"""A graph of the user's own in a safetensors file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from torch import Tensor

from rgrl.datasets.edges import undirected_edges
from rgrl.datasets.raw_graph import IndexArrays, RawGraph
from rgrl.errors import DataError
from rgrl.graph.checks import checked_edge_index, checked_features, checked_labels

_MASKS = ("train_mask", "val_mask", "test_mask")


def read_own_safetensors(path: Path) -> RawGraph:
    """Read `x` `[N, F]`, `edge_index` `[2, E]`, `y` `[N]` if there are labels, and masks if there are any.

    The masks are `train_mask`, `val_mask` and `test_mask` as PyG has them: bool `[N]`, or `[N, S]` for S
    splits; a mask `[N]` beside such ones counts for each split.

    Raises:
        DataError: The file is damaged, or its parts do not make a graph.
    """
    from safetensors.torch import load_file

    try:
        tensors = load_file(path)
    except Exception as error:  # safetensors has its own error, which is no ValueError
        raise DataError(f"{path} is damaged or no safetensors file: {error}") from error
    missing = [key for key in ("x", "edge_index") if key not in tensors]
    if missing:
        keys = ", ".join(sorted(tensors)) or "nothing"
        raise DataError(f"{path} has no {' and no '.join(missing)}; it holds {keys}")
    try:
        x = np.asarray(checked_features(tensors["x"]))
        source, target = checked_edge_index(tensors["edge_index"], x.shape[0])
        y = checked_labels(tensors["y"], x.shape[0]).numpy() if "y" in tensors else None
        edges = undirected_edges(source, target, x.shape[0])
        return RawGraph(x=x, edge_index=edges, y=y, splits=_splits(tensors, x.shape[0]))
    except DataError as error:
        raise DataError(f"{path}: {error}") from error


def _splits(tensors: Mapping[str, Tensor], num_nodes: int) -> tuple[IndexArrays, ...]:
    given = [name for name in _MASKS if name in tensors]
    if not given:
        return ()
    if len(given) < len(_MASKS):
        missing = next(name for name in _MASKS if name not in tensors)
        raise DataError(f"it has {given[0]} and no {missing}: all of {', '.join(_MASKS)} make a split")
    columns = []
    for name in _MASKS:
        mask = tensors[name]
        if str(mask.dtype) != "torch.bool" or mask.ndim not in (1, 2) or mask.shape[0] != num_nodes:
            raise DataError(
                f"{name} is {mask.dtype} {list(mask.shape)}: bool [{num_nodes}] or [{num_nodes}, S] is needed"
            )
        columns.append(mask.unsqueeze(1).numpy() if mask.ndim == 1 else mask.numpy())
    counts = sorted({column.shape[1] for column in columns} - {1}) or [1]
    if len(counts) > 1 or counts[0] == 0:
        told = " and ".join(map(str, counts))
        raise DataError(f"the masks have {told} columns: one number of splits is needed")
    train, val, test = (np.broadcast_to(column, (num_nodes, counts[0])) for column in columns)
    return tuple(
        (np.flatnonzero(train[:, s]), np.flatnonzero(val[:, s]), np.flatnonzero(test[:, s]))
        for s in range(counts[0])
    )
