"""How often each node is classified right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from rgrl.errors import DataError
from rgrl.evaluate.checks import checked_labels, checked_splits
from rgrl.evaluate.split_like import SplitLike


def node_accuracy(predictions: Any, labels: Any, splits: Sequence[SplitLike]) -> npt.NDArray[np.float64]:
    """Share of the splits testing a node in which its class is predicted, for every node.

    Validation and training rows of a split say nothing of the nodes in them, and are passed over.

    Args:
        predictions: Predicted class of every node by each split's classifier, integers ``[S, N]``, as the
            reports of `linear_probe`, `logistic_regression` and ``rgrl.methods.supervised_gcn`` hold them
            after ``predictions=True``.
        labels: Class of every node, integers ``[N]``; nodes that no split tests may have -1.
        splits: The S splits, objects with ``train``, ``val`` and ``test`` rows, in the same order.

    Returns:
        ``[N]``, 0 to 1; NaN of a node that no split tests.

    Raises:
        DataError: If predictions, labels and splits do not fit together, or there are no predictions.

    Example:
        >>> from types import SimpleNamespace
        >>> splits = [SimpleNamespace(train=[0], val=[1], test=test) for test in ([2, 3], [3])]
        >>> node_accuracy([[0, 0, 1, 1], [0, 0, 0, 0]], [0, 0, 1, 1], splits).tolist()
        [nan, nan, 1.0, 0.5]
    """
    if predictions is None:
        raise DataError("predictions are None: a probe keeps them where it is called with predictions=True")
    found = predictions.detach().cpu().numpy() if isinstance(predictions, Tensor) else np.asarray(predictions)
    if found.ndim != 2 or found.dtype.kind not in "iu" or found.shape[0] != len(splits):
        raise DataError(
            f"predictions are {found.dtype} of shape {list(found.shape)}: integers, one row for each of "
            f"{len(splits)} splits, are needed"
        )
    nodes = found.shape[1]
    tests = [part[2] for part in checked_splits(splits, nodes)]
    classes, _ = checked_labels(labels, nodes, [[test] for test in tests], None)
    right, tested = np.zeros(nodes), np.zeros(nodes)
    for row, test in zip(found, tests, strict=True):
        right[test] += row[test] == classes[test]
        tested[test] += 1
    return np.divide(right, tested, out=np.full(nodes, np.nan), where=tested > 0)
