"""What the commands refuse of their options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


def require_clusters(clusters: int | None, tasks: Sequence[str]) -> None:
    """Refuse a number of clusters that is none, or that no task looks for.

    Raises:
        ConfigError: Names the option.
    """
    if clusters is not None and clusters < 2:
        raise ConfigError(f"--clusters is {clusters}: a whole number of at least 2 is needed")
    if clusters is not None and "clustering" not in tasks:
        raise ConfigError(
            f"--clusters is {clusters}: --tasks {','.join(tasks)} has no clustering, which looks for them"
        )


def require_settings(
    presets: Mapping[Any, Any], methods: Sequence[str], *, changed: Mapping[str, Any]
) -> None:
    """Refuse to change settings of methods of which none has any."""
    given = [option for option, value in changed.items() if value not in (None, [])]
    if given and all(preset is None for preset in presets.values()):
        raise ConfigError(f"{' and '.join(given)} changes nothing: {', '.join(methods)} has no settings")


def require_shared(changes: Iterable[str], presets: Mapping[str, Any]) -> None:
    """Refuse a setting that some of the methods have and others have not; some have no settings at all.

    Args:
        changes: Settings to change.
        presets: Settings by method, ``None`` for a method without any.

    Raises:
        ConfigError: Names the setting and the methods.
    """
    known = {method: preset.__dataclass_fields__ for method, preset in presets.items() if preset is not None}
    for key in changes:
        having = [method for method, fields in known.items() if key in fields]
        lacking = [method for method, fields in known.items() if key not in fields]
        if having and lacking:
            raise ConfigError(
                f"the preset of {lacking[0]} has the unknown key {key!r}, "
                f"which is one of {', '.join(having)}: --set changes every method named, "
                f"so run {', '.join(lacking)} without it"
            )
