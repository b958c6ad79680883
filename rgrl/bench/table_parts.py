"""What the tables of results share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text


def counted(number: int, what: str) -> str:
    """A number of things.

    Example:
        >>> counted(1, "seed"), counted(3, "seed")
        ('1 seed', '3 seeds')
    """
    return f"{number} {what}{'' if number == 1 else 's'}"


def versions_line(result: Mapping[str, Any]) -> str:
    """The versions of the packages that a number depends on."""
    shown = ("rgrl", "torch", "torch-geometric")
    return ", ".join(f"{name} {result['versions'][name] or 'not installed'}" for name in shown)


def result_caption(result: Mapping[str, Any]) -> Text:
    """Where and of what a result was made, to stand under its table."""
    machine = result["hardware"]
    return Text(
        f"{result['seconds']:.0f} s on {machine['name']}, {machine['threads']} threads, "
        f"peak {result['peak_memory_bytes'] / 2**20:.0f} MiB, {result['parameters']:,} parameters, "
        f"config {result['config_hash']}, data {result['fingerprint']['digest'][:12]}; "
        f"{versions_line(result)}"
    )
