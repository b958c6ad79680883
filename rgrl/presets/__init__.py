"""Published settings, one TOML a method and dataset."""

from rgrl.presets.preset import Preset
from rgrl.presets.read import (
    METHOD_PRESETS,
    has_preset,
    load_preset,
    method_preset,
    parse_setting,
    preset_names,
)
from rgrl.presets.ressl_preset import ReSSLPreset
from rgrl.presets.rgrl_preset import RGRLPreset
from rgrl.presets.training_preset import TrainingPreset

__all__ = [
    "METHOD_PRESETS",
    "Preset",
    "RGRLPreset",
    "ReSSLPreset",
    "TrainingPreset",
    "has_preset",
    "load_preset",
    "method_preset",
    "parse_setting",
    "preset_names",
]
