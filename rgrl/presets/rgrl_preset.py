"""RGRL's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rgrl.presets.require_relation import require_relation
from rgrl.presets.training_preset import TrainingPreset


@dataclass(frozen=True, kw_only=True)
class RGRLPreset(TrainingPreset):
    """Every setting of an RGRL run; the paper's symbols stand beside the names.

    Attributes:
        predictor_hidden: h, hidden width of the predictor.
        momentum: EMA decay of the teacher.
        num_anchors: m, global anchors of an update.
        alpha: α, skew of the anchor distribution; 1 is uniform, smaller draws high degrees less.
        beta: β, floor of the anchor distribution.
        student_temperature: τ_s of the global term.
        teacher_temperature: τ_t of the global term; below τ_s the teacher is the sharper one.
        global_weight: Weight of the global term; 0 leaves it out.
        num_local_anchors: k, local anchors of a node.
        include_self: Whether a node may be its own local anchor.
        local_student_temperature: τ_sd of the local term.
        local_teacher_temperature: τ_td of the local term.
        local_weight: λ, weight of the local term; 0 leaves the local term out.
    """

    method: ClassVar[str] = "rgrl"

    norm: str = "frozen"
    predictor_hidden: int = 512
    momentum: float = 0.99
    num_anchors: int = 512
    alpha: float = 0.9
    beta: float = 0.1
    student_temperature: float = 0.1
    teacher_temperature: float = 0.01
    global_weight: float = 1.0
    num_local_anchors: int = 4
    include_self: bool = True
    local_student_temperature: float = 0.1
    local_teacher_temperature: float = 1.0
    local_weight: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_relation(
            global_weight=self.global_weight,
            num_anchors=self.num_anchors,
            local_weight=self.local_weight,
            num_local_anchors=self.num_local_anchors,
        )
