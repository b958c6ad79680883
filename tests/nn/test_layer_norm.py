"""Layer normalisation under bfloat16 against torch's in float32."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rgrl.nn import LayerNorm, make_norm


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 0.0), (torch.bfloat16, 1e-2)])
def test_value_and_gradients_are_those_of_float32(dtype, tolerance):
    generator = torch.Generator().manual_seed(0)
    rows, outer = (torch.randn(4000, 16, generator=generator).to(dtype) for _ in range(2))
    ours, exact = LayerNorm(16), nn.LayerNorm(16)
    given, plain = rows.clone().requires_grad_(), rows.float().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
        normalized = ours(given)
    assert normalized.dtype == dtype
    normalized.backward(outer)
    expected = exact(plain)
    expected.backward(outer.float())
    torch.testing.assert_close(normalized.float(), expected, rtol=tolerance, atol=tolerance)
    torch.testing.assert_close(given.grad.float(), plain.grad, rtol=tolerance, atol=tolerance)
    for parameter, other in zip(ours.parameters(), exact.parameters(), strict=True):
        assert (parameter.grad - other.grad).norm() <= tolerance * other.grad.norm()


def test_it_is_what_the_name_gives_and_models_of_one_type_take_it():
    norm = make_norm("layer", 4)
    assert isinstance(norm, LayerNorm)
    half = norm.bfloat16()(torch.ones(3, 4, dtype=torch.bfloat16))
    assert half.dtype == torch.bfloat16


def test_it_may_have_no_weight():
    rows = torch.tensor([[1.0, 3.0]], dtype=torch.bfloat16)
    assert LayerNorm(2, elementwise_affine=False)(rows).tolist() == [[-1.0, 1.0]]
