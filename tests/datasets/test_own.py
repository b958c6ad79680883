from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
import torch
from raw_writers import npz_arrays

from rgrl.datasets.load import load_dataset
from rgrl.datasets.own import is_own, load_own
from rgrl.datasets.splits import random_splits
from rgrl.errors import ConfigError, DataError, DataUnavailableError
from rgrl.graph import as_graph, structural_features
from rgrl.graph.graph import Graph


def write_cycle(folder: Path, n: int, *, label: bool = True, table: str = "ring.features.csv") -> Path:
    """Write a ring of n nodes and its table in an order of its own."""
    path = folder / "ring.edgelist"
    path.write_text("".join(f"v{i} v{(i + 1) % n}\n" for i in range(n)))
    lines = [
        f"v{i},{i},{i * i}" + (f",{'odd' if i % 2 else 'even'}" if label else "") for i in reversed(range(n))
    ]
    (folder / table).write_text("\n".join(["id,a,b" + (",label" if label else ""), *lines]) + "\n")
    return path


def test_a_ring_with_its_table_beside_it(tmp_path: Path) -> None:
    found = load_own(write_cycle(tmp_path, 12))
    assert found.name == "ring"
    assert found.graph.num_edges == 24
    assert found.graph.features_as(torch.float32).tolist() == [[i, i * i] for i in reversed(range(12))]
    assert found.labels is found.graph.y
    assert found.labels is not None
    assert found.labels.tolist() == [i % 2 for i in reversed(range(12))]
    source, target = found.graph.edge_index.tolist()
    assert all((a - b) % 12 in (1, 11) for a, b in zip(source, target, strict=True))
    assert len(found.splits) == 20
    assert found.public_split is None
    assert found.train_graph is None
    assert not found.relations
    spec = found.spec
    assert (spec.name, spec.reader, spec.task) == ("ring", "own", "node classification")
    assert (spec.num_nodes, spec.num_edges, spec.num_features, spec.num_classes) == (12, 24, 2, 2)
    assert spec.digest == found.fingerprint.digest


def test_without_labels_there_are_splits_all_the_same(tmp_path: Path) -> None:
    found = load_own(write_cycle(tmp_path, 10, label=False))
    assert found.labels is None
    assert found.graph.y is None
    assert found.fingerprint.num_classes == 0
    assert len(found.splits) == 20


def test_a_small_graph_has_no_splits(tmp_path: Path) -> None:
    assert load_own(write_cycle(tmp_path, 9)).splits == ()


def test_the_table_that_is_named_goes_before_the_one_beside(tmp_path: Path) -> None:
    path = write_cycle(tmp_path, 12)
    write_cycle(tmp_path, 12, label=False, table="other.csv")
    assert load_own(path, features=tmp_path / "other.csv").labels is None
    (tmp_path / "ring.features.csv").unlink()
    expected = (
        r"has no features: put ring\.features\.csv or ring\.features\.tsv or ring\.features\.parquet beside "
        r"it, name a table, or have them made of the edges by naming one of 'degree', 'identity', "
        r"'positional'$"
    )
    with pytest.raises(DataUnavailableError, match=expected):
        load_own(path)


@pytest.mark.parametrize("kind", ["degree", "identity", "positional"])
def test_features_made_of_the_edges(kind: str, tmp_path: Path) -> None:
    path = write_cycle(tmp_path, 12)
    named = load_own(path, features=kind)
    assert (named.feature_kind, load_own(path).feature_kind) == (kind, None)
    assert named.labels is not None, "the table beside names nodes and classes"
    assert named.node_ids == load_own(path).node_ids == tuple(f"v{i}" for i in reversed(range(12)))
    expected = as_graph(named.graph, x=structural_features(kind, named.graph))
    assert torch.equal(named.graph.view().dense_features, expected.view().dense_features)
    (tmp_path / "ring.features.csv").unlink()
    bare = load_own(path, features=kind)
    assert bare.labels is None
    assert bare.node_ids is not None
    assert sorted(bare.node_ids) == sorted(named.node_ids)
    assert bare.fingerprint.num_features == named.fingerprint.num_features


def test_a_table_of_labels_alone(tmp_path: Path) -> None:
    path = write_cycle(tmp_path, 12)
    rows = "".join(f"v{i},{'odd' if i % 2 else 'even'}\n" for i in range(12))
    (tmp_path / "ring.features.csv").write_text(f"id,label\n{rows}")
    found = load_own(path, features="degree")
    assert found.labels is not None
    assert found.labels.tolist() == [i % 2 for i in range(12)]
    with pytest.raises(DataError, match=r"ring\.features\.csv has no column of features .*'degree'"):
        load_own(path)


def test_whole_files_take_features_of_their_edges(tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", **npz_arrays())
    found = load_own(tmp_path / "mine.npz", features="degree")
    assert found.graph.num_features == 32
    assert found.labels is not None
    assert found.node_ids is None


@pytest.mark.parametrize("ending", [".graphml", ".csv", ".tsv", ".txt", ".edgelist"])
def test_the_same_graph_in_every_form_of_edges(ending: str, tmp_path: Path) -> None:
    expected = load_own(write_cycle(tmp_path, 12))
    path = tmp_path / f"ring{ending}"
    ring = nx.relabel_nodes(nx.cycle_graph(12), {i: f"v{i}" for i in range(12)})
    if ending == ".graphml":
        nx.write_graphml(ring, path)
    else:
        between = {".csv": ",", ".tsv": "\t"}.get(ending, " ")
        path.write_text("".join(f"{a}{between}{b}\n" for a, b in ring.edges))
    assert load_own(path).fingerprint == expected.fingerprint


def test_npz_keeps_its_features(tmp_path: Path) -> None:
    arrays = npz_arrays()
    np.savez(tmp_path / "mine.npz", **arrays)
    found = load_own(str(tmp_path / "mine.npz"))
    assert found.graph.num_nodes == 40
    assert found.fingerprint.num_classes == 4
    assert isinstance(found.graph, Graph)
    assert arrays["attr_data"].max() > 1
    del arrays["labels"]
    np.savez(tmp_path / "bare.npz", **arrays)
    assert load_own(tmp_path / "bare.npz").labels is None


def test_a_fully_labelled_graph_has_the_papers_splits(tmp_path: Path) -> None:
    for found, expected in zip(load_own(write_cycle(tmp_path, 12)).splits, random_splits(12), strict=True):
        for part in ("train", "val", "test"):
            assert getattr(found, part).tobytes() == getattr(expected, part).tobytes()


def test_refuses_other_paths(tmp_path: Path) -> None:
    (tmp_path / "mine.npz").touch()
    with pytest.raises(ConfigError, match=r"mine\.pkl: accepted endings are \.npz, \.safetensors, \.graphml"):
        load_own(tmp_path / "mine.pkl")
    with pytest.raises(DataUnavailableError, match=r"graph .*absent\.csv does not exist"):
        load_own(tmp_path / "absent.csv")
    with pytest.raises(ConfigError, match=r"features is t\.csv, but .*mine\.npz holds its own: .*'degree'"):
        load_own(tmp_path / "mine.npz", features="t.csv")


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_cycle(tmp_path, 12)

    def denied(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("rgrl.datasets.own.read_edges", denied)
    with pytest.raises(DataUnavailableError, match=r"ring\.edgelist cannot be read: Permission denied"):
        load_own(path)


def test_tells_files_from_names(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    assert is_own(tmp_path / "plain")
    assert is_own("absent.NPZ")
    assert is_own("folder/absent.edgelist")
    assert not is_own("cora")
    assert not is_own("ogbn-arxiv")
    assert is_own("folder/data.json"), "so that the endings are told, and not the names"


def test_a_registry_name_is_never_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "karate").touch()
    assert not is_own("karate")
    assert not is_own(" Karate ")
    assert load_dataset("karate").spec.reader == "embedded"


def test_a_published_file_is_known_by_its_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "data.json").write_text("{}")
    expected = r"accepted endings are .*; put it at <root>/wikics/raw/ and name the dataset 'wikics'$"
    with pytest.raises(ConfigError, match=expected):
        load_dataset(tmp_path / "data.json")
    np.savez(tmp_path / "amazon_electronics_photo.npz", **npz_arrays())
    np.savez(tmp_path / "mine.npz", **npz_arrays())
    load_own(tmp_path / "mine.npz")
    assert not caplog.records
    load_own(tmp_path / "amazon_electronics_photo.npz")
    assert "features are not binarised; name the dataset 'photo'" in caplog.text
