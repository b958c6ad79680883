"""One published file of a dataset."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RawFile:
    """Name, official address and known facts of a published file.

    Attributes:
        name: File name as published.
        url: Official address, or None where there is none.
        sha256: SHA-256 of the published file in hexadecimal, or None where unknown.
        size: Size in bytes, or None where unknown.
        page: Page that links to the file, where it has no address of its own.
    """

    name: str
    url: str | None = None
    sha256: str | None = None
    size: int | None = None
    page: str | None = None
