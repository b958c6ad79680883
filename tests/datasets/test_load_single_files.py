from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from single_file_writers import reddit_arrays
from small_datasets import WRITERS, put

from rgrl.datasets import Dataset, load_dataset, on_disk
from rgrl.errors import DataError
from rgrl.graph import graph_batches, induced_subgraph


@pytest.fixture(params=list(WRITERS))
def loaded(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    put(request.param, tmp_path, monkeypatch)
    assert on_disk(request.param, root=tmp_path)
    return load_dataset(request.param, root=tmp_path, download=False)


def test_parts_belong_together(loaded: Dataset) -> None:
    graph = loaded.graph
    assert graph.num_nodes == loaded.fingerprint.num_nodes
    assert graph.num_edges == loaded.fingerprint.num_edges
    assert not loaded.fingerprint.directed
    assert loaded.labels is not None
    assert loaded.labels.shape[0] == graph.num_nodes
    assert len(loaded.splits) == {"wikics": 20, "ogbn-arxiv": 20, "reddit": 1, "ppi": 1}[loaded.name]
    assert (loaded.public_split is None) == (loaded.name == "wikics")
    if loaded.public_split is not None:
        assert all(split is loaded.public_split for split in loaded.splits)
    assert (loaded.train_graph is None) == (loaded.name in ("wikics", "ogbn-arxiv"))
    if loaded.name == "ppi":
        assert graph.y is None
        assert loaded.labels.dtype == torch.bool
        assert loaded.fingerprint.num_classes == loaded.labels.shape[1]
    else:
        assert graph.y is not None
        assert torch.equal(graph.y, loaded.labels)
        assert loaded.graph_of_node is loaded.train_graph_of_node is None


def test_an_encoder_sees_the_training_nodes_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("reddit", "ppi"):
        put(name, tmp_path, monkeypatch)
        found = load_dataset(name, root=tmp_path)
        expected = induced_subgraph(found.graph, found.splits[0].train)
        assert found.train_graph is not None
        assert torch.equal(found.train_graph.edge_index, expected.edge_index)
        assert 0 < expected.num_edges < found.graph.num_edges
        assert torch.equal(found.train_graph.x, expected.x)


def test_ppi_trains_on_batches_of_whole_graphs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put("ppi", tmp_path, monkeypatch)
    found = load_dataset("ppi", root=tmp_path)
    assert found.train_graph is not None
    numbers = found.train_graph_of_node
    assert numbers is not None
    assert numbers.tolist() == [0] * 6 + [1] * 4 + [2] * 5
    assert dataclasses.replace(found, train_graph=None).train_graph_of_node is found.graph_of_node
    draw = torch.Generator().manual_seed(0)
    batches = list(graph_batches(found.train_graph, numbers, batch_size=2, generator=draw))
    assert [batch.num_nodes for batch in batches] in ([10, 5], [11, 4], [9, 6])
    assert sum(batch.num_edges for batch in batches) == found.train_graph.num_edges


def test_counts_after_reading_are_held_against_the_registry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("ppi", tmp_path, monkeypatch, num_nodes=29, num_classes=8)
    with pytest.raises(DataError, match=r"'ppi' is not the expected graph: num_classes 7 \(expected 8\)$"):
        load_dataset("ppi", root=tmp_path)


@pytest.mark.parametrize("name", list(WRITERS))
def test_another_file_than_the_published_one_is_refused(name: str, tmp_path: Path) -> None:
    path = WRITERS[name](tmp_path / name / "raw")
    with pytest.raises(DataError, match=f"{path.name} is not the published file: SHA-256 is"):
        load_dataset(name, root=tmp_path)


def test_reddit_in_int32_is_the_same_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put("reddit", tmp_path, monkeypatch)
    found = load_dataset("reddit", root=tmp_path).graph
    graph, _ = reddit_arrays()
    expected = sorted(zip(graph["row"].tolist(), graph["col"].tolist(), strict=True))
    assert list(map(tuple, found.edge_index.T.tolist())) == expected
    assert found.edge_index.numpy().dtype == np.int64
