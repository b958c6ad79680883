"""CCA-SSG's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rgrl.presets.training_preset import TrainingPreset


@dataclass(frozen=True, kw_only=True)
class CCASSGPreset(TrainingPreset):
    """Every setting of a CCA-SSG run.

    Attributes:
        decorrelation: λ, weight of the term that keeps the columns apart.
    """

    method: ClassVar[str] = "cca-ssg"

    norm: str = "none"
    activation: str = "relu"
    final_activation: bool = False
    decorrelation: float = 1e-3
