from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rgrl.datasets.restricted_unpickler import load_pickle
from rgrl.errors import DataError

REBUILD = np.empty(0).__reduce__()[0]


class Forged:
    """An object whose pickle calls what a real one would, with a state of our choice."""

    def __init__(self, call: Any, given: tuple[Any, ...], state: Any) -> None:
        self.parts = (call, given, state)

    def __reduce__(self) -> tuple[Any, ...]:
        return self.parts


def array(shape: Any, dtype: Any, content: Any) -> Forged:
    return Forged(REBUILD, (np.ndarray, (0,), b"b"), (1, shape, dtype, False, content))


def dtype(code: str, *, flags: int = 0, fields: Any = None, size: int = -1) -> Forged:
    return Forged(np.dtype, (code, False, True), (3, "|", None, *(fields or (None, None)), size, -1, flags))


@pytest.mark.parametrize(
    "held",
    [
        np.arange(12, dtype=np.int16).reshape(3, 4),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array(2.5, dtype=">f8"),
        np.array([True, False]),
        np.empty((0, 4), dtype=np.uint8),
        np.array(["a", "bcd"]),
        np.array([b"a", b"bcd"]),
        np.array([[1, [2]], [None, "x"]], dtype=object),
    ],
)
def test_reads_what_numpy_wrote(held: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "file"
    for protocol in range(5):
        path.write_bytes(pickle.dumps(held, protocol=protocol))
        found = load_pickle(path)
        assert found.dtype == pickle.loads(path.read_bytes()).dtype
        assert found.shape == held.shape
        assert np.array_equal(found, held)
        assert type(np.asarray(found)) is np.ndarray


@pytest.mark.parametrize(
    ("forged", "complaint"),
    [
        # Objects at addresses of the file's choice; a list that numpy would read past its end.
        (array((1,), dtype("O8"), b"\0" * 8), "array of object with a content of type bytes"),
        (array((9999,), np.dtype("O"), [1]), r"array of object \[9999\] with a content of 1, not 9999"),
        (array((1,), np.dtype("f8"), [1.0]), "array of float64 with a content of type list"),
        (array((2,), np.dtype("f8"), b"\0" * 8), r"array of float64 \[2\] with a content of 8, not 16"),
        (array((2,), dtype("f4", size=8), b"\0" * 16), r"with a content of 16, not 8"),
        (array((1,), np.dtype([("a", "O")]), [1]), r"array of type 'V8'"),
        (array((1,), np.dtype("c16"), b"\0" * 16), "array of type 'c16'"),
        (array((1,), np.dtype("M8[s]"), b"\0" * 8), "array of type 'M8'"),
        (array((-1, -1), np.dtype("f8"), b"\0" * 8), r"array of shape \(-1, -1\)"),
        (array((2.0,), np.dtype("f8"), b"\0" * 16), r"array of shape \(2.0,\)"),
        (array([1], np.dtype("f8"), b"\0" * 8), "array without a shape and a type"),
        (array((1,) * 60, np.dtype("f8"), b"\0" * 8), "array without a shape and a type"),
        (array((1,), "f8", b"\0" * 8), "array without a shape and a type"),
        (Forged(REBUILD, (list, (0,), b"b"), None), "array of type <class 'list'>"),
        (Forged(np.ndarray, ((5,),), None), "not callable"),
    ],
)
def test_refuses_what_does_not_fit(forged: Forged, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(pickle.dumps([forged], protocol=4))
    with pytest.raises(DataError, match=f"damaged or no pickled data file: .*{complaint}"):
        load_pickle(path)


def test_flags_and_fields_of_a_type_do_not_enter(tmp_path: Path) -> None:
    path = tmp_path / "file"
    fields = (("a",), {"a": (np.dtype("f8"), 4000)})
    path.write_bytes(
        pickle.dumps(array((2,), dtype("i4", flags=63, fields=fields), b"\1\0\0\0" * 2), protocol=4)
    )
    found = load_pickle(path)
    assert found.dtype == np.dtype("i4")
    assert found.dtype.names is None
    assert found.tolist() == [1, 1]
