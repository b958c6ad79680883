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
        edge_index: int64 `[2, E]`, or int32 where there are many; both directions of each edge, sorted by
            (source, target), without duplicates and self-loops.
        y: Labels, int64 `[N]`; bool `[N, L]` where a node has any number of L labels; None where nobody gave
            any.
        public_split: Node indices (train, validation, test) that were published with the files, or None
            where there are none or several.
        relations: The edges of each relation of a multiplex dataset, in the form of `edge_index`, which is
            then their union.
        splits: The protocol's splits where they are published ones; empty where the protocol draws its own.
        graph_of_node: Number of the graph that each node belongs to, int64 `[N]`, where there are several.
        inductive: Whether an encoder may see the training nodes of the one split only.
        partly_labelled: Whether a node may have the label -1, which is unknown.

    Raises:
        DataError: The parts do not belong to one graph.
    """

    x: npt.NDArray[np.float32] | sparse.csr_matrix
    edge_index: npt.NDArray[np.int64] | npt.NDArray[np.int32]
    y: npt.NDArray[np.int64] | npt.NDArray[np.bool_] | None
    public_split: IndexArrays | None = None
    relations: Mapping[str, npt.NDArray[np.int64]] = field(default_factory=dict)
    splits: tuple[IndexArrays, ...] = ()
    graph_of_node: npt.NDArray[np.int64] | None = None
    inductive: bool = False
    partly_labelled: bool = False

    def __post_init__(self) -> None:
        n = self.x.shape[0]
        if self.y is not None:
            _require_labels(self.y, n, least=-1 if self.partly_labelled else 0)
        if self.graph_of_node is not None and self.graph_of_node.shape != (n,):
            shape = list(self.graph_of_node.shape)
            raise DataError(f"numbers of graphs have shape {shape}; {n} rows of features need [{n}]")
        values = self.x.data if sparse.issparse(self.x) else self.x
        if not np.isfinite(values).all():
            raise DataError("features hold NaN or infinite values; only finite numbers are accepted")

    @property
    def num_nodes(self) -> int:
        """Number of nodes N."""
        return int(self.x.shape[0])

    @property
    def multi_label(self) -> bool:
        """Whether a node has any number of labels."""
        return self.y is not None and self.y.dtype == np.bool_


def _require_labels(y: npt.NDArray[np.int64] | npt.NDArray[np.bool_], n: int, *, least: int) -> None:
    if y.dtype == np.bool_:
        if y.ndim != 2 or y.shape[0] != n or y.shape[1] == 0:
            raise DataError(f"labels have shape {list(y.shape)}; {n} rows of features need [{n}, labels]")
    elif y.shape != (n,):
        raise DataError(f"labels have shape {list(y.shape)}; {n} rows of features need [{n}]")
    elif y.size and y.min() < least:
        unknown = ", or -1 where unknown" if least < 0 else ""
        raise DataError(f"a label is {int(y.min())}; labels are 0 or larger{unknown}")
