from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgrl.evaluate.two_hop_share import two_hop_share

pairs = st.sampled_from(list(itertools.combinations(range(7), 2)))


@given(st.sets(pairs, min_size=1), st.lists(pairs, min_size=1), st.sampled_from([1, 3, 100]))
def test_counts_pairs_with_a_common_neighbour(edges: set, asked: list, chunk: int) -> None:
    near = {node: {a + b - node for a, b in edges if node in (a, b)} for node in range(7)}
    expected = sum(bool(near[a] & near[b]) for a, b in asked) / len(asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(two_hop_share.__globals__, "_CHUNK_PAIRS", chunk)
        found = two_hop_share(np.array(asked).T, np.array(sorted(edges)).T, 7)
    assert found == pytest.approx(expected)
