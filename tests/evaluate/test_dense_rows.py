from __future__ import annotations

import numpy as np
import torch
from scipy import sparse

from rgrl.evaluate.dense_rows import dense_rows


def test_rows_of_both_kinds_are_copies() -> None:
    values = np.arange(12, dtype=np.float32).reshape(4, 3)
    rows = np.array([3, 0, 3])
    given = torch.from_numpy(values.copy())
    got = dense_rows(given, rows)
    assert torch.equal(got, torch.from_numpy(values[rows]))
    assert torch.equal(dense_rows(sparse.csr_matrix(values), rows), got)
    got.zero_()
    assert given.sum() == values.sum()
