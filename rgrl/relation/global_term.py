"""Divergence of the relations to shared anchors, with its gradient, block by block."""

from __future__ import annotations

import torch
from torch import Tensor

from rgrl.kernels.launch import usable

#: Similarities of one block of rows: few enough to stay in the cache between the products around them.
_BLOCK_ENTRIES = 1 << 20


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
        rows = torch.empty(student.shape[0], dtype=computed, device=student.device)
        grad = torch.empty(student.shape, dtype=dtype, device=student.device) if needs_grad else None
        block = min(max(1, _BLOCK_ENTRIES // anchors.shape[0]), max(1, student.shape[0]))
        logits = [anchors.new_empty(block, anchors.shape[0]) for _ in range(2)]
        for start in range(0, student.shape[0], block):
            part = slice(start, start + block)
            p, t = student[part].to(dtype), teacher[part].to(dtype)
            q, k = (z[: p.shape[0]] for z in logits)
            torch.addmm(q, p, anchors.T, beta=0, alpha=1 / tau_s, out=q)
            torch.addmm(k, t, anchors.T, beta=0, alpha=1 / tau_t, out=k)
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
