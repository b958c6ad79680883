"""The device that is asked for."""

from __future__ import annotations

import re

import torch

from rgrl.errors import ConfigError


def checked_device(name: str, *, setting: str = "device") -> str:
    """Return the device's name if it can be used.

    Args:
        name: ``"cpu"``, ``"cuda"`` or ``"cuda:N"``.
        setting: What the setting is called, in errors.

    Raises:
        ConfigError: If it is unknown or not there.

    Example:
        >>> checked_device("cpu")
        'cpu'
    """
    if name == "cpu":
        return name
    if not isinstance(name, str) or not re.fullmatch(r"cuda(:\d+)?", name):
        raise ConfigError(f"{setting} is {name!r}: accepted are cpu, cuda and cuda:N")
    found = torch.cuda.device_count() if torch.cuda.is_available() else 0
    number = int(name.partition(":")[2] or 0)
    if number >= found:
        raise ConfigError(f"{setting} is {name!r}: this machine has {found} CUDA devices; accepted is cpu")
    return name
