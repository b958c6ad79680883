"""The model that an estimator's settings and weights give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from rgrl.estimator.settings import preset_of
from rgrl.methods import RGRL, rgrl_from_preset


def model_of(params: Mapping[str, Any], num_features: int, weights: Mapping[str, Tensor]) -> RGRL:
    """Build RGRL by its settings and give it its weights.

    Raises:
        ConfigError: If a setting is out of range.
        RuntimeError: If the weights are another model's.
    """
    model = rgrl_from_preset(preset_of(params), num_features, torch.Generator())
    model.load_state_dict(weights)
    return model
