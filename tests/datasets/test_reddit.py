from __future__ import annotations

import errno
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from raw_writers import Bomb
from single_file_writers import reddit_arrays, write_reddit, write_zip
from torch_geometric.datasets import Reddit

from rgrl.datasets import zip_members
from rgrl.datasets.reddit import read_reddit
from rgrl.errors import DataError, DataUnavailableError, UnsafeDataError


def test_is_what_pyg_reads(tmp_path: Path) -> None:
    path = write_reddit(tmp_path, *reddit_arrays())
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "raw")
    expected = Reddit(str(tmp_path))[0]
    found = read_reddit(path)
    assert np.array_equal(found.x, expected.x.numpy())
    assert found.x.dtype == np.float32
    assert np.array_equal(found.edge_index, expected.edge_index.numpy())
    assert found.edge_index.dtype == np.int32
    assert np.array_equal(found.y, expected.y.numpy())
    masks = (expected.train_mask, expected.val_mask, expected.test_mask)
    assert len(found.splits) == 1
    assert found.splits[0] is found.public_split
    for held, mask in zip(found.splits[0], masks, strict=True):
        assert np.array_equal(held, np.flatnonzero(mask))
    assert found.inductive


def test_one_way_repeated_and_looping_edges_are_made_canonical(tmp_path: Path) -> None:
    graph, data = reddit_arrays()
    edges = {"row": np.array([4, 1, 1, 7]), "col": np.array([2, 0, 0, 7]), "data": np.ones(4)}
    found = read_reddit(write_reddit(tmp_path, {**graph, **edges}, data))
    assert found.edge_index.tolist() == [[0, 1, 2, 4], [1, 0, 4, 2]]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"row": None}, "damaged or not in DGL's form of Reddit"),
        ({"row": np.zeros(3)}, "row is float64"),
        ({"row": np.zeros(3, int)}, "row has 3 entries"),
        ({"row": np.full(3, 30), "col": np.zeros(3, int)}, "row reaches from 30 to 30"),
        ({"row": np.zeros(3, int), "col": np.array([0, -1, 2])}, "col reaches from -1 to 2"),
        ({"row": np.full(1, 2**32), "col": np.zeros(1, int)}, "row reaches from 4294967296"),
        ({"format": np.array("csr")}, r"the graph is a csr matrix \[30, 30\]"),
        ({"shape": np.array([30, 31])}, r"a coo matrix \[30, 31\]"),
        ({"feature": np.zeros((29, 5))}, r"features have shape \[29, 5\]"),
        ({"feature": np.full((30, 1), np.inf)}, "NaN or infinite"),
        ({"label": np.zeros(30)}, "labels are float64"),
        ({"label": np.zeros(29, int)}, r"labels have shape \[29\]"),
        ({"node_types": np.zeros(30, int)}, "node_types is int64"),
        ({"node_types": np.ones(29, int)}, r"node_types is int64 of shape \[29\]"),
    ],
)
def test_refuses_other_contents(change: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    held = []
    for arrays in reddit_arrays():
        changed = {**arrays, **{key: value for key, value in change.items() if key in arrays}}
        held.append({key: value for key, value in changed.items() if value is not None})
    with pytest.raises(DataError, match=complaint) as caught:
        read_reddit(write_reddit(tmp_path, *held))
    assert str(caught.value).startswith(str(tmp_path / "reddit.zip"))
    assert "\n" not in str(caught.value)


def test_refuses_a_pickled_array(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    graph, data = reddit_arrays()
    pickled = np.array([Bomb(trace)] * 30, dtype=object)
    with pytest.raises(UnsafeDataError, match=r"reddit\.zip: an array in it is a pickle"):
        read_reddit(write_reddit(tmp_path, graph, {**data, "label": pickled}))
    assert not trace.exists()


def test_refuses_a_damaged_or_incomplete_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_reddit(tmp_path, *reddit_arrays())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"reddit\.zip is damaged"):
        read_reddit(path)
    with pytest.raises(DataError, match=r"it has no 'reddit_graph\.npz'"):
        read_reddit(write_zip(path, {"other.npz": b""}))
    with pytest.raises(DataError, match=r"reddit\.zip is damaged"):
        read_reddit(write_zip(path, {"reddit_graph.npz": b"PK\x03\x04 no more"}))
    path.write_bytes(whole)
    monkeypatch.setattr(zip_members, "MAX_MEMBER_BYTES", 1500)
    graph, data = reddit_arrays()
    with pytest.raises(DataError, match=r"'feature\.npy' has 240128 bytes; at most 1500 are accepted"):
        read_reddit(write_reddit(tmp_path, graph, {**data, "feature": np.zeros((30, 1000))}))
    monkeypatch.setattr(zip_members, "MAX_MEMBER_BYTES", 100)
    with pytest.raises(DataError, match="at most 100 are accepted"):
        read_reddit(path)


def test_says_when_the_temporary_folder_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = write_reddit(tmp_path, *reddit_arrays())
    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(
        DataUnavailableError, match=r"has no room for the \d+ bytes of 'reddit_graph\.npz'; set TMPDIR"
    ):
        read_reddit(path)
