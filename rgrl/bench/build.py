"""From a preset to a method."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from rgrl.errors import ConfigError
from rgrl.graph import Graph
from rgrl.methods import BGRL, CCASSG, DGI, GRACE, RGRL, Method, MultiplexRGRL
from rgrl.methods.from_preset import encoder_from_preset, rgrl_from_preset, views_from_preset
from rgrl.presets import Preset, RGRLPreset, TrainingPreset
from rgrl.presets.bgrl_preset import BGRLPreset
from rgrl.presets.cca_ssg_preset import CCASSGPreset
from rgrl.presets.dgi_preset import DGIPreset
from rgrl.presets.grace_preset import GRACEPreset


def build_method(preset: Preset, num_features: int, generator: torch.Generator) -> Method:
    """Build the method as a preset describes it; all initial weights come from ``generator``.

    Raises:
        ConfigError: If the method is not one that the training loop trains.
    """
    if not isinstance(preset, TrainingPreset):
        raise ConfigError(f"{preset.method} is not trained by the package's loop")
    if isinstance(preset, RGRLPreset):
        return rgrl_from_preset(preset, num_features, generator)
    encoder, views = encoder_from_preset(preset, num_features, generator), views_from_preset(preset)
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
