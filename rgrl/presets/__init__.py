"""Published settings, one TOML a method and dataset."""

from rgrl.presets.preset import Preset, load_preset, parse_setting, preset_names

__all__ = ["Preset", "load_preset", "parse_setting", "preset_names"]
