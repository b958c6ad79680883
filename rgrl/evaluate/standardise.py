"""Features to mean 0 and deviation 1."""

from __future__ import annotations

import torch
from torch import Tensor


def standardise(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Bring rows ``[n, d]`` to mean 0 and deviation 1 in place; a constant feature becomes 0.

    Returns:
        The mean and the deviation that they had, ``[d]`` each; 1 for the deviation of a constant feature.

    Example:
        >>> rows = torch.tensor([[1.0, 5.0], [3.0, 5.0]])
        >>> standardise(rows)
        (tensor([2., 5.]), tensor([1., 1.]))
        >>> rows.tolist()
        [[-1.0, 0.0], [1.0, 0.0]]
    """
    deviation, mean = torch.std_mean(rows.double(), dim=0, correction=0)
    constant = deviation <= (1e-6 * mean.abs()).clamp(min=1e-30)
    deviation = torch.where(constant, 1.0, deviation).to(rows.dtype)
    mean = mean.to(rows.dtype)
    rows.sub_(mean).div_(deviation)
    return mean, deviation
