"""The end of a graph convolution: propagation, bias and activation."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from rgrl.graph.csr_matmul import autocast, csr_product
from rgrl.graph.csr_pattern import CSRPattern
from rgrl.graph.view import View
from rgrl.kernels.launch import usable
from rgrl.nn.prelu import PReLU, prelu_backward


def propagate_prelu(view: View, hidden: Tensor, bias: Tensor, activation: PReLU | nn.ReLU) -> Tensor:
    """``prelu(Â H + bias)`` or ReLU: ``[N, d] -> [N, d]``, on a CPU in one pass over the rows.

    Args:
        view: Holds Â.
        hidden: H, ``[N, d]``.
        bias: ``[d]``.
        activation: PReLU, whose slope is learned, or ReLU, which is slope 0 for good.
    """
    slope = activation.weight if isinstance(activation, PReLU) else None
    # The backward reads signs off the output: below 0 a learned slope must show them, ReLU has none to show.
    if usable(hidden) and (slope is None or slope.item() > 0):
        return _PropagatePReLU.apply(  # type: ignore[no-untyped-call]
            autocast(hidden), bias, slope, view.graph.pattern, view.adjacency_values
        )
    propagated = view.propagate(hidden)
    return activation(propagated, bias) if isinstance(activation, PReLU) else F.relu_(propagated.add_(bias))


class _PropagatePReLU(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, bias: Tensor, slope: Tensor | None, pattern: CSRPattern, values: Tensor
    ) -> Tensor:
        ctx.pattern, ctx.values = pattern, values
        ctx.slope = 0.0 if slope is None else slope.item()
        out = csr_product(pattern, values, hidden, bias=bias, slope=ctx.slope)
        ctx.save_for_backward(out)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        (out,) = ctx.saved_tensors
        before, bias_grad, slope_grad = prelu_backward(
            grads[0].to(out.dtype).contiguous(), out, ctx.slope, of_output=True
        )
        return (
            csr_product(ctx.pattern, ctx.values, before, transposed=True),
            bias_grad,
            slope_grad,
            None,
            None,
        )
