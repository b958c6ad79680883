"""The global relation loss as a module."""

from __future__ import annotations

from torch import Tensor, nn

from rgrl.relation.functional import Reduction, _check_reduction, _check_temperatures, relation_kl


class RelationLoss(nn.Module):
    """Mean divergence of the samples' relations to shared anchors: RGRL's G_ab, ReSSL's loss.

    ``(1/N) Σ_i KL( softmax_s(t_i · a_s / τ_t) || softmax_s(p_i · a_s / τ_s) )`` (Lee et al., CIKM 2022; Zheng
    et al., NeurIPS 2021), see :func:`rgrl.relation.relation_kl`.

    Args:
        student_temperature: τ_s.
        teacher_temperature: τ_t; smaller than τ_s makes the teacher's relation the sharper one.
        reduction: ``"mean"`` over the rows, or their ``"sum"``.

    Raises:
        ConfigError: If a temperature is not above 0, or the reduction unknown.

    Example:
        >>> import torch
        >>> rows = torch.eye(4)
        >>> RelationLoss(student_temperature=0.1, teacher_temperature=0.1)(rows, rows, rows).item()
        0.0
    """

    def __init__(
        self,
        *,
        student_temperature: float = 0.1,
        teacher_temperature: float = 0.05,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__()
        _check_temperatures(student_temperature, teacher_temperature)
        _check_reduction(reduction)
        self.reduction = reduction
        self.student_temperature = student_temperature
        self.teacher_temperature = teacher_temperature

    def forward(self, student: Tensor, teacher: Tensor, anchors: Tensor) -> Tensor:
        """Return the scalar loss of L2-normalised rows ``[N, d]``, ``[N, d]`` and anchors ``[m, d]``."""
        rows = relation_kl(
            student,
            teacher,
            anchors,
            student_temperature=self.student_temperature,
            teacher_temperature=self.teacher_temperature,
        )
        return rows.sum() if self.reduction == "sum" else rows.mean()

    def extra_repr(self) -> str:
        """Return the temperatures for ``repr``."""
        return (
            f"student_temperature={self.student_temperature}, teacher_temperature={self.teacher_temperature}"
        )
