"""L-BFGS for many independent convex problems of one size."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import torch
from torch import Tensor

_HISTORY = 10
_LINE_STEPS = 20


def batched_lbfgs(
    gradient: Callable[[Tensor], Tensor], start: Tensor, *, tolerance: float, max_iter: int
) -> tuple[Tensor, Tensor]:
    """Minimise ``B`` smooth convex functions side by side.

    The two-loop recursion of Nocedal (1980), with a line search that reads slopes only: a step is taken once
    the slope along it no longer rises by more than half of what it fell at first, and is shortened by the
    secant rule until then. For convex functions that suffices, and it works down to float32's precision,
    where differences of function values are lost.

    Args:
        gradient: Maps points ``[B, P]`` to gradients ``[B, P]``, row by row.
        start: Where to begin, ``[B, P]``.
        tolerance: A problem has converged once no entry of its gradient is larger.
        max_iter: Most iterations.

    Returns:
        The points reached ``[B, P]``, and which of them converged, bool ``[B]``.

    Example:
        >>> goal = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> start = torch.zeros(2, 2)
        >>> point, converged = batched_lbfgs(lambda x: x - goal, start, tolerance=1e-6, max_iter=9)
        >>> point.tolist(), converged.tolist()
        ([[1.0, 2.0], [3.0, 4.0]], [True, True])
    """
    point, slope = start, gradient(start)
    history: deque[tuple[Tensor, Tensor, Tensor]] = deque(maxlen=_HISTORY)
    scale = torch.ones_like(start[:, :1])
    active = ~_at_rest(slope, tolerance)
    for _ in range(max_iter):
        if not bool(active.any()):
            break
        direction = _two_loops(slope, history, scale).neg_()
        descent = _dot(slope, direction)
        length = active.to(start.dtype)
        for _ in range(_LINE_STEPS):
            new_point = torch.addcmul(point, direction, length)
            new_slope = gradient(new_point)
            rise = _dot(new_slope, direction)
            too_far = active & ~(rise <= -0.5 * descent)  # NaN, of an overflow, is too far as well
            if not bool(too_far.any()):
                break
            secant = torch.nan_to_num(descent / (descent - rise)).clamp(min=0.1)
            length = torch.where(too_far, length * secant, length)
        active &= ~too_far  # rounding hides the slope: as near as this precision comes
        step, change = new_point - point, new_slope - slope
        curvature = _dot(step, change)
        usable = curvature > 0
        inverse = torch.where(usable, 1 / curvature, 0.0)
        scale = torch.where(usable, curvature / _dot(change, change), scale)
        history.append((step, change, inverse))
        point, slope = new_point, new_slope
        active &= ~_at_rest(slope, tolerance)
    return point, _at_rest(slope, tolerance)[:, 0]


def _two_loops(slope: Tensor, history: deque[tuple[Tensor, Tensor, Tensor]], scale: Tensor) -> Tensor:
    """The approximate inverse Hessian times the gradient; problems that stood still have zero steps."""
    result = slope.clone()
    weights = []
    for step, change, inverse in reversed(history):
        weight = _dot(step, result).mul_(inverse)
        result.addcmul_(change, weight, value=-1)
        weights.append(weight)
    result.mul_(scale)
    for (step, change, inverse), weight in zip(history, reversed(weights), strict=True):
        result.addcmul_(step, weight - _dot(change, result).mul_(inverse))
    return result


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum(dim=1, keepdim=True)


def _at_rest(slope: Tensor, tolerance: float) -> Tensor:
    return slope.abs().amax(dim=1, keepdim=True) <= tolerance
