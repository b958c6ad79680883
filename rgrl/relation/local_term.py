"""Divergence of the relations to anchors of each row's own, with its gradient."""

from __future__ import annotations

import torch
from torch import Tensor

from rgrl.kernels.launch import usable

#: Entries of the anchors that are gathered at a time.
_BLOCK_ENTRIES = 1 << 24


def local_term(
    student: Tensor,
    teacher: Tensor,
    anchors: Tensor,
    index: Tensor,
    mask: Tensor | None,
    tau_s: float,
    tau_t: float,
) -> tuple[Tensor, Tensor]:
    """Divergences ``[N]``, and their gradients ``[N, d]`` in the student's rows; as ``local_relation_kl``."""
    dtype = torch.float64 if student.dtype == torch.float64 else torch.float32
    p, t, a = (x.contiguous() for x in (student, teacher, anchors))
    if not usable(p, t, a):
        p, t, a = (x.to(dtype) for x in (p, t, a))
    if not usable(p, t, a):
        with torch.autocast(student.device.type, enabled=False):
            rows, grad = _local_rows(p, t, a, index, mask, tau_s, tau_t)
        return rows, grad.to(student.dtype)
    from rgrl.kernels.local_rows import local_rows

    rows, grad = torch.empty(p.shape[0], dtype=torch.float32, device=p.device), torch.empty_like(p)
    own = None if mask is None else mask.contiguous()
    scales = {"student_scale": 1 / tau_s, "teacher_scale": 1 / tau_t}
    local_rows(p, t, a, index.contiguous(), own, **scales, rows=rows, grad=grad)
    return rows, grad.to(student.dtype)


def _local_rows(
    p: Tensor, t: Tensor, anchors: Tensor, index: Tensor, mask: Tensor | None, tau_s: float, tau_t: float
) -> tuple[Tensor, Tensor]:
    rows, grad = p.new_empty(p.shape[0]), torch.empty_like(p)
    block = max(1, _BLOCK_ENTRIES // (index.shape[1] * p.shape[1]))
    for start in range(0, p.shape[0], block):
        part = slice(start, start + block)
        own = anchors[index[part]]
        q, k = (torch.einsum("nd,nkd->nk", z[part], own) / tau for z, tau in ((p, tau_s), (t, tau_t)))
        if mask is not None:
            # The finite floor keeps rows without any anchor, and what is made of them, free of NaN.
            q, k = (z.masked_fill_(~mask[part], torch.finfo(p.dtype).min) for z in (q, k))
        log_q, log_k = q.log_softmax(1), k.log_softmax(1)
        if mask is not None:
            log_q, log_k = (z.masked_fill_(~mask[part], 0.0) for z in (log_q, log_k))
        weight = log_k.exp()
        rows[part] = torch.linalg.vecdot(weight, log_k.sub_(log_q))
        grad[part] = torch.einsum("nk,nkd->nd", log_q.exp_().sub_(weight).div_(tau_s), own)
    return rows, grad
