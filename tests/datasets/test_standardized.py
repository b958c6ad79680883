from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rgrl.datasets.standardized import standardized

columns = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=12),
    elements=st.floats(-1000, 1000, width=32, allow_subnormal=False),
)


@given(columns)
def test_has_mean_zero_and_deviation_one(x: np.ndarray) -> None:
    found = standardized(x).astype(np.float64)
    varied = x.min(axis=0) < x.max(axis=0)
    assert (found[:, ~varied] == 0).all()
    assert np.allclose(found.mean(axis=0), 0, atol=1e-6)
    assert np.allclose(found.std(axis=0)[varied], 1, atol=1e-6)


@given(columns, st.randoms())
def test_the_order_of_the_nodes_changes_no_bit(x: np.ndarray, random: object) -> None:
    order = list(range(len(x)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert np.array_equal(standardized(x)[order], standardized(x[order]))
