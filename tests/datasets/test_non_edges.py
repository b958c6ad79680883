from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgrl.datasets import non_edges
from rgrl.datasets.node_pairs import pair_numbers, pairs_of
from rgrl.datasets.non_edges import random_non_edges, two_hop_non_edges
from rgrl.errors import DataError

Pairs = set[tuple[int, int]]


@st.composite
def edge_sets(draw: st.DrawFn) -> tuple[int, Pairs, Pairs]:
    """A number of nodes, edges between them, and a part of the edges to train on."""
    nodes = draw(st.integers(2, 9))
    edges = draw(st.sets(st.sampled_from(list(itertools.combinations(range(nodes), 2))), min_size=1))
    return nodes, edges, {edge for edge in sorted(edges) if draw(st.booleans())}


def numbers(pairs: Pairs) -> np.ndarray:
    return np.sort(pair_numbers(np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T))


def as_set(drawn: np.ndarray) -> Pairs:
    return set(map(tuple, pairs_of(drawn).T.tolist()))


def two_hops(nodes: int, edges: Pairs, train: Pairs) -> Pairs:
    def near(a: int) -> set[int]:
        return {v for u, v in train if u == a} | {u for u, v in train if v == a}

    return {(a, b) for a, b in itertools.combinations(range(nodes), 2) if near(a) & near(b)} - edges


@given(edge_sets(), st.integers(0, 40), st.integers(0, 9))
def test_random_ones_are_distinct_and_no_edges_until_none_is_left(
    drawn: tuple[int, Pairs, Pairs], count: int, seed: int
) -> None:
    nodes, edges, _ = drawn
    free = set(itertools.combinations(range(nodes), 2)) - edges
    if count > len(free):
        with pytest.raises(DataError, match=f"{len(free)} pairs of nodes are no edge: {count} are needed"):
            random_non_edges(numbers(edges), nodes, count, np.random.RandomState(seed))
        return
    found = random_non_edges(numbers(edges), nodes, count, np.random.RandomState(seed))
    assert found.dtype == np.int64
    assert len(as_set(found)) == found.size == count
    assert as_set(found) <= free
    again = random_non_edges(numbers(edges), nodes, count, np.random.RandomState(seed))
    assert np.array_equal(found, again)


@given(edge_sets(), st.integers(0, 20), st.integers(0, 9), st.sampled_from([1, 5, 10**6]))
def test_hard_ones_are_two_hops_apart_and_all_are_found(
    drawn: tuple[int, Pairs, Pairs], count: int, seed: int, block: int
) -> None:
    nodes, edges, train = drawn
    expected = two_hops(nodes, edges, train)
    whole = two_hop_non_edges(numbers(edges), numbers(train), nodes, count, np.random.RandomState(seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(non_edges, "_BLOCK_WALKS", block)
        found = two_hop_non_edges(numbers(edges), numbers(train), nodes, count, np.random.RandomState(seed))
    assert np.array_equal(found, whole)
    assert len(as_set(found)) == found.size == min(count, len(expected))
    assert as_set(found) <= expected


@pytest.mark.parametrize("count", [1, 3])
def test_every_pair_is_as_likely_as_another(count: int) -> None:
    """Whatever the number of common neighbours, and wherever in the order of drawing."""
    nodes = 7
    edges: Pairs = {(0, 1), (1, 2), (0, 3), (2, 3), (3, 4), (2, 5), (0, 6), (2, 6)}  # 0 and 2 share three
    ways = {
        random_non_edges: (numbers(edges), nodes, count),
        two_hop_non_edges: (numbers(edges), numbers(edges), nodes, count),
    }
    for draw, arguments in ways.items():
        expected = set(itertools.combinations(range(nodes), 2)) - edges
        if draw is two_hop_non_edges:
            expected = two_hops(nodes, edges, edges)
        runs = 1000
        first: Counter[tuple[int, int]] = Counter()
        for seed in range(runs):
            found = pairs_of(draw(*arguments, np.random.RandomState(seed)))  # type: ignore[operator]
            first[tuple(found[:, -1].tolist())] += 1
        assert set(first) == expected
        mean = runs / len(expected)
        assert all(abs(times - mean) < 5 * mean**0.5 for times in first.values())


def test_more_common_neighbours_than_a_byte_counts() -> None:
    middle = range(2, 2 + 256)
    edges = {(0, m) for m in middle} | {(1, m) for m in middle}
    found = two_hop_non_edges(numbers(edges), numbers(edges), 258, 10**6, np.random.RandomState(0))
    assert (0, 1) in as_set(found)
    assert found.size == 1 + 256 * 255 // 2
