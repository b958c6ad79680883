"""Telling one's own teacher row from a queue of others."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from rgrl.errors import ConfigError, DataError


def info_nce(student: Tensor, teacher: Tensor, anchors: Tensor, *, temperature: float) -> Tensor:
    """InfoNCE against a queue (He et al., MoCo, CVPR 2020), with which the journal's ReSSL warms up.

    ``−log( exp(p_i · t_i / τ) / (exp(p_i · t_i / τ) + Σ_s exp(p_i · a_s / τ)) )`` for every row i. Only the
    student receives a gradient.

    Args:
        student: p, rows of length 1, ``[B, d]``.
        teacher: t, the positives, ``[B, d]``.
        anchors: a, the negatives, ``[m, d]``.
        temperature: τ, above 0.

    Returns:
        ``[B]``, float32 at least.

    Raises:
        ConfigError: If the temperature is not above 0.
        DataError: If the shapes do not fit together.

    Example:
        >>> rows = torch.eye(2)
        >>> info_nce(rows, rows, -rows, temperature=0.1).sum().item() < 1e-3
        True
    """
    if not temperature > 0:
        raise ConfigError(f"temperature is {temperature}: a number above 0 is needed")
    if student.shape != teacher.shape or student.ndim != 2:
        raise DataError(
            f"student {list(student.shape)} and teacher {list(teacher.shape)} must share one shape [B, d]"
        )
    if anchors.ndim != 2 or anchors.shape[1] != student.shape[1]:
        raise DataError(f"anchors {list(anchors.shape)} must be [m, {student.shape[1]}]")
    positive = (student * teacher.detach()).sum(1, keepdim=True)
    logits = torch.cat((positive, student @ anchors.detach().to(student.dtype).T), dim=1)
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32)) / temperature
    first = torch.zeros(logits.shape[0], dtype=torch.int64, device=logits.device)
    return F.cross_entropy(logits, first, reduction="none")
