"""What takes the place of numpy's own names while a pickle is read."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np

from rgrl.datasets.dtype_parts import DtypeParts
from rgrl.datasets.pickled_array import PickledArray


def _empty_array(subtype: object, shape: object, dtype: object) -> PickledArray:
    """Stand in for numpy's own reconstruction: an empty plain array, which the pickle then fills."""
    if subtype is not PickledArray:
        raise pickle.UnpicklingError(f"array of type {subtype!r}")
    return np.empty(0, dtype="b").view(PickledArray)


def _scalar(parts: object, content: object) -> Any:
    """Stand in for numpy's scalar: a number or truth value, of a content that fits its type."""
    if not isinstance(parts, DtypeParts) or (dtype := parts.to_dtype()).kind not in "biuf":
        raise ValueError("scalar that is no number")
    content = content.encode("latin1") if isinstance(content, str) else content
    if not isinstance(content, bytes) or len(content) != dtype.itemsize:
        raise ValueError(f"scalar of {dtype} with another content")
    return np.frombuffer(content, dtype)[0]


def _from_buffer(content: object, dtype: object, shape: object, order: object) -> PickledArray:
    """Stand in for what makes an array of a buffer, as the fifth protocol does."""
    if order not in ("C", "F"):
        raise ValueError(f"array in the order {str(order)[:40]!r}")
    array = np.empty(0, dtype="b").view(PickledArray)
    array.__setstate__((1, shape, dtype, order == "F", content))
    return array


#: Each by the module and the name that a file gives.
NUMPY_STAND_INS: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): PickledArray,
    ("numpy", "matrix"): PickledArray,
    ("numpy.matrixlib.defmatrix", "matrix"): PickledArray,
    ("numpy", "dtype"): DtypeParts,
}
for _core in ("numpy.core", "numpy._core"):
    NUMPY_STAND_INS[f"{_core}.multiarray", "_reconstruct"] = _empty_array
    NUMPY_STAND_INS[f"{_core}.multiarray", "scalar"] = _scalar
    NUMPY_STAND_INS[f"{_core}.numeric", "_frombuffer"] = _from_buffer
