"""The classes of all nodes by a classifier that was scored on some of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from rgrl.evaluate.checks import IntArray
from rgrl.evaluate.smallest_integers import smallest_integers

_BLOCK_ROWS = 2048


def predict_all(
    predict: Callable[[IntArray], Tensor | IntArray],
    scored: Sequence[IntArray],
    *,
    num_nodes: int,
    num_classes: int,
) -> npt.NDArray[np.signedinteger[Any]]:
    """Class of every node ``[N]``, in blocks of rows, so that no copy of all embeddings is made.

    Args:
        predict: Gives the classes ``[n]`` of some rows, wherever.
        scored: Parts of the rows by which accuracies were computed. They are predicted as they were then,
            each in one piece: a product of other rows beside them may round the other way.
        num_nodes: N.
        num_classes: Number of classes.
    """
    found = smallest_integers(np.zeros(num_nodes, dtype=np.int64), num_classes)
    others = np.ones(num_nodes, dtype=bool)
    for part in scored:
        found[part] = _array(predict(part))
        others[part] = False
    rows = np.flatnonzero(others)
    for start in range(0, rows.size, _BLOCK_ROWS):
        block = rows[start : start + _BLOCK_ROWS]
        found[block] = _array(predict(block))
    return found


def _array(values: Tensor | IntArray) -> IntArray:
    return values.cpu().numpy() if isinstance(values, Tensor) else values
