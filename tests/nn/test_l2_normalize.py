from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from rgrl.nn import l2_normalize


@given(rows=st.integers(0, 6), width=st.integers(1, 5), seed=st.integers(0, 99), zero=st.booleans())
def test_value_and_gradient_are_pytorchs(rows, width, seed, zero):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(rows, width, generator=generator, dtype=torch.float64)
    outer = torch.randn(rows, width, generator=generator, dtype=torch.float64)
    if zero and rows:
        x[0] = 0.0
    ours, theirs = x.clone().requires_grad_(), x.clone().requires_grad_()
    mine, pytorchs = l2_normalize(ours), F.normalize(theirs, dim=1)
    torch.testing.assert_close(mine, pytorchs)
    (mine * outer).sum().backward()
    (pytorchs * outer).sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_gradcheck_in_double():
    x = torch.tensor([[3.0, -4.0, 0.5], [0.1, 0.2, 0.3]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(l2_normalize, x)


def test_half_rows_are_added_up_in_float32():
    x = torch.randn(50, 4096, generator=torch.Generator().manual_seed(0)).half().requires_grad_()
    normalized = l2_normalize(x)
    assert normalized.dtype == torch.float16
    expected = F.normalize(x.detach().double(), dim=1).half()
    assert (normalized == expected).float().mean() > 0.999
    normalized.sum().backward()
    twin = x.detach().double().requires_grad_()
    F.normalize(twin, dim=1).sum().backward()
    torch.testing.assert_close(x.grad.double(), twin.grad, rtol=2e-3, atol=1e-5)
