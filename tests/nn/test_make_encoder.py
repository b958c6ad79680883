"""Every encoder against a restatement node by node, and on odd graphs."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import graphs
from torch import Tensor
from torch.nn import functional as F
from torch_geometric.nn import SGConv

from rgrl.errors import ConfigError
from rgrl.graph import Graph, SparseFeatures
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
from rgrl.graph.view import View
from rgrl.nn import GCNEncoder, inference, make_encoder
from rgrl.relation import EMATeacher

NAMES = ("gcn", "sage", "gat", "gin", "sgc")
every_encoder = pytest.mark.parametrize("name", NAMES)


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


@every_encoder
@given(graph=graphs(), seed=st.integers(0, 99))
@settings(max_examples=15)
def test_nodes_renumbered_give_rows_renumbered(name, graph, seed):
    generator = seeded(seed)
    encoder = make_encoder(name, 5, (8, 4), generator=generator).eval()
    order = torch.randperm(graph.num_nodes, generator=generator)
    view = EdgeDrop(0.3)(graph.view(), generator)
    x = graph.x.to_dense() if isinstance(graph.x, SparseFeatures) else graph.x
    plain = Graph.from_edge_index(view.edge_index, x=x)
    moved = Graph.from_edge_index(order[view.edge_index], x=x[order.argsort()])
    embedding = encoder(view)
    torch.testing.assert_close(embedding, encoder(plain.view()), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(embedding, encoder(moved.view())[order], rtol=1e-4, atol=1e-5)


@every_encoder
@pytest.mark.parametrize("sparse_features", [True, False])
def test_dropped_edges_and_masked_features_are_as_if_they_were_not_there(name, sparse_features):
    generator = seeded()
    x = torch.rand(10, 6, generator=generator)
    graph = Graph.from_edge_index(
        torch.randint(10, (2, 40), generator=generator), x=x, sparse_features=sparse_features
    )
    encoder = make_encoder(name, 6, (8, 4), generator=generator)
    view = Compose([FeatureMask(0.5), EdgeDrop(0.5)])(graph.view(), generator)
    assert 0 < view.edge_index.shape[1] < graph.view().edge_index.shape[1]
    poorer = Graph.from_edge_index(view.edge_index, x=x * view.feature_keep, sparse_features=False)
    torch.testing.assert_close(encoder(view), encoder(poorer.view()), rtol=1e-4, atol=1e-5)


@every_encoder
@pytest.mark.parametrize("norm", ["batch", "frozen", "layer", "none"])
@pytest.mark.parametrize("nodes", [1, 4])
def test_graphs_without_edges_embed_every_node_by_itself(name, norm, nodes):
    x = torch.rand(nodes, 3, generator=seeded())
    encoder = make_encoder(name, 3, (8, 4), norm=norm, generator=seeded()).eval()
    embedding = encoder(Graph.from_edge_index([[], []], x=x).view())
    assert torch.isfinite(embedding).all()
    alone = [encoder(Graph.from_edge_index([[], []], x=x[i : i + 1]).view()) for i in range(nodes)]
    torch.testing.assert_close(embedding, torch.cat(alone))
    embedding.sum().backward()
    assert all(p.grad is None or torch.isfinite(p.grad).all() for p in encoder.parameters())


@every_encoder
def test_an_isolated_node_changes_nobody(name):
    generator = seeded()
    x = torch.rand(5, 3, generator=generator)
    edges = torch.tensor([[0, 1, 2, 3], [1, 2, 3, 0]])
    encoder = make_encoder(name, 3, (8, 4), generator=generator).eval()
    with_it, without = (Graph.from_edge_index(edges, x=x[:n]) for n in (5, 4))
    torch.testing.assert_close(encoder(with_it.view())[:4], encoder(without.view()))


@every_encoder
def test_weights_come_from_the_generator_alone(name):
    state = torch.get_rng_state()
    first, same, other = (
        make_encoder(name, 5, (8, 4), generator=seeded(seed)).state_dict() for seed in (1, 1, 2)
    )
    assert all(torch.equal(first[key], same[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)
    assert torch.equal(state, torch.get_rng_state())


@every_encoder
def test_embedding_leaves_no_trace_and_a_teacher_follows(name):
    graph = Graph.from_edge_index(torch.randint(9, (2, 30), generator=seeded()), x=torch.eye(9))
    student = make_encoder(name, 9, (8, 4), generator=seeded())
    teacher = EMATeacher(student, momentum=0.75, buffers=True)
    before = copy.deepcopy(student.state_dict())
    with inference(student):
        first, second = student(graph.view()), student(graph.view())
    assert torch.equal(first, second)
    assert first.shape == (9, 4) and student.embedding_dim == 4
    assert all(torch.equal(before[key], value) for key, value in student.state_dict().items())
    assert student.training
    for parameter in student.parameters():
        parameter.data += 1.0
    teacher.update(student)
    moved = dict(teacher.module.named_parameters())
    for key, parameter in student.named_parameters():
        torch.testing.assert_close(moved[key], 0.75 * before[key] + 0.25 * parameter)


@every_encoder
def test_relu_leaves_no_slope_and_the_last_one_can_be_left_out(name):
    encoder = make_encoder(name, 5, (8, 4), activation="relu", final_activation=False, generator=seeded())
    graph = Graph.from_edge_index([[0, 1, 2], [1, 2, 0]], x=torch.rand(3, 5, generator=seeded(1)))
    assert not any(isinstance(m, torch.nn.PReLU) or "PReLU" in type(m).__name__ for m in encoder.modules())
    assert (encoder(graph.view()) < 0).any()
    ending = make_encoder(name, 5, (8, 4), activation="relu", generator=seeded())
    assert (ending(graph.view()) >= 0).all()


def test_sgc_takes_the_number_of_layers_for_its_hops():
    encoder = make_encoder("sgc", 5, (9, 9, 4))
    assert isinstance(encoder, GCNEncoder)
    assert [conv.hops for conv in encoder.convs] == [3]
    assert encoder.embedding_dim == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "gcnn"}, "encoder is 'gcnn': accepted are 'gcn', 'sage', 'gat', 'gin', 'sgc'"),
        *(({"name": name, "num_features": 0}, "num_features is 0: at least 1") for name in NAMES),
        *(({"name": name, "layers": ()}, r"layers is \[\]") for name in NAMES),
        *(({"name": name, "layers": (-1, 4)}, r"layers is \[-1, 4\]") for name in NAMES),
        *(({"name": name, "norm": "bach"}, "norm is 'bach'") for name in NAMES),
        *(({"name": name, "activation": "elu"}, "activation is 'elu'") for name in NAMES),
        ({"name": "gat", "heads": 0}, "heads is 0: a divisor of the layer's width 8"),
        ({"name": "gat", "heads": 3}, "heads is 3: a divisor of the layer's width 8"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ConfigError, match=message):
        make_encoder(**{"num_features": 3, "layers": (8, 4), **arguments})
