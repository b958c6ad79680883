"""A convolution's weight and bias with the affine map of its normalisation in them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from rgrl.kernels.launch import usable
from rgrl.nn.norm import affine_map


def fold_norm(weight: Tensor, bias: Tensor, norm: nn.Module) -> tuple[Tensor, Tensor] | None:
    """Fold a batch norm that uses its running statistics, ``x s + c``, into what stands before it.

    ``(Â X W + b) s + c = Â X (W diag(s)) + (b s + c)``: no pass over the activations is left.

    Args:
        weight: W, ``[F, d]``.
        bias: b, ``[d]``.
        norm: What follows the convolution.

    Returns:
        ``W diag(s)`` in the type of the product that it goes into, and ``b s + c``, float32; differentiable
        once in weight, bias and the norm's own two. ``None`` for a norm that is no such map.
    """
    if (affine := affine_map(norm)) is None:
        return None
    scale, shift = affine
    if not usable(weight) or weight.dtype != torch.float32 or scale.dtype != torch.float32:
        return weight * scale, torch.addcmul(shift, bias, scale)
    return _ScaledColumns.apply(weight, scale), torch.addcmul(shift, bias, scale)  # type: ignore[no-untyped-call]


class _ScaledColumns(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, weight: Tensor, scale: Tensor) -> Tensor:
        from rgrl.kernels.scaled_columns import scaled_columns

        ctx.save_for_backward(weight, scale)
        kind = weight.device.type
        half = torch.is_autocast_enabled(kind) and torch.get_autocast_dtype(kind) == torch.bfloat16
        out = torch.empty_like(weight, dtype=torch.bfloat16 if half else torch.float32)
        scaled_columns(weight, scale, out)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor]:
        from rgrl.kernels.scaled_columns import scaled_columns_backward

        weight, scale = ctx.saved_tensors
        out = torch.empty_like(weight)
        scale_grad = scaled_columns_backward(grads[0].contiguous(), weight, scale, out)
        return out, scale_grad
