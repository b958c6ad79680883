"""Every kernel against the same thing written in torch, in both types it takes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from torch.nn import functional as F

from rgrl.kernels.local_rows import local_rows
from rgrl.kernels.masked_entries import kept_degrees, masked_entries, normalized_entries
from rgrl.kernels.normalize_rows import normalize_rows, normalize_rows_backward
from rgrl.kernels.prelu_rows import prelu_rows_, prelu_rows_backward
from rgrl.kernels.relation_rows import relation_rows
from rgrl.kernels.scaled_columns import scaled_columns, scaled_columns_backward
from rgrl.kernels.spmm import spmm

TOLERANCE = {torch.float32: 2e-5, torch.bfloat16: 2e-2}
both_types = pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
sizes = pytest.mark.parametrize(("rows", "width"), [(1, 1), (3, 7), (700, 33), (2500, 64)])


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def assert_near(ours: torch.Tensor, exact: torch.Tensor, dtype: torch.dtype) -> None:
    torch.testing.assert_close(ours.double(), exact.double(), rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@both_types
@sizes
@pytest.mark.parametrize("with_bias", [True, False])
def test_prelu_forward_and_backward(dtype, rows, width, with_bias):
    hidden, grad = normal(rows, width).to(dtype), normal(rows, width, seed=1).to(dtype)
    hidden[0, 0] = 0 if not with_bias else -normal(width, seed=2)[0]  # the activation's corner
    bias = normal(width, seed=2) if with_bias else None
    before = hidden.double() if bias is None else hidden.double() + bias
    output = hidden.clone()
    prelu_rows_(output, bias, 0.25)
    assert_near(output, F.leaky_relu(before, 0.25), dtype)

    out = torch.empty_like(grad)
    columns, negative = prelu_rows_backward(grad, output, 0.25, out)
    exact = grad.double() * torch.where(output > 0, 1.0, 0.25)
    assert_near(out, exact, dtype)
    torch.testing.assert_close(columns.double(), exact.sum(0), rtol=1e-4, atol=1e-3)
    expected = (grad.double() * output.double().clamp(max=0)).sum()
    torch.testing.assert_close(negative.double(), expected, rtol=1e-4, atol=1e-2)


@both_types
@sizes
def test_normalize_forward_and_backward(dtype, rows, width):
    x, grad = normal(rows, width).to(dtype), normal(rows, width, seed=1).to(dtype)
    x[0] = 0  # divided by 1e-12, a constant
    out, length = torch.empty_like(x), torch.empty(rows)
    normalize_rows(x, out, length)
    exact = x.double().requires_grad_()
    F.normalize(exact, dim=1).backward(grad.double())
    assert_near(out, F.normalize(x.double(), dim=1), dtype)
    assert_near(length, x.double().norm(dim=1), torch.float32)
    ours = torch.empty_like(x)
    normalize_rows_backward(grad, out, length, ours)
    torch.testing.assert_close(ours[1:].double(), exact.grad[1:], rtol=3e-2, atol=3 * TOLERANCE[dtype])
    assert_near(ours[0].double() * 1e-12, grad[0], dtype)


@both_types
@pytest.mark.parametrize("masked", [True, False])
def test_relation_to_own_anchors_and_its_gradient(dtype, masked):
    p, t = (F.normalize(normal(400, 24, seed=s), dim=1).to(dtype) for s in (0, 1))
    generator = torch.Generator().manual_seed(2)
    index = torch.randint(400, (400, 3), generator=generator)
    mask = torch.rand(400, 3, generator=generator) > 0.4 if masked else None
    rows, grad = torch.empty(400), torch.empty_like(p)
    if mask is not None:
        index[~mask] = -1  # what is masked is not read
    local_rows(p, t, t, index, mask, student_scale=10.0, teacher_scale=50.0, rows=rows, grad=grad)

    exact, own = p.double().requires_grad_(), t.double()[index.clamp(min=0)]
    q, k = (exact[:, None] * own).sum(2) * 10, (t.double()[:, None] * own).sum(2) * 50
    keep = torch.ones(400, 3, dtype=torch.bool) if mask is None else mask
    log_q, log_k = (z.masked_fill(~keep, -1e9).log_softmax(1) for z in (q, k))
    terms = (log_k.exp() * (log_k - log_q)).masked_fill(~keep, 0).sum(1) * keep.any(1)
    terms.sum().backward()
    torch.testing.assert_close(rows.double(), terms.detach(), rtol=1e-4, atol=1e-5)
    assert_near(grad, exact.grad, dtype)


@st.composite
def sparse_matrices(draw: st.DrawFn) -> sparse.csr_matrix:
    rows, columns = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    density, seed = draw(st.sampled_from([0.0, 0.05, 0.5, 1.0])), draw(st.integers(0, 99))
    rng = np.random.default_rng(seed)
    values = np.where(rng.random((rows, columns)) < density, rng.standard_normal((rows, columns)), 0)
    return sparse.csr_matrix(values.astype(np.float32))


@both_types
@given(matrix=sparse_matrices(), width=st.integers(1, 40), dropped=st.sampled_from([0.0, 0.4, 1.0]))
def test_sparse_product_with_its_end(dtype, matrix, width, dropped):
    entries = matrix.data * (np.random.default_rng(0).random(matrix.nnz) >= dropped)
    matrix.data[:] = entries
    dense, bias = normal(matrix.shape[1], width).to(dtype), normal(width, seed=1)
    crow, col = torch.from_numpy(matrix.indptr).int(), torch.from_numpy(matrix.indices).int()
    order = torch.arange(matrix.nnz).flip(0)
    out = torch.full((matrix.shape[0], width), torch.nan, dtype=dtype)
    values = torch.from_numpy(entries.astype(np.float32))
    spmm(crow, col, values[order].contiguous(), dense, out, order=order, bias=bias, slope=0.1)
    exact = torch.from_numpy(matrix.toarray()).double() @ dense.double()
    assert_near(out, F.leaky_relu(exact + bias, 0.1), dtype)
    spmm(crow, col, values, dense, out)
    assert_near(out, exact, dtype)


@both_types
@pytest.mark.parametrize("width", [32, 63, 128, 257, 300, 512])  # strips of every length, and what they leave
def test_rows_longer_than_a_chunk_and_every_strip(dtype, width):
    rng = np.random.default_rng(0)
    values = np.where(rng.random((3, 900)) < [[0.0], [0.9], [0.01]], rng.standard_normal((3, 900)), 0)
    matrix = sparse.csr_matrix(values.astype(np.float32))
    crow, col = torch.from_numpy(matrix.indptr).int(), torch.from_numpy(matrix.indices).int()
    dense, out = normal(900, width).to(dtype), torch.full((3, width), torch.nan, dtype=dtype)
    spmm(crow, col, torch.from_numpy(matrix.data), dense, out)
    assert matrix.indptr[2] > 3 * 256
    assert_near(out, torch.from_numpy(values) @ dense.double(), dtype)
    assert not out[0].any()


@both_types
@sizes
def test_scaled_columns_forward_and_backward(dtype, rows, width):
    weight, scale = normal(rows, width), normal(width, seed=1)
    scale[0] = 0  # a norm may have switched a column off
    grad, out = normal(rows, width, seed=2).to(dtype), torch.empty(rows, width, dtype=dtype)
    scaled_columns(weight, scale, out)
    assert torch.equal(out, (weight * scale).to(dtype))
    wide = torch.full((rows, width), torch.nan)
    scale_grad = scaled_columns_backward(grad, weight, scale, wide)
    assert torch.equal(wide, grad.float() * scale)
    exact = (grad.double() * weight.double()).sum(0)
    torch.testing.assert_close(scale_grad.double(), exact, rtol=1e-4, atol=1e-3)


@given(matrix=sparse_matrices(), seed=st.integers(0, 9))
def test_masked_entries(matrix, seed):
    assert_masked_entries(matrix, seed)


def test_masked_entries_of_many_blocks():
    matrix = sparse.random(900, 900, density=0.1, format="csr", dtype=np.float32, random_state=0)
    assert matrix.nnz > 3 << 14
    assert_masked_entries(matrix, 0)


def assert_masked_entries(matrix: sparse.csr_matrix, seed: int) -> None:
    rng = np.random.default_rng(seed)
    crow, col = torch.from_numpy(matrix.indptr).int(), torch.from_numpy(matrix.indices).int()
    values, row = torch.from_numpy(matrix.data), torch.repeat_interleave(crow.diff())
    columns = torch.from_numpy(rng.random(matrix.shape[1]) < 0.5)
    assert torch.equal(masked_entries(values, col, columns), values * columns[col])
    keep = torch.from_numpy(rng.random(matrix.nnz) < 0.5)
    degrees = kept_degrees(crow, keep)
    assert torch.equal(degrees, torch.zeros(matrix.shape[0]).index_add_(0, row, keep.float()))
    factor = torch.from_numpy(rng.standard_normal(matrix.shape[0]).astype(np.float32))
    into = col % matrix.shape[0]  # a square pattern of the same rows; two entries may share a place
    expected = torch.where(keep, factor[row] * factor[into], 0)
    assert torch.equal(normalized_entries(crow, into, keep, factor), expected)


def test_results_do_not_depend_on_the_number_of_threads():
    grad, output = normal(3000, 64), normal(3000, 64, seed=1)
    before = torch.get_num_threads()
    sums = []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            scale_grad = scaled_columns_backward(grad, output, output[0], torch.empty_like(grad))
            sums.append((*prelu_rows_backward(grad, output, 0.25, torch.empty_like(grad)), scale_grad))
    finally:
        torch.set_num_threads(before)
    for one, two in zip(*sums, strict=True):
        assert torch.equal(one, two)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: prelu_rows_(x, torch.zeros(2), 0.25),
        lambda x: prelu_rows_(x, torch.zeros(8).bfloat16(), 0.25),
        lambda x: prelu_rows_(x.T, None, 0.25),
        lambda x: prelu_rows_backward(x, x.bfloat16(), 0.25, x),
        lambda x: normalize_rows(x, torch.empty_like(x), torch.empty(3)),
        lambda x: relation_rows(x, x[:2], torch.empty(5), student_scale=1.0, teacher_scale=1.0),
    ],
)
def test_what_a_kernel_would_misread_is_refused(call):
    with pytest.raises(TypeError, match="a kernel was given"):
        call(torch.zeros(5, 8))
