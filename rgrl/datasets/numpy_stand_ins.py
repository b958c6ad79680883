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


#: Each by the module and the name that a file gives.
NUMPY_STAND_INS: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): PickledArray,
    ("numpy", "dtype"): DtypeParts,
    ("numpy.core.multiarray", "_reconstruct"): _empty_array,
    ("numpy._core.multiarray", "_reconstruct"): _empty_array,
}
