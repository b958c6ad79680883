from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rgrl.datasets.node_pairs import pair_numbers, pairs_of


def test_pairs_of_some_nodes_have_the_first_numbers_each_once() -> None:
    pairs = np.array(list(itertools.combinations(range(40), 2))).T
    numbers = pair_numbers(pairs)
    assert sorted(numbers.tolist()) == list(range(40 * 39 // 2))
    assert np.array_equal(pair_numbers(pairs[::-1]), numbers)
    assert np.array_equal(pairs_of(numbers), pairs)


@given(st.integers(1, 2**31 - 1), st.integers(0, 2), st.booleans())
def test_large_numbers_come_back(high: int, near: int, from_above: bool) -> None:
    """At both ends of a node's range, where a rounded root would land beside it."""
    low = max(0, high - 1 - near) if from_above else min(near, high - 1)
    pair = np.array([[low], [high]])
    assert np.array_equal(pairs_of(pair_numbers(pair)), pair)


def test_no_pairs() -> None:
    assert pairs_of(np.empty(0, dtype=np.int64)).shape == (2, 0)
