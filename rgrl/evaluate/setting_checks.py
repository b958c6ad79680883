"""What an evaluator's settings must be."""

from __future__ import annotations

import math

from rgrl.errors import ConfigError


def require_count(name: str, value: int, *, least: int = 1) -> None:
    """Refuse a whole number that is too small.

    Raises:
        ConfigError: If the value is below ``least``.
    """
    if value < least:
        raise ConfigError(f"{name} is {value}: {least} or more is needed")


def require_positive(name: str, value: float) -> None:
    """Refuse what is not a finite number above zero.

    Raises:
        ConfigError: If the value is zero, negative, infinite or NaN.
    """
    if not (math.isfinite(value) and value > 0):
        raise ConfigError(f"{name} is {value}: a finite number above 0 is needed")
