from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from safetensors import safe_open
from small_embedder import club, embedder

from rgrl import RGRLEmbedder
from rgrl.errors import ConfigError, DataError, OutputError


@pytest.mark.parametrize("options", [{"encoder": "gcn"}, {"encoder": "gat", "norm": "layer"}, {"epochs": 0}])
def test_a_loaded_estimator_transforms_to_the_same_bits(tmp_path: Path, options: Any) -> None:
    graph = nx.relabel_nodes(club(), {0: "Mr. Hi", 1: (1, ("a", 2.5))})
    fitted = embedder(features="degree", random_state=np.int64(3), **options).fit(graph)
    fitted.save(tmp_path / "club.safetensors")
    loaded = RGRLEmbedder.load(str(tmp_path / "club.safetensors"))
    assert loaded.get_params() == fitted.get_params()
    for name in ("embedding_", "loss_curve_"):
        assert np.array_equal(getattr(loaded, name), getattr(fitted, name))
    assert loaded.node_ids_.tolist() == list(graph)
    for name in ("seed_", "seconds_", "n_iter_", "n_features_in_"):
        assert getattr(loaded, name) == getattr(fitted, name)
    graph.add_edge("new", "Mr. Hi")
    assert np.array_equal(loaded.transform(graph), fitted.transform(graph))
    assert np.array_equal(loaded.fit(graph).embedding_, fitted.fit(graph).embedding_)


def test_fixed_features_are_known_again(tmp_path: Path) -> None:
    fitted = embedder(features="positional", random_state=np.random.RandomState(1)).fit(club())
    fitted.save(tmp_path / "a.safetensors")
    loaded = RGRLEmbedder.load(tmp_path / "a.safetensors")
    assert loaded.random_state == fitted.seed_
    assert loaded.node_ids_.dtype == np.int64
    assert np.array_equal(loaded.transform(club()), fitted.embedding_)


def test_the_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = embedder(features="degree", callback=print).fit(club())
    path = tmp_path / "a.safetensors"
    fitted.save(path)
    with safe_open(path, framework="pt") as file:
        assert json.loads(file.metadata()["params"])["callback"] is None
    before = path.read_bytes()
    monkeypatch.setattr(Path, "replace", _full_disk)
    with pytest.raises(OutputError, match=r"a\.safetensors cannot be written: No space left"):
        fitted.save(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.safetensors"]
    assert path.read_bytes() == before


def _full_disk(self: Path, target: Path) -> None:
    raise OSError(28, "No space left on device")


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    fitted = embedder(features="degree").fit(nx.relabel_nodes(club(), {0: frozenset("a")}))
    with pytest.raises(OutputError, match=r"has the ending '\.pkl': an embedder is written as \.safetensors"):
        fitted.save(tmp_path / "a.pkl")
    with pytest.raises(DataError, match=r"the node id frozenset\({'a'}\) is a frozenset: text, numbers"):
        fitted.save(tmp_path / "a.safetensors")
    with pytest.raises(OutputError, match="cannot be written"):
        embedder(features="degree").fit(club()).save(tmp_path / "none" / "a.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_arguments_that_fit_takes_are_stored_as_load_takes_them(tmp_path: Path) -> None:
    fitted = embedder(
        features="degree",
        undirected=np.bool_(True),
        warm_start=np.bool_(False),
        block_rows=np.int64(7),
        random_state=None,
    ).fit(club())
    fitted.save(tmp_path / "a.safetensors")
    loaded = RGRLEmbedder.load(tmp_path / "a.safetensors")
    assert loaded.get_params() == fitted.get_params()
    with pytest.raises(ConfigError, match=r"changed after fit .* \(output is 5: accepted are None, 'numpy'"):
        fitted.set_params(output=5).save(tmp_path / "a.safetensors")
