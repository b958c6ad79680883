"""From a preset to a method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import torch

from rgrl.errors import ConfigError
from rgrl.graph import Graph
from rgrl.graph.augment import Augmentation, Compose, EdgeDrop, FeatureMask
from rgrl.methods import BGRL, CCASSG, DGI, GRACE, RGRL, Method, MultiplexRGRL
from rgrl.nn import ActivationName, EncoderName, NormName, make_encoder
from rgrl.presets import Preset, RGRLPreset, TrainingPreset
from rgrl.presets.bgrl_preset import BGRLPreset
from rgrl.presets.cca_ssg_preset import CCASSGPreset
from rgrl.presets.dgi_preset import DGIPreset
from rgrl.presets.grace_preset import GRACEPreset


def build_encoder(preset: TrainingPreset, num_features: int, generator: torch.Generator) -> torch.nn.Module:
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


def build_views(preset: TrainingPreset) -> list[Augmentation]:
    """Build the two augmentations that a preset describes."""
    return [
        Compose([FeatureMask(mask), EdgeDrop(drop, symmetric=preset.symmetric_edge_drop)])
        for mask, drop in zip(preset.feature_mask, preset.edge_drop, strict=True)
    ]


def build_method(preset: Preset, num_features: int, generator: torch.Generator) -> Method:
    """Build the method as a preset describes it; all initial weights come from ``generator``.

    Raises:
        ConfigError: If the method is not one that the training loop trains.
    """
    if not isinstance(preset, TrainingPreset):
        raise ConfigError(f"{preset.method} is not trained by the package's loop")
    encoder, views = build_encoder(preset, num_features, generator), build_views(preset)
    if isinstance(preset, RGRLPreset):
        return RGRL(encoder, views=views, **rgrl_settings(preset), generator=generator)
    if isinstance(preset, BGRLPreset):
        return BGRL(
            encoder,
            views=views,
            predictor_hidden=preset.predictor_hidden,
            momentum=preset.momentum,
            total_updates=max(1, preset.epochs),
            generator=generator,
        )
    if isinstance(preset, GRACEPreset):
        return GRACE(
            encoder,
            views=views,
            projector_hidden=preset.projector_hidden,
            temperature=preset.temperature,
            generator=generator,
        )
    if isinstance(preset, CCASSGPreset):
        return CCASSG(encoder, views=views, decorrelation_weight=preset.decorrelation)
    if isinstance(preset, DGIPreset):
        return DGI(encoder, generator=generator)
    raise ConfigError(f"the method {preset.method!r} cannot be built")


def build_multiplex(
    preset: TrainingPreset, relations: Mapping[str, Graph], generator: torch.Generator
) -> MultiplexRGRL:
    """Build RGRL with each relation of a multiplex graph as a view."""
    model = build_method(preset, next(iter(relations.values())).num_features, generator)
    assert isinstance(model, RGRL)
    return MultiplexRGRL(model, relations)


def rgrl_settings(preset: RGRLPreset) -> dict[str, Any]:
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
