from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from raw_writers import Bomb, npz_arrays
from scipy import sparse
from torch_geometric.io import read_npz as pyg_read_npz

from rgrl.datasets import npz
from rgrl.datasets.npz import read_npz
from rgrl.errors import DataError, UnsafeDataError


def assert_same_as_pyg(path: Path) -> None:
    found, expected = read_npz(path), pyg_read_npz(str(path))
    assert np.array_equal(found.x.toarray(), expected.x.numpy())
    assert np.array_equal(found.y, expected.y.numpy())
    edges = expected.edge_index.numpy()
    assert np.array_equal(found.edge_index, edges[:, np.lexsort((edges[1], edges[0]))])
    assert found.public_split is None


@pytest.mark.parametrize(
    ("name", "file"), [("cs", "ms_academic_cs.npz"), ("computers", "amazon_electronics_computers.npz")]
)
def test_real_files_as_pyg(name: str, file: str, data_root: Path) -> None:
    assert_same_as_pyg(data_root / name / "raw" / file)


def test_small_files_as_pyg(tmp_path: Path) -> None:
    arrays = npz_arrays()
    assert arrays["attr_data"].max() > 1
    path = tmp_path / "small.npz"
    np.savez_compressed(path, **arrays)
    assert_same_as_pyg(path)


def test_dense_features_read_as_sparse_ones(tmp_path: Path) -> None:
    arrays = npz_arrays()
    np.savez(tmp_path / "sparse.npz", **arrays)
    keys = ("data", "indices", "indptr")
    dense = sparse.csr_matrix(
        tuple(arrays.pop(f"attr_{key}") for key in keys), shape=arrays.pop("attr_shape")
    )
    np.savez(tmp_path / "dense.npz", **arrays, attr_matrix=dense.toarray())
    assert np.array_equal(read_npz(tmp_path / "dense.npz").x, read_npz(tmp_path / "sparse.npz").x.toarray())


def test_of_the_users_own_files_features_stay_and_labels_may_be_absent(tmp_path: Path) -> None:
    arrays = npz_arrays()
    keys = ("data", "indices", "indptr")
    attr = sparse.csr_matrix(
        tuple(arrays[f"attr_{key}"] for key in keys), shape=arrays["attr_shape"]
    ).toarray()
    np.savez(tmp_path / "all.npz", **arrays)
    found = read_npz(tmp_path / "all.npz", own=True)
    assert np.array_equal(found.x.toarray(), attr)
    assert np.array_equal(found.y, arrays["labels"])
    del arrays["labels"]
    dense = {key: value for key, value in arrays.items() if not key.startswith("attr")}
    np.savez(tmp_path / "dense.npz", **dense, attr_matrix=attr)
    found = read_npz(tmp_path / "dense.npz", own=True)
    assert np.array_equal(found.x, attr)
    assert found.y is None


def test_of_the_users_own_files_labels_may_be_unknown(tmp_path: Path) -> None:
    labels = np.arange(40) % 3 - 1
    np.savez(tmp_path / "small.npz", **{**npz_arrays(), "labels": labels})
    assert np.array_equal(read_npz(tmp_path / "small.npz", own=True).y, labels)
    np.savez(tmp_path / "small.npz", **{**npz_arrays(), "labels": labels - 1})
    with pytest.raises(DataError, match="a label is -2; labels are 0 or larger, or -1 where unknown"):
        read_npz(tmp_path / "small.npz", own=True)


def test_an_entry_of_the_users_own_adjacency_that_is_zero_is_no_edge(tmp_path: Path) -> None:
    arrays = npz_arrays()
    arrays["adj_data"][:] = 0
    arrays["adj_data"][0] = 1
    np.savez(tmp_path / "small.npz", **arrays)
    ends = {0, int(arrays["adj_indices"][0])}
    assert {tuple(pair) for pair in read_npz(tmp_path / "small.npz", own=True).edge_index.T.tolist()} == {
        (a, b) for a in ends for b in ends if a != b
    }
    assert read_npz(tmp_path / "small.npz").edge_index.shape[1] > 2


def test_leaves_pickled_names_unread(tmp_path: Path) -> None:
    trace, path = tmp_path / "trace", tmp_path / "small.npz"
    np.savez(path, **npz_arrays(), class_names=np.array([Bomb(trace)], dtype=object))
    assert read_npz(path).num_nodes == 40
    assert not trace.exists()


def test_refuses_a_pickled_array(tmp_path: Path) -> None:
    trace, path = tmp_path / "trace", tmp_path / "small.npz"
    np.savez(path, **{**npz_arrays(), "labels": np.array([Bomb(trace)] * 40, dtype=object)})
    with pytest.raises(UnsafeDataError, match=r"small\.npz .* an array in it is a pickle"):
        read_npz(path)
    path.write_bytes(pickle.dumps(Bomb(trace)))
    with pytest.raises(DataError, match=r"small\.npz is damaged or no \.npz archive"):
        read_npz(path)
    assert not trace.exists()


def test_refuses_a_truncated_or_altered_file(tmp_path: Path) -> None:
    path = tmp_path / "small.npz"
    np.savez(path, **npz_arrays())
    whole = path.read_bytes()
    for cut in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(DataError, match=r"small\.npz"):
            read_npz(path)
    flipped = bytearray(whole)
    flipped[whole.index(b"NUMPY") + 140] ^= 255  # inside the first array: the checksum no longer fits
    path.write_bytes(flipped)
    with pytest.raises(DataError, match="damaged"):
        read_npz(path)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"labels": None}, "labels"),
        ({"adj_data": None, "attr_shape": None}, "it has no adj_data, attr_shape; it holds adj_indices, "),
        ({"labels": np.zeros(40)}, "labels are float64; integers are expected"),
        ({"labels": np.zeros(39, dtype=int)}, r"labels have shape \[39\]"),
        ({"labels": np.full(40, -1)}, "a label is -1"),
        ({"adj_indices": np.full(1, 99)}, "damaged or not in"),
        ({"adj_shape": np.array([41, 40])}, "damaged or not in"),
        ({"attr_shape": np.array([40])}, "damaged or not in"),
        ({"attr_matrix": np.zeros((39, 2))}, "does not fit features"),
        ({"attr_matrix": np.zeros(40)}, "attr_matrix has shape"),
        ({"attr_matrix": np.full((40, 2), np.nan)}, "NaN or infinite"),
    ],
)
def test_refuses_other_contents(change: dict, complaint: str, tmp_path: Path) -> None:
    arrays = {key: value for key, value in {**npz_arrays(), **change}.items() if value is not None}
    np.savez(tmp_path / "small.npz", **arrays)
    with pytest.raises(DataError, match=complaint):
        read_npz(tmp_path / "small.npz")


def test_refuses_an_archive_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.savez(tmp_path / "small.npz", **npz_arrays())
    monkeypatch.setattr(npz, "MAX_ARRAY_BYTES", 100)
    with pytest.raises(DataError, match="at most 100 are accepted"):
        read_npz(tmp_path / "small.npz")
