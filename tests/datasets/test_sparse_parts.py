from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from rgrl.datasets.restricted_unpickler import load_pickle
from rgrl.datasets.sparse_parts import SparseParts
from rgrl.errors import DataError

FORMS = ("csr", "csc", "coo", "lil")


def through_a_file(path: Path, matrix: Any) -> SparseParts:
    path.write_bytes(pickle.dumps(matrix, protocol=4))
    found = load_pickle(path)
    assert isinstance(found, SparseParts)
    return found


@settings(max_examples=40)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**31), st.sampled_from(FORMS), st.booleans())
def test_every_form_becomes_the_same_matrix(
    tmp_path_factory: pytest.TempPathFactory, n: int, f: int, seed: int, form: str, as_array: bool
) -> None:
    draw = np.random.default_rng(seed)
    dense = draw.poisson(0.5, (n, f)) * 0.5
    kind = "array" if as_array else "matrix"
    matrix = getattr(sparse, f"{form}_{kind}")(dense)
    found = through_a_file(tmp_path_factory.mktemp("raw") / "file", matrix).to_csr()
    assert np.array_equal(found.toarray(), dense)
    assert found.dtype == np.float32
    assert found.has_sorted_indices
    assert found.nnz == np.count_nonzero(dense)


def test_old_names_of_a_coo_matrix_and_duplicates(tmp_path: Path) -> None:
    parts = through_a_file(tmp_path / "file", sparse.coo_matrix((2, 2)))
    parts.__setstate__(
        {"_shape": (2, 2), "row": np.array([0, 0]), "col": np.array([1, 1]), "data": np.array([1, 2])}
    )
    assert parts.to_csr().toarray().tolist() == [[0, 3], [0, 0]]


def lists(*rows: Any) -> np.ndarray:
    array = np.empty(len(rows), dtype=object)
    array[:] = rows
    return array


BASE: dict[str, dict[str, Any]] = {
    "csr": {"data": np.ones(2), "indices": np.array([0, 1]), "indptr": np.array([0, 1, 2]), "_shape": (2, 2)},
    "csc": {"data": np.ones(2), "indices": np.array([0, 1]), "indptr": np.array([0, 1, 2]), "_shape": (2, 2)},
    "coo": {"data": np.ones(2), "coords": (np.array([0, 1]), np.array([0, 1])), "_shape": (2, 2)},
    "lil": {"data": lists([1.0], [1.0]), "rows": lists([0], [1]), "_shape": (2, 2)},
}


@pytest.mark.parametrize(
    ("form", "change", "complaint"),
    [
        *((form, {"data": None}, "sparse matrix without data") for form in FORMS),
        *((form, {"_shape": None}, "sparse matrix without _shape") for form in FORMS),
        *((form, {"data": lists(None, 1)}, "not numbers") for form in ("csr", "csc", "coo")),
        ("csr", {"indices": np.array([0, 9])}, "indices"),
        ("csc", {"indices": np.array([0, 9])}, "indices"),
        ("csc", {"indptr": np.array([0, 5, 2])}, "indptr|index pointer"),
        ("coo", {"coords": None}, "without row, col"),
        ("coo", {"coords": (np.array([0, 9]), np.array([0, 1]))}, "index 9 exceeds|row index exceeds"),
        ("coo", {"coords": (np.array([0, 1]),)}, "not enough values"),
        ("lil", {"rows": lists([0])}, "one list for each row"),
        ("lil", {"rows": np.zeros(2)}, "one list for each row"),
        ("lil", {"rows": [[0], [1]]}, "one list for each row"),
        ("lil", {"rows": lists([0], 1)}, "rows that are no lists"),
        ("lil", {"rows": lists([0], [0, 1])}, "more columns than values"),
        ("lil", {"rows": lists([0], [2])}, "indices"),
        ("lil", {"rows": lists([0], [-1])}, "indices"),
        ("lil", {"data": lists([1.0], ["x"])}, "not numbers"),
        ("lil", {"data": lists([1.0], [None])}, "not numbers"),
    ],
)
def test_parts_must_fit_together(form: str, change: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    parts = through_a_file(tmp_path / "file", getattr(sparse, f"{form}_matrix")((2, 2)))
    parts.__setstate__(BASE[form])
    assert parts.to_csr().toarray().tolist() == [[1, 0], [0, 1]]
    parts.__setstate__({key: value for key, value in {**BASE[form], **change}.items() if value is not None})
    with pytest.raises(ValueError, match=complaint):
        parts.to_csr()


@pytest.mark.parametrize("name", ["scipy.sparse._csr csr_matrix", "numpy dtype"])
def test_a_pickle_cannot_change_the_class_for_those_after_it(name: str, tmp_path: Path) -> None:
    module, _, kind = name.partition(" ")
    path = tmp_path / "file"
    path.write_bytes(f"c{module}\n{kind}\n(N(dVto_csr\nc__builtin__\nlist\nstb.".encode())
    with pytest.raises(DataError, match="damaged or no pickled"):
        load_pickle(path)
    assert through_a_file(path, sparse.csr_matrix((2, 3))).to_csr().shape == (2, 3)


def test_names_in_the_file_do_not_hide_the_methods() -> None:
    parts = SparseParts()
    with pytest.raises(ValueError, match="without _shape"):
        parts.to_csr()
    for state in (None, "text", {"to_csr": list, "form": "lil"}):
        parts.__setstate__(state)
        with pytest.raises(ValueError, match="without _shape"):
            parts.to_csr()
    assert parts.form == "csr"
