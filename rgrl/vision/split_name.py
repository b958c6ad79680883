"""The two parts that published image sets have."""

from __future__ import annotations

from typing import Literal, get_args

from rgrl.errors import ConfigError

SplitName = Literal["train", "test"]


def require_split(split: str) -> None:
    """Refuse a part that no set has.

    Raises:
        ConfigError: If it is neither ``"train"`` nor ``"test"``.
    """
    if split not in get_args(SplitName):
        raise ConfigError(f"split is {split!r}: 'train' or 'test' is needed")
