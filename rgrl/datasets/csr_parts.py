"""The arrays of a pickled CSR matrix."""

from __future__ import annotations

import numpy as np
from scipy import sparse


class CsrParts:
    """Takes the place of `scipy.sparse.csr_matrix` while unpickling, and has no behaviour of its own.

    A pickle may set any attribute on it; `to_csr` uses only the four that make a matrix.
    """

    def to_csr(self) -> sparse.csr_matrix:
        """Build the float32 matrix, with sorted indices and without stored zeros.

        Raises:
            ValueError: The arrays do not make a matrix.
        """
        state = vars(self)
        missing = [key for key in ("data", "indices", "indptr", "_shape") if key not in state]
        if missing:
            raise ValueError(f"CSR matrix without {', '.join(missing)}")
        parts = [np.asarray(state[key]) for key in ("data", "indices", "indptr")]
        if any(part.dtype.kind not in "iufb" for part in parts):
            raise ValueError("CSR matrix with parts that are not numbers")
        rows, columns = state["_shape"]
        matrix = sparse.csr_matrix(tuple(parts), shape=(int(rows), int(columns)))
        matrix.check_format(full_check=True)
        matrix = matrix.astype(np.float32)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        return matrix
