"""The settings of one training run, read from TOML; an unknown key is an error."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rgrl.errors import ConfigError
from rgrl.presets.accepted import ACCEPTED, require_accepted

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Preset:
    """Every setting of an RGRL run; the paper's symbols stand beside the names.

    Attributes:
        epochs: Updates; one full batch each.
        learning_rate: AdamW's, constant.
        weight_decay: AdamW's, on all parameters.
        layers: Widths of the encoder's layers, the last is the embedding's d.
        norm: ``"batch"``, ``"frozen"``, ``"layer"`` or ``"none"``, see :func:`rgrl.nn.make_norm`.
        predictor_hidden: h.
        momentum: EMA decay of the teacher.
        feature_mask: p_f of the two views.
        edge_drop: p_e of the two views.
        symmetric_edge_drop: Drop both directions of an edge together.
        num_anchors: m.
        alpha: α of the anchor distribution.
        beta: β of the anchor distribution.
        student_temperature: τ_s.
        teacher_temperature: τ_t.
        global_weight: Weight of the global term; 0 leaves it out.
        num_local_anchors: k.
        include_self: Whether a node may be its own local anchor.
        local_student_temperature: τ_sd.
        local_teacher_temperature: τ_td.
        local_weight: λ; 0 leaves the local term out.
        precision: ``"fp32"``, ``"bf16"`` for products and activations of the training in bfloat16, or
            ``"auto"``: bfloat16 where the processor multiplies it in hardware.
        eval_every: Updates between two evaluations.
        patience: Evaluations without a better mean validation accuracy after which training stops.
    """

    epochs: int
    learning_rate: float = 1e-3
    weight_decay: float = 1e-5
    layers: tuple[int, ...] = (512, 256)
    norm: str = "frozen"
    predictor_hidden: int = 512
    momentum: float = 0.99
    feature_mask: tuple[float, float] = (0.2, 0.2)
    edge_drop: tuple[float, float] = (0.2, 0.2)
    symmetric_edge_drop: bool = False
    num_anchors: int = 512
    alpha: float = 0.9
    beta: float = 0.1
    student_temperature: float = 0.1
    teacher_temperature: float = 0.01
    global_weight: float = 1.0
    num_local_anchors: int = 4
    include_self: bool = True
    local_student_temperature: float = 0.1
    local_teacher_temperature: float = 1.0
    local_weight: float = 1.0
    precision: str = "fp32"
    eval_every: int = 5
    patience: int = 600

    def __post_init__(self) -> None:
        for name in ACCEPTED:
            require_accepted(name, getattr(self, name))
        if self.global_weight == 0 and self.local_weight == 0:
            raise ConfigError("global_weight and local_weight are both 0: nothing is left to learn from")

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain values."""
        return dataclasses.asdict(self)

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits that change with any setting."""
        text = json.dumps(self.to_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def replace(self, changes: Mapping[str, Any]) -> Preset:
        """The preset with some settings changed.

        Raises:
            ConfigError: If a key is unknown (the nearest is suggested) or a value is not accepted.
        """
        return preset_from_mapping({**self.to_dict(), **changes}, source="the settings")


def preset_from_mapping(values: Mapping[str, Any], *, source: str) -> Preset:
    """Build a preset from parsed TOML.

    Args:
        values: Settings by name; lists stand for tuples.
        source: Named in errors.

    Raises:
        ConfigError: If a key is unknown or missing, or a value is not accepted.
    """
    for key in values:
        if key not in ACCEPTED:
            near = difflib.get_close_matches(key, ACCEPTED, n=1, cutoff=0.0)
            raise ConfigError(f"{source} has the unknown key {key!r}: did you mean {near[0]!r}?")
    if "epochs" not in values:
        raise ConfigError(f"{source} has no 'epochs': it is needed")
    settled: dict[str, Any] = {}
    for key, value in values.items():
        kind = Preset.__dataclass_fields__[key].type
        if isinstance(value, list):
            value = tuple(value)
        if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
            value = _as_float(value)
        if kind == "tuple[float, float]" and isinstance(value, tuple):
            value = tuple(_as_float(v) if type(v) is int else v for v in value)
        settled[key] = value
    return Preset(**settled)


def preset_names() -> list[str]:
    """Names of the presets in the package, such as ``rgrl-cora``."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def load_preset(name: str) -> Preset:
    """Read a preset of the package by name (``rgrl-cora``), or a file of one's own by path (``*.toml``).

    Raises:
        ConfigError: If there is none, the file is no TOML, or a setting is not accepted.

    Example:
        >>> load_preset("rgrl-cora").num_anchors
        128
    """
    path = Path(name) if name.endswith(".toml") else _FOLDER / f"{name}.toml"
    try:
        with path.open("rb") as file:
            values = tomllib.load(file)
    except OSError as error:
        if name.endswith(".toml"):
            raise ConfigError(f"the preset file {name} cannot be read: {error.strerror}") from None
        raise ConfigError(
            f"the preset {name!r} is unknown: accepted are {', '.join(preset_names())}, or a .toml file"
        ) from None
    except ValueError as error:  # no TOML, no UTF-8, or a number of more digits than Python reads
        raise ConfigError(f"the preset file {path} is no TOML: {error}") from None
    return preset_from_mapping(values, source=f"the preset {name}")


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
        raise ConfigError(f"the setting {short!r} is not understood: its value is no TOML value") from None


def _as_float(value: int) -> float:
    """The number as a float; as it is when it fits none, for the check that refuses it."""
    try:
        return float(value)
    except OverflowError:
        return value
