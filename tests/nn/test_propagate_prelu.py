"""The fused end of a convolution with ReLU, against torch's own operations."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import graphs
from torch import nn

from rgrl.graph import Graph
from rgrl.graph.augment import EdgeDrop
from rgrl.graph.view import View
from rgrl.nn import PReLU
from rgrl.nn.propagate_prelu import _PropagatePReLU, propagate_prelu


def dense_adjacency(view: View) -> torch.Tensor:
    pattern = view.graph.pattern
    matrix = torch.zeros(pattern.shape, dtype=torch.float64)
    matrix[pattern.row.long(), pattern.col.long()] = view.adjacency_values.double()
    return matrix


def value_and_gradients(
    view: View, hidden: torch.Tensor, bias: torch.Tensor, outer: torch.Tensor, *, ours: bool
) -> list[torch.Tensor]:
    leaf, shift = hidden.clone().requires_grad_(), bias.clone().requires_grad_()
    if ours:
        value = propagate_prelu(view, leaf + 0, shift, nn.ReLU(inplace=True))
    else:
        value = torch.relu(dense_adjacency(view) @ leaf.double() + shift.double())
    (value.double() * outer).sum().backward()
    return [value.detach().double(), leaf.grad.double(), shift.grad.double()]


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-6)])
@given(graph=graphs(), width=st.integers(1, 5), p=st.sampled_from([0.0, 0.4]), seed=st.integers(0, 99))
def test_relu_is_torchs_in_value_and_gradient(dtype, tolerance, graph, width, p, seed):
    generator = torch.Generator().manual_seed(seed)
    view = EdgeDrop(p)(graph.view(), generator)
    hidden = torch.randn(graph.num_nodes, width, generator=generator, dtype=dtype)
    bias = torch.randn(width, generator=generator, dtype=dtype)
    outer = torch.randn(graph.num_nodes, width, generator=generator, dtype=torch.float64)
    ours, theirs = (value_and_gradients(view, hidden, bias, outer, ours=mine) for mine in (True, False))
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_gradient_of_relu_at_0_is_0(dtype):
    graph = Graph.from_edge_index([[], []], x=torch.ones(3, 1))  # Â is the identity
    hidden = torch.tensor([[0.0], [-1.0], [1.0]], dtype=dtype)
    bias, outer = torch.zeros(1, dtype=dtype), torch.full((3, 1), 7.0, dtype=torch.float64)
    value, grad, bias_grad = value_and_gradients(graph.view(), hidden, bias, outer, ours=True)
    assert value.flatten().tolist() == [0.0, 0.0, 1.0]
    assert grad.flatten().tolist() == [0.0, 0.0, 7.0]
    assert bias_grad.tolist() == [7.0]


@pytest.mark.parametrize(
    ("dtype", "activation", "fused"),
    [
        (torch.float32, nn.ReLU(), True),
        (torch.bfloat16, nn.ReLU(), True),
        (torch.float64, nn.ReLU(), False),
        (torch.float32, PReLU(0.25), True),
        (torch.float32, PReLU(0.0), False),
        (torch.float32, PReLU(-0.2), False),
    ],
)
def test_which_path_is_taken(dtype, activation, fused, monkeypatch):
    """A learned slope that is not above 0 must not take the path that reads signs off the output."""
    taken = []
    apply = _PropagatePReLU.apply
    monkeypatch.setattr(_PropagatePReLU, "apply", lambda *a: taken.append(a) or apply(*a))
    graph = Graph.from_edge_index([[0, 1], [1, 0]], x=torch.eye(2))
    hidden, bias = torch.ones(2, 3, dtype=dtype), torch.zeros(3)
    assert propagate_prelu(graph.view(), hidden, bias, activation).dtype == dtype
    assert len(taken) == fused


def test_relu_in_half_precision_is_near():
    generator = torch.Generator().manual_seed(0)
    graph = Graph.from_edge_index(torch.randint(50, (2, 200), generator=generator), x=torch.ones(50, 1))
    hidden, bias = torch.randn(50, 8, generator=generator), torch.randn(8, generator=generator)
    outer = torch.rand(50, 8, generator=generator, dtype=torch.float64)
    half = hidden.bfloat16()
    ours = value_and_gradients(graph.view(), half, bias, outer, ours=True)
    theirs = value_and_gradients(graph.view(), half, bias, outer, ours=False)
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine - other).norm() / other.norm() < 1e-2
