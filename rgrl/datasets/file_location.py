"""Where one raw file lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileLocation:
    """Place of one raw file on disk, or None, and where it is published.

    Attributes:
        name: Published file name.
        path: Path on disk, or None where it is missing.
        place: `root` (the user's folder), `cache`, or None.
        url: Official address, or None.
    """

    name: str
    path: Path | None
    place: str | None
    url: str | None
