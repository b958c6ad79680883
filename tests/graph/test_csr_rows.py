from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import sparse

from rgrl.graph import CSRPattern
from rgrl.graph.csr_matmul import csr_product


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])  # the kernel, and torch's own product
@pytest.mark.parametrize("rows", [slice(0, 3), slice(4, 5), slice(5, 9), slice(0, 9), slice(3, 3)])
def test_some_rows_are_those_of_the_whole_product(rows: slice, dtype: torch.dtype) -> None:
    draw = np.random.default_rng(0)
    dense = draw.standard_normal((9, 7)) * (draw.random((9, 7)) < 0.4)
    dense[4] = 0
    matrix = sparse.csr_matrix(dense)
    pattern, values = CSRPattern.from_scipy(matrix), torch.from_numpy(matrix.data).to(dtype)
    right, bias = torch.from_numpy(draw.standard_normal((7, 4))).to(dtype), torch.arange(4.0) - 2
    whole = csr_product(pattern, values, right, bias=bias, slope=0.25)
    part = csr_product(pattern, values, right, rows=rows, bias=bias, slope=0.25)
    assert torch.equal(part, whole[rows])


@pytest.mark.parametrize("transposed", [False, True])
def test_half_precision_on_a_cpu_is_rounded_once(transposed: bool) -> None:
    matrix = sparse.random(5, 5, 0.5, random_state=0, format="csr", dtype=np.float32)
    pattern, values = CSRPattern.from_scipy(matrix), torch.from_numpy(matrix.data)
    dense = torch.randn(5, 3, generator=torch.Generator().manual_seed(0)).half()
    expected = csr_product(pattern, values, dense.float(), transposed=transposed).half()
    assert torch.equal(csr_product(pattern, values, dense, transposed=transposed), expected)
