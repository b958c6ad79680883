"""Sorting nodes into bins of degrees."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from rgrl.errors import DataError
from rgrl.evaluate.setting_checks import require_count
from rgrl.plot.degree_bins import DegreeBins


def accuracy_by_degree(degrees: Any, correct: Any, *, min_nodes: int = 1) -> DegreeBins:
    """Accuracy of the nodes of degree 0, 1, 2-3, 4-7, 8-15, and so on, each bin twice as wide.

    The standard error is the unbiased standard deviation over the bin's nodes, divided by the root of their
    number. It is a deviation over nodes, and not over splits or seeds; where all nodes of a bin are right, it
    is 0.

    Args:
        degrees: Degree of each node, integers ``[n]``, at least 0.
        correct: Whether each node is classified right, ``[n]``: bool, or its share of several splits or
            seeds, 0 to 1.
        min_nodes: The bins of the highest degrees are joined until the last has as many, if there are.

    Raises:
        ConfigError: If ``min_nodes`` is below 1.
        DataError: If there is no node, the two differ in length, a degree is below 0 or no integer, or a
            share is not finite or not between 0 and 1.

    Example:
        >>> bins = accuracy_by_degree([1, 2, 3, 9], [False, True, False, True])
        >>> bins.names, bins.count.tolist(), bins.accuracy.tolist()
        (['1', '2–3', '8–15'], [1, 2, 1], [0.0, 50.0, 100.0])
    """
    require_count("min_nodes", min_nodes)
    degree, share = _array(degrees), _array(correct)
    if degree.ndim != 1 or degree.size == 0 or degree.dtype.kind not in "iu":
        raise DataError(
            f"degrees are {degree.dtype} of shape {list(degree.shape)}: one integer or more is needed"
        )
    if share.shape != degree.shape or share.dtype.kind not in "biuf":
        raise DataError(
            f"correct is {share.dtype} of shape {list(share.shape)}: "
            f"one number or bool for each of {degree.size} degrees is needed"
        )
    if degree.min() < 0:
        raise DataError(f"a degree is {degree.min()}: 0 and up are accepted")
    share = share.astype(np.float64)
    bad = np.flatnonzero(~((share >= 0) & (share <= 1)))  # true for NaN as well
    if bad.size:
        hint = "; leave out the nodes that no split tests" if np.isnan(share[bad[0]]) else ""
        raise DataError(f"correct has {share[bad[0]]} in row {bad[0]}: shares from 0 to 1 are accepted{hint}")
    number = np.frexp(degree.astype(np.float64))[1]  # 0, 1, 2, 3 for 0, 1, 2-3, 4-7
    largest = int(number.max())
    while (number == number.max()).sum() < min_nodes and number.min() < number.max():
        number = np.minimum(number, number[number < number.max()].max())
    found, inverse, count = np.unique(number, return_inverse=True, return_counts=True)
    mean = np.bincount(inverse, share) / count
    squares = np.bincount(inverse, (share - mean[inverse]) ** 2)
    with np.errstate(invalid="ignore"):
        error = np.sqrt(squares / (count - 1) / count)
    first = found.astype(np.int64)
    last = np.append(first[:-1], largest)
    return DegreeBins(
        low=np.where(first > 0, 1 << np.maximum(first - 1, 0), 0),
        high=(1 << last) - 1,
        count=count.astype(np.int64),
        accuracy=100 * mean,
        error=100 * error,
    )


def _array(values: Any) -> Any:
    return values.detach().cpu().numpy() if isinstance(values, Tensor) else np.asarray(values)
