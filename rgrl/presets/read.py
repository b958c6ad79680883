"""Reading presets: those of the package by name, one's own by path, single settings from the command line."""

from __future__ import annotations

import difflib
import json
import tomllib
from contextlib import suppress
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from rgrl.errors import ConfigError
from rgrl.presets.bgrl_preset import BGRLPreset
from rgrl.presets.cca_ssg_preset import CCASSGPreset
from rgrl.presets.dgi_preset import DGIPreset
from rgrl.presets.grace_preset import GRACEPreset
from rgrl.presets.node2vec_preset import Node2VecPreset
from rgrl.presets.preset import Preset
from rgrl.presets.ressl_preset import ReSSLPreset
from rgrl.presets.rgrl_preset import RGRLPreset
from rgrl.presets.supervised_preset import SupervisedPreset

_FOLDER = Path(__file__).parent

#: The class of settings of each method that has some.
METHOD_PRESETS: dict[str, type[Preset]] = {
    kind.method: kind
    for kind in (
        RGRLPreset,
        BGRLPreset,
        CCASSGPreset,
        DGIPreset,
        GRACEPreset,
        Node2VecPreset,
        SupervisedPreset,
        ReSSLPreset,
    )
}


def preset_names() -> list[str]:
    """Names of the presets in the package, such as ``rgrl-cora``."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def load_preset(name: str) -> Any:
    """Read a preset of the package by name (``rgrl-cora``), or a file of one's own by path (``*.toml``).

    The method is what stands before the name's hyphen; a file of one's own may say ``method = "bgrl"``, and
    is RGRL's if it does not.

    Returns:
        A subclass of :class:`Preset` with the method's settings.

    Raises:
        ConfigError: If there is none, the file is no TOML, or a setting is not accepted.

    Example:
        >>> load_preset("rgrl-cora").num_anchors
        128
    """
    own = name.endswith(".toml")
    path = Path(name) if own else _FOLDER / f"{name}.toml"
    try:
        with path.open("rb") as file:
            values = tomllib.load(file)
    except OSError as error:
        if own:
            raise ConfigError(f"the preset file {name} cannot be read: {error.strerror}") from None
        raise ConfigError(
            f"the preset {name!r} is unknown: accepted are {', '.join(preset_names())}, or a .toml file"
        ) from None
    except ValueError as error:  # no TOML, no UTF-8, or a number of more digits than Python reads
        raise ConfigError(f"the preset file {path} is no TOML: {error}") from None
    method = values.pop("method", "rgrl" if own else _method_of(name))
    if not isinstance(method, str) or method not in METHOD_PRESETS:
        raise ConfigError(f"the preset {name} has the method {method!r}: accepted are {_methods()}")
    return METHOD_PRESETS[method].from_mapping(values, source=f"the preset {name}")


def method_preset(method: str, dataset: str) -> Any:
    """The preset of a method for a dataset; the method's default where the package has none for it.

    Raises:
        ConfigError: If the method has no settings.
    """
    if method not in METHOD_PRESETS:
        near = difflib.get_close_matches(method, METHOD_PRESETS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ";"
        raise ConfigError(f"the method {method!r} has no preset{hint} accepted are {_methods()}")
    own = f"{method}-{dataset}"
    return load_preset(own if own in preset_names() else f"{method}-default")


def has_preset(method: str, dataset: str) -> bool:
    """Whether the package has settings of a method made for this dataset."""
    return f"{method}-{dataset}" in preset_names()


def parse_setting(text: str) -> tuple[str, Any]:
    """Read ``key=value`` as one line of TOML; a bare word is text.

    Raises:
        ConfigError: If there is no ``=`` or the value cannot be read.

    Example:
        >>> parse_setting("layers=[64, 32]"), parse_setting("norm=layer")
        (('layers', [64, 32]), ('norm', 'layer'))
    """
    key, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not key or not value:
        raise ConfigError(f"the setting {text!r} is not understood: key=value is needed")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except ValueError:
        if value[0].isalpha() and value.replace("_", "").replace("-", "").isalnum():
            return key, value
        short = text if len(text) <= 60 else f"{text[:57]}..."
        raise ConfigError(
            f"the setting {short!r} is not understood: its value is no TOML value, "
            f"such as {_example(key, value)}"
        ) from None


def _example(key: str, value: str) -> str:
    """A setting that is understood: of a list that lacks its brackets this one, else the key's default."""
    found = (field for kind in METHOD_PRESETS.values() for field in fields(kind) if field.name == key)
    field = next(found, None)
    if field is None:
        return "layers=[64, 32]"
    if str(field.type).startswith("tuple"):
        with suppress(ValueError):
            numbers = tomllib.loads(f"value = [{value}]")["value"]
            if len(numbers) > 1:
                return f"{key}={json.dumps(numbers)}"
    default = 100 if field.default in (MISSING, None) else field.default  # those without are whole numbers
    return f"{key}={json.dumps(default)}"


def _method_of(name: str) -> str:
    """The method in a preset's name; methods may have hyphens of their own, as ``cca-ssg`` does."""
    fits = [method for method in METHOD_PRESETS if name.startswith(f"{method}-")]
    return max(fits, key=len, default=name.partition("-")[0])


def _methods() -> str:
    return ", ".join(METHOD_PRESETS)
