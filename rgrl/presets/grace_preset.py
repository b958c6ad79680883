"""GRACE's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rgrl.presets.training_preset import TrainingPreset


@dataclass(frozen=True, kw_only=True)
class GRACEPreset(TrainingPreset):
    """Every setting of a GRACE run.

    Attributes:
        projector_hidden: Hidden width of the projector.
        temperature: τ of the contrast.
    """

    method: ClassVar[str] = "grace"

    norm: str = "none"
    projector_hidden: int = 128
    temperature: float = 0.5
