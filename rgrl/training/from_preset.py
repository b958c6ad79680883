"""The learning rate by its settings."""

from __future__ import annotations

from collections.abc import Callable

from rgrl.presets import TrainingPreset
from rgrl.training.cosine_schedule import cosine_schedule


def learning_rate_from_preset(preset: TrainingPreset) -> float | Callable[[int], float]:
    """Give the rate that a preset describes: a number, or a function of the update's number."""
    if preset.schedule == "constant" or preset.epochs == 0:
        return preset.learning_rate
    warmup = min(preset.warmup, max(0, preset.epochs - 1))  # of a run that was made short
    return cosine_schedule(preset.learning_rate, epochs=preset.epochs, warmup=warmup)
