from __future__ import annotations

import gzip
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from single_file_writers import arxiv_tables, write_arxiv

from rgrl.datasets import zip_members
from rgrl.datasets.arxiv import read_arxiv
from rgrl.errors import DataError


@pytest.fixture
def ogb_raw(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return ogb's reader of raw tables, imported without the look-up for a newer version that it starts."""
    if "ogb" not in sys.modules:
        monkeypatch.setitem(sys.modules, "outdated", None)
    from ogb.io.read_graph_raw import read_csv_graph_raw

    return read_csv_graph_raw


def test_is_what_ogb_reads(tmp_path: Path, ogb_raw: Any) -> None:
    tables = arxiv_tables()
    path = write_arxiv(tmp_path, tables)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    expected = ogb_raw(str(tmp_path / "arxiv" / "raw"), additional_node_files=["node_year"])[0]
    found = read_arxiv(path)
    assert np.array_equal(found.x, expected["node_feat"])
    assert found.x.dtype == np.float32
    pairs = {(a, b) for a, b in expected["edge_index"].T.tolist()}
    both = sorted(pairs | {(b, a) for a, b in pairs})
    assert list(map(tuple, found.edge_index.T.tolist())) == both
    assert found.y.tolist() == tables["raw/node-label"][:, 0].tolist()
    assert found.public_split is not None
    for part, held in zip(("train", "valid", "test"), found.public_split, strict=True):
        assert held.tolist() == tables[f"split/time/{part}"][:, 0].tolist()
    assert len(found.splits) == 20
    assert all(split is found.public_split for split in found.splits)


def test_imports_no_ogb_and_unpacks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_arxiv(tmp_path, arxiv_tables())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../outside.txt", "no")
    for name in [name for name in sys.modules if name.split(".")[0] == "ogb"]:
        monkeypatch.delitem(sys.modules, name)
    assert read_arxiv(path).num_nodes == 25
    assert "ogb" not in sys.modules
    assert list(tmp_path.iterdir()) == [path]
    assert not (tmp_path.parent / "outside.txt").exists()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"raw/edge": None}, r"it has no 'arxiv/raw/edge\.csv\.gz'"),
        ({"raw/edge": np.zeros((62, 3), int)}, "edge has 3 columns"),
        ({"raw/edge": "0,25\n"}, "num-edge-list says"),
        ({"raw/edge": "0,25\n", "raw/num-edge-list": "1\n"}, "an edge names node 25"),
        ({"raw/num-node-list": "20\n5\n"}, r"num-node-list says \[20, 5\], but there are 25 rows"),
        ({"raw/node-label": "a\n"}, r"node-label\.csv\.gz': could not convert string 'a'"),
        ({"raw/node-label": "1\n"}, r"labels have shape \[1\]"),
        ({"raw/node-label": "1,2\n"}, "has 2 columns; one is expected"),
        ({"raw/node-feat": "1,2\n3\n"}, r"node-feat\.csv\.gz'"),
        ({"raw/node-feat": "nan\n" * 25}, "NaN or infinite"),
        ({"split/time/valid": " \n"}, r"valid\.csv\.gz' is empty"),
    ],
)
def test_refuses_other_contents(change: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    tables = {key: value for key, value in {**arxiv_tables(), **change}.items() if value is not None}
    with pytest.raises(DataError, match=complaint) as caught:
        read_arxiv(write_arxiv(tmp_path, tables))
    assert str(caught.value).startswith(str(tmp_path / "arxiv.zip"))
    assert "\n" not in str(caught.value)


def test_refuses_a_damaged_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_arxiv(tmp_path, arxiv_tables())
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[whole.index(b"edge.csv.gz") + 60] ^= 255
    for content in (b"", whole[:-30], bytes(flipped)):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"arxiv\.zip is damaged or not in OGB's form"):
            read_arxiv(path)
    monkeypatch.setattr(zip_members, "MAX_MEMBER_BYTES", 1000)
    bomb = {**arxiv_tables(), "raw/node-feat": "0\n" * 5000}
    assert len(gzip.compress(b"0\n" * 5000)) < 1000
    with pytest.raises(DataError, match="unpacks to more than the 1000 bytes"):
        read_arxiv(write_arxiv(tmp_path, bomb))
