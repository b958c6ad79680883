"""Unordered pairs of nodes as whole numbers, so that sets of pairs are sorted arrays."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

IntArray: TypeAlias = npt.NDArray[np.int64]


def pair_numbers(pairs: IntArray) -> IntArray:
    """Number each unordered pair {u, v}, u < v, as v (v − 1) / 2 + u: N nodes have 0 to N (N − 1) / 2 − 1.

    Args:
        pairs: `[2, m]`, no node beside itself.

    Example:
        >>> pair_numbers(np.array([[0, 2, 1], [1, 0, 2]]))
        array([0, 1, 2])
    """
    low, high = pairs.min(axis=0), pairs.max(axis=0)
    return high * (high - 1) // 2 + low


def pairs_of(numbers: IntArray) -> IntArray:
    """The pairs with these numbers, int64 `[2, m]`, the smaller node first.

    Example:
        >>> pairs_of(np.array([0, 1, 2]))
        array([[0, 0, 1],
               [1, 2, 2]])
    """
    high = ((1 + np.sqrt(8.0 * numbers + 1)) / 2).astype(np.int64)
    high -= high * (high - 1) // 2 > numbers  # the root of a large number is rounded
    high += high * (high + 1) // 2 <= numbers
    return np.stack([numbers - high * (high - 1) // 2, high])
