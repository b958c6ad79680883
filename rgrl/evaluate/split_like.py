"""What an evaluator needs to know of a split."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt


class SplitLike(Protocol):
    """Anything with three arrays of node indices, int64, none of them empty."""

    @property
    def train(self) -> npt.NDArray[np.int64]:
        """Rows for fitting, ``[n_train]``."""
        ...

    @property
    def val(self) -> npt.NDArray[np.int64]:
        """Rows for choosing, ``[n_val]``."""
        ...

    @property
    def test(self) -> npt.NDArray[np.int64]:
        """Rows for reporting, ``[n_test]``."""
        ...
