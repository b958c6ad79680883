"""A complete set of raw files that was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SourceFiles:
    """Where the files of one dataset lie, and who can read them.

    Attributes:
        reader: Name of the reader.
        paths: Path of each file by its published name.
    """

    reader: str
    paths: Mapping[str, Path]
