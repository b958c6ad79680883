"""A loss that is a sum over rows, and its gradient, one block of rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from rgrl.errors import ConfigError


def blockwise_sum(
    loss: Callable[[Tensor, slice], Tensor],
    rows: Tensor,
    parameters: Iterable[Tensor] = (),
    *,
    block_rows: int,
) -> Tensor:
    """Sum a row-wise loss over blocks of rows, holding the activations of one block only.

    Where a gradient is needed, it is taken block by block on the way forward. A head of any width then adds
    its weights' gradient and one block's activations to the memory, however many rows there are. The result
    can be differentiated once.

    Args:
        loss: Maps rows ``[b, d]`` and the slice of ``rows`` that they are to a scalar, the block's share.
        rows: ``[N, d]``.
        parameters: The tensors that ``loss`` uses beside the rows and that need a gradient.
        block_rows: Rows of a block, at least 1.

    Returns:
        The scalar sum.

    Raises:
        ConfigError: If ``block_rows`` is below 1, or under torch's autocast to float16: its gradients need a
            scale of the loss, which comes too late for one that is taken on the way forward.

    Example:
        >>> rows = torch.ones(5, 2, requires_grad=True)
        >>> total = blockwise_sum(lambda block, part: (block**2).sum(), rows, block_rows=2)
        >>> total.backward()
        >>> total.item(), rows.grad[4].tolist()
        (10.0, [2.0, 2.0])
    """
    if block_rows < 1:
        raise ConfigError(f"block_rows is {block_rows}: at least 1 is needed")
    learned = [parameter for parameter in parameters if parameter.requires_grad]
    if torch.is_grad_enabled() and (rows.requires_grad or learned):
        kind = rows.device.type
        if torch.is_autocast_enabled(kind) and torch.get_autocast_dtype(kind) == torch.float16:
            raise ConfigError("autocast is to float16: bfloat16 and no autocast are accepted here")
        return _BlockwiseSum.apply(loss, block_rows, rows, *learned)  # type: ignore[no-untyped-call]
    return torch.stack([loss(rows[part], part) for part in _blocks(rows, block_rows)]).sum()


def _blocks(rows: Tensor, block_rows: int) -> list[slice]:
    return [slice(start, start + block_rows) for start in range(0, max(1, rows.shape[0]), block_rows)]


class _BlockwiseSum(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, loss: Callable[[Tensor, slice], Tensor], block_rows: int, rows: Tensor, *learned: Tensor
    ) -> Tensor:
        parts, totals, shares = _blocks(rows, block_rows), [], []
        row_grad = torch.empty_like(rows) if len(parts) > 1 else rows
        for part in parts:
            with torch.enable_grad():
                block = rows[part].detach().requires_grad_()
                share = loss(block, part)
                grads = torch.autograd.grad(share, [block, *learned], materialize_grads=True)
            shares.append(share.detach())
            if len(parts) == 1:
                row_grad, *totals = grads
                break
            row_grad[part] = grads[0]
            if totals:
                torch._foreach_add_(totals, grads[1:])
            else:  # copies, as autograd may give the same tensor to two parameters
                totals = [grad.clone() for grad in grads[1:]]
        ctx.save_for_backward(row_grad, *totals)
        return torch.stack(shares).sum()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        return None, None, *(saved * grads[0].to(saved.dtype) for saved in ctx.saved_tensors)
