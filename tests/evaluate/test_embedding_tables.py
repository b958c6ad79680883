"""Embeddings as tables, and their rows in the order of a graph's nodes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rgrl.errors import DataError
from rgrl.estimator import write_embedding
from rgrl.evaluate import load_embeddings

VALUES = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
IDS = ["ann", "bob", "007", "a, b"]


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
@pytest.mark.parametrize(("ids", "text"), [(IDS, IDS), (None, ["0", "1", "2", "3"])])
def test_what_is_written_is_read_bit_for_bit(
    tmp_path: Path, ending: str, ids: list[str] | None, text: list[str]
) -> None:
    if ending == ".parquet":
        pytest.importorskip("pyarrow")
    write_embedding(tmp_path / f"e{ending}", VALUES, node_ids=ids)
    loaded = load_embeddings(tmp_path / f"e{ending}")
    assert np.array_equal(loaded.values.numpy(), VALUES)
    assert (loaded.node_ids, loaded.fingerprint) == (tuple(text), None)


def test_rows_follow_the_nodes(tmp_path: Path) -> None:
    write_embedding(tmp_path / "e.csv", VALUES, node_ids=IDS)
    loaded = load_embeddings(tmp_path / "e.csv")
    ordered = loaded.in_order_of(["007", "ann", "a, b", "bob"])
    assert np.array_equal(ordered.values.numpy(), VALUES[[2, 0, 3, 1]])
    assert ordered.node_ids == ("007", "ann", "a, b", "bob")
    for nodes, said in (
        (["ann", "bob", "007", "eve"], "e.csv has no row for 1 of the graph's 4 nodes, the first is 'eve'"),
        (["ann", "bob", "7"], "e.csv has no row for 1 of the graph's 3 nodes, the first is '7'"),
        (["ann", "bob"], "e.csv has 2 rows whose node is none of the graph's 2, the first is '007'"),
    ):
        with pytest.raises(DataError, match=said):
            loaded.in_order_of(nodes)
    np.save(tmp_path / "e.npy", VALUES)
    with pytest.raises(DataError, match="names no nodes"):
        load_embeddings(tmp_path / "e.npy").in_order_of(IDS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ann,0.5\nbob,1\n", "the name of the first column is 'ann': 'node', with the ids, is needed"),
        ("node\nann\n", "has no column beside 'node'"),
        ("node,0\n", r"holds values of shape \[0, 1\]"),
        ("node,0,1\nann,1\n", "row 1 has 2 cells: 3 columns are named"),
        ("node,0,1\nann,1,2\nbob,1,x\n", "row 2, column '1': 'x' is not a number"),
        ("node,0\nann,1\n,2\n", "row 2 has no id in the column 'node'"),
        ("node,0\nann,1\nbob,2\nann,3\n", "has the node 'ann' in rows 1 and 3: each node needs one row"),
        ("node,0\nann,1e39\n", "inf"),
        ("node,0\nann,\n", "row 1, column '0': '' is not a number"),
        ('node,0\n"ann,1\n', "is damaged or no table"),
        ("\0\0", "."),
    ],
)
def test_what_is_no_such_table_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "e.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=said) as caught:
        load_embeddings(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_table_are_refused(tmp_path: Path) -> None:
    for name, said in (("e.csv", "no table"), ("e.parquet", "no table")):
        if name == "e.parquet":
            pytest.importorskip("pyarrow")
        (tmp_path / name).write_bytes(b"\xff\xfe\x80garbage")
        with pytest.raises(DataError, match=f"{name} is damaged or {said}") as caught:
            load_embeddings(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_a_parquet_of_pandas_may_have_the_ids_as_its_index(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5]}, index=pd.Index([7, 3], name="node"))
    frame.to_parquet(tmp_path / "e.parquet")
    loaded = load_embeddings(tmp_path / "e.parquet")
    assert (loaded.node_ids, loaded.values.tolist()) == (("7", "3"), [[1, 0.5], [2, 1.5]])
    frame.assign(a=["x", "y"]).to_parquet(tmp_path / "text.parquet")
    with pytest.raises(DataError, match="the column 'a' holds"):
        load_embeddings(tmp_path / "text.parquet")
