from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgrl.datasets.edges import undirected_edges
from rgrl.errors import DataError

pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=30)


@given(pairs)
def test_is_the_sorted_symmetric_set_without_loops(drawn: list[tuple[int, int]]) -> None:
    ends = np.array(drawn, dtype=np.int64).reshape(-1, 2)
    expected = sorted({(a, b) for a, b in drawn if a != b} | {(b, a) for a, b in drawn if a != b})

    found = undirected_edges(ends[:, 0], ends[:, 1], 7)

    assert found.shape == (2, len(expected))
    assert found.dtype == np.int64
    assert list(map(tuple, found.T.tolist())) == expected


@pytest.mark.parametrize("node", [-1, 3])
def test_refuses_a_node_out_of_range(node: int) -> None:
    with pytest.raises(DataError, match=f"node {node}; nodes are numbered 0 to 2"):
        undirected_edges(np.array([0]), np.array([node]), 3)
