"""Message passing against a restatement node by node, in value and gradient."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import graphs
from torch import Tensor
from torch.nn import functional as F
from torch_geometric.nn import SGConv

from rgrl.graph import Graph, SparseFeatures
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
from rgrl.graph.view import View
from rgrl.nn import make_encoder


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def sources(view: View) -> list[list[int]]:
    """Of each node, the sources of its kept incoming edges, itself not among them."""
    pattern, found = view.graph.pattern, [[] for _ in range(view.graph.num_nodes)]
    keep = torch.ones(pattern.nnz).bool() if view.edge_keep is None else view.edge_keep
    for target, source, kept in zip(pattern.row.tolist(), pattern.col.tolist(), keep.tolist(), strict=True):
        if kept and target != source:
            found[target].append(source)
    return found


def naive_sage(conv: torch.nn.Module, hidden: Tensor, view: View) -> Tensor:
    rows = []
    for node, others in enumerate(sources(view)):
        mean = sum((hidden[j] for j in others), torch.zeros(hidden.shape[1])) / max(1, len(others))
        rows.append(conv.lin_l.weight @ mean + conv.lin_l.bias + conv.lin_r.weight @ hidden[node])
    return torch.stack(rows)


def naive_gin(conv: torch.nn.Module, hidden: Tensor, view: View) -> Tensor:
    first, norm, activation, second = conv.nn
    summed = torch.stack([hidden[i] + sum(hidden[j] for j in o) for i, o in enumerate(sources(view))])
    inner = norm(summed @ first.weight.T + first.bias)
    inner = torch.where(inner > 0, inner, activation.weight * inner)
    return inner @ second.weight.T + second.bias


def naive_gat(conv: torch.nn.Module, hidden: Tensor, view: View) -> Tensor:
    heads, width = conv.att_src.shape[1:]
    rows = [[] for _ in range(view.graph.num_nodes)]
    for head in range(heads):
        projected = hidden @ conv.lin.weight[head * width : (head + 1) * width].T
        of_source, of_target = projected @ conv.att_src[0, head], projected @ conv.att_dst[0, head]
        for node, others in enumerate(sources(view)):
            everyone = [node, *others]  # the layer's own loop
            attention = F.leaky_relu(of_source[everyone] + of_target[node], 0.2).softmax(0)
            rows[node].append(attention @ projected[everyone])
    return torch.stack([torch.cat(parts) for parts in rows]) + conv.bias


NAIVE: dict[str, Callable[[torch.nn.Module, Tensor, View], Tensor]] = {
    "sage": naive_sage,
    "gin": naive_gin,
    "gat": naive_gat,
}


@pytest.mark.parametrize("name", NAIVE)
@pytest.mark.parametrize("final_activation", [True, False])
@given(graph=graphs(), p=st.sampled_from([0.0, 0.4, 1.0]), seed=st.integers(0, 99))
@settings(max_examples=25)
def test_message_passing_is_the_naive_one_in_value_and_gradient(name, final_activation, graph, p, seed):
    generator = seeded(seed)
    encoder = make_encoder(
        name, 5, (8, 4), norm="layer", heads=2, final_activation=final_activation, generator=generator
    )
    for parameter in encoder.parameters():  # biases and norms too are away from 0 and 1
        parameter.data += 0.1 * torch.randn(parameter.shape, generator=generator)
    view = Compose([FeatureMask(0.3), EdgeDrop(p)])(graph.view(), generator)
    hidden = graph.x.to_dense() if isinstance(graph.x, SparseFeatures) else graph.x
    hidden = hidden * view.feature_keep
    for number in range(2):
        hidden = encoder.norms[number](NAIVE[name](encoder.convs[number], hidden, view))
        if number == 0 or final_activation:
            hidden = torch.where(hidden > 0, hidden, encoder.activations[number].weight * hidden)
    ours = encoder(view)
    torch.testing.assert_close(ours, hidden, rtol=1e-3, atol=1e-4)
    outer = torch.randn(hidden.shape, generator=generator)
    parameters = list(encoder.parameters())
    mine, naive = (torch.autograd.grad((e * outer).sum(), parameters) for e in (ours, hidden))
    for one, other in zip(mine, naive, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-3 * max(1.0, float(other.abs().max())))


@given(graph=graphs(), p=st.sampled_from([0.0, 0.4, 1.0]), hops=st.integers(1, 4), seed=st.integers(0, 99))
@settings(max_examples=30)
def test_sgc_is_pygs(graph, p, hops, seed):
    generator = seeded(seed)
    layers = (*[7] * (hops - 1), 3)
    encoder = make_encoder("sgc", 5, layers, norm="none", final_activation=False, generator=generator)
    encoder.convs[0].bias.data.normal_(generator=generator)
    theirs = SGConv(5, 3, K=hops)
    theirs.lin.weight.data = encoder.convs[0].weight.detach().T.clone()
    theirs.lin.bias.data = encoder.convs[0].bias.detach().clone()
    view = Compose([FeatureMask(0.3), EdgeDrop(p)])(graph.view(), generator)
    ours, other = encoder(view), theirs(view.dense_features, view.edge_index)
    torch.testing.assert_close(ours, other, rtol=1e-4, atol=1e-5)
    outer = torch.randn(ours.shape, generator=generator)
    (ours * outer).sum().backward()
    (other * outer).sum().backward()
    torch.testing.assert_close(encoder.convs[0].weight.grad, theirs.lin.weight.grad.T, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(encoder.convs[0].bias.grad, theirs.lin.bias.grad, rtol=1e-4, atol=1e-4)


def test_a_mean_is_taken_over_sources_into_the_target():
    """0 -> 2 and 1 -> 2: node 2 hears both, and they hear nobody."""
    graph = Graph.from_edge_index([[0, 1], [2, 2]], x=[[1.0], [3.0], [10.0]])
    encoder = make_encoder("sage", 1, (1,), norm="none", final_activation=False)
    conv = encoder.convs[0]
    conv.lin_l.weight.data.fill_(1.0)
    conv.lin_l.bias.data.zero_()
    conv.lin_r.weight.data.zero_()
    assert encoder(graph.view()).flatten().tolist() == [0.0, 0.0, 2.0]
