from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import sparse

from rgrl.evaluate.unit_rows import unit_rows


@pytest.mark.parametrize("scale", [1.0, 1e17, 1e-38])
def test_rows_have_length_1_and_their_direction(scale: float) -> None:
    values = np.random.default_rng(0).normal(size=(9, 600))
    given = torch.from_numpy((scale * values).astype(np.float32))
    before = given.clone()
    got = unit_rows(given)
    want = values / np.linalg.norm(values, axis=1, keepdims=True)
    np.testing.assert_allclose(got.numpy(), want, atol=1e-6)
    assert torch.equal(given, before)


def test_sparse_equals_dense_and_zero_rows_stay() -> None:
    matrix = sparse.random(30, 40, density=0.05, format="csr", dtype=np.float32, random_state=0)
    matrix = sparse.csr_matrix(matrix * np.float32(1e17))
    before = matrix.copy()
    dense = torch.from_numpy(matrix.toarray())
    assert (dense == 0).all(dim=1).any()
    np.testing.assert_allclose(unit_rows(matrix).toarray(), unit_rows(dense).numpy(), atol=1e-6)
    assert (matrix != before).nnz == 0
