"""The arrays of a pickled sparse matrix."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy import sparse


class SparseParts:
    """Takes the place of a scipy matrix while unpickling, and has no behaviour of its own.

    A pickle may set any state on it; `to_csr` uses only what makes a matrix. The unpickler knows one subclass
    a form: `csr`, `csc`, `coo` and `lil`, each for scipy's matrix and its array.
    """

    __slots__ = ("_state",)
    form: ClassVar[str] = "csr"

    def __setstate__(self, state: object) -> None:
        # Into one place of our own: as attributes, the names in the file could hide the methods.
        self._state = state

    def to_csr(self) -> sparse.csr_matrix:
        """Build the float32 matrix, with sorted indices and without stored zeros.

        Raises:
            ValueError: The arrays do not make a matrix.
        """
        state = getattr(self, "_state", None)
        held = state if isinstance(state, Mapping) else {}
        rows, columns = (int(size) for size in _need(held, ("_shape",))[0])
        if self.form == "lil":
            matrix = _from_lists(held, (rows, columns))
        elif self.form == "coo":
            source, target = _coordinates(held)
            matrix = sparse.coo_matrix((_numbers(held["data"]), (source, target)), shape=(rows, columns))
        else:
            parts = tuple(_numbers(part) for part in _need(held, ("data", "indices", "indptr")))
            build = sparse.csc_matrix if self.form == "csc" else sparse.csr_matrix
            matrix = build(parts, shape=(rows, columns))
            matrix.check_format(full_check=True)
        matrix = matrix.tocsr().astype(np.float32)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        return matrix


def _need(state: Mapping[str, Any], keys: tuple[str, ...]) -> list[Any]:
    missing = [key for key in keys if key not in state]
    if missing:
        raise ValueError(f"sparse matrix without {', '.join(missing)}")
    return [state[key] for key in keys]


def _numbers(part: Any) -> npt.NDArray[Any]:
    array = np.asarray(part)
    if array.dtype.kind not in "iufb":
        raise ValueError("sparse matrix with parts that are not numbers")
    return array


def _coordinates(state: Mapping[str, Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Row and column of each entry: `coords` in a new file, `row` and `col` in an old one."""
    _need(state, ("data",))
    row, column = state["coords"] if "coords" in state else _need(state, ("row", "col"))
    return _numbers(row), _numbers(column)


def _from_lists(state: Mapping[str, Any], shape: tuple[int, int]) -> sparse.csr_matrix:
    """Make a matrix of a list of columns and a list of values for each row."""
    lists, values = _need(state, ("rows", "data"))
    for part in (lists, values):
        if not isinstance(part, np.ndarray) or part.shape != shape[:1] or part.dtype != object:
            raise ValueError("sparse matrix without one list for each row")
        if not all(type(row) is list for row in part):
            raise ValueError("sparse matrix with rows that are no lists")
    counts = [len(row) for row in lists]
    if counts != [len(row) for row in values]:
        raise ValueError("sparse matrix with a row of more columns than values, or fewer")
    if not sum(counts):
        return sparse.csr_matrix(shape)
    column, value = (_numbers(list(chain.from_iterable(part))) for part in (lists, values))
    indptr = np.concatenate([[0], np.cumsum(counts)])
    matrix = sparse.csr_matrix((value, column, indptr), shape=shape)
    matrix.check_format(full_check=True)
    return matrix
