from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from small_embedder import club, embedder

from rgrl import RGRLEmbedder
from rgrl.errors import DataError, OutputError


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


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    path = tmp_path_factory.mktemp("whole") / "a.safetensors"
    embedder(features="degree").fit(club()).save(path)
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()  # noqa: SIM118


def _changed(text: str, **changes: Any) -> str:
    return json.dumps({**json.loads(text), **changes})


@pytest.mark.parametrize(
    ("tensors", "metadata", "message"),
    [
        ({}, {"format": "other"}, "holds no RGRLEmbedder: a file that RGRLEmbedder.save wrote is needed"),
        ({}, {"format_version": "2"}, "has version 2 of its format: this rgrl reads version 1"),
        ({}, {"params": "[]"}, "is damaged: ValueError params and facts are no tables"),
        ({}, {"params": "{"}, "is damaged: JSONDecodeError"),
        ({}, {"params": {"layers": [16, 4]}}, "is damaged: its parts do not fit together"),
        ({}, {"params": {"learning": 1}}, "is damaged: its parts do not fit together .*'learning'"),
        ({}, {"params": {"epochs": -4}}, "is damaged: its parts do not fit together .*epochs is -4"),
        ({}, {"facts": "{}"}, "is damaged: its parts do not fit together .*n_features_in_"),
        ({"node_ids": torch.arange(3)}, {}, "is damaged: ValueError 3 node ids stand beside an embedding"),
        ({"loss_curve": None}, {}, "is damaged: KeyError 'loss_curve'"),
    ],
)
def test_files_of_something_else_are_refused(
    tmp_path: Path, parts: Any, tensors: Any, metadata: Any, message: str
) -> None:
    values = {name: value for name, value in {**parts[0], **tensors}.items() if value is not None}
    texts = dict(parts[1])
    for name, change in metadata.items():
        texts[name] = change if isinstance(change, str) else _changed(texts[name], **change)
    save_file(values, tmp_path / "a.safetensors", metadata=texts)
    with pytest.raises(DataError, match=message) as caught:
        RGRLEmbedder.load(tmp_path / "a.safetensors")
    assert "\n" not in str(caught.value)


def test_files_that_are_missing_or_cut_short_are_refused(tmp_path: Path, parts: Any) -> None:
    with pytest.raises(DataError, match=r"none\.safetensors cannot be read: No such file"):
        RGRLEmbedder.load(tmp_path / "none.safetensors")
    path = tmp_path / "a.safetensors"
    save_file(parts[0], path, metadata=parts[1])
    for length in (0, 5, 100, path.stat().st_size - 1):
        cut = tmp_path / "cut.safetensors"
        cut.write_bytes(path.read_bytes()[:length])
        with pytest.raises(DataError, match="is damaged or no safetensors file"):
            RGRLEmbedder.load(cut)
