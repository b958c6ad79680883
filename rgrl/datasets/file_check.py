"""Outcome of checking one raw file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileCheck:
    """One raw file held against its published digest.

    Attributes:
        name: Published file name.
        path: Path on disk, or None where it is missing.
        status: `ok`, `wrong`, `missing`, or `unknown` where no digest was published.
        expected: Published SHA-256, or None.
        found: SHA-256 of the file on disk, or None.
    """

    name: str
    path: Path | None
    status: str
    expected: str | None
    found: str | None
