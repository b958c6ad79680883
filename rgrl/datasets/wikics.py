"""The raw file of WikiCS, `data.json`."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rgrl.datasets.edges import undirected_edges
from rgrl.datasets.raw_graph import IndexArrays, RawGraph
from rgrl.datasets.standardized import standardized
from rgrl.errors import DataError

# The published file has 83 MB.
MAX_JSON_BYTES = 512 * 1024**2


def read_wikics(path: Path) -> RawGraph:
    """Read `data.json`: `features`, `labels`, `links`, `train_masks`, `val_masks` and `test_mask`.

    Features are standardised per column; a link counts in both directions. Of each training mask, its
    validation mask and the one test mask comes one split; `stopping_masks` is left unread.

    Args:
        path: The file.

    Returns:
        The graph; its splits are the published ones, in their order.

    Raises:
        DataError: The file is damaged or has another form.
    """
    if path.stat().st_size > MAX_JSON_BYTES:
        raise DataError(f"{path} has {path.stat().st_size} bytes; at most {MAX_JSON_BYTES} are accepted")
    try:
        return _graph(json.loads(path.read_bytes()))
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    except Exception as error:  # damaged text can raise nearly anything
        reason = f"no key {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
        raise DataError(f"{path} is damaged or not in WikiCS's form: {reason}") from error


def _graph(data: dict[str, Any]) -> RawGraph:
    x = np.array(data["features"], dtype=np.float32)
    if x.ndim != 2 or x.size == 0:
        raise DataError(f"features have shape {list(x.shape)}; [nodes, features] is expected")
    if not np.isfinite(x).all():
        raise DataError("features hold NaN or infinite values; only finite numbers are accepted")
    labels = _integers(data["labels"], "labels")
    links = data["links"]
    if len(links) != len(x):
        raise DataError(f"links has {len(links)} lists; {len(x)} nodes need one each")
    source = np.repeat(np.arange(len(x)), [len(near) for near in links])
    target = _integers(list(chain.from_iterable(links)), "links")
    return RawGraph(
        x=standardized(x),
        edge_index=undirected_edges(source, target, len(x)),
        y=labels,
        splits=_splits(data, len(x)),
    )


def _splits(data: dict[str, Any], num_nodes: int) -> tuple[IndexArrays, ...]:
    train, val = (_mask(data[key], key, 2, num_nodes) for key in ("train_masks", "val_masks"))
    test = np.flatnonzero(_mask(data["test_mask"], "test_mask", 1, num_nodes))
    if len(train) != len(val) or len(train) == 0:
        raise DataError(
            f"there are {len(train)} training and {len(val)} validation masks; pairs are expected"
        )
    return tuple((np.flatnonzero(a), np.flatnonzero(b), test) for a, b in zip(train, val, strict=True))


def _mask(value: Any, key: str, dimensions: int, num_nodes: int) -> npt.NDArray[np.bool_]:
    mask = np.array(value)
    if mask.ndim != dimensions or mask.shape[-1] != num_nodes or not np.isin(mask, (0, 1)).all():
        raise DataError(
            f"{key} is {mask.dtype} of shape {list(mask.shape)}; "
            f"truth values for {num_nodes} nodes are expected"
        )
    return mask.astype(bool)


def _integers(value: list[Any], key: str) -> npt.NDArray[np.int64]:
    array = np.array(value) if value else np.empty(0, dtype=np.int64)
    if array.dtype.kind != "i" or array.ndim != 1:
        raise DataError(
            f"{key} is {array.dtype} of shape {list(array.shape)}; a list of integers is expected"
        )
    return array.astype(np.int64)
