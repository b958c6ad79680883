from __future__ import annotations

import codecs
import pickle
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from raw_writers import multiplex_arrays
from scipy import sparse

from rgrl.datasets.multiplex import read_multiplex
from rgrl.datasets.restricted_unpickler import load_pickle
from rgrl.errors import DataError

PARTS = ("feature", "label", "A", "B")
HARMLESS: dict[str, Callable[[Any], Any]] = {
    "dense": np.asarray,
    "matrix": np.asmatrix,
    "columns": np.asfortranarray,
    "csr": sparse.csr_matrix,
    "lil": sparse.lil_matrix,
}


class Call:
    """An object whose pickle is a call of our choice."""

    def __init__(self, call: Any, *given: Any) -> None:
        self.parts = (call, given)

    def __reduce__(self) -> tuple[Any, ...]:
        return self.parts


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("form", HARMLESS)
def test_a_multiplex_graph_in_every_harmless_form(form: str, protocol: int, tmp_path: Path) -> None:
    held = multiplex_arrays()
    path = tmp_path / "imdb.pkl"
    path.write_bytes(pickle.dumps(held))
    expected = read_multiplex(path, ("A", "B"))
    for part in PARTS:
        held[part] = HARMLESS[form](held[part])
    held |= {"train_idx": held["train_idx"].astype(float), "n": np.int64(12), "share": np.float32(0.5)}
    path.write_bytes(pickle.dumps(held, protocol=protocol))
    found = read_multiplex(path, ("A", "B"))
    assert (found.x != expected.x).nnz == 0
    assert np.array_equal(found.edge_index, expected.edge_index)
    assert found.public_split is not None
    assert expected.public_split is not None
    for part, other in zip(found.public_split, expected.public_split, strict=True):
        assert np.array_equal(part, other)


def test_empty_arrays_and_scalars_come_back(tmp_path: Path) -> None:
    held = [np.empty(0), np.bool_(True), np.float64(0.1), np.uint8(200), np.array(3, dtype=">i4")]
    path = tmp_path / "file"
    for protocol in range(6):
        path.write_bytes(pickle.dumps(held, protocol=protocol))
        found = load_pickle(path)
        assert [each.tolist() for each in found] == [each.tolist() for each in held]
        assert [each.dtype.kind for each in found] == [each.dtype.kind for each in held]


@pytest.mark.parametrize("value", [0.5, np.nan, np.inf, 1e300])
def test_indices_that_are_not_whole_are_refused(value: float, tmp_path: Path) -> None:
    path = tmp_path / "imdb.pkl"
    path.write_bytes(pickle.dumps(multiplex_arrays() | {"val_idx": np.array([1.0, value])}))
    with pytest.raises(DataError, match="val_idx holds float64; integers are expected"):
        read_multiplex(path, ("A", "B"))


SCALAR = np.float64(1).__reduce__()[0]
FROM_BUFFER = np.ones(1).__reduce_ex__(5)[0]
RECONSTRUCT = np.empty(0).__reduce__()[0]
REBUILT = sparse.csr_matrix((1, 1)).__reduce_ex__(1)[0]
F8 = np.dtype("f8")


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (Call(codecs.encode, "a" * 9, "zlib"), "bytes in the code 'zlib'"),
        (Call(codecs.encode, "a", "utf-8"), "bytes in the code 'utf-8'"),
        (Call(codecs.encode, b"a", "latin1"), "bytes in the code 'latin1'"),
        (Call(codecs.encode, "a" * 9), "missing 1 required positional argument"),
        (Call(codecs.encode, "\u20ac", "latin1"), "can't encode"),
        (Call(bytes, 10**12), "takes 0 positional arguments"),
        (Call(SCALAR, np.dtype("O"), 3), "scalar that is no number"),
        (Call(SCALAR, np.dtype("S4"), b"abcd"), "scalar that is no number"),
        (Call(SCALAR, "f8", b"\0" * 8), "scalar that is no number"),
        (Call(SCALAR, F8, b"\0" * 4), "scalar of float64 with another content"),
        (Call(SCALAR, F8, [1.0]), "scalar of float64 with another content"),
        (
            Call(FROM_BUFFER, b"\0" * 8, np.dtype("O"), (1,), "C"),
            "array of object with a content of type bytes",
        ),
        (Call(FROM_BUFFER, [1], np.dtype("O"), (9,), "C"), "with a content of 1, not 9"),
        (Call(FROM_BUFFER, b"\0" * 8, F8, (2,), "C"), "with a content of 8, not 16"),
        (Call(FROM_BUFFER, b"\0" * 8, F8, (-1,), "C"), "array of shape"),
        (Call(FROM_BUFFER, b"\0" * 8, "f8", (1,), "C"), "array without a shape and a type"),
        (Call(FROM_BUFFER, b"\0" * 8, F8, (1,), "K"), "array in the order 'K'"),
        (Call(FROM_BUFFER, 2**40, F8, (2**37,), "C"), "with a content of type int"),
        (Call(np.matrix, [[1]]), "not callable"),
        (Call(RECONSTRUCT, list, (0,), b"b"), "array of type <class 'list'>"),
        (Call(REBUILT, list, object, None), "object of type \"<class 'list'>\""),
        (Call(REBUILT, sparse.csr_matrix, object, {}), "object of type"),
        (Call(object), "not callable"),
    ],
)
@pytest.mark.parametrize("protocol", [2, 4])
def test_refuses_hostile_use_of_what_is_admitted(
    call: Call, complaint: str, protocol: int, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(pickle.dumps([call], protocol=protocol))
    with pytest.raises(DataError, match=f"damaged or no pickled data file: .*{complaint}"):
        load_pickle(path)


def test_a_buffer_has_no_more_room_than_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    encoded = b"c_codecs\nencode\nq\x00X\x10'\x00\x00" + b"a" * 10_000 + b"q\x01X\x06\x00\x00\x00latin1q\x02"
    again = b"h\x00h\x01h\x02\x86R"
    for content in (
        b"\x80\x05\x96" + (2**35).to_bytes(8, "little") + b".",
        b"\x80\x05\x96" + (10**6).to_bytes(8, "little") + b"ab.",
        b"\x80\x02(" + encoded + again * 10_000 + b"l.",
    ):
        path.write_bytes(content)
        tracemalloc.start()
        try:
            with pytest.raises(DataError, match=r"bytes are missing|bytes that are more than"):
                load_pickle(path)
            assert tracemalloc.get_traced_memory()[1] < 2**20
        finally:
            tracemalloc.stop()
