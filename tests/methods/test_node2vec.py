from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from rgrl.errors import ConfigError, MissingExtraError
from rgrl.graph import Graph
from rgrl.methods import node2vec

SMALL = {"dimensions": 16, "walk_length": 20, "walks_per_node": 10, "window": 4, "epochs": 3}

ELSEWHERE = """
import sys, torch
sys.path.insert(0, {folder!r})
from test_node2vec import digest
torch.set_num_threads(4)
print(digest())
"""


def digest() -> str:
    embedding = node2vec(two_cliques(), **SMALL, p=0.5, q=2.0, seed=3)
    return hashlib.sha256(embedding.numpy().tobytes()).hexdigest()


def two_cliques(size: int = 8) -> Graph:
    """Two cliques with one edge between them, and an isolated node."""
    edges = [(a, b) for first in (0, size) for a in range(first, first + size) for b in range(first, a)]
    both = torch.tensor([*edges, (0, size)]).T
    return Graph.from_edge_index(torch.cat([both, both.flip(0)], 1), x=torch.ones(2 * size + 1, 1))


@pytest.mark.parametrize(("p", "q"), [(1.0, 1.0), (0.5, 4.0)])
def test_cliques_come_apart_and_an_isolated_node_has_zeros(p, q):
    pytest.importorskip("gensim")
    embedding = node2vec(two_cliques(), p=p, q=q, **{**SMALL, "epochs": 20})
    assert embedding.shape == (17, 16)
    assert embedding.dtype == torch.float32
    assert torch.equal(embedding[16], torch.zeros(16))
    unit = F.normalize(embedding[:16])
    similarity = unit @ unit.T
    clique = torch.arange(16) // 8
    same, other = clique[:, None] == clique, clique[:, None] != clique
    assert similarity[same].min() > similarity[other].max()


def test_same_seed_same_bits_in_any_process_and_another_seed_others():
    pytest.importorskip("gensim")
    elsewhere = subprocess.run(
        [sys.executable, "-c", ELSEWHERE.format(folder=str(Path(__file__).parent))],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert elsewhere.strip() == digest()
    graph = two_cliques()
    assert torch.equal(node2vec(graph, **SMALL, seed=5), node2vec(graph, **SMALL, seed=5))
    assert not torch.equal(node2vec(graph, **SMALL, seed=5), node2vec(graph, **SMALL, seed=6))


def test_odd_graphs():
    pytest.importorskip("gensim")
    edgeless = Graph.from_edge_index(torch.empty(2, 0), x=torch.ones(3, 1))
    assert torch.equal(node2vec(edgeless, **SMALL), torch.zeros(3, 16))
    loop = Graph.from_edge_index([[0], [0]], x=torch.ones(1, 1))
    assert torch.isfinite(node2vec(loop, **SMALL)).all()
    line = Graph.from_edge_index([[0, 1], [1, 2]], x=torch.ones(4, 1))
    embedding = node2vec(line, **SMALL)
    assert (embedding != 0).any(1).tolist() == [True, True, True, False]


def test_it_is_ended_in_the_middle_of_a_pass(caplog):
    pytest.importorskip("gensim")
    graph, asked = two_cliques(), []

    def ended_at(passes: float) -> torch.Tensor:
        asked.clear()
        return node2vec(graph, **SMALL, stop=lambda done: asked.append(done) or done >= passes)

    caplog.set_level("WARNING", logger="gensim")
    whole, longer, begun, untouched = (ended_at(passes) for passes in (9, 1.5, 0.25, 0))
    assert asked == [0.0]
    assert torch.equal(whole, node2vec(graph, **SMALL))
    assert torch.equal(longer, ended_at(1.5))
    assert asked == [walk / 160 for walk in range(241)], "once before each of 160 walks a pass, and no more"
    # Each walk that was learned from takes the vectors further from where they began.
    moved = [(embedding - untouched).norm().item() for embedding in (begun, longer, whole)]
    assert 0 < moved[0] < moved[1] < moved[2]
    assert torch.equal(untouched[16], torch.zeros(16))
    assert not caplog.records, "gensim does not miss the other walks"


def test_an_error_of_whoever_is_asked_comes_through():
    pytest.importorskip("gensim")

    def broken(_: float) -> bool:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        node2vec(two_cliques(), **SMALL, stop=broken)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"dimensions": 0}, "dimensions is 0"),
        ({"window": 0}, "window is 0"),
        ({"epochs": 0}, "epochs is 0"),
        ({"negatives": 0}, "negatives is 0"),
        ({"walk_length": 1}, "walk_length is 1: a whole number from 2 to 10000"),
        ({"walk_length": 10001}, "walk_length is 10001"),
    ],
)
def test_bad_arguments_are_named(bad, message):
    with pytest.raises(ConfigError, match=message):
        node2vec(two_cliques(), **bad)


def test_bad_arguments_of_the_walks_are_named():
    pytest.importorskip("gensim")
    for bad, message in (({"p": 0.0}, r"p is 0\.0"), ({"seed": -1}, "seed is -1")):
        with pytest.raises(ConfigError, match=message):
            node2vec(two_cliques(), **bad)


def test_a_missing_gensim_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "gensim", None)
    monkeypatch.setitem(sys.modules, "gensim.models", None)
    with pytest.raises(MissingExtraError, match=r"needs gensim .*pip install 'rgrl\[walks\]'"):
        node2vec(two_cliques())
