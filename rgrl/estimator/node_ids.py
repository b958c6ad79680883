"""Names of nodes: what a user calls them, one a row."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from rgrl.errors import DataError

NodeIds = npt.NDArray[Any]


def checked_node_ids(node_ids: Any, num_nodes: int) -> NodeIds:
    """Return the ids as int64 ``[N]`` where all are whole numbers, else as objects; 0 to N - 1 for ``None``.

    Raises:
        DataError: If they are not N, or one is missing, there twice or cannot be looked up.
    """
    if node_ids is None:
        return np.arange(num_nodes)
    if isinstance(node_ids, (str, bytes)) or not isinstance(node_ids, Iterable):
        raise DataError(f"node_ids is {node_ids!r}: a sequence with one id a node is needed")
    ids = [_plain(node) for node in (node_ids.tolist() if hasattr(node_ids, "tolist") else node_ids)]
    if len(ids) != num_nodes:
        raise DataError(f"node_ids has {len(ids)} ids: one for each of {num_nodes} nodes is needed")
    place: dict[Any, int] = {}
    for row, node in enumerate(ids):
        if node is None or node != node:
            raise DataError(f"node_ids has {node} at place {row}: every node needs an id")
        try:
            first = place.setdefault(node, row)
        except TypeError:
            kind = type(node).__name__
            raise DataError(f"node_ids has a {kind} at place {row}: ids must be hashable") from None
        if first != row:
            raise DataError(f"node_ids has {node!r} at places {first} and {row}: each node needs its own id")
    return as_id_array(ids)


def as_id_array(ids: list[Any]) -> NodeIds:
    """An array ``[N]``, whatever the ids are; tuples stay tuples."""
    if all(type(node) is int and -(2**63) <= node < 2**63 for node in ids):
        return np.array(ids, dtype=np.int64)
    array = np.empty(len(ids), dtype=object)
    for row, node in enumerate(ids):
        array[row] = node
    return array


def ids_to_json(ids: NodeIds) -> str:
    """Write ids as JSON; a tuple becomes a list.

    Raises:
        DataError: If one is not made of text, numbers and tuples.
    """
    plain = ids.tolist()
    for node in plain:
        if not _is_plain(node):
            kind = type(node).__name__
            raise DataError(f"the node id {node!r} is a {kind}: text, numbers and tuples can be stored")
    return json.dumps(plain)


def ids_from_json(text: str) -> NodeIds:
    """Read what :func:`ids_to_json` wrote."""
    ids = json.loads(text)
    if not isinstance(ids, list):
        raise ValueError("no list of ids")
    return as_id_array([_tuples(node) for node in ids])


def _plain(node: Any) -> Any:
    return node.item() if isinstance(node, np.generic) else node


def _is_plain(node: Any) -> bool:
    if type(node) is tuple:
        return all(_is_plain(part) for part in node)
    return isinstance(node, (str, int, float))


def _tuples(node: Any) -> Any:
    return tuple(_tuples(part) for part in node) if isinstance(node, list) else node
