"""Reading of old pickled data files without running anything that they name."""

from __future__ import annotations

import os
import pickle
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from rgrl.datasets.numpy_stand_ins import NUMPY_STAND_INS
from rgrl.datasets.sparse_parts import SparseParts
from rgrl.errors import DataError, DataUnavailableError, UnsafeDataError

# No published file of citations reaches a tenth of it.
MAX_PICKLE_BYTES = 256 * 1024 * 1024


def _no_bytes() -> bytes:
    """Stand in for `bytes`, by which the first protocols write those that are empty."""
    return b""


def _sparse_parts(form: object, base: object, state: object) -> SparseParts:
    """Stand in for the making of an object by the first two protocols: a sparse matrix, and nothing else."""
    if not isinstance(form, type) or not issubclass(form, SparseParts) or state is not None:
        raise pickle.UnpicklingError(f"object of type {str(form)[:40]!r}")
    return form()


_ADMITTED: dict[tuple[str, str], Any] = {
    **NUMPY_STAND_INS,
    ("collections", "defaultdict"): defaultdict,
    ("__builtin__", "list"): list,
    ("builtins", "list"): list,
    ("__builtin__", "bytes"): _no_bytes,
    ("builtins", "bytes"): _no_bytes,
    ("copy_reg", "_reconstructor"): _sparse_parts,
    ("copyreg", "_reconstructor"): _sparse_parts,
    ("__builtin__", "object"): "object",
    ("builtins", "object"): "object",
}
for _form in ("csr", "csc", "coo", "lil"):
    _stand_in = type(f"{_form}_parts", (SparseParts,), {"form": _form, "__slots__": ()})
    for _kind in ("matrix", "array"):
        _ADMITTED[f"scipy.sparse.{_form}", f"{_form}_{_kind}"] = _stand_in
        _ADMITTED[f"scipy.sparse._{_form}", f"{_form}_{_kind}"] = _stand_in


# The one in Python: the one in C takes as much memory for its memo as a few bytes of the file ask for.
class RestrictedUnpickler(pickle._Unpickler):
    """An unpickler that admits arrays, sparse matrices, default dictionaries and lists, and nothing else.

    Args:
        stream: The pickle.
        source: Name of the file, for the messages.
        size: Bytes of the pickle: what it holds cannot be larger.
    """

    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = dict(pickle._Unpickler.dispatch)
    read: Callable[[int], bytes]
    append: Callable[[object], None]

    def __init__(self, stream: BinaryIO, source: str, size: int) -> None:
        super().__init__(stream, encoding="latin1")
        self._source, self._size, self._encoded = source, size, 0

    def find_class(self, module: str, name: str) -> Any:
        """Return the stand-in for an admitted name; refuse every other one."""
        if (module, name) == ("_codecs", "encode"):
            return self._encode
        try:
            return _ADMITTED[module, name]
        except KeyError:
            raise UnsafeDataError(
                f"{self._source} asks for '{module}.{name}'; a data file may name only numpy arrays, "
                "scipy's sparse matrices, default dictionaries and lists; nothing of it was run"
            ) from None

    def _encode(self, text: object, codec: object) -> bytes:
        """Stand in for the encoding by which the first protocols write bytes."""
        if type(text) is not str or codec != "latin1":
            raise ValueError(f"bytes in the code {str(codec)[:40]!r}")
        self._encoded += len(text)
        if self._encoded > self._size:  # the same text again and again
            raise ValueError(f"bytes that are more than the {self._size} of the file")
        return text.encode("latin1")

    def _load_bytearray(self) -> None:
        """Load what the fifth protocol keeps of an array; Python's own would make room for any size first."""
        size = int.from_bytes(self.read(8), "little")
        if size > self._size:
            raise EOFError(f"{size} bytes are missing")
        self.append(self.read(size))

    dispatch[pickle.BYTEARRAY8[0]] = _load_bytearray


def load_pickle(path: Path, *, max_bytes: int | None = None) -> Any:
    """Read one pickled data file.

    Args:
        path: The file.
        max_bytes: Largest size that is accepted; `MAX_PICKLE_BYTES` when None.

    Returns:
        What it holds; a sparse matrix comes as `SparseParts`, not yet checked.

    Raises:
        UnsafeDataError: It names anything but plain data.
        DataError: It is too large, truncated or no pickle.
        DataUnavailableError: It cannot be read.
    """
    limit = MAX_PICKLE_BYTES if max_bytes is None else max_bytes
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > limit:
                raise DataError(f"{path} has {size} bytes; a pickled data file may have at most {limit}")
            return read_pickle(stream, str(path), size)
    except OSError as error:
        raise DataUnavailableError(f"{path} cannot be read: {error.strerror or error}") from error


def read_pickle(stream: BinaryIO, source: str, size: int) -> Any:
    """Read a pickle from a stream whose size was looked at before.

    Args:
        stream: At the pickle's start; it can be sought in.
        source: What it is, for the messages.
        size: Its bytes.

    Returns:
        What it holds, as :func:`load_pickle`.

    Raises:
        UnsafeDataError: It names anything but plain data.
        DataError: It is truncated or no pickle.
    """
    try:
        stream.seek(max(0, size - 1))
        if stream.read() != pickle.STOP:  # where it breaks off within a name, that would look unsafe
            raise EOFError("its end is missing")
        stream.seek(0)
        return RestrictedUnpickler(stream, source, size).load()
    except UnsafeDataError:
        raise
    except Exception as error:  # a damaged pickle can raise nearly anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{source} is damaged or no pickled data file: {reason}") from error
