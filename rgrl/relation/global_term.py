"""Divergence of the relations to shared anchors, with its gradient, block by block."""

from __future__ import annotations

import torch
from torch import Tensor

from rgrl.kernels.launch import usable
from rgrl.relation.workspace import keeps_workspaces, workspace

#: Similarities of a side in one block. Each block's products go through all anchors anew, so that few rows do
#: little else; many leave the cache between the products around them. Where their room is new every time, the
#: time that the system takes to clear it counts for more.
_BLOCK_ENTRIES, _BLOCK_ENTRIES_IF_NEW = 1 << 22, 1 << 20

#: Rows of a block however many the anchors are, which then come from memory.
_LEAST_ROWS = 128


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
    count, (m, d) = student.shape[0], anchors.shape
    entries = _BLOCK_ENTRIES if keeps_workspaces() else _BLOCK_ENTRIES_IF_NEW
    block = min(max(_LEAST_ROWS, entries // max(m, d)), max(1, count))
    with (
        torch.autocast(student.device.type, enabled=False),
        workspace((2 * block, m), dtype, student.device) as logits,
    ):
        # Student above teacher, so that one product gives the similarities of both.
        anchors, both = anchors.to(dtype), student.new_empty(2 * block, d, dtype=dtype)
        rows = torch.empty(count, dtype=computed, device=student.device)
        grad = torch.empty(student.shape, dtype=dtype, device=student.device) if needs_grad else None
        for start in range(0, count, block):
            part, size = slice(start, start + block), min(block, count - start)
            torch.cat((student[part].to(dtype), teacher[part].to(dtype)), out=both[: 2 * size])
            z = torch.mm(both[: 2 * size], anchors.T, out=logits[: 2 * size])
            q, k = z[:size], z[size:]
            _divergence_(q, k, 1 / tau_s, 1 / tau_t, rows[part])
            if grad is not None:
                torch.addmm(grad[part], q, anchors, beta=0, alpha=1 / tau_s, out=grad[part])
    return rows, None if grad is None else grad.to(student.dtype)


def _divergence_(q: Tensor, k: Tensor, scale_s: float, scale_t: float, rows: Tensor) -> None:
    """From similarities ``[b, m]`` to divergences of k from q, in ``rows``, and to their difference, in q.

    Similarities are scaled here, in float32: rows that are scaled before the product are rounded once more.
    """
    if usable(q, k):
        from rgrl.kernels.relation_rows import relation_rows

        relation_rows(q, k, rows, student_scale=scale_s, teacher_scale=scale_t)
        return
    log_q, log_k = (q.to(rows.dtype) * scale_s).log_softmax(1), (k.to(rows.dtype) * scale_t).log_softmax(1)
    weight = log_k.exp()
    torch.linalg.vecdot(weight, log_k.sub_(log_q), out=rows)
    q.copy_(log_q.exp_().sub_(weight))
