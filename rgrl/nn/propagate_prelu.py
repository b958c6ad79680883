"""The end of a graph convolution: propagation, bias and activation."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from rgrl.graph.csr_matmul import autocast, csr_product
from rgrl.graph.csr_pattern import CSRPattern
from rgrl.graph.view import View
from rgrl.kernels.launch import usable
from rgrl.nn.prelu import PReLU, prelu_backward


def propagate_prelu(view: View, hidden: Tensor, bias: Tensor, activation: PReLU) -> Tensor:
    """``prelu(Â H + bias)``: ``[N, d] -> [N, d]``, on a CPU in one pass over the rows.

    Args:
        view: Holds Â.
        hidden: H, ``[N, d]``.
        bias: ``[d]``.
        activation: Its slope is learned.
    """
    if usable(hidden) and activation.weight.item() > 0:
        return _PropagatePReLU.apply(  # type: ignore[no-untyped-call]
            autocast(hidden), bias, activation.weight, view.graph.pattern, view.adjacency_values
        )
    return activation(view.propagate(hidden), bias)


class _PropagatePReLU(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, bias: Tensor, slope: Tensor, pattern: CSRPattern, values: Tensor
    ) -> Tensor:
        ctx.pattern, ctx.values, ctx.slope = pattern, values, slope.item()
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
