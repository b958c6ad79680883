"""Which nodes train, validate and test a probe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rgrl.errors import DataError


@dataclass(frozen=True, eq=False)
class Split:
    """Three disjoint sets of node indices, checked when built and read-only afterwards.

    Attributes:
        train: Node indices for fitting, int64 `[n_train]`.
        val: Node indices for choosing, int64 `[n_val]`.
        test: Node indices for reporting, int64 `[n_test]`.
        num_nodes: Number of nodes of the graph.

    Raises:
        DataError: A part is empty, not one-dimensional, not integer, out of range, repeats a node or shares
            one with another part.

    Example:
        >>> split = Split(train=[0], val=[2], test=[1, 3], num_nodes=4)
        >>> split.sizes
        (1, 1, 2)
    """

    train: npt.NDArray[np.int64]
    val: npt.NDArray[np.int64]
    test: npt.NDArray[np.int64]
    num_nodes: int

    def __post_init__(self) -> None:
        used = np.zeros(self.num_nodes, dtype=bool)
        for part in ("train", "val", "test"):
            given = np.asarray(getattr(self, part))
            if given.ndim != 1 or given.size == 0:
                raise DataError(
                    f"split part '{part}' has shape {list(given.shape)}; it needs at least one node"
                )
            if given.dtype.kind not in "iu":
                raise DataError(f"split part '{part}' is {given.dtype}; node indices must be integers")
            if given.min() < 0 or given.max() >= self.num_nodes:
                raise DataError(
                    f"split part '{part}' reaches from {given.min()} to {given.max()}; "
                    f"node indices must be 0 to {self.num_nodes - 1}"
                )
            index = given.astype(np.int64, copy=True)
            if np.unique(index).size != index.size or used[index].any():
                raise DataError(f"split part '{part}' repeats a node of its own or of another part")
            used[index] = True
            index.setflags(write=False)
            object.__setattr__(self, part, index)

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Number of training, validation and test nodes."""
        return self.train.size, self.val.size, self.test.size
