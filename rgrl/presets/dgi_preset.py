"""DGI's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rgrl.presets.training_preset import TrainingPreset


@dataclass(frozen=True, kw_only=True)
class DGIPreset(TrainingPreset):
    """Every setting of a DGI run; it looks at the graph as it is, so the views' settings have no effect."""

    method: ClassVar[str] = "dgi"

    norm: str = "none"
    layers: tuple[int, ...] = (512,)
    feature_mask: tuple[float, float] = (0.0, 0.0)
    edge_drop: tuple[float, float] = (0.0, 0.0)
