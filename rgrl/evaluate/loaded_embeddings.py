"""Embeddings that came from a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor


@dataclass(frozen=True, eq=False)
class LoadedEmbeddings:
    """Embeddings read from a file, with what the file said of them.

    Attributes:
        values: One row a node, float32 ``[N, d]``, finite.
        fingerprint: Fingerprint of the graph they were made on; None if the file names none.
        metadata: What else was written with them.
        path: The file they were read from.
    """

    values: Tensor
    fingerprint: str | None
    metadata: dict[str, str]
    path: Path
