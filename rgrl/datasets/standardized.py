"""Feature columns of mean 0 and standard deviation 1."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt


def standardized(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Shift and scale each column to mean 0 and population standard deviation 1; a constant one becomes 0.

    Sums are exact before they are rounded once, so the result has the same bits on every machine.

    Args:
        x: Features `[N, F]`, N at least 1, all finite.

    Returns:
        float32 `[N, F]`.

    Example:
        >>> standardized(np.array([[1, 5], [3, 5]], dtype=np.float32))
        array([[-1.,  0.],
               [ 1.,  0.]], dtype=float32)
    """
    result = np.empty(x.shape, dtype=np.float32)
    for column in range(x.shape[1]):
        centred = x[:, column].astype(np.float64)
        centred -= math.fsum(centred.tolist()) / centred.size
        deviation = math.sqrt(math.fsum((centred * centred).tolist()) / centred.size)
        result[:, column] = centred / deviation if deviation > 0 else 0
    return result
