"""One reader a file format: a path in, raw tensor and metadata out; nothing is ever unpickled freely."""

from __future__ import annotations

import pickle
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rgrl.errors import DataError, UnsafeDataError

Raw = tuple[Tensor, dict[str, str]]

_KEY = "embeddings"
_BROKEN = (
    ValueError,
    EOFError,
    OSError,
    KeyError,
    SyntaxError,
    MemoryError,
    RuntimeError,
    zipfile.BadZipFile,
)


def read_npy(path: Path) -> Raw:
    """Read a numpy array file."""
    with path.open("rb") as file:
        start = file.read(len(np.lib.format.MAGIC_PREFIX))
    if start != np.lib.format.MAGIC_PREFIX:
        raise _not_plain(path) if _looks_pickled(start) else DataError(f"{path} is not a numpy array file")
    try:
        # Mapping the file first: a header that promises more than the file holds allocates nothing.
        array = np.array(np.load(path, allow_pickle=False, mmap_mode="r"))
    except _BROKEN as error:
        raise _refusal(path, error) from None
    return _numeric(array, path), {}


def read_npz(path: Path) -> Raw:
    """Read the array named ``embeddings``, or the only one, of a numpy archive."""
    from rgrl.datasets.npz import refuse_oversize

    with path.open("rb") as file:
        start = file.read(4)
    if not start.startswith(b"PK"):
        raise (
            _not_plain(path)
            if _looks_pickled(start)
            else DataError(f"{path} is not a numpy archive, or cut short")
        )
    try:
        with np.load(path, allow_pickle=False) as archive:
            name = _only_name(list(archive.files), path, "arrays")
            members = [each for each in archive.zip.infolist() if each.filename in (name, f"{name}.npy")]
            refuse_oversize(str(path), members)
            array = archive[name]
    except DataError:
        raise
    except _BROKEN as error:
        raise _refusal(path, error) from None
    return _numeric(array, path), {}


def read_safetensors(path: Path) -> Raw:
    """Read the tensor named ``embeddings``, or the only one, and the file's metadata."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            tensor: Tensor = file.get_tensor(_only_name(list(file.keys()), path, "tensors"))
            return tensor, dict(file.metadata() or {})
    except DataError:
        raise
    except (SafetensorError, *_BROKEN) as error:
        raise _damaged(path, error) from None


def read_pt(path: Path) -> Raw:
    """Read a torch file that holds a matrix, or a dictionary with exactly one; tensor or array."""
    from rgrl.datasets.numpy_stand_ins import NUMPY_STAND_INS

    names: list[Any] = [(stand_in, ".".join(name)) for name, stand_in in NUMPY_STAND_INS.items()]
    try:
        with warnings.catch_warnings(), torch.serialization.safe_globals(names):
            warnings.simplefilter("ignore")  # remarks on the pickle's protocol
            content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise _not_plain(path) from None
    except Exception as error:  # torch's unpickler meets garbage with whatever its stack gives
        raise _damaged(path, error) from None
    if isinstance(content, Mapping):
        matrices = {str(name): value for name, value in content.items() if _is_array(value)}
        if _KEY not in matrices:
            matrices = {name: value for name, value in matrices.items() if value.ndim == 2}
        content = matrices[_only_name(list(matrices), path, "two-dimensional tensors or arrays")]
    if not _is_array(content):
        raise DataError(
            f"{path} holds a {type(content).__name__}: a tensor, an array or a dictionary of them is needed"
        )
    return (content if isinstance(content, Tensor) else _numeric(np.asarray(content), path)), {}


def _is_array(value: object) -> bool:
    return isinstance(value, Tensor | np.ndarray)


def _only_name(names: list[str], path: Path, kind: str) -> str:
    if _KEY in names:
        return _KEY
    if len(names) != 1:
        listed = f" ({', '.join(sorted(names)[:5])}{', …' if len(names) > 5 else ''})" if names else ""
        raise DataError(
            f"{path} holds {len(names)} {kind}{listed}: exactly one, or one named '{_KEY}', is needed"
        )
    return names[0]


def _numeric(array: npt.NDArray[Any], path: Path) -> Tensor:
    if array.dtype.kind not in "biuf":
        raise DataError(f"{path} holds {array.dtype}: real numbers are needed")
    return torch.from_numpy(array.astype(np.float32))


def _looks_pickled(start: bytes) -> bool:
    """Whether a file begins as a binary pickle, or as one of the first, textual protocol."""
    return start[:1] in (b"\x80", b"c", b"(", b"]", b"}", b"\x93")


def _refusal(path: Path, error: Exception) -> DataError:
    return (
        _not_plain(path)
        if any(sign in str(error) for sign in ("allow_pickle", "Object arrays", "Python objects"))
        else _damaged(path, error)
    )


def _not_plain(path: Path) -> UnsafeDataError:
    return UnsafeDataError(
        f"{path} holds a pickle that is more than plain numbers: refused, nothing in it was run"
    )


def _damaged(path: Path, error: BaseException) -> DataError:
    reason = (str(error).strip().splitlines() or [""])[0][:200]
    return DataError(f"{path} is damaged or cut short: {reason or type(error).__name__}")
