"""Weights of edges, which say whether an edge is there and nothing more."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from rgrl.errors import DataError, UnusedWeightsWarning
from rgrl.short_repr import short_repr
from rgrl.warn_caller import warn_caller

#: What a warning says of weights other than 0 and 1.
UNUSED_WEIGHTS = "edge weights are not used"


def present(weights: npt.NDArray[Any], edge: Callable[[int], tuple[Any, Any]]) -> npt.NDArray[np.bool_]:
    """Tell which edges are there, bool ``[E]``: those whose weight is not 0.

    A matrix does not tell an edge of weight 0 from none, so that this holds for every form of a graph. A
    warning says that other weights than 0 and 1 are not used.

    Args:
        weights: Numbers ``[E]``.
        edge: Names the ends of an edge by its number, for errors.

    Raises:
        DataError: If the weights are no real numbers, or one is below 0 or not finite.

    Example:
        >>> present(np.array([1, 0]), lambda i: (i, i + 1)).tolist()
        [True, False]
    """
    if weights.dtype.kind not in "biuf":
        raise DataError(f"the edge weights have dtype {weights.dtype}: real numbers are needed")
    there = nonzero(weights, edge)
    if (weights[there] != 1).any():
        warn_caller(f"{UNUSED_WEIGHTS}: an edge is there or it is not", UnusedWeightsWarning)
    return there


def nonzero(weights: npt.NDArray[Any], edge: Callable[[int], tuple[Any, Any]]) -> npt.NDArray[np.bool_]:
    """The same of numbers, without a warning.

    Example:
        >>> nonzero(np.array([0.5, 0.0]), lambda i: (i, i + 1)).tolist()
        [True, False]
    """
    good = np.isfinite(weights) & (weights >= 0)
    if not good.all():
        first = int(np.flatnonzero(~good)[0])
        raise _refusal(edge(first), weights[first].item())
    return np.asarray(weights != 0)


def as_number(weight: Any, ends: tuple[Any, Any]) -> float:
    """Return the weight of one edge; ``None``, where it has none, is 1.

    Raises:
        DataError: If it is no real number.

    Example:
        >>> as_number(None, ("ann", "bob"))
        1.0
    """
    if weight is None:
        return 1.0
    if not isinstance(weight, (numbers.Real, Decimal, np.bool_)):
        raise _refusal(ends, weight)
    try:
        return float(weight)
    except (OverflowError, ValueError):  # too large, or a signalling NaN
        raise _refusal(ends, weight) from None


def _refusal(ends: tuple[Any, Any], weight: Any) -> DataError:
    return DataError(
        f"the edge {short_repr(ends)} has the weight {short_repr(weight)}: "
        "finite numbers of at least 0 are accepted"
    )
