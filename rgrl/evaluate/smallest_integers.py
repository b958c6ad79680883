"""Class and cluster numbers of every node, in as few bytes as they need."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def smallest_integers(values: Any, count: int) -> npt.NDArray[np.signedinteger[Any]]:
    """Numbers from 0 to ``count - 1`` in the smallest signed type, which torch has as well.

    Args:
        values: Integers of any shape.
        count: How many different ones there may be, at least 1.

    Example:
        >>> smallest_integers(np.arange(3), 3).dtype, smallest_integers(np.arange(3), 129).dtype
        (dtype('int8'), dtype('int16'))
    """
    return np.asarray(values).astype(np.min_scalar_type(-count))
