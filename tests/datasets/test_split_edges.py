from __future__ import annotations

import logging

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rgrl.datasets import EdgeSplit, load_dataset, split_edges
from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph

Pairs = set[tuple[int, int]]


def as_set(pairs: torch.Tensor) -> Pairs:
    return {(min(pair), max(pair)) for pair in pairs.T.tolist()}


def edges_of(graph: Graph) -> Pairs:
    return {(u, v) for u, v in graph.edge_index.T.tolist() if u < v}


def tensors(split: EdgeSplit) -> list[torch.Tensor]:
    kinds = (split.negatives_random, split.negatives_hard)
    negatives = [split.train_negatives, *(part for kind in kinds for part in (kind.val, kind.test))]
    return [split.train, split.val, split.test, *negatives, split.train_graph.edge_index]


def require_sound(graph: Graph, split: EdgeSplit, val: float, test: float) -> None:
    edges = edges_of(graph)
    held_out = as_set(split.val) | as_set(split.test)
    assert sum(split.sizes) == len(edges)
    assert split.sizes[1:] == (int(val * len(edges)), int(test * len(edges)))
    assert as_set(split.train) | held_out == edges
    assert not as_set(split.train) & held_out
    directed = set(map(tuple, split.train_graph.edge_index.T.tolist()))
    assert directed == as_set(split.train) | {(v, u) for u, v in as_set(split.train)}
    assert split.train_graph.x is graph.x
    assert split.train_graph.y is graph.y
    assert split.train_negatives.shape == split.train.shape
    random = as_set(split.train_negatives)
    for kind in (split.negatives_random, split.negatives_hard):
        assert kind.val.shape == split.val.shape
        assert kind.test.shape == split.test.shape
        drawn = as_set(kind.val) | as_set(kind.test)
        assert len(drawn) == split.val.shape[1] + split.test.shape[1]
        assert not drawn & edges
    hard = as_set(split.negatives_hard.val) | as_set(split.negatives_hard.test)
    known = edges | random | hard | as_set(split.negatives_random.val) | as_set(split.negatives_random.test)
    if random & hard:  # only where every pair without an edge is taken
        assert len(known) == graph.num_nodes * (graph.num_nodes - 1) // 2
    random |= as_set(split.negatives_random.val) | as_set(split.negatives_random.test)
    assert len(random) == len(edges)
    assert not random & edges
    assert all(pairs.dtype == torch.int64 for pairs in tensors(split))


@st.composite
def splittable(draw: st.DrawFn) -> Graph:
    """Four to thirty edges among ten of twelve nodes, repeated ones and self-loops beside them."""
    node = st.integers(0, 9)
    edges = draw(st.lists(st.tuples(node, node), min_size=4, max_size=30))
    edges += [(0, 1), (2, 1), (2, 3), (3, 0)]
    ends = torch.tensor(edges + [(b, a) for a, b in edges]).T
    return Graph.from_edge_index(ends, x=torch.ones(12, 3), y=torch.arange(12))


@given(splittable(), st.integers(0, 2**32 - 1))
def test_parts_are_disjoint_and_negatives_are_no_edges(graph: Graph, seed: int) -> None:
    require_sound(graph, split_edges(graph, val=0.25, test=0.3, seed=seed), 0.25, 0.3)


def test_karate() -> None:
    graph = load_dataset("karate").graph
    split = split_edges(graph)
    require_sound(graph, split, 0.05, 0.10)
    adjacency = torch.zeros(34, 34)
    adjacency[split.train_graph.edge_index.unbind()] = 1
    for pairs in (split.negatives_hard.val, split.negatives_hard.test):
        assert ((adjacency @ adjacency)[pairs.unbind()] > 0).all()


def test_a_real_graph(data_root: object) -> None:
    graph = load_dataset("cora").graph
    split = split_edges(graph, seed=1)
    require_sound(graph, split, 0.05, 0.10)
    neighbours: list[set[int]] = [set() for _ in range(graph.num_nodes)]
    for u, v in split.train_graph.edge_index.T.tolist():
        neighbours[u].add(v)
    assert all(neighbours[u] & neighbours[v] for u, v in split.negatives_hard.test.T.tolist())


def test_seed_and_edges_alone_decide() -> None:
    graph = load_dataset("karate").graph
    shuffled = graph.edge_index[:, torch.randperm(156, generator=torch.Generator().manual_seed(0))]
    same = Graph.from_edge_index(shuffled, x=torch.ones(34, 2))
    state, numpy_state = torch.get_rng_state(), np.random.get_state()[1]  # noqa: NPY002
    first, second, other = (split_edges(g, seed=s) for g, s in ((graph, 3), (same, 3), (graph, 4)))
    assert all(torch.equal(a, b) for a, b in zip(tensors(first), tensors(second), strict=True))
    assert not any(torch.equal(a, b) for a, b in zip(tensors(first), tensors(other), strict=True))
    assert torch.equal(state, torch.get_rng_state())
    assert np.array_equal(numpy_state, np.random.get_state()[1])  # noqa: NPY002


def test_which_edges_are_held_out_stays_as_it_is() -> None:
    """Results are comparable on the same split only."""
    split = split_edges(load_dataset("karate").graph)
    assert split.val.tolist() == [[0, 18, 20], [5, 32, 33]]
    assert split.negatives_hard.val.tolist() == [[4, 4, 14], [17, 12, 26]]


def test_every_edge_is_held_out_as_often_as_another() -> None:
    ring = torch.arange(20)
    edges = torch.stack([ring, (ring + 1) % 20])
    graph = Graph.from_edge_index(torch.cat([edges, edges.flip(0)], 1), x=torch.ones(20, 1))
    times = torch.zeros(20)
    for seed in range(400):
        split = split_edges(graph, test=0.25, seed=seed)
        ends = split.test
        lower = torch.where((ends[0] == 0) & (ends[1] == 19), 19, ends[0])
        times[lower] += 1
    assert times.sum() == 2000
    assert ((times - 100).abs() < 5 * 75**0.5).all()


def test_random_pairs_fill_up_where_hard_ones_are_missing(caplog: pytest.LogCaptureFixture) -> None:
    """Twenty single edges and a path of three: one pair at the most is two hops apart."""
    edges = [(2 * i, 2 * i + 1) for i in range(20)] + [(40, 41), (41, 42)]
    ends = torch.tensor(edges).T
    graph = Graph.from_edge_index(torch.cat([ends, ends.flip(0)], 1), x=torch.ones(43, 1))
    hard_places = set()
    with caplog.at_level(logging.WARNING, logger="rgrl"):
        for seed in range(30):
            split = split_edges(graph, val=0.2, test=0.2, seed=seed)
            require_sound(graph, split, 0.2, 0.2)
            kept = {(40, 41), (41, 42)} <= as_set(split.train)
            for name in ("val", "test"):
                pairs = getattr(split.negatives_hard, name)
                assert kept or (40, 42) not in as_set(pairs)
                hard_places |= {(name, i) for i in range(4) if pairs[:, i].tolist() == [40, 42]}
    assert "1 pairs are two hops apart without an edge, 8 hard negatives are needed: 7 random" in caplog.text
    assert {name for name, _ in hard_places} == {"val", "test"}


@pytest.mark.parametrize(
    "arguments",
    [{"val": 0.0}, {"test": 0.0}, {"val": -0.1}, {"val": 0.5, "test": 0.5}, {"val": float("nan")}],
)
def test_refuses_shares_out_of_range(arguments: dict) -> None:
    with pytest.raises(ConfigError, match=r"val is .* and test is .*: both above 0, together below 1"):
        split_edges(load_dataset("karate").graph, **arguments)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_refuses_a_seed_out_of_range(seed: int) -> None:
    with pytest.raises(ConfigError, match=f"seed is {seed}: 0 to 4294967295"):
        split_edges(load_dataset("karate").graph, seed=seed)


@pytest.mark.parametrize(
    ("edges", "complaint"),
    [
        ([], "3 nodes and 0 edges between two of them"),
        ([(0, 0), (2, 2)], "3 nodes and 0 edges between two of them"),
        ([(0, 1)], "the graph is directed: .* every edge in both directions"),
        ([(0, 1), (1, 0)], "the graph has 1 edges: val=0.05 and test=0.1 make 0 validation and 0 test edges"),
    ],
)
def test_refuses_graphs_that_cannot_be_split(edges: list, complaint: str) -> None:
    ends = torch.tensor(edges, dtype=torch.int64).reshape(-1, 2).T
    with pytest.raises(DataError, match=complaint):
        split_edges(Graph.from_edge_index(ends, x=torch.ones(3, 1)))


def test_refuses_a_graph_that_is_too_dense_for_negatives() -> None:
    ends = torch.combinations(torch.arange(10)).T
    graph = Graph.from_edge_index(torch.cat([ends, ends.flip(0)], 1), x=torch.ones(10, 1))
    with pytest.raises(DataError, match="0 pairs of nodes are no edge: 45 are needed as negatives"):
        split_edges(graph)


def test_training_negatives_are_no_hard_ones() -> None:
    graph = load_dataset("karate").graph
    for seed in range(20):
        split = split_edges(graph, seed=seed)
        hard = as_set(split.negatives_hard.val) | as_set(split.negatives_hard.test)
        assert not as_set(split.train_negatives) & hard


def test_too_few_pairs_without_an_edge_are_said(caplog: pytest.LogCaptureFixture) -> None:
    """Six nodes with seven of fifteen pairs: the random negatives take all but one of the eight others."""
    edges = torch.tensor([[0, 0, 0, 1, 1, 2, 4], [1, 2, 3, 4, 5, 5, 5]])
    graph = Graph.from_edge_index(torch.cat([edges, edges.flip(0)], 1), x=torch.ones(6, 1))
    shared = []
    for seed in range(30):
        caplog.clear()
        split = split_edges(graph, val=0.2, test=0.2, seed=seed)
        hard = as_set(split.negatives_hard.val) | as_set(split.negatives_hard.test)
        shared.append(len(as_set(split.train_negatives) & hard))
        assert (f"{shared[-1]} hard negatives are training negatives too" in caplog.text) == bool(shared[-1])
    assert max(shared) > 0
