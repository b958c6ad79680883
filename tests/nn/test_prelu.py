from __future__ import annotations

import pytest
import torch
from torch import nn

from rgrl.nn import PReLU


@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize("slope", [0.3, 0.0, -0.2])
def test_value_and_gradients_are_pytorchs(inplace, slope):
    x = torch.randn(7, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    x[0, 0] = 0.0
    outer = torch.randn(7, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    results = []
    for module in (PReLU(slope, inplace=inplace).double(), nn.PReLU(init=slope).double()):
        leaf = x.clone().requires_grad_()
        value = module(leaf + 0)
        (value * outer).sum().backward()
        results.append((value, leaf.grad, module.weight.grad))
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize("slope", [0.3, -0.2])
@pytest.mark.parametrize("shape", [(7, 5), (3, 2, 5), (5,), (0, 5), (70_000, 5)])
def test_bias_is_added_before(inplace, slope, shape):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(shape, generator=generator, dtype=torch.float64)
    bias = torch.randn(5, generator=generator, dtype=torch.float64)
    results = []
    for module in (PReLU(slope, inplace=inplace).double(), nn.PReLU(init=slope).double()):
        leaf, shift = x.clone().requires_grad_(), bias.clone().requires_grad_()
        value = module(leaf + 0, shift) if isinstance(module, PReLU) else module(leaf + shift)
        (value**2).sum().backward()
        results.append((value, leaf.grad, shift.grad, module.weight.grad))
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_gradcheck_in_double():
    x = torch.tensor([[-1.5, 0.5], [2.0, -0.3]], dtype=torch.float64, requires_grad=True)
    bias = torch.tensor([0.1, -0.7], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(PReLU().double(), x)
    assert torch.autograd.gradcheck(PReLU().double(), (x, bias))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("bias_dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_single_and_half_precision_are_pytorchs(dtype, bias_dtype):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(600, 20, generator=generator).to(dtype)
    outer = torch.rand(600, 20, generator=generator).to(dtype)  # of one sign, so that sums keep their digits
    shift = torch.randn(20, generator=generator).to(bias_dtype)
    results = []
    for module, kind in ((PReLU(inplace=True), dtype), (nn.PReLU().double(), torch.float64)):
        leaf, bias = x.clone().to(kind).requires_grad_(), shift.clone().requires_grad_()
        value = module(leaf + 0, bias) if kind == dtype else module(leaf + bias)
        value.backward(outer.to(kind))
        results.append((value, leaf.grad, bias.grad, module.weight.grad))
    tolerance = 2e-2 if torch.bfloat16 in (dtype, bias_dtype) else 1e-4
    for ours, theirs in zip(*results, strict=True):
        near = (ours.double() - theirs.double()).norm() / theirs.double().norm()
        assert near < tolerance


@pytest.mark.parametrize("inplace", [False, True])
def test_the_type_of_the_rows_stays_beside_a_bias_of_another(inplace):
    rows, bias = torch.ones(2, 3, dtype=torch.bfloat16), torch.ones(3)
    assert PReLU(inplace=inplace)(rows, bias).dtype == torch.bfloat16
