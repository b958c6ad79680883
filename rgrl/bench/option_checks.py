"""What the commands refuse of their options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rgrl.errors import ConfigError


def require_at_least_one(option: str, value: int) -> None:
    """Refuse a number below 1.

    Raises:
        ConfigError: Names the option.
    """
    if value < 1:
        raise ConfigError(f"{option} is {value}: a whole number of at least 1 is needed")


def require_seed(option: str, value: int) -> None:
    """Refuse a seed that not every source of randomness takes.

    Raises:
        ConfigError: Names the option.
    """
    if not 0 <= value < 2**32:
        raise ConfigError(f"{option} is {value}: a whole number from 0 to {2**32 - 1} is needed")


def require_settings(
    presets: Mapping[Any, Any], methods: Sequence[str], *, changed: Mapping[str, Any]
) -> None:
    """Refuse to change settings of methods of which none has any."""
    given = [option for option, value in changed.items() if value not in (None, [])]
    if given and all(preset is None for preset in presets.values()):
        raise ConfigError(f"{' and '.join(given)} changes nothing: {', '.join(methods)} has no settings")
