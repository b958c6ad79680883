"""An array that is filled from a pickle."""

from __future__ import annotations

import pickle
from math import prod
from typing import Any

import numpy as np

from rgrl.datasets.dtype_parts import DtypeParts

_MAX_DIMENSIONS = 32


class PickledArray(np.ndarray[Any, np.dtype[Any]]):
    """A plain array but for one thing: its shape, type and content must fit when a pickle fills it.

    numpy itself trusts the file here; a list that is shorter than the shape says makes it read past the end.
    """

    def __new__(cls, *_: object) -> PickledArray:
        """Refuse to be called: a file could ask for any size."""
        raise pickle.UnpicklingError("an array's type is not callable")

    def __setstate__(self, state: Any) -> None:
        _, shape, parts, is_fortran, content = state
        if not isinstance(parts, DtypeParts) or not isinstance(shape, tuple) or len(shape) > _MAX_DIMENSIONS:
            raise ValueError("array without a shape and a type")
        if not all(type(size) is int and size >= 0 for size in shape):
            raise ValueError(f"array of shape {str(shape)[:40]}")
        dtype = parts.to_dtype()
        of_objects = dtype.kind == "O"
        if isinstance(content, str):  # as Python 2 wrote bytes
            content = content.encode("latin1")
        if type(content) is not (list if of_objects else bytes):
            raise ValueError(f"array of {dtype} with a content of type {type(content).__name__}")
        needed = prod(shape) * (1 if of_objects else dtype.itemsize)
        if len(content) != needed:
            raise ValueError(f"array of {dtype} {list(shape)} with a content of {len(content)}, not {needed}")
        super().__setstate__((1, shape, dtype, bool(is_fortran), content))  # type: ignore[arg-type]
