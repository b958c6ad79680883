"""Frames in the order of a graph's nodes."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from typing import Any

from rgrl.errors import DataError
from rgrl.short_repr import short_repr

logger = logging.getLogger(__name__)


def in_node_order(table: Any, nodes: Iterable[Any] | None, name: str = "x") -> Any:
    """Return a frame or series with its rows in the order of the nodes that its index names.

    A pandas index that names each node once puts the rows in order. One that names no node at all leaves
    them as they are, with a warning in the log: a default index of 0 to N - 1 where nodes have other names,
    or any index where nodes have no names but their numbers.

    Args:
        table: A frame or series; anything else is returned as it is.
        nodes: The nodes' names in their order; ``None`` for 0 to N - 1.
        name: What the table is called in messages.

    Raises:
        DataError: If a node is missing in the index, stands in it twice, or something else is among them; or
            if a default index is the nodes' names in another order.

    Example:
        >>> import pandas as pd
        >>> ages = pd.DataFrame({"age": [41, 30]}, index=["bob", "ann"])
        >>> in_node_order(ages, ["ann", "bob"])["age"].tolist()
        [30, 41]
    """
    if not hasattr(table, "iloc"):
        return table
    index, names = list(table.index), list(range(len(table)) if nodes is None else nodes)
    if index == names:
        return table
    place = {each: row for row, each in enumerate(index)}
    default = type(table.index).__name__ == "RangeIndex"
    if not any(each in place for each in names) and (
        nodes is None or default or index == list(range(len(table)))
    ):
        logger.warning(
            "the index of %s names no node (it begins with %s, the nodes with %s): "
            "its rows are taken by place",
            name,
            short_repr(index[0]) if index else "nothing",
            short_repr(names[0]) if names else "nothing",
        )
        return table
    _require_each_once(index, names, name)
    if default:  # names, or no more than the places of rows: either would be a guess
        raise DataError(
            f"{name} is a frame with the index 0 to {len(index) - 1}, and the nodes are these numbers in "
            "another order, so that rows may be meant either way: an array, or the nodes as index, is needed"
        )
    return table.iloc[[place[each] for each in names]]


def _require_each_once(index: list[Any], names: list[Any], name: str) -> None:
    known, named = set(names), set(index)
    for each, count in Counter(index).items():
        if each not in known or count > 1:
            fault = "is no node" if each not in known else "stands twice"
            raise DataError(f"{name} has not one row for each node: {short_repr(each)} of its index {fault}")
    for each in names:
        if each not in named:
            raise DataError(f"{name} has not one row for each node: {short_repr(each)} is not in its index")
