"""PReLU with one slope, without the detour that PyTorch's backward takes on a CPU."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

#: Entries that are read again while they are still in a core's cache.
_BLOCK = 1 << 17


class PReLU(nn.Module):
    """``max(0, x) + a min(0, x)`` with one learned slope a for all channels, after an optional bias.

    The same function as ``torch.nn.PReLU()``, whose backward on a CPU writes the slope's gradient out at the
    input's full size before it sums it up.

    Args:
        init: First value of the slope.
        inplace: Overwrite the input, which must not be needed elsewhere. The backward then reads signs off
            the output, which only a slope above 0 allows; for another slope the input is left alone.

    Example:
        >>> PReLU()(torch.tensor([[-4.0, 2.0]])).tolist()
        [[-1.0, 2.0]]
    """

    def __init__(self, init: float = 0.25, *, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace
        self.weight = nn.Parameter(torch.full((1,), init))

    def forward(self, hidden: Tensor, bias: Tensor | None = None) -> Tensor:
        """Activate ``hidden + bias``.

        Args:
            hidden: ``[..., d]``.
            bias: ``[d]``, or ``None`` for none.
        """
        if hidden.device.type != "cpu":  # reading the slope would wait for the device
            return F.prelu(hidden if bias is None else hidden + bias, self.weight)
        return _BiasPReLU.apply(hidden, bias, self.weight, self.inplace)  # type: ignore[no-untyped-call]


class _BiasPReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: Tensor, bias: Tensor | None, slope: Tensor, inplace: bool) -> Tensor:
        ctx.slope = slope.item()
        ctx.inplace = inplace and ctx.slope > 0
        if not ctx.inplace:
            before = hidden if bias is None else hidden + bias
            ctx.save_for_backward(before)
            return F.leaky_relu(before, ctx.slope)
        ctx.mark_dirty(hidden)
        if bias is not None:
            hidden.add_(bias)
        F.leaky_relu_(hidden, ctx.slope)
        ctx.save_for_backward(hidden)
        return hidden

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor | None, Tensor, None]:
        (saved,) = ctx.saved_tensors
        width = saved.shape[-1] if saved.ndim else 1
        after, values = grads[0].reshape(-1, width), saved.reshape(-1, width)
        before = torch.empty_like(after)
        slope_grad = saved.new_zeros(1)
        bias_grad = saved.new_zeros(width) if ctx.needs_input_grad[1] else None
        for start in range(0, after.shape[0], rows := max(1, _BLOCK // width)):
            part = slice(start, start + rows)
            g, h = after[part], values[part]
            torch.ops.aten.leaky_relu_backward.grad_input(
                g, h, ctx.slope, ctx.inplace, grad_input=before[part]
            )
            slope_grad += torch.dot(g.reshape(-1), h.clamp(max=0).view(-1))
            if bias_grad is not None:
                bias_grad += before[part].sum(0)
        if ctx.inplace:  # what was saved is the output, a times the input where that is negative
            slope_grad /= ctx.slope
        return before.view_as(saved), bias_grad, slope_grad, None
