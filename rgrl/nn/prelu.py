"""PReLU with one slope, without the detour that PyTorch's backward takes on a CPU."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_BLOCK = 1 << 20


class PReLU(nn.Module):
    """``max(0, x) + a min(0, x)`` with one learned slope a for all channels.

    The same function as ``torch.nn.PReLU()``, whose backward on a CPU writes the slope's gradient out at the
    input's full size before it sums it up.

    Args:
        init: First value of the slope.
        inplace: Overwrite the input, which must not be needed elsewhere. The backward then reads signs off
            the output, which only a slope above 0 allows; for another slope the input is left alone.

    Example:
        >>> PReLU()(torch.tensor([-4.0, 2.0])).tolist()
        [-1.0, 2.0]
    """

    def __init__(self, init: float = 0.25, *, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace
        self.weight = nn.Parameter(torch.full((1,), init))

    def forward(self, hidden: Tensor) -> Tensor:
        """Activate a tensor of any shape."""
        if hidden.device.type != "cpu":  # reading the slope would wait for the device
            return F.prelu(hidden, self.weight)
        return _PReLU.apply(hidden, self.weight, self.inplace)  # type: ignore[no-untyped-call]


class _PReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: Tensor, slope: Tensor, inplace: bool) -> Tensor:
        ctx.slope = slope.item()
        ctx.inplace = inplace and ctx.slope > 0
        if ctx.inplace:
            ctx.mark_dirty(hidden)
            F.leaky_relu_(hidden, ctx.slope)
            ctx.save_for_backward(hidden)
            return hidden
        ctx.save_for_backward(hidden)
        return F.leaky_relu(hidden, ctx.slope)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        (saved,) = ctx.saved_tensors
        grad = grads[0].contiguous()
        slope_grad = saved.new_zeros(1)  # summed in blocks, so that no copy of the input's size is made
        flat_grad, flat_saved = grad.view(-1), saved.view(-1)
        for start in range(0, flat_grad.numel(), _BLOCK):
            g, h = flat_grad[start : start + _BLOCK], flat_saved[start : start + _BLOCK]
            slope_grad += torch.dot(g, h.clamp(max=0))
        if ctx.inplace:  # what was saved is the output, a times the input where that is negative
            slope_grad /= ctx.slope
        return torch.ops.aten.leaky_relu_backward(grad, saved, ctx.slope, ctx.inplace), slope_grad, None
