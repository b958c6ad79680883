from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare
from strategies import graphs

from rgrl.errors import ConfigError
from rgrl.graph import Graph, random_walks


def undirected(edges: list[tuple[int, int]], nodes: int) -> Graph:
    both = torch.tensor(edges + [(b, a) for a, b in edges]).T
    return Graph.from_edge_index(both, x=torch.ones(nodes, 1))


#: A hub, a triangle, a tail and a self-loop: steps back, to common neighbours and away.
EDGES = [(0, 1), (0, 2), (1, 2), (0, 3), (3, 4), (0, 5), (5, 5), (2, 4)]


@given(
    graph=graphs(),
    walk_length=st.integers(1, 6),
    count=st.integers(1, 3),
    p=st.sampled_from([1e-9, 0.25, 1.0, 4.0, 1e9]),
    q=st.sampled_from([1e-9, 0.25, 1.0, 4.0, 1e9]),
    seed=st.sampled_from([0, 7, 2**32 - 1]),
)
@settings(max_examples=40)
def test_walks_follow_edges_from_every_node_and_end_only_where_there_is_none(
    graph, walk_length, count, p, q, seed
):
    walks = random_walks(graph, walk_length=walk_length, walks_per_node=count, p=p, q=q, seed=seed)
    edges = set(zip(*graph.edge_index.tolist(), strict=True))
    sources = sorted({source for source, _ in edges})
    assert walks.shape == (len(sources) * count, walk_length)
    assert sorted(walks[:, 0].tolist()) == sorted(sources * count)
    for turn in range(count):
        assert sorted(walks[turn * len(sources) : (turn + 1) * len(sources), 0].tolist()) == sources
    for walk in walks.tolist():
        for a, b in pairwise(walk):
            assert (a, b) in edges or (b == -1 and (a == -1 or a not in sources))


@pytest.mark.parametrize(
    ("p", "q"), [(1.0, 1.0), (0.25, 4.0), (4.0, 0.25), (1.0, 1e-3), (1e-3, 1.0), (50.0, 1.0)]
)
def test_steps_have_the_exact_probabilities(p, q):
    graph = undirected(EDGES, 6)
    walks = random_walks(graph, walk_length=12, walks_per_node=2000, p=p, q=q, seed=1)
    near = {v: set() for v in range(6)}
    for a, b in graph.edge_index.T.tolist():
        near[a].add(b)
    first = Counter(zip(walks[:, 0].tolist(), walks[:, 1].tolist(), strict=True))
    for v in near:
        assert chisquare([first[v, x] for x in sorted(near[v])]).pvalue > 1e-3
    seen = Counter()
    for place in range(walks.shape[1] - 2):
        seen.update(map(tuple, walks[:, place : place + 3].tolist()))
    for t in near:
        for v in near[t]:
            weight = [1 / p if x == t else 1.0 if x in near[t] else 1 / q for x in sorted(near[v])]
            counts = np.array([seen[t, v, x] for x in sorted(near[v])], dtype=float)
            if counts.sum() >= 50 and len(weight) > 1:
                expected = counts.sum() * np.array(weight) / sum(weight)
                assert chisquare(counts, expected).pvalue > 1e-4, (t, v)


def test_weights_that_rejection_would_take_forever_with_are_added_up():
    clique = undirected([(a, b) for a in range(6) for b in range(a)], 6)  # no node is away from another
    walks = random_walks(clique, walk_length=200, walks_per_node=50, p=1.0, q=1e-9)
    back = (walks[:, 2:] == walks[:, :-2]).float().mean()
    assert back.item() == pytest.approx(1 / 5, abs=0.01)
    step = Counter((walks[:, 1:] - walks[:, :-1]).remainder(6).flatten().tolist())
    assert set(step) == {1, 2, 3, 4, 5}
    assert max(step.values()) < 1.05 * min(step.values())


def test_same_seed_same_walks_whatever_the_threads_and_another_seed_others():
    graph = undirected([(i, (i * 7 + 3) % 400) for i in range(400)], 400)

    def walks(seed: int, threads: int) -> torch.Tensor:
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        try:
            return random_walks(graph, walk_length=10, walks_per_node=4, p=0.5, q=2.0, seed=seed)
        finally:
            torch.set_num_threads(before)

    assert torch.equal(walks(0, 1), walks(0, 4))
    assert not torch.equal(walks(0, 1), walks(1, 1))


def test_a_directed_walk_ends_in_a_sink_and_edgeless_graphs_have_no_walks():
    line = Graph.from_edge_index([[0, 1], [1, 2]], x=torch.ones(4, 1))
    walks = random_walks(line, walk_length=5, walks_per_node=1)
    assert sorted(walks.tolist()) == [[0, 1, 2, -1, -1], [1, 2, -1, -1, -1]]
    lonely = Graph.from_edge_index(torch.empty(2, 0), x=torch.ones(1, 1))
    assert random_walks(lonely, walk_length=5, walks_per_node=2).shape == (0, 5)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"walk_length": 0}, "walk_length is 0: at least 1"),
        ({"walks_per_node": -1}, "walks_per_node is -1: at least 1"),
        ({"p": 0.0}, r"p is 0\.0: a number from 1e-9 to 1e9"),
        ({"q": float("nan")}, "q is nan"),
        ({"q": float("inf")}, "q is inf"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**32}, "seed is 4294967296"),
    ],
)
def test_bad_arguments_are_named(bad, message):
    with pytest.raises(ConfigError, match=message):
        random_walks(undirected(EDGES, 6), **{"walk_length": 3, "walks_per_node": 1, **bad})
