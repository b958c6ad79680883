"""The model that an estimator's settings and weights give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from rgrl.errors import ConfigError, DataError
from rgrl.estimator.settings import preset_of
from rgrl.methods import RGRL, rgrl_from_preset
from rgrl.presets import RGRLPreset


def model_of(params: Mapping[str, Any], num_features: int, weights: Mapping[str, Tensor]) -> RGRL:
    """Build RGRL by its settings and give it its weights, once they are known to be its own.

    Args:
        params: The embedder's arguments.
        num_features: F.
        weights: State of the model.

    Raises:
        ConfigError: If a setting is out of range, or the weights are of a model with other settings.
        DataError: If a weight is not finite.
    """
    preset = preset_of(params)
    _require_as_many(preset, num_features, weights)
    model = rgrl_from_preset(preset, num_features, torch.Generator())
    expected = model.state_dict()
    if strange := sorted(expected.keys() ^ weights.keys()):
        kind = "missing" if strange[0] in expected else "none of this model's"
        raise ConfigError(f"the weight {strange[0]!r} is {kind}")
    for name, value in expected.items():
        if (found := _form(weights[name])) != _form(value):
            raise ConfigError(f"the weight {name!r} is {found}: {_form(value)} is needed")
        if not bool(torch.isfinite(weights[name]).all()):
            raise DataError(f"the weight {name!r} holds NaN or infinite values: finite ones are needed")
    model.load_state_dict(weights)
    return model


def _require_as_many(preset: RGRLPreset, num_features: int, weights: Mapping[str, Tensor]) -> None:
    """Refuse settings of a model with more weights than there are, before it is built.

    Counted is what every encoder has at least, twice for student and teacher, and the predictor.
    """
    layers = preset.layers[-1:] if preset.encoder == "sgc" else preset.layers
    products = sum(a * b for a, b in zip((num_features, *layers[:-1]), layers, strict=True))
    least = 2 * (products + layers[-1] * preset.predictor_hidden)
    found = sum(value.numel() for value in weights.values())
    if least > found or len(layers) > len(weights):
        raise ConfigError(
            f"{num_features} features, {len(layers)} layers and predictor_hidden {preset.predictor_hidden} "
            f"need {least} weights or more: there are {found} in {len(weights)} tensors"
        )


def _form(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {list(tensor.shape)}"
