"""PReLU with one slope, without the detour that PyTorch's backward takes on a CPU."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from rgrl.kernels.launch import usable


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
            before = hidden if bias is None else hidden + bias.to(hidden.dtype)
            return F.prelu(before, self.weight.to(hidden.dtype))
        return _BiasPReLU.apply(hidden, bias, self.weight, self.inplace)  # type: ignore[no-untyped-call]


def prelu_backward(
    grad: Tensor, saved: Tensor, slope: float, *, of_output: bool
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Gradients of PReLU's input, bias and slope.

    Args:
        grad: Gradient of the output, contiguous ``[N, d]``.
        saved: Output or input ``[N, d]``; the output tells where the input is above 0 if the slope is at
            least 0.
        slope: a; 0 is ReLU.
        of_output: Whether ``saved`` is the output, a times the input where that is negative.

    Returns:
        ``[N, d]``, ``[d]`` and ``[1]``; ``None`` for the last where the output of ReLU was saved, which does
        not tell it.
    """
    before = torch.empty_like(grad)
    if usable(grad, saved):
        from rgrl.kernels.prelu_rows import prelu_rows_backward

        bias_grad, slope_grad = prelu_rows_backward(grad, saved, slope, before)
    else:
        torch.ops.aten.leaky_relu_backward.grad_input(grad, saved, slope, of_output, grad_input=before)
        bias_grad, slope_grad = before.sum(0), (grad * saved.clamp(max=0)).sum()
    if of_output and slope == 0:
        return before, bias_grad, None
    return before, bias_grad, (slope_grad / slope if of_output else slope_grad).view(1)


class _BiasPReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: Tensor, bias: Tensor | None, slope: Tensor, inplace: bool) -> Tensor:
        ctx.slope = slope.item()
        ctx.inplace = inplace and ctx.slope > 0
        if not ctx.inplace:
            before = hidden if bias is None else hidden + bias.to(hidden.dtype)
            ctx.save_for_backward(before)
            return F.leaky_relu(before, ctx.slope)
        ctx.mark_dirty(hidden)
        if hidden.ndim == 2 and usable(hidden):
            from rgrl.kernels.prelu_rows import prelu_rows_

            prelu_rows_(hidden, None if bias is None else bias.float().contiguous(), ctx.slope)
        else:
            if bias is not None:
                hidden.add_(bias)
            F.leaky_relu_(hidden, ctx.slope)
        ctx.save_for_backward(hidden)
        return hidden

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        (saved,) = ctx.saved_tensors
        width = saved.shape[-1] if saved.ndim else 1
        grad, values = grads[0].reshape(-1, width), saved.reshape(-1, width)
        before, bias_grad, slope_grad = prelu_backward(
            grad.contiguous(), values, ctx.slope, of_output=ctx.inplace
        )
        return before.view_as(saved), bias_grad if ctx.needs_input_grad[1] else None, slope_grad, None
