"""Divergence of the relations to shared anchors, with its gradient, block by block."""

from __future__ import annotations

import torch
from torch import Tensor

from rgrl.kernels.launch import usable

#: Similarities of one block of rows: few enough to stay in the cache between the products around them.
_BLOCK_ENTRIES = 1 << 20

#: Each block's products go through all anchors anew, and with few rows they would do little else; the more so
#: where the anchors, beyond so many numbers, come from memory and not from the cache.
_LEAST_ROWS, _LEAST_ROWS_FAR, _NEAR_ENTRIES = 64, 128, 1 << 22


def global_term(
    student: Tensor, teacher: Tensor, anchors: Tensor, tau_s: float, tau_t: float, *, needs_grad: bool
) -> tuple[Tensor, Tensor | None]:
    """Divergences ``[N]``, and their gradients ``[N, d]`` in the student's rows; as ``relation_kl``.

    Only one block of the ``[N, m]`` similarities stands in memory at a time. Types are as written here and
    not as autocast would have them, but for one thing: bfloat16 rows under autocast are multiplied as such.
    """
    computed = torch.float64 if student.dtype == torch.float64 else torch.float32
    half = student.dtype == torch.bfloat16 and torch.is_autocast_enabled(student.device.type)
    dtype = torch.bfloat16 if half else computed
    with torch.autocast(student.device.type, enabled=False):
        anchors = anchors.to(dtype)
        count, (m, d) = student.shape[0], anchors.shape
        least = _LEAST_ROWS if anchors.numel() <= _NEAR_ENTRIES else _LEAST_ROWS_FAR
        block = min(max(least, _BLOCK_ENTRIES // m), max(1, count))
        # Student above teacher, so that one product gives the similarities of both. The largest comes first,
        # to find the room that it left in the update before, and not what smaller ones have left of that.
        logits, both = anchors.new_empty(2 * block, m), anchors.new_empty(2 * block, d)
        rows = torch.empty(count, dtype=computed, device=student.device)
        grad = torch.empty(student.shape, dtype=dtype, device=student.device) if needs_grad else None
        for start in range(0, count, block):
            part, size = slice(start, start + block), min(block, count - start)
            p_and_t, z = both[: 2 * size], logits[: 2 * size]
            q, k = z[:size], z[size:]
            if half:  # scaled in the product's float32: rows that are scaled first are rounded once more
                torch.addmm(q, student[part], anchors.T, beta=0, alpha=1 / tau_s, out=q)
                torch.addmm(k, teacher[part].to(dtype), anchors.T, beta=0, alpha=1 / tau_t, out=k)
            else:
                p_and_t[:size] = student[part].to(computed) / tau_s
                p_and_t[size:] = teacher[part].to(computed) / tau_t
                torch.mm(p_and_t, anchors.T, out=z)
            _divergence_(q, k, rows[part])
            if grad is not None:
                torch.addmm(grad[part], q, anchors, beta=0, alpha=1 / tau_s, out=grad[part])
    return rows, None if grad is None else grad.to(student.dtype)


def _divergence_(q: Tensor, k: Tensor, rows: Tensor) -> None:
    """Turn logits ``[b, m]`` into divergences of k from q, in ``rows``, and softmax(q) − softmax(k), in q."""
    if usable(q, k):
        from rgrl.kernels.relation_rows import relation_rows

        relation_rows(q, k, rows)
        return
    log_q, log_k = q.to(rows.dtype).log_softmax(1), k.to(rows.dtype).log_softmax(1)
    weight = log_k.exp()
    torch.linalg.vecdot(weight, log_k.sub_(log_q), out=rows)
    q.copy_(log_q.exp_().sub_(weight))
