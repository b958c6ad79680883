from __future__ import annotations

import dataclasses
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from raw_writers import Bomb, FakeNetwork, multiplex_arrays, npz_arrays, write_planetoid

from rgrl.datasets import download as download_module
from rgrl.datasets import registry
from rgrl.datasets.dataset_spec import DatasetSpec
from rgrl.datasets.fingerprint import fingerprint
from rgrl.datasets.load import load_dataset, read_raw, require_expected
from rgrl.datasets.raw_file import RawFile
from rgrl.datasets.registry import DATASETS
from rgrl.errors import ConfigError, DataError, DataUnavailableError, UnsafeDataError


@pytest.fixture
def cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    """Cut the network and leave neither cache nor data folder."""
    monkeypatch.delenv("RGRL_DATA", raising=False)
    monkeypatch.setenv("RGRL_CACHE", str(tmp_path / "cache"))
    network = FakeNetwork({})
    monkeypatch.setattr(download_module, "urlopen", network)
    return network


@pytest.mark.parametrize("name", ["Karate", "digits"])
def test_embedded_ones_load_with_the_network_cut(name: str, cut_off: FakeNetwork) -> None:
    found = load_dataset(name)
    assert found.name == name.lower()
    assert found.fingerprint.digest == DATASETS[found.name].digest
    assert found.graph.num_nodes == found.fingerprint.num_nodes
    assert len(found.splits) == 20
    assert found.public_split is None
    assert not cut_off.calls


@pytest.mark.parametrize("name", ["cora", "citeseer", "pubmed", "computers", "cs", "imdb"])
def test_real_ones_are_what_the_registry_expects(name: str, data_root: Path) -> None:
    found = load_dataset(name, root=data_root, download=False)
    assert found.fingerprint.digest == found.spec.digest
    assert found.graph.num_edges == found.spec.num_edges
    assert (found.public_split is None) == (found.spec.reader == "npz")
    assert len(found.splits) == (1 if name == "imdb" else 20)


def test_real_imdb_has_its_two_relations_and_one_split(data_root: Path) -> None:
    found = load_dataset("imdb", root=data_root, download=False)
    assert {name: graph.num_edges // 2 for name, graph in found.relations.items()} == {
        "MAM": 31439,
        "MDM": 5119,
    }
    for graph in found.relations.values():
        assert graph.x is found.graph.x
        assert graph.y is found.labels
        assert graph.is_undirected
        assert not graph.has_loop.any()
    assert (found.graph.num_nodes, found.graph.num_features) == (3550, 2000)
    assert found.labels is not None
    assert found.labels.bincount().tolist() == [1339, 979, 1232]
    assert found.splits == (found.public_split,)
    assert found.splits[0].sizes == (300, 300, 2950)


def test_the_graph_holds_what_was_read(cut_off: FakeNetwork) -> None:
    found = load_dataset("karate")
    raw = read_raw(found.spec)
    edges = found.graph.edge_index.numpy()
    assert fingerprint(raw.x, edges, raw.y) == found.fingerprint


def test_an_altered_real_file_is_refused_with_both_digests(data_root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "cora" / "raw"
    shutil.copytree(data_root / "cora" / "raw", copy)
    path = copy / "ind.cora.graph"
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    for altered in (bytes(content), bytes(content[:-100])):
        path.write_bytes(altered)
        with pytest.raises(
            DataError, match=r"ind\.cora\.graph is not the published file: SHA-256 is \w{64}, expected"
        ):
            load_dataset("cora", root=tmp_path)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DatasetSpec:
    """Put a small Planetoid dataset without known digests into the registry and on disk."""
    files = write_planetoid(tmp_path / "toy" / "raw", "toy", gap=False)
    spec = DatasetSpec(
        "toy", "Toy", "node classification", 532, None, 11, 3, "planetoid", tuple(map(RawFile, files))
    )
    monkeypatch.setitem(registry.DATASETS, "toy", spec)
    return spec


def test_small_planetoid_files_load(toy: DatasetSpec, tmp_path: Path, cut_off: FakeNetwork) -> None:
    found = load_dataset("toy", root=tmp_path)
    assert found.fingerprint.num_nodes == 532
    assert found.public_split is not None
    assert found.public_split.sizes == (9, 500, 12)


def test_small_npz_files_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut_off: FakeNetwork) -> None:
    spec = DatasetSpec("toy", "Toy", "node classification", 40, None, 13, 4, "npz", (RawFile("toy.npz"),))
    monkeypatch.setitem(registry.DATASETS, "toy", spec)
    (tmp_path / "toy" / "raw").mkdir(parents=True)
    np.savez(tmp_path / "toy" / "raw" / "toy.npz", **npz_arrays())
    assert load_dataset("toy", root=tmp_path).graph.num_nodes == 40


@pytest.fixture
def toy_multiplex(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DatasetSpec:
    """Put a small multiplex dataset into the registry and on disk."""
    held = multiplex_arrays()
    spec = DatasetSpec(
        "toy",
        "Toy",
        "multiplex",
        12,
        None,
        5,
        3,
        "multiplex",
        (RawFile("toy.pkl"),),
        relations=(("A", 4), ("B", None)),
    )
    monkeypatch.setitem(registry.DATASETS, "toy", spec)
    (tmp_path / "toy" / "raw").mkdir(parents=True)
    (tmp_path / "toy" / "raw" / "toy.pkl").write_bytes(pickle.dumps(held, protocol=4))
    return spec


def test_a_multiplex_dataset_is_its_relations_over_the_same_nodes(
    toy_multiplex: DatasetSpec, tmp_path: Path
) -> None:
    found = load_dataset("toy", root=tmp_path)
    ends = {
        name: set(zip(*graph.edge_index.tolist(), strict=True)) for name, graph in found.relations.items()
    }
    assert ends["A"] == {(0, 1), (1, 0), (2, 5), (5, 2)}
    assert ends["A"] | ends["B"] == set(zip(*found.graph.edge_index.tolist(), strict=True))
    assert ends["A"] & ends["B"]
    assert all(graph.x is found.graph.x and graph.y is found.labels for graph in found.relations.values())
    assert found.splits == (found.public_split,)
    raw = read_raw(toy_multiplex, root=tmp_path)
    assert found.fingerprint == fingerprint(raw.x, raw.edge_index, raw.y, raw.relations)
    assert found.fingerprint.digest != fingerprint(raw.x, raw.edge_index, raw.y).digest


def test_a_relation_of_another_size_is_refused(
    toy_multiplex: DatasetSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = dataclasses.replace(toy_multiplex, relations=(("A", 6), ("B", None)))
    monkeypatch.setitem(registry.DATASETS, "toy", other)
    with pytest.raises(
        DataError, match=r"'toy' is not the expected graph: A has 4 directed edges \(expected 6\)"
    ):
        load_dataset("toy", root=tmp_path)


def test_a_path_is_taken_where_a_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.npz"
    np.savez(path, **npz_arrays())
    for name in (path, str(path)):
        assert load_dataset(name).name == "mine"
    with pytest.raises(DataUnavailableError, match=r"graph .*absent\.npz does not exist"):
        load_dataset(str(tmp_path / "absent.npz"))
    (tmp_path / "mine.xyz").touch()
    with pytest.raises(ConfigError, match="accepted endings are"):
        load_dataset(str(tmp_path / "mine.xyz"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "karate").touch()
    assert load_dataset("karate").spec.reader == "embedded"


def test_a_malicious_pickle_is_refused_and_does_not_run(toy: DatasetSpec, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    (tmp_path / "toy" / "raw" / "ind.toy.allx").write_bytes(pickle.dumps(Bomb(trace), protocol=2))
    with pytest.raises(UnsafeDataError, match=r"ind\.toy\.allx asks for"):
        load_dataset("toy", root=tmp_path)
    assert not trace.exists()


def test_another_graph_than_expected_is_refused(
    toy: DatasetSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = dataclasses.replace(toy, num_features=12, num_isolated=999, digest="0" * 64)
    monkeypatch.setitem(registry.DATASETS, "toy", other)
    with pytest.raises(DataError) as caught:
        load_dataset("toy", root=tmp_path)
    message = str(caught.value)
    assert message.startswith(
        "dataset 'toy' is not the expected graph: num_features 11 (expected 12), num_isolated "
    )
    assert f"(expected {'0' * 64})" in message
    assert "num_nodes" not in message


def test_refusals_name_the_dataset(cut_off: FakeNetwork, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="dataset 'corra' is unknown; did you mean 'cora'"):
        load_dataset("corra")
    with pytest.raises(DataUnavailableError, match=r"'dblp\.pkl' has no official address.*Put dblp\.pkl at"):
        load_dataset("dblp")
    with pytest.raises(DataUnavailableError, match="network is down"):
        load_dataset("photo")
    with pytest.raises(DataUnavailableError, match="fetching was not allowed"):
        load_dataset("cora", root=tmp_path, download=False)
    with pytest.raises(ConfigError, match="which is no folder"):
        load_dataset("cora", root=tmp_path / "absent")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cora", "citeseer", "pubmed"])
def test_loads_wherever_the_package_index_is(name: str, tmp_path: Path, cut_off: FakeNetwork) -> None:
    assert load_dataset(name).fingerprint.digest == DATASETS[name].digest
    assert cut_off.calls


def test_a_multiplex_graph_with_every_count_right_is_taken_with_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = load_dataset("karate").fingerprint
    facts = {"num_nodes": 34, "num_edges": 156, "digest": "0" * 64}
    spec = dataclasses.replace(DATASETS["karate"], name="two", relations=(("a", None),), **facts)
    require_expected(spec, found)
    assert caplog.messages[0].startswith("two is not the copy that results here were made on: digest ")
    with pytest.raises(DataError, match=r"not the expected graph: num_nodes 34 \(expected 35\), digest"):
        require_expected(dataclasses.replace(spec, num_nodes=35), found)
    with pytest.raises(DataError, match="not the expected graph: digest"):
        require_expected(dataclasses.replace(spec, relations=()), found)
