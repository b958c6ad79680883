from __future__ import annotations

import dataclasses
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from raw_writers import Bomb, FakeNetwork, npz_arrays, write_planetoid

from rgrl.datasets import download as download_module
from rgrl.datasets import registry
from rgrl.datasets.dataset_spec import DatasetSpec
from rgrl.datasets.fingerprint import fingerprint
from rgrl.datasets.load import load_dataset, read_raw
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


@pytest.mark.parametrize("name", ["cora", "citeseer", "pubmed", "computers", "cs"])
def test_real_ones_are_what_the_registry_expects(name: str, data_root: Path) -> None:
    found = load_dataset(name, root=data_root, download=False)
    assert found.fingerprint.digest == found.spec.digest
    assert found.graph.num_edges == found.spec.num_edges
    assert (found.public_split is None) == (found.spec.reader == "npz")


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
    with pytest.raises(DataUnavailableError, match="dataset 'dblp' is not readable yet"):
        load_dataset("DBLP")
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
