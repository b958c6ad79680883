from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from safetensors import safe_open
from small_embedder import club, embedder, rows

from rgrl.errors import ConfigError, DataError, MissingExtraError, OutputError
from rgrl.estimator import write_embedding
from rgrl.evaluate import load_embeddings

IDS = ["Mr. Hi", 'a "b", c', *range(32)]


@pytest.mark.parametrize("ending", [".npy", ".safetensors"])
def test_the_evaluation_reads_what_is_written(tmp_path: Path, ending: str) -> None:
    write_embedding(tmp_path / f"a{ending}", rows(), node_ids=IDS)
    assert np.array_equal(load_embeddings(tmp_path / f"a{ending}").values.numpy(), rows())


def test_ids_stand_beside_the_rows(tmp_path: Path) -> None:
    write_embedding(tmp_path / "a.safetensors", rows(), node_ids=IDS)
    with safe_open(tmp_path / "a.safetensors", framework="np") as file:
        assert json.loads(file.metadata()["node_ids"]) == IDS
    write_embedding(str(tmp_path / "a.csv"), rows(), node_ids=IDS)
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        head, *lines = csv.reader(file)
    assert head == ["node", "0", "1", "2", "3", "4", "5"]
    assert [line[0] for line in lines] == [str(node) for node in IDS]
    assert np.array_equal(np.array([line[1:] for line in lines], dtype=np.float32), rows())


def test_parquet_has_the_types_of_the_ids(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    path = tmp_path / "a.parquet"
    for ids in (range(34), [f"node {i}" for i in range(34)]):
        write_embedding(path, rows(), node_ids=ids)
        frame = pd.read_parquet(path)
        assert frame["node"].tolist() == list(ids)
        assert np.array_equal(frame.drop(columns="node").to_numpy(), rows())
        assert set(frame.dtypes[1:]) == {np.dtype(np.float32)}
    before = path.read_bytes()
    with pytest.raises(DataError, match="cannot hold these node ids: a column of parquet has one type"):
        write_embedding(path, rows(), node_ids=IDS)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_an_estimator_writes_its_own(tmp_path: Path) -> None:
    graph = nx.relabel_nodes(club(), {0: "Mr. Hi"})
    fitted = embedder(features="degree").fit(graph)
    fitted.save_embedding(tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text().split("\n")[1].startswith("Mr. Hi,")


def test_without_pyarrow_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"a\.parquet needs pyarrow: pip install 'rgrl\[tables\]'"):
        write_embedding(tmp_path / "a.parquet", rows())


@pytest.mark.parametrize(
    ("path", "embedding", "ids", "error", "message"),
    [
        ("a.txt", rows(), None, ConfigError, r"has the ending '\.txt': accepted are \.npy, \.safetensors"),
        ("a.npy", [1.0], None, DataError, r"the embedding has shape \[1\]: \[N, d\] is"),
        ("a.npy", [[np.nan]], None, DataError, "the embedding: 1 of 1 values are NaN or inf"),
        ("a.csv", rows(2), ["a"], DataError, "node_ids has 1 ids: one for each of 2 nodes"),
        ("a.csv", rows(2), "ab", DataError, "node_ids is 'ab': a sequence with one id a node"),
        ("a.csv", rows(2), [[1], [2]], DataError, "node_ids has a list at place 0: ids must be hashable"),
        ("a.csv", rows(2), [1.0, float("nan")], DataError, "node_ids has nan at place 1: every node needs"),
        ("a.safetensors", rows(1), [frozenset()], DataError, r"the node id frozenset\(\) is a frozenset"),
        ("none/a.npy", rows(2), None, OutputError, "cannot be written: No such file"),
    ],
)
def test_refusals_leave_nothing(
    tmp_path: Path, path: str, embedding: Any, ids: Any, error: Any, message: str
) -> None:
    with pytest.raises(error, match=message):
        write_embedding(tmp_path / path, embedding, node_ids=ids)
    assert list(tmp_path.iterdir()) == []


def test_ids_of_other_libraries_are_taken(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    for ids in (pd.Index(["a", "b"]), np.array(["a", "b"]), pd.Series(["a", "b"])):
        write_embedding(tmp_path / "a.csv", rows(2), node_ids=ids)
        assert [line[:2] for line in (tmp_path / "a.csv").read_text().split("\n")[1:3]] == ["a,", "b,"]
