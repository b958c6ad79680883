from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from raw_writers import Bomb
from single_file_writers import ppi_members, write_ppi
from torch_geometric.data import Batch
from torch_geometric.datasets import PPI

from rgrl.datasets.ppi import read_ppi
from rgrl.errors import DataError, UnsafeDataError


def test_is_the_disjoint_union_of_what_pyg_reads(tmp_path: Path) -> None:
    path = write_ppi(tmp_path, ppi_members())
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "raw")
    parts = [PPI(str(tmp_path), split=split) for split in ("train", "val", "test")]
    expected = Batch.from_data_list([graph for part in parts for graph in part])
    found = read_ppi(path)
    assert np.array_equal(found.x, expected.x.numpy())
    edges = expected.edge_index.numpy()
    assert edges.size
    assert np.array_equal(found.edge_index, edges[:, np.lexsort((edges[1], edges[0]))])
    assert found.multi_label
    assert np.array_equal(found.y, expected.y.numpy() == 1)
    assert found.graph_of_node is not None
    assert np.array_equal(found.graph_of_node, expected.batch.numpy())
    numbers = [set(found.graph_of_node[nodes].tolist()) for nodes in found.splits[0]]
    assert numbers == [{0, 1, 2}, {3}, {4, 5}]
    assert np.array_equal(np.concatenate(found.splits[0]), np.arange(found.num_nodes))
    assert found.splits[0] is found.public_split
    assert len(found.splits) == 1
    assert found.inductive


def test_a_graph_that_begins_with_isolated_nodes_keeps_them(tmp_path: Path) -> None:
    members = ppi_members()
    links = [{"source": 7, "target": 8}]  # of the second graph, nodes 6 to 9
    members["train_graph.json"]["links"] = links
    found = read_ppi(write_ppi(tmp_path, members))
    train = found.edge_index[:, found.edge_index[0] < 15]
    assert train.tolist() == [[7, 8], [8, 7]]


def test_links_between_two_graphs_do_not_count(tmp_path: Path) -> None:
    members = ppi_members()
    expected = read_ppi(write_ppi(tmp_path / "a", members)).edge_index
    members["test_graph.json"]["links"].append({"source": 0, "target": 8})
    assert np.array_equal(read_ppi(write_ppi(tmp_path / "b", members)).edge_index, expected)


def tree(nodes: int, *links: tuple[Any, Any]) -> dict[str, Any]:
    pairs = [{"source": a, "target": b} for a, b in links]
    return {"nodes": [{"id": node} for node in range(nodes)], "links": pairs}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"test_feats.npy": None}, r"it has no 'test_feats\.npy'"),
        ({"test_feats.npy": np.zeros(9)}, r"test_feats is float64 of shape \[9\]"),
        ({"test_feats.npy": np.zeros((9, 5))}, "differ in their columns"),
        ({"test_feats.npy": np.full((9, 4), np.nan)}, "NaN or infinite"),
        ({"test_labels.npy": np.full((9, 7), 2)}, "test_labels is int64"),
        ({"test_labels.npy": np.zeros((8, 7))}, r"test_labels is float64 of shape \[8, 7\]"),
        ({"test_labels.npy": np.zeros((9, 6))}, "differ in their columns"),
        ({"test_graph_id.npy": np.zeros(9)}, "test_graph_id is float64"),
        ({"test_graph_id.npy": np.zeros(8, int)}, r"test_graph_id is int64 of shape \[8\]"),
        ({"test_graph.json": {}}, "damaged or not in DGL's form of PPI: 'nodes'"),
        ({"test_graph.json": tree(8)}, "test_graph does not name the 9 nodes 0 to 8"),
        ({"test_graph.json": tree(9, (0, 9))}, "test_graph links something else"),
        ({"test_graph.json": tree(9, (-1, 2))}, "test_graph links something else"),
        ({"test_graph.json": tree(9, ("a", 2))}, "test_graph links something else"),
    ],
)
def test_refuses_other_contents(change: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    members = {key: value for key, value in {**ppi_members(), **change}.items() if value is not None}
    with pytest.raises(DataError, match=complaint) as caught:
        read_ppi(write_ppi(tmp_path, members))
    assert str(caught.value).startswith(str(tmp_path / "ppi.zip"))
    assert "\n" not in str(caught.value)


def test_no_links_at_all(tmp_path: Path) -> None:
    bare = {f"{part}_graph.json": tree(n) for part, n in (("train", 15), ("valid", 5), ("test", 9))}
    assert read_ppi(write_ppi(tmp_path, {**ppi_members(), **bare})).edge_index.shape == (2, 0)


def test_refuses_a_pickled_array(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    pickled = np.array([[Bomb(trace)]], dtype=object)
    with pytest.raises(UnsafeDataError, match="an array in it is a pickle"):
        read_ppi(write_ppi(tmp_path, {**ppi_members(), "valid_labels.npy": pickled}))
    assert not trace.exists()
