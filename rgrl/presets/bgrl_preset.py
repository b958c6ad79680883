"""BGRL's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rgrl.presets.training_preset import TrainingPreset


@dataclass(frozen=True, kw_only=True)
class BGRLPreset(TrainingPreset):
    """Every setting of a BGRL run.

    Attributes:
        predictor_hidden: Hidden width of the predictor.
        momentum: EMA decay of the target encoder at the first update; it rises to 1 along half a cosine.
    """

    method: ClassVar[str] = "bgrl"

    schedule: str = "cosine"
    predictor_hidden: int = 512
    momentum: float = 0.99
