"""The device a run is asked to use."""

from __future__ import annotations

import re

import torch

from rgrl.errors import ConfigError


def checked_device(name: str) -> str:
    """Return the device's name if it can be used.

    Raises:
        ConfigError: If it is unknown or not there.
    """
    if name == "cpu":
        return name
    if not re.fullmatch(r"cuda(:\d+)?", name):
        raise ConfigError(f"--device is {name!r}: accepted are cpu, cuda and cuda:N")
    found = torch.cuda.device_count() if torch.cuda.is_available() else 0
    number = int(name.partition(":")[2] or 0)
    if number >= found:
        raise ConfigError(f"--device is {name!r}: this machine has {found} CUDA devices; accepted is cpu")
    return name
