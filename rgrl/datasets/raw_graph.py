"""What a reader makes of a dataset's raw files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rgrl.errors import DataError

IndexArrays = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class RawGraph:
    """Features, edges and labels as they were read, before anything is planned for training.

    Attributes:
        x: Features `[N, F]`, float32: a dense array, or a CSR matrix with sorted indices.
        edge_index: int64 `[2, E]`, both directions of each edge, sorted by (source, target), without
            duplicates and self-loops.
        y: Labels `[N]`, int64; None where nobody gave any.
        public_split: Node indices (train, validation, test) that were published with the files, or None.
        relations: The edges of each relation of a multiplex dataset, in the form of `edge_index`, which is
            then their union.

    Raises:
        DataError: The parts do not belong to one graph.
    """

    x: npt.NDArray[np.float32] | sparse.csr_matrix
    edge_index: npt.NDArray[np.int64]
    y: npt.NDArray[np.int64] | None
    public_split: IndexArrays | None = None
    relations: Mapping[str, npt.NDArray[np.int64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = self.x.shape[0]
        if self.y is not None and self.y.shape != (n,):
            raise DataError(f"labels have shape {list(self.y.shape)}; {n} rows of features need [{n}]")
        if self.y is not None and self.y.size and self.y.min() < 0:
            raise DataError(f"a label is {int(self.y.min())}; labels are 0 or larger")
        values = self.x.data if sparse.issparse(self.x) else self.x
        if not np.isfinite(values).all():
            raise DataError("features hold NaN or infinite values; only finite numbers are accepted")

    @property
    def num_nodes(self) -> int:
        """Number of nodes N."""
        return int(self.x.shape[0])
