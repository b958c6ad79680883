"""The local relation loss as a module."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rgrl.relation.functional import Reduction, _check_reduction, _check_temperatures, local_relation_kl


class LocalRelationLoss(nn.Module):
    """Mean divergence of the samples' relations to anchors of their own: RGRL's Λ_ab.

    ``(1/|V⁺|) Σ_{i in V⁺} KL( softmax_j(t_i · a_j / τ_td) || softmax_j(p_i · a_j / τ_sd) )``, j in
    row i's own anchors D(i) (Lee et al., CIKM 2022), see :func:`rgrl.relation.local_relation_kl`.

    Args:
        student_temperature: τ_sd.
        teacher_temperature: τ_td.
        reduction: ``"mean"`` over the rows that have an anchor (V⁺), or the ``"sum"`` of all.

    Raises:
        ConfigError: If a temperature is not above 0, or the reduction unknown.

    Example:
        >>> rows, own = torch.eye(2), torch.tensor([[0, 1], [1, 0]])
        >>> LocalRelationLoss(teacher_temperature=0.1)(rows, rows, rows, own).item()
        0.0
    """

    def __init__(
        self,
        *,
        student_temperature: float = 0.1,
        teacher_temperature: float = 1.0,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__()
        _check_temperatures(student_temperature, teacher_temperature)
        _check_reduction(reduction)
        self.reduction = reduction
        self.student_temperature = student_temperature
        self.teacher_temperature = teacher_temperature

    def forward(
        self, student: Tensor, teacher: Tensor, anchors: Tensor, index: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """Return the scalar loss; 0 if no row has an anchor.

        Args:
            student: L2-normalised, ``[N, d]``.
            teacher: L2-normalised, ``[N, d]``.
            anchors: L2-normalised rows to choose from, ``[M, d]``.
            index: int64 ``[N, k]``.
            mask: bool ``[N, k]``.
        """
        rows = local_relation_kl(
            student,
            teacher,
            anchors,
            index,
            mask,
            student_temperature=self.student_temperature,
            teacher_temperature=self.teacher_temperature,
        )
        if self.reduction == "sum":
            return rows.sum()
        if mask is None:
            return rows.mean()
        return rows.sum() / torch.clamp(mask.any(dim=1).sum(), min=1)

    def extra_repr(self) -> str:
        """Return the temperatures for ``repr``."""
        return (
            f"student_temperature={self.student_temperature}, teacher_temperature={self.teacher_temperature}"
        )
