"""What every encoder must do: on odd graphs, renumbered, augmented, as a teacher."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import graphs

from rgrl.errors import ConfigError
from rgrl.graph import Graph, SparseFeatures
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
from rgrl.nn import GCNEncoder, inference, make_encoder
from rgrl.relation import EMATeacher

NAMES = ("gcn", "sage", "gat", "gin", "sgc")
every_encoder = pytest.mark.parametrize("name", NAMES)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


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
        *(
            ({"name": name, "layers": 16}, r"layers is 16: one width .*, such as \(64, 32\)$")
            for name in NAMES
        ),
        ({"name": "gcn", "layers": (16.0, 8)}, r"layers is \[16\.0, 8\]: one width"),
        ({"name": "gcn", "num_features": "3"}, "num_features is '3': at least 1"),
        *(({"name": name, "norm": "bach"}, "norm is 'bach'") for name in NAMES),
        *(({"name": name, "activation": "elu"}, "activation is 'elu'") for name in NAMES),
        ({"name": "gat", "heads": 0}, "heads is 0: a divisor of the layer's width 8"),
        ({"name": "gat", "heads": 3}, "heads is 3: a divisor of the layer's width 8"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ConfigError, match=message):
        make_encoder(**{"num_features": 3, "layers": (8, 4), **arguments})
