from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgrl.datasets.edges import undirected_edges
from rgrl.errors import DataError

pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=30)


@given(pairs, st.sampled_from([np.int32, np.int64]))
def test_is_the_sorted_symmetric_set_without_loops(drawn: list[tuple[int, int]], dtype: type) -> None:
    ends = np.array(drawn, dtype=dtype).reshape(-1, 2)
    expected = sorted({(a, b) for a, b in drawn if a != b} | {(b, a) for a, b in drawn if a != b})

    found = undirected_edges(ends[:, 0], ends[:, 1], 7)

    assert found.shape == (2, len(expected))
    assert found.dtype == dtype
    assert list(map(tuple, found.T.tolist())) == expected


@pytest.mark.parametrize("node", [-1, 3])
def test_refuses_a_node_out_of_range(node: int) -> None:
    with pytest.raises(DataError, match=f"node {node}; nodes are numbered 0 to 2"):
        undirected_edges(np.array([0]), np.array([node]), 3)


def test_an_edge_that_stands_256_times_is_one_edge() -> None:
    source, target = np.zeros(256, dtype=np.int64), np.ones(256, dtype=np.int64)
    assert undirected_edges(source, target, 2).tolist() == [[0, 1], [1, 0]]


def test_takes_little_memory_beside_its_input() -> None:
    draw = np.random.default_rng(0)
    ends = draw.integers(0, 20_000, (2, 400_000), dtype=np.int32)
    source, target = np.concatenate([ends, ends[::-1]], axis=1)
    tracemalloc.start()
    edges = undirected_edges(source, target, 20_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * edges.shape[1]
