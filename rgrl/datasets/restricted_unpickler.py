"""Reading of old pickled data files without running anything that they name."""

from __future__ import annotations

import pickle
from collections import defaultdict
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rgrl.datasets.csr_parts import CsrParts
from rgrl.errors import DataError, UnsafeDataError

# No published data file of this kind reaches a tenth of it.
MAX_PICKLE_BYTES = 256 * 1024 * 1024


def _empty_array(subtype: object, shape: object, dtype: object) -> npt.NDArray[Any]:
    """Stand in for numpy's own reconstruction: an empty plain array, which the pickle then fills."""
    if subtype is not np.ndarray:
        raise pickle.UnpicklingError(f"array of type {subtype!r}")
    return np.ndarray((0,), dtype="b")


_ADMITTED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): _empty_array,
    ("numpy._core.multiarray", "_reconstruct"): _empty_array,
    ("scipy.sparse.csr", "csr_matrix"): CsrParts,
    ("scipy.sparse._csr", "csr_matrix"): CsrParts,
    ("collections", "defaultdict"): defaultdict,
    ("__builtin__", "list"): list,
    ("builtins", "list"): list,
}


class RestrictedUnpickler(pickle.Unpickler):
    """An unpickler that admits arrays, CSR matrices, default dictionaries and lists, and nothing else.

    Args:
        content: The pickle.
        source: Name of the file, for the messages.
    """

    def __init__(self, content: bytes, source: str) -> None:
        super().__init__(BytesIO(content), encoding="latin1")
        self._source = source

    def find_class(self, module: str, name: str) -> Any:
        """Return the stand-in for an admitted name; refuse every other one."""
        try:
            return _ADMITTED[module, name]
        except KeyError:
            raise UnsafeDataError(
                f"{self._source} asks for '{module}.{name}'; a data file may name only numpy arrays, "
                "scipy CSR matrices, default dictionaries and lists; nothing of it was run"
            ) from None


def load_pickle(path: Path) -> Any:
    """Read one pickled data file.

    Args:
        path: The file.

    Returns:
        What it holds; a CSR matrix comes as `CsrParts`, not yet checked.

    Raises:
        UnsafeDataError: It names anything but plain data.
        DataError: It is too large, truncated or no pickle.
    """
    size = path.stat().st_size
    if size > MAX_PICKLE_BYTES:
        raise DataError(f"{path} has {size} bytes; a pickled data file may have at most {MAX_PICKLE_BYTES}")
    try:
        return RestrictedUnpickler(path.read_bytes(), str(path)).load()
    except UnsafeDataError:
        raise
    except Exception as error:  # a damaged pickle can raise nearly anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path} is damaged or no pickled data file: {reason}") from error
