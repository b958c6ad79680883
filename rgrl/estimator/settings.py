"""The arguments of the estimator that are settings of RGRL, between scikit-learn's world and presets."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rgrl.errors import ConfigError
from rgrl.presets import RGRLPreset, load_preset, preset_names

#: Of the benchmark, or of datasets with several graphs.
_NOT_HERE = ("batch_size", "eval_every", "patience")
_PREFIX = "rgrl-"
SETTINGS = tuple(field.name for field in dataclasses.fields(RGRLPreset) if field.name not in _NOT_HERE)


def preset_of(params: Mapping[str, Any]) -> RGRLPreset:
    """Check the settings among some arguments.

    Raises:
        ConfigError: Names the setting, its value and what is accepted.
    """
    return RGRLPreset.from_mapping(
        {name: plain_value(params[name]) for name in SETTINGS}, source="RGRLEmbedder"
    )


def settings_of(name: str | Path) -> dict[str, Any]:
    """The settings of a preset of RGRL.

    Args:
        name: ``"cora"`` or ``"rgrl-cora"``, or a TOML file of one's own (``*.toml``).

    Raises:
        ConfigError: If there is none, it is another method's, or made for several graphs.
    """
    name = str(name)
    known = preset_names()
    own = name.endswith(".toml")
    full = name if own or name in known or name.startswith(_PREFIX) else f"{_PREFIX}{name}"
    if not own and full not in known:
        raise ConfigError(f"the preset {full!r} is unknown: accepted are {_accepted()}")
    preset = load_preset(full)
    if not isinstance(preset, RGRLPreset):
        raise ConfigError(
            f"the preset {name!r} is of the method {preset.method!r}: one of 'rgrl' is needed; "
            f"accepted are {_accepted()}"
        )
    if preset.batch_size is not None:
        raise ConfigError(
            f"the preset {name!r} trains on batches of graphs: RGRLEmbedder takes one graph; "
            f"accepted are {_accepted()}"
        )
    return {setting: getattr(preset, setting) for setting in SETTINGS}


def _accepted() -> str:
    """The presets for one graph, by their short names."""
    names = [name for name in preset_names() if name.startswith(_PREFIX)]
    short = [name.removeprefix(_PREFIX) for name in names if load_preset(name).batch_size is None]
    return f"{', '.join(map(repr, short))}, or a .toml file"


def plain_value(value: Any) -> Any:
    """A number or a sequence of numpy, as a grid search gives it, in Python's own types."""
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain_value(part) for part in value]
    return value.item() if isinstance(value, np.generic) else value


def checked_seed(random_state: Any) -> int:
    """Return a seed: the number given, a fresh one for ``None``, or one drawn from a ``RandomState``.

    Raises:
        ConfigError: If it is something else, or below 0.
    """
    value = plain_value(random_state)
    if value is None:
        return int(np.random.default_rng().integers(2**31))
    if isinstance(value, np.random.RandomState):
        return int(value.randint(2**31 - 1))
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
        return value
    raise ConfigError(
        f"random_state is {random_state!r}: a whole number of at least 0, a RandomState or None is needed"
    )


def require_whole(name: str, value: Any, low: int) -> int:
    """Return a whole number.

    Raises:
        ConfigError: If it is none, or below ``low``.
    """
    value = plain_value(value)
    if not isinstance(value, int) or value < low:
        raise ConfigError(f"{name} is {value!r}: a whole number of at least {low} is needed")
    return int(value)
