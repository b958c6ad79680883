"""The settings of one run; an unknown or unacceptable one is an error."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from rgrl.errors import ConfigError
from rgrl.presets.accepted import require_accepted


@dataclass(frozen=True, kw_only=True)
class Preset:
    """What every method's settings can do; each method has a subclass with its settings.

    Attributes:
        method: Name of the method on the command line and in results.
    """

    method: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            require_accepted(field.name, getattr(self, field.name))

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain values; one that is ``None`` is not there, as in TOML."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits that change with the method and with any setting."""
        text = json.dumps({"method": self.method, **self.to_dict()}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def replace(self, changes: Mapping[str, Any]) -> Self:
        """The preset with some settings changed.

        Raises:
            ConfigError: If a key is unknown (one like it is suggested) or a value is not accepted.
        """
        return self.from_mapping({**self.to_dict(), **changes}, source=f"the preset of {self.method}")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], *, source: str) -> Self:
        """Build a preset from parsed TOML.

        Args:
            values: Settings by name; lists stand for tuples.
            source: Named in errors.

        Raises:
            ConfigError: If a key is unknown or missing, or a value is not accepted.
        """
        fields = {field.name: field for field in dataclasses.fields(cls)}
        for key in values:
            if key not in fields:
                near = difflib.get_close_matches(key, fields, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"accepted are {', '.join(fields)}"
                raise ConfigError(f"{source} has the unknown key {key!r}: {hint}")
        for name, field in fields.items():
            if field.default is dataclasses.MISSING and name not in values:
                raise ConfigError(f"{source} has no {name!r}: it is needed")
        return cls(**{key: _settled(value, str(fields[key].type)) for key, value in values.items()})


def _settled(value: Any, kind: str) -> Any:
    """A value of TOML in the type of its field; what fits none is left to the check that refuses it."""
    if isinstance(value, list):
        value = tuple(value)
    if kind == "float" and type(value) is int:
        return _as_float(value)
    if kind == "tuple[float, float]" and isinstance(value, tuple):
        return tuple(_as_float(v) if type(v) is int else v for v in value)
    return value


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return value
