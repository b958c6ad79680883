from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rgrl.datasets.splits import random_splits
from rgrl.errors import DataError


def test_are_the_papers_twenty() -> None:
    draw = np.random.RandomState(0)
    splits = random_splits(2708)
    assert len(splits) == 20
    for split in splits:
        order = draw.permutation(2708)
        assert np.array_equal(split.test, order[:2166])
        assert np.array_equal(split.val, order[2166:2436])
        assert np.array_equal(split.train, order[2436:])


@settings(max_examples=30, deadline=None)
@given(st.integers(10, 400))
def test_cover_every_node_once(num_nodes: int) -> None:
    for split in random_splits(num_nodes, count=3):
        assert split.sizes[2] == int(0.8 * num_nodes)
        assert split.sizes[1] == int(0.1 * num_nodes)
        everyone = np.concatenate([split.train, split.val, split.test])
        assert np.array_equal(np.sort(everyone), np.arange(num_nodes))


def test_among_some_nodes_are_those_of_a_smaller_graph() -> None:
    among = np.arange(5, 105, 2)
    for split, small in zip(random_splits(120, among=among), random_splits(50), strict=True):
        assert split.num_nodes == 120
        for part in ("train", "val", "test"):
            assert np.array_equal(getattr(split, part), among[getattr(small, part)])


def test_do_not_touch_the_global_generator() -> None:
    before = np.random.get_state()[1].tolist()  # noqa: NPY002  (the one that must stay untouched)
    random_splits(50)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_refuse_a_graph_that_is_too_small() -> None:
    with pytest.raises(DataError, match="9 nodes cannot be split"):
        random_splits(9)
    with pytest.raises(DataError, match="9 of 40 nodes cannot be split"):
        random_splits(40, among=np.arange(9))
    with pytest.raises(DataError, match="number of splits is 0"):
        random_splits(20, count=0)
