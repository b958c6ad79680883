"""Rows of length one."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

_SMALLEST = 1e-12


def l2_normalize(rows: Tensor) -> Tensor:
    """Divide each row by its length: ``[N, d] -> [N, d]``, as ``F.normalize(rows, dim=1)``.

    The gradient ``(g − p (p · g)) / |x|`` is taken in closed form, in one pass and not in eight. A row
    shorter than 1e-12 is divided by that.

    Example:
        >>> l2_normalize(torch.tensor([[3.0, 4.0]])).tolist()
        [[0.6..., 0.8...]]
    """
    return _L2Normalize.apply(rows)  # type: ignore[no-untyped-call]


class _L2Normalize(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, rows: Tensor) -> Tensor:
        length = torch.linalg.vector_norm(rows, dim=1, keepdim=True)
        short = length.clamp_min(_SMALLEST)
        normalized = rows / short
        ctx.save_for_backward(normalized, short, length)
        return normalized

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        normalized, short, length = ctx.saved_tensors
        along = torch.linalg.vecdot(normalized, grads[0]).unsqueeze(1)
        along *= length >= _SMALLEST  # below it the divisor is a constant
        return torch.addcmul(grads[0], normalized, along, value=-1).div_(short)
