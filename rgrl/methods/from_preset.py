"""The parts of a method, and RGRL itself, by their settings."""

from __future__ import annotations

from typing import Any, cast

import torch

from rgrl.graph.augment import Augmentation, Compose, EdgeDrop, FeatureMask
from rgrl.methods.rgrl import RGRL
from rgrl.nn import ActivationName, EncoderName, NormName, make_encoder
from rgrl.presets import RGRLPreset, TrainingPreset


def encoder_from_preset(
    preset: TrainingPreset, num_features: int, generator: torch.Generator | None = None
) -> torch.nn.Module:
    """Build the encoder that a preset describes."""
    return make_encoder(
        cast("EncoderName", preset.encoder),
        num_features,
        preset.layers,
        norm=cast("NormName", preset.norm),
        activation=cast("ActivationName", preset.activation),
        final_activation=preset.final_activation,
        generator=generator,
    )


def views_from_preset(preset: TrainingPreset) -> list[Augmentation]:
    """Build the two augmentations that a preset describes."""
    return [
        Compose([FeatureMask(mask), EdgeDrop(drop, symmetric=preset.symmetric_edge_drop)])
        for mask, drop in zip(preset.feature_mask, preset.edge_drop, strict=True)
    ]


def rgrl_from_preset(preset: RGRLPreset, num_features: int, generator: torch.Generator | None = None) -> RGRL:
    """Build RGRL as a preset describes it.

    Args:
        preset: The settings.
        num_features: F.
        generator: Random stream of all initial weights.

    Example:
        >>> from rgrl.presets import load_preset
        >>> rgrl_from_preset(load_preset("rgrl-karate"), 34).encoder.embedding_dim
        16
    """
    encoder = encoder_from_preset(preset, num_features, generator)
    views = views_from_preset(preset)
    return RGRL(encoder, views=views, **_rgrl_settings(preset), generator=generator)


def _rgrl_settings(preset: RGRLPreset) -> dict[str, Any]:
    """RGRL's own arguments, without encoder and views."""
    names = (
        "predictor_hidden",
        "num_anchors",
        "num_local_anchors",
        "student_temperature",
        "teacher_temperature",
        "local_student_temperature",
        "local_teacher_temperature",
        "alpha",
        "beta",
        "global_weight",
        "local_weight",
        "include_self",
        "momentum",
    )
    return {name: getattr(preset, name) for name in names}
