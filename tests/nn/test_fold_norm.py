"""A folded normalisation against the convolution and the norm, one after the other."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rgrl.nn import FrozenBatchNorm
from rgrl.nn.fold_norm import fold_norm


def norm_with_statistics(width: int, dtype: torch.dtype) -> FrozenBatchNorm:
    generator = torch.Generator().manual_seed(3)
    norm = FrozenBatchNorm(width, momentum=0.5).to(dtype)
    norm(torch.randn(50, width, generator=generator, dtype=dtype) * 2 + 1)
    norm.freeze()
    with torch.no_grad():
        for parameter in norm.parameters():
            parameter.copy_(torch.randn(width, generator=generator, dtype=dtype))
    return norm


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_value_and_gradients_are_those_of_convolution_then_norm(dtype):
    norm, generator = norm_with_statistics(6, dtype), torch.Generator().manual_seed(0)
    x, weight = (torch.randn(9, 4, generator=generator), torch.randn(4, 6, generator=generator))
    x, weight, bias = (
        x.to(dtype),
        weight.to(dtype).requires_grad_(),
        torch.randn(6, generator=generator).to(dtype).requires_grad_(),
    )
    outer = torch.randn(9, 6, generator=generator).to(dtype)
    learned = [weight, bias, norm.weight, norm.bias]
    folded_weight, folded_bias = fold_norm(weight, bias, norm)
    ours, naive = x @ folded_weight + folded_bias, norm(x @ weight + bias)
    torch.testing.assert_close(ours, naive, rtol=1e-5, atol=1e-5)
    for one, other in zip(
        torch.autograd.grad((ours * outer).sum(), learned),
        torch.autograd.grad((naive * outer).sum(), learned),
        strict=True,
    ):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_the_weight_comes_in_the_type_of_the_product():
    norm, weight = norm_with_statistics(6, torch.float32), torch.ones(4, 6, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        folded, bias = fold_norm(weight, torch.zeros(6), norm)
        assert (folded.dtype, bias.dtype) == (torch.bfloat16, torch.float32)
        folded.sum().backward()
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    torch.testing.assert_close(weight.grad, scale.detach().expand(4, 6))


@pytest.mark.parametrize("norm", [nn.Identity(), nn.LayerNorm(6), nn.BatchNorm1d(6), FrozenBatchNorm(6)])
def test_a_norm_that_looks_at_its_input_cannot_be_folded(norm):
    assert fold_norm(torch.ones(4, 6), torch.zeros(6), norm) is None


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64])
def test_a_model_of_another_type_is_folded_too(dtype):
    norm = norm_with_statistics(6, torch.float32).to(dtype)
    weight = torch.randn(4, 6, generator=torch.Generator().manual_seed(1)).to(dtype).requires_grad_()
    bias = torch.zeros(6, dtype=dtype)
    folded, _ = fold_norm(weight, bias, norm)
    assert folded.dtype == dtype
    torch.testing.assert_close(folded, weight * norm.weight * (norm.running_var + norm.eps).rsqrt())
    folded.sum().backward()
    assert weight.grad.dtype == dtype


def test_a_norm_without_weight_and_bias_is_folded():
    norm, generator = nn.BatchNorm1d(3, affine=False), torch.Generator().manual_seed(0)
    norm(torch.randn(20, 3, generator=generator) * 3 + 2)
    norm.eval()
    x, weight = torch.randn(5, 4, generator=generator), torch.randn(4, 3, generator=generator)
    folded, bias = fold_norm(weight, torch.ones(3), norm)
    torch.testing.assert_close(x @ folded + bias, norm(x @ weight + 1), rtol=1e-5, atol=1e-5)
