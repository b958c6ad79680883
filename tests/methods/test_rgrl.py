from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask, FeatureShuffle, Identity
from rgrl.methods import RGRL
from rgrl.methods.one_pass import twice_if_small
from rgrl.nn import GCNEncoder, Predictor, freeze_batch_norms
from rgrl.training import train

VIEW = Compose([FeatureMask(0.3), EdgeDrop(0.3)])


def make_graph(sparse: bool = False) -> Graph:
    generator = torch.Generator().manual_seed(0)
    edges = torch.randint(28, (2, 80), generator=generator)  # nodes 28 and 29 stay isolated
    return Graph.from_edge_index(
        torch.cat([edges, edges.flip(0)], 1),
        x=(torch.rand(30, 12, generator=generator) < 0.3).float(),
        sparse_features=sparse,
    )


def make_model(seed: int = 0, norm: str = "batch", views: tuple = (VIEW, VIEW), **arguments) -> RGRL:
    generator = torch.Generator().manual_seed(seed)
    return RGRL(
        GCNEncoder(12, (16, 8), norm=norm, generator=generator),
        views=views,
        generator=generator,
        **{"predictor_hidden": 8, "num_anchors": 6, "num_local_anchors": 3, **arguments},
    )


@pytest.mark.parametrize("weights", [(1.0, 0.7), (1.0, 0.0), (0.0, 1.0)])
@pytest.mark.parametrize("one_pass", [False, True])
def test_loss_and_gradient_are_the_papers_formula(weights, one_pass):
    graph = make_graph(sparse=one_pass)
    norm, terms = "none" if one_pass else "batch", {"global_weight": weights[0], "local_weight": weights[1]}
    model = make_model(norm=norm, views=(Identity(), VIEW), **terms)
    plan, anchors = model.plan(graph), model.local_anchors(graph)
    assert (plan.twice is not None) == one_pass
    assert (plan.local is not None) == (weights[1] > 0)
    twin = copy.deepcopy(model)
    loss = model.loss(plan, torch.Generator().manual_seed(5))
    loss.backward()

    generator = torch.Generator().manual_seed(5)
    views = [augment(graph.view(), generator) for augment in twin.views]
    chosen = plan.sampler(generator)
    p = [F.normalize(twin.predictor(twin.encoder(v))) for v in views]
    with torch.no_grad():
        t = [F.normalize(twin.teacher.module(v)) for v in views]
    expected = torch.zeros(())
    with_edges = [i for i in range(30) if graph.degree[i] > 0]
    for a, b in ((0, 1), (1, 0)):
        q = ((p[a] @ t[b][chosen].T) / 0.1).log_softmax(1)
        k = ((t[b] @ t[b][chosen].T) / 0.01).softmax(1)
        expected = expected + weights[0] * F.kl_div(q, k, reduction="batchmean")
        local = torch.zeros(())
        for i in with_edges:
            own = t[b][anchors.index[i][anchors.mask[i]]]
            q_i, k_i = (own @ p[a][i] / 0.1).log_softmax(0), (own @ t[b][i] / 1.0).softmax(0)
            local = local + F.kl_div(q_i, k_i, reduction="sum")
        expected = expected + weights[1] * local / len(with_edges)
    torch.testing.assert_close(loss, expected, rtol=1e-5, atol=1e-6)
    expected.backward()
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        if ours.requires_grad:
            torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-4, atol=1e-6)


def test_both_views_go_in_one_pass_where_nothing_tells_the_difference():
    graph, model = make_graph(sparse=True), make_model(norm="frozen")
    plan = model.plan(graph)
    parts = lambda: len(list(model.losses(plan, torch.Generator().manual_seed(0))))  # noqa: E731
    assert parts() == 2  # the first update takes its norm's statistics from each view
    model.after_update()
    assert parts() == 1
    large = Graph.from_edge_index([[0], [1]], x=torch.eye(3, 12), sparse_features=True)
    model.encoder.widths = (1 << 20, 8)
    assert model.plan(large).twice is None
    dense = make_model(norm="none").plan(make_graph(sparse=False))
    assert dense.twice is None


class _Centred(GCNEncoder):
    def forward(self, view):
        encoded = super().forward(view)
        return encoded - encoded.mean(0)


class _Centre(nn.Module):
    def forward(self, hidden):
        return hidden - hidden.mean(0)


class _CentredPredictor(Predictor):
    def forward(self, embedding):
        predicted = super().forward(embedding)
        return predicted - predicted.mean(0)


def _with_centre(model: RGRL) -> None:
    model.encoder.norms[0], model.teacher.module.norms[0] = _Centre(), _Centre()


@pytest.mark.parametrize(
    ("norm", "change"),
    [
        ("none", lambda model: setattr(model, "encoder", _Centred(12, (16, 8), norm="none"))),
        ("none", _with_centre),
        ("none", lambda model: setattr(model, "predictor", _CentredPredictor(8, 8))),
        ("none", lambda model: model.encoder.register_forward_hook(lambda *_: None)),
        ("frozen", lambda model: freeze_batch_norms(model.encoder)),
        ("batch", lambda model: model.encoder.eval()),
    ],
    ids=["subclass", "other module", "predictor", "hook", "teacher not frozen", "teacher in train mode"],
)
@pytest.mark.parametrize("planned_before", [False, True])
def test_what_may_see_other_nodes_takes_a_pass_for_each_view(norm, change, planned_before):
    graph, model = make_graph(sparse=True), make_model(norm=norm)
    plan = model.plan(graph)
    assert plan.twice is not None
    change(model)
    plan = plan if planned_before else model.plan(graph)
    twin = copy.deepcopy(model)
    parts = list(model.losses(plan, torch.Generator().manual_seed(0)))
    assert len(parts) == 2
    alone = list(twin.losses(replace(plan, twice=None), torch.Generator().manual_seed(0)))
    assert torch.equal(torch.stack(parts), torch.stack(alone))


def test_a_graph_of_many_entries_is_not_kept_twice():
    model = make_model(norm="none")
    small = make_graph(sparse=True)
    rows, columns = 4096, 300
    wide = Graph.from_edge_index([[0], [1]], x=torch.ones(rows, columns), sparse_features=True)
    encoder = GCNEncoder(columns, (16, 8), norm="none")
    assert twice_if_small(small, model.encoder, 16) is not None
    assert twice_if_small(wide, encoder, 16) is None


def test_shuffled_features_take_a_pass_for_each_view():
    model = make_model(norm="none", views=(VIEW, FeatureShuffle()))
    parts = list(model.losses(model.plan(make_graph(sparse=True)), torch.Generator().manual_seed(0)))
    assert len(parts) == 2
    assert all(torch.isfinite(part) for part in parts)


@pytest.mark.parametrize("norm", ["batch", "frozen", "layer", "none"])
def test_training_lowers_the_loss_and_moves_student_and_teacher(norm):
    graph, model = make_graph(), make_model(norm=norm)
    before = copy.deepcopy(model.state_dict())
    losses = [
        u.loss.item() for u in train(model, graph, epochs=60, learning_rate=0.01, generator=torch.Generator())
    ]
    assert sum(losses[-5:]) < 0.9 * sum(losses[:5])
    after = model.state_dict()
    assert not torch.equal(before["encoder.convs.0.weight"], after["encoder.convs.0.weight"])
    assert not torch.equal(before["teacher.module.convs.0.weight"], after["teacher.module.convs.0.weight"])


def test_frozen_statistics_move_in_the_first_update_only():
    graph, model = make_graph(), make_model(norm="frozen")
    norms = (model.encoder.norms[0], model.teacher.module.norms[0])
    updates = train(model, graph, epochs=3, generator=torch.Generator())
    seen = [[norm.running_mean.clone() for norm in norms] for _ in updates]
    assert seen[0][0].abs().sum() > 0
    assert seen[0][1].abs().sum() > 0
    assert all(torch.equal(a, b) for later in seen[1:] for a, b in zip(later, seen[0], strict=True))


def test_embedding_is_the_students_and_disturbs_nothing():
    graph = make_graph()

    def run(evaluate: bool) -> torch.Tensor:
        model, generator = make_model(norm="batch"), torch.Generator().manual_seed(1)
        for _ in train(model, graph, epochs=5, generator=generator):
            if evaluate:
                model.embed(graph)
        return model.embed(graph)

    state = torch.get_rng_state()
    assert torch.equal(run(True), run(False))
    assert torch.equal(state, torch.get_rng_state())
    assert run(False).shape == (30, 8)
    assert not run(False).requires_grad


def test_same_seed_same_bits_and_another_seed_others():
    graph = make_graph()

    def run(seed: int) -> torch.Tensor:
        model = make_model(seed)
        for _ in train(model, graph, epochs=4, generator=torch.Generator().manual_seed(seed)):
            pass
        return model.embed(graph)

    assert torch.equal(run(0), run(0))
    assert not torch.equal(run(0), run(1))


def test_bad_arguments_are_named():
    with pytest.raises(ConfigError, match="1 views were given"):
        make_model(views=(VIEW,))
    with pytest.raises(ConfigError, match="both 0"):
        make_model(global_weight=0, local_weight=0)
    with pytest.raises(ConfigError, match="local_weight is -1"):
        make_model(local_weight=-1)
    for bad, message in (
        ({"num_anchors": 0}, "num_anchors is 0"),
        ({"alpha": 7.0}, r"alpha is 7\.0"),
        ({"beta": -1.0}, r"beta is -1\.0"),
        ({"predictor_hidden": 0}, "predictor_hidden is 0"),
    ):
        with pytest.raises(ConfigError, match=message):
            RGRL(GCNEncoder(2, (2,)), views=(Identity(), Identity()), **bad)
    with pytest.raises(ConfigError, match="num_local_anchors is 0"):
        make_model(num_local_anchors=0)
    edgeless = Graph.from_edge_index(torch.empty(2, 0), x=torch.ones(3, 12))
    with pytest.raises(DataError, match="3 nodes and 0 edges"):
        make_model().plan(edgeless)


def test_a_single_node_trains_without_batch_norm_and_is_refused_with_it():
    graph = Graph.from_edge_index([[0], [0]], x=torch.ones(1, 2))
    for norm in ("layer", "none"):
        model = RGRL(GCNEncoder(2, (4, 2), norm=norm), views=(Identity(), Identity()), num_local_anchors=4)
        assert torch.isfinite(model.loss(model.plan(graph)))
    for norm in ("batch", "frozen"):
        model = RGRL(GCNEncoder(2, (4, 2), norm=norm), views=(Identity(), Identity()))
        with pytest.raises(DataError, match="1 node, and a batch norm needs 2"):
            model.plan(graph)
