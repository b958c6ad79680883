"""The device a run is asked to use."""

from __future__ import annotations

from rgrl.training.device import checked_device as _checked


def checked_device(name: str) -> str:
    """Return the device's name if it can be used.

    Raises:
        ConfigError: If it is unknown or not there.
    """
    return _checked(name, setting="--device")
