from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

import rgrl
from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph
from rgrl.graph.augment import Identity
from rgrl.methods import DGI
from rgrl.nn import GCNEncoder
from rgrl.plot import Relation, node_relation


@pytest.fixture(scope="module")
def graph() -> Graph:
    return rgrl.load_dataset("karate").graph


def untrained(norm="none", **settings) -> rgrl.RGRL:
    generator = torch.Generator().manual_seed(0)
    encoder = GCNEncoder(34, (12, 8), norm=norm, generator=generator)
    views = (Identity(), Identity())
    return rgrl.RGRL(encoder, views=views, predictor_hidden=8, generator=generator, **settings)


def trained(graph: Graph, **settings) -> rgrl.RGRL:
    model = untrained(**settings)
    for _ in rgrl.train(model, graph, epochs=5, generator=torch.Generator().manual_seed(1)):
        pass
    return model


def test_probabilities_are_the_papers_formula(graph):
    model = trained(graph, num_anchors=6, num_local_anchors=3, norm="frozen")
    found = node_relation(model, graph, 4, anchors=[9, 2, 30])
    model.eval()
    with torch.no_grad():
        t = model.teacher(graph.view()).double().numpy()
        p = model.predictor(model.encoder(graph.view())).double().numpy()
    t, p = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (t, p))

    def softmax(row, anchors, temperature):
        e = [np.exp(float(row @ t[a]) / temperature) for a in anchors]
        return np.array(e) / sum(e)

    own = model.local_anchors(graph).index[4].tolist()
    assert (
        found.node == 4
        and found.global_anchors.tolist() == [9, 2, 30]
        and found.local_anchors.tolist() == own
    )
    np.testing.assert_allclose(found.global_teacher, softmax(t[4], [9, 2, 30], 0.01), rtol=1e-3)
    np.testing.assert_allclose(found.global_student, softmax(p[4], [9, 2, 30], 0.1), rtol=1e-4)
    np.testing.assert_allclose(found.local_teacher, softmax(t[4], own, 1.0), rtol=1e-5)
    np.testing.assert_allclose(found.local_student, softmax(p[4], own, 0.1), rtol=1e-4)


def test_divergences_of_all_nodes_add_up_to_the_loss(graph):
    model = trained(graph, num_anchors=10, num_local_anchors=3, local_weight=0.5)
    plan = model.plan(graph)
    loss = float(model.loss(plan, torch.Generator().manual_seed(7)).detach())
    nodes = [node_relation(model, graph, i, generator=torch.Generator().manual_seed(7)) for i in range(34)]
    wide = np.mean([each.global_divergence for each in nodes])
    near = np.mean([each.local_divergence for each in nodes])
    assert loss == pytest.approx(2 * (wide + 0.5 * near), rel=1e-4)
    assert wide > 0.01 and near > 1e-5


def test_anchors_are_drawn_as_in_training_and_can_be_given(graph):
    model = untrained(num_anchors=10)
    drawn = node_relation(model, graph, 0, generator=torch.Generator().manual_seed(3))
    expected = model.plan(graph).sampler(torch.Generator().manual_seed(3))
    assert torch.equal(drawn.global_anchors, expected)
    again = node_relation(model, graph, 0, anchors=drawn.global_anchors)
    assert torch.equal(again.global_teacher, drawn.global_teacher)


def test_nothing_of_the_model_changes(graph):
    model = trained(graph, num_anchors=10, norm="batch")
    assert model.training
    before, state = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    node_relation(model, graph, 0, generator=torch.Generator().manual_seed(3))
    assert model.training and torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_node_without_edges_has_no_local_anchors():
    graph = Graph.from_edge_index([[0, 1], [1, 0]], x=torch.eye(34))
    found = node_relation(untrained(), graph, 5)
    assert found.local_anchors.numel() == 0 and found.local_divergence == 0.0
    assert float(found.global_student.sum()) == pytest.approx(1.0)


def test_a_divergence_is_in_nats_and_may_have_zeros():
    ids = torch.tensor([0, 1])
    teacher, student = torch.tensor([1.0, 0.0]).double(), torch.tensor([0.25, 0.75]).double()
    found = Relation(0, ids, teacher, student, ids, student, student)
    assert found.global_divergence == pytest.approx(np.log(4))
    assert found.local_divergence == 0.0


@pytest.mark.parametrize("node", [-1, 34])
def test_a_node_out_of_range_is_refused(graph, node):
    with pytest.raises(ConfigError, match=f"node is {node}: 0 to 33 are accepted"):
        node_relation(untrained(), graph, node)


@pytest.mark.parametrize(
    ("anchors", "message"),
    [([34], "anchors reach from 34 to 34"), ([], "at least one row"), ([1, 1, 2], "name 1 nodes twice")],
)
def test_anchors_that_are_no_nodes_are_refused(graph, anchors, message):
    with pytest.raises(DataError, match=message):
        node_relation(untrained(), graph, 0, anchors=np.array(anchors, dtype=np.int64))


def test_other_models_and_graphs_without_edges_are_refused(graph):
    with pytest.raises(ConfigError, match="the model is a DGI: only RGRL has relations"):
        node_relation(DGI(GCNEncoder(34, (4,))), graph, 0)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="0 edges"):
        node_relation(
            untrained(), Graph.from_edge_index(np.empty((2, 0), dtype=np.int64), x=torch.eye(34)), 0
        )
