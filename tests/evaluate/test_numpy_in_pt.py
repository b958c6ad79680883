from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rgrl.errors import DataError
from rgrl.evaluate import load_embeddings

REBUILD = np.empty(0).__reduce__()[0]


class _Call:
    """An object whose pickle is a call of our choice, and a state."""

    def __init__(self, *parts: Any) -> None:
        self.parts = parts

    def __reduce__(self) -> tuple[Any, ...]:
        return self.parts


def _forged(shape: tuple[int, ...], dtype: Any, content: Any) -> _Call:
    return _Call(REBUILD, (np.ndarray, (0,), b"b"), (1, shape, dtype, False, content))


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize(
    ("array", "complaint"),
    [
        (np.array([[1, "x"]], dtype=object), "holds object: real numbers are needed"),
        (_forged((9, 9), np.dtype("O"), [1]), r"array of object \[9, 9\] with a content of 1, not 81"),
        (
            _forged(
                (1, 1), _Call(np.dtype, ("O8", False, True), (3, "|", None, None, None, -1, -1, 0)), b"8" * 8
            ),
            "array of object with a content of type bytes",
        ),
        (
            _forged((2, 2), np.dtype("f8"), b"\0" * 8),
            r"array of float64 \[2, 2\] with a content of 8, not 32",
        ),
        (_Call(np.ndarray, ((2**40, 8),)), "refused, nothing in it was run"),
        (_Call(REBUILD, (list, (0,), b"b")), "refused, nothing in it was run"),
    ],
    ids=["objects", "short list", "addresses", "short bytes", "any size", "other type"],
)
def test_hostile_arrays_in_pt_are_refused(tmp_path: Path, array: Any, complaint: str, zipped: bool) -> None:
    path = tmp_path / "e.pt"
    torch.save({"embeddings": array}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(DataError, match=complaint) as caught:
        load_embeddings(path)
    assert "\n" not in str(caught.value)


def test_reading_a_pt_file_admits_nothing_for_later(tmp_path: Path) -> None:
    path = tmp_path / "e.pt"
    torch.save({"embeddings": np.ones((2, 2))}, path)
    load_embeddings(path)
    with pytest.raises(pickle.UnpicklingError):
        torch.load(path, weights_only=True)
