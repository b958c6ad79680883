from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from single_file_writers import wikics_data, write_json
from sklearn.preprocessing import StandardScaler
from torch_geometric.datasets import WikiCS

from rgrl.datasets import wikics
from rgrl.datasets.wikics import read_wikics
from rgrl.errors import DataError


def test_is_what_pyg_reads_less_its_self_loops(tmp_path: Path) -> None:
    path = write_json(tmp_path / "raw", wikics_data())
    expected = WikiCS(str(tmp_path), is_undirected=True)[0]
    found = read_wikics(path)
    edges = expected.edge_index.numpy()
    assert (edges[0] == edges[1]).any()
    assert np.array_equal(found.edge_index, edges[:, edges[0] != edges[1]])
    assert np.array_equal(found.y, expected.y.numpy())
    varied = [column for column in range(7) if column != 4]
    scaled = StandardScaler().fit_transform(expected.x.numpy().astype(np.float64))
    assert np.allclose(found.x[:, varied], scaled[:, varied], rtol=1e-6, atol=1e-7)
    assert (found.x[:, 4] == 0).all()
    assert len(found.splits) == 20
    for split, (train, val, test) in enumerate(found.splits):
        assert np.array_equal(train, np.flatnonzero(expected.train_mask[:, split]))
        assert np.array_equal(val, np.flatnonzero(expected.val_mask[:, split]))
        assert np.array_equal(test, np.flatnonzero(expected.test_mask))
    assert found.public_split is None
    assert not found.inductive


def test_masks_may_be_numbers(tmp_path: Path) -> None:
    data = wikics_data()
    told = read_wikics(write_json(tmp_path / "a", data)).splits
    data["train_masks"] = [[int(value) for value in mask] for mask in data["train_masks"]]
    found = read_wikics(write_json(tmp_path / "b", data)).splits
    assert all(np.array_equal(a[0], b[0]) for a, b in zip(told, found, strict=True))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"features": None}, r"not in WikiCS's form: no key 'features'"),
        ({"features": [[1.0], [1.0, 2.0]]}, "damaged or not in WikiCS's form"),
        ({"features": []}, r"features have shape \[0\]"),
        ({"features": [[float("nan")]] * 30}, "NaN or infinite"),
        ({"labels": [0.5] * 30}, "labels is float64"),
        ({"labels": [0] * 29}, r"labels have shape \[29\]"),
        ({"labels": [-1] * 30}, "a label is -1"),
        ({"links": [[]] * 29}, "links has 29 lists; 30 nodes need one each"),
        ({"links": [[30]] * 30}, "an edge names node 30"),
        ({"links": [["a"]] * 30}, "links is <U1"),
        ({"test_mask": [2] * 30}, "test_mask is int64"),
        ({"test_mask": [True] * 29}, r"test_mask is bool of shape \[29\]"),
        ({"train_masks": [[True] * 30] * 19}, "19 training and 20 validation masks"),
        ({"train_masks": [], "val_masks": []}, r"train_masks is float64 of shape \[0\]"),
    ],
)
def test_refuses_other_contents(change: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    data = {key: value for key, value in {**wikics_data(), **change}.items() if value is not None}
    with pytest.raises(DataError, match=complaint) as caught:
        read_wikics(write_json(tmp_path, data))
    assert str(caught.value).startswith(str(tmp_path / "data.json"))
    assert "\n" not in str(caught.value)


def test_links_may_be_few(tmp_path: Path) -> None:
    found = read_wikics(write_json(tmp_path, {**wikics_data(), "links": [[]] * 30}))
    assert found.edge_index.shape == (2, 0)


def test_refuses_damaged_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_json(tmp_path, wikics_data())
    whole = path.read_bytes()
    for content in (b"", whole[:-10], b"\xff" + whole, b"[" * 100_000, json.dumps([1]).encode()):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"data\.json is damaged or not in WikiCS's form"):
            read_wikics(path)
    monkeypatch.setattr(wikics, "MAX_JSON_BYTES", 100)
    with pytest.raises(DataError, match="at most 100 are accepted"):
        read_wikics(write_json(tmp_path, wikics_data()))
