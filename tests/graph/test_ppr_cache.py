from __future__ import annotations

import logging

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from rgrl.errors import ConfigError
from rgrl.graph import Graph, LocalAnchors, ppr_cache, topk_ppr
from rgrl.graph.ppr_cache import cached_topk_ppr


def make_graph(seed: int = 0, symmetric: bool = True) -> Graph:
    ends = torch.randint(40, (2, 70), generator=torch.Generator().manual_seed(seed))
    edges = torch.cat([ends, ends.flip(0)], 1) if symmetric else ends
    return Graph.from_edge_index(edges, x=np.ones((42, 1)))  # the last two stay isolated


@pytest.fixture
def computed(monkeypatch):
    """What was computed rather than read."""
    calls = []

    def count(graph, **arguments):
        calls.append(arguments)
        return topk_ppr(graph, **arguments)

    monkeypatch.setattr(ppr_cache, "topk_ppr", count)
    return calls


def same(one, other) -> bool:
    return all(torch.equal(a, b) and a.dtype == b.dtype for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("symmetric", [True, False])
def test_what_is_read_is_what_was_computed(tmp_path, computed, symmetric):
    graph = make_graph(symmetric=symmetric)
    folder = tmp_path / "not" / "there" / "yet"
    results = [cached_topk_ppr(graph, folder, k=5) for _ in range(3)]
    assert len(computed) == 1
    assert all(same(result, topk_ppr(graph, k=5)) for result in results)
    assert [path.suffix for path in folder.iterdir()] == [".safetensors"]  # nothing temporary is left


def test_each_graph_and_each_parameter_has_its_own_file(tmp_path, computed):
    changes = [{}, {"k": 4}, {"restart": 0.2}, {"tolerance": 1e-5}, {"include_self": False}]
    graphs = [make_graph(), make_graph(seed=1), make_graph(symmetric=False)]
    for _ in range(2):
        for graph in graphs:
            for change in changes:
                arguments = {"k": 5, **change}
                assert same(cached_topk_ppr(graph, tmp_path, **arguments), topk_ppr(graph, **arguments))
    assert len(computed) == len(list(tmp_path.iterdir())) == len(graphs) * len(changes)


def test_another_format_is_another_file(tmp_path, computed, monkeypatch):
    cached_topk_ppr(make_graph(), tmp_path, k=2)
    monkeypatch.setattr(ppr_cache, "_FORMAT", ppr_cache._FORMAT + 1)
    cached_topk_ppr(make_graph(), tmp_path, k=2)
    assert len(computed) == 2


def altered(path, change, **changed_metadata) -> None:
    """Write the file again after a change, with a digest that fits."""
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    change(tensors)
    if {"index", "score"} <= tensors.keys():
        metadata["digest"] = ppr_cache._digest(tensors["index"], tensors["score"])
    save_file(tensors, path, {**metadata, **changed_metadata})


BREAKS = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("not a tensor in sight, and longer than eight bytes"),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-7]),
    "one bit": lambda path: path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1])),
    "no metadata": lambda path: save_file(load_file(path), path),
    "of another graph": lambda path: altered(path, lambda t: None, key="0" * 64),
    "too few rows": lambda path: altered(path, lambda t: t.update(index=t["index"][:-1].clone())),
    "other scores": lambda path: altered(path, lambda t: t.update(score=t["score"][:, :-1].clone())),
    "other type": lambda path: altered(path, lambda t: t.update(index=t["index"].int())),
    "double scores": lambda path: altered(path, lambda t: t.update(score=t["score"].double())),
    "node too large": lambda path: altered(path, lambda t: t["index"].__setitem__((0, 0), 42)),
    "node too small": lambda path: altered(path, lambda t: t["index"].__setitem__((0, 0), -2)),
    "not a number": lambda path: altered(path, lambda t: t["score"].__setitem__((0, 0), float("nan"))),
    "negative": lambda path: altered(path, lambda t: t["score"].__setitem__((0, 0), -0.5)),
    "nothing in it": lambda path: altered(path, lambda t: t.pop("index")),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_file_is_computed_anew_and_replaced(tmp_path, computed, caplog, name):
    graph = make_graph()
    cached_topk_ppr(graph, tmp_path, k=3)
    (path,) = tmp_path.iterdir()
    BREAKS[name](path)
    with caplog.at_level(logging.WARNING):
        assert same(cached_topk_ppr(graph, tmp_path, k=3), topk_ppr(graph, k=3))
    assert path.name in caplog.text
    assert len(computed) == 2
    assert same(cached_topk_ppr(graph, tmp_path, k=3), topk_ppr(graph, k=3))
    assert len(computed) == 2
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_is_only_logged(tmp_path, caplog):
    taken = tmp_path / "file"
    taken.write_text("in the way")
    graph = make_graph()
    with caplog.at_level(logging.WARNING):
        assert same(cached_topk_ppr(graph, taken, k=3), topk_ppr(graph, k=3))
    assert "cannot be written" in caplog.text
    assert taken.read_text() == "in the way"


def test_a_full_disk_leaves_nothing_behind(tmp_path, caplog, monkeypatch):
    def full(self, content):
        self.open("wb").close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with caplog.at_level(logging.WARNING):
        cached_topk_ppr(make_graph(), tmp_path, k=3)
    assert "No space left on device" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_bad_arguments_are_refused_and_not_stored(tmp_path):
    with pytest.raises(ConfigError, match="k is 0"):
        cached_topk_ppr(make_graph(), tmp_path, k=0)
    assert list(tmp_path.iterdir()) == []


def test_local_anchors_are_the_same_with_a_cache(tmp_path, computed):
    graph = make_graph()
    plain = LocalAnchors.from_graph(graph, k=4, include_self=False)
    for _ in range(2):
        kept = LocalAnchors.from_graph(graph, k=4, include_self=False, cache=tmp_path)
        assert torch.equal(kept.index, plain.index)
        assert torch.equal(kept.mask, plain.mask)
    assert computed == [{"k": 4, "restart": 0.15, "tolerance": 1e-4, "include_self": False}]
