from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_writers import Bomb, multiplex_arrays
from scipy import sparse

from rgrl.datasets.multiplex import read_multiplex
from rgrl.datasets.raw_graph import RawGraph
from rgrl.errors import DataError, UnsafeDataError

NAMES = ("A", "B")
STORED = {
    "dense": np.asarray,
    "whole": lambda value: np.asarray(value).astype(np.int8),
    "truth": lambda value: np.asarray(value) != 0,
    "csr": sparse.csr_matrix,
    "csc": sparse.csc_matrix,
    "coo": sparse.coo_matrix,
    "lil": sparse.lil_matrix,
    "csr_array": sparse.csr_array,
}


def read(tmp_path: Path, held: Any) -> RawGraph:
    path = tmp_path / "small.pkl"
    path.write_bytes(pickle.dumps(held, protocol=4))
    return read_multiplex(path, NAMES)


def repacked(held: dict[str, Any]) -> dict[str, Any]:
    """Return the same graph in the second form."""
    labels = held["label"].argmax(axis=1).astype(np.int8)
    adjs = {}
    for name in NAMES:
        either = held[name] + held[name].T
        adjs[name] = tuple(end.astype(np.int16) for end in np.nonzero(np.triu(either)))
    masks = {}
    for part in ("train", "val", "test"):
        masks[f"{part}_mask"] = np.isin(np.arange(labels.size), held[f"{part}_idx"])
    feats = sparse.lil_matrix(held["feature"].astype(np.float32))
    return {"feats": feats, "adjs": adjs, "labels": labels, "splits": masks}


def naive_edges(matrix: np.ndarray) -> set[tuple[int, int]]:
    edges = set()
    for i in range(len(matrix)):
        for j in range(len(matrix)):
            if i != j and (matrix[i, j] != 0 or matrix[j, i] != 0):
                edges.add((i, j))
    return edges


def pairs(edge_index: np.ndarray) -> list[tuple[int, int]]:
    return list(zip(*edge_index.tolist(), strict=True))


@settings(max_examples=25)
@given(st.integers(3, 9), st.integers(0, 2**31), st.sampled_from(sorted(STORED)))
def test_both_forms_hold_what_a_naive_reading_finds(
    tmp_path_factory: pytest.TempPathFactory, n: int, seed: int, stored: str
) -> None:
    draw = np.random.default_rng(seed)
    held = multiplex_arrays()
    held["feature"] = draw.poisson(0.7, (n, 4)).astype(np.float64)
    held["label"] = np.eye(3, dtype=np.int64)[draw.integers(0, 3, n)]
    for name in NAMES:
        held[name] = draw.poisson(0.3, (n, n)).astype(np.float64)
    order = draw.permutation(n)
    held |= {"train_idx": order[None, :1], "val_idx": order[None, 1:2], "test_idx": order[None, 2:]}
    stored_held = {**held, **{name: STORED[stored](held[name]) for name in NAMES}}
    if stored not in ("whole", "truth"):
        stored_held["feature"] = STORED[stored](held["feature"])

    for form in (stored_held, repacked(held)):
        found = read(tmp_path_factory.mktemp("raw"), form)
        for name in NAMES:
            assert pairs(found.relations[name]) == sorted(naive_edges(held[name]))
        assert pairs(found.edge_index) == sorted(naive_edges(held["A"]) | naive_edges(held["B"]))
        assert np.array_equal(found.x.toarray(), held["feature"])
        assert found.x.dtype == np.float32
        assert type(found.y) is np.ndarray
        assert found.y.tolist() == [row.tolist().index(1) for row in held["label"]]
        assert found.public_split is not None
        for part, expected in zip(found.public_split, (order[:1], order[1:2], order[2:]), strict=True):
            assert part.tolist() == sorted(expected.tolist())


def test_other_keys_are_left_alone(tmp_path: Path) -> None:
    held = multiplex_arrays() | {"C": "a word", "years": [1999], "names": np.array(["x", "yy"])}
    assert list(read(tmp_path, held).relations) == ["A", "B"]


def test_dblp_has_its_references_under_either_name(tmp_path: Path) -> None:
    held = multiplex_arrays()
    path = tmp_path / "dblp.pkl"
    for name in ("PPP", "PPrefP"):
        path.write_bytes(pickle.dumps(changed(A=None, PAP=held["A"], **{name: held["B"]})))
        found = read_multiplex(path, ("PAP", "PPP"))
        assert list(found.relations) == ["PAP", "PPP"]
        assert pairs(found.relations["PPP"]) == sorted(naive_edges(held["B"]))
    path.write_bytes(pickle.dumps(changed(PAP=held["A"])))
    with pytest.raises(DataError, match="has no key 'PPP'"):
        read_multiplex(path, ("PAP", "PPP"))


def test_one_hot_labels_may_be_sparse_and_indices_flat(tmp_path: Path) -> None:
    held = multiplex_arrays()
    held["label"] = sparse.csr_matrix(held["label"])
    held["test_idx"] = held["test_idx"].ravel()
    found = read(tmp_path, held)
    assert found.y is not None
    assert found.y.tolist() == [0, 1, 2] * 4
    assert found.public_split is not None
    assert found.public_split[2].size == 7


def changed(**change: Any) -> dict[str, Any]:
    held = multiplex_arrays() | change
    return {key: value for key, value in held.items() if value is not None}


def changed_repack(path: str, value: Any) -> Any:
    held = repacked(multiplex_arrays())
    outer, _, inner = path.partition(".")
    if inner:
        held[outer] = {**held[outer], inner: value}
    else:
        held[outer] = value
    return held


@pytest.mark.parametrize(
    ("held", "complaint"),
    [
        ([1, 2], r"holds list; a dictionary with 'feature' \(DMGI\) or 'feats' is expected"),
        ({"b": 1, "a": 2}, "holds a, b; a dictionary with"),
        (changed(B=None), "has no key 'B'"),
        (changed(val_idx=None), "has no key 'val_idx'"),
        (changed(A=np.zeros((12, 11))), r"relation 'A' has shape \[12, 11\]; 12 nodes need \[12, 12\]"),
        (changed(A=np.zeros(12)), r"A has shape \[12\]; a matrix is expected"),
        (changed(A=np.full((12, 12), np.nan)), "relation 'A' holds NaN or infinite"),
        (changed(A=np.array([["x"]])), "A holds <U1; numbers are expected"),
        (changed(A="x"), "A holds <U1; numbers are expected"),
        (changed(label=np.ones((12, 3))), r"label of shape \[12, 3\] is not one-hot"),
        (changed(label=np.zeros((12, 3))), r"label of shape \[12, 3\] is not one-hot"),
        (changed(label=np.zeros(12)), r"label of shape \[12\] is not one-hot"),
        (changed(train_idx=np.array([0, 0.5])), "train_idx holds float64; integers are expected"),
        (changed(feature=np.ones((11, 5))), r"labels have shape \[12\]; 11 rows of features"),
        (changed(feature=np.full((12, 5), np.inf)), "features hold NaN or infinite"),
        (changed_repack("labels", np.full(12, -1)), "a label is -1"),
        (changed_repack("labels", np.full(12, 1.5)), "labels holds float64; integers"),
        (changed_repack("adjs.A", (np.array([0]), np.array([12]))), "an edge names node 12"),
        (changed_repack("adjs.A", (np.array([0]),)), "not enough values"),
        (changed_repack("adjs", {}), "has no key 'A'"),
        (changed_repack("splits.val_mask", np.ones(12)), "splits must hold one truth value for each of 12"),
        (changed_repack("splits.val_mask", np.ones(11, bool)), "splits must hold one truth value"),
        (changed_repack("feats", 3), r"feats has shape \[\]; a matrix is expected"),
    ],
)
def test_refuses_other_contents(held: Any, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=rf"small\.pkl:? .*{complaint}"):
        read(tmp_path, held)


@pytest.mark.parametrize("place", ["feature", "A", "unused"])
def test_runs_nothing_from_a_malicious_file(place: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    held: dict[str, Any] = changed(**{place: Bomb(trace)})
    with pytest.raises(UnsafeDataError, match=r"small\.pkl asks for"):
        read(tmp_path, held)
    lists: Callable[[], Any] = lambda: sparse.lil_matrix(held["B"])  # noqa: E731
    for attribute in ("rows", "data"):
        matrix = lists()
        getattr(matrix, attribute)[3] = [Bomb(trace)]
        with pytest.raises(UnsafeDataError, match=r"small\.pkl asks for"):
            read(tmp_path, changed(A=matrix))
    assert not trace.exists()
