from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import rgrl
from rgrl.errors import ConfigError, DataError, DivergedError
from rgrl.evaluate import node_accuracy
from rgrl.graph import Graph, SparseFeatures, induced_subgraph
from rgrl.methods import GCNClassifier, supervised_gcn
from rgrl.methods.split_fit import SplitFit


def make_graph(sparse: bool = False) -> tuple[Graph, torch.Tensor]:
    """Two communities whose features tell a little; node 39 is isolated and has none."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(40) % 2
    edges = torch.randint(39, (2, 200), generator=generator)
    edges = edges[:, (labels[edges[0]] == labels[edges[1]]) | (torch.arange(200) % 8 == 0)]
    x = (
        torch.rand(40, 12, generator=generator) < 0.2 + 0.2 * labels[:, None] * (torch.arange(12) < 6)
    ).float()
    x[39] = 0.0
    graph = Graph.from_edge_index(torch.cat([edges, edges.flip(0)], 1), x=x, sparse_features=sparse)
    return graph, labels


def make_splits(count: int = 2) -> list[SimpleNamespace]:
    orders = [np.random.default_rng(s).permutation(40) for s in range(count)]
    return [SimpleNamespace(train=o[:10], val=o[10:20], test=o[20:]) for o in orders]


def naive_dense(graph: Graph) -> torch.Tensor:
    adjacency = torch.eye(graph.num_nodes)
    adjacency[graph.edge_index[1], graph.edge_index[0]] = 1.0
    root = adjacency.sum(1).rsqrt()
    return root[:, None] * adjacency * root


@pytest.mark.parametrize("sparse", [False, True])
def test_scores_and_gradient_are_kipf_and_wellings(sparse):
    graph, _ = make_graph(sparse)
    model = GCNClassifier(12, 3, hidden=5, dropout=0.0, generator=torch.Generator().manual_seed(1))
    scores = model(graph.view(), graph.x)
    dense, x = naive_dense(graph), graph.x.to_dense() if sparse else graph.x
    parameters = [model.first.weight, model.first.bias, model.second.weight, model.second.bias]
    w, b, v, c = (parameter.detach().clone().requires_grad_() for parameter in parameters)
    expected = dense @ (dense @ x @ w + b).relu() @ v + c
    torch.testing.assert_close(scores, expected)
    scores.square().sum().backward()
    expected.square().sum().backward()
    for ours, theirs in zip(parameters, (w, b, v, c), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("sparse", [False, True])
def test_dropout_keeps_the_mean_and_falls_in_training_only(sparse):
    graph, _ = make_graph(sparse)
    model = GCNClassifier(12, 2, dropout=0.5, generator=torch.Generator().manual_seed(1))
    generator, view = torch.Generator().manual_seed(2), graph.view()
    state = torch.get_rng_state()
    kept = model._dropped(torch.ones(100, 100), generator)
    assert kept.mean().item() == pytest.approx(1.0, abs=0.05)
    assert set(kept.unique().tolist()) == {0.0, 2.0}
    first, second = (model(view, graph.x, generator) for _ in range(2))
    assert not torch.equal(first, second)
    again = model(view, graph.x, torch.Generator().manual_seed(2))
    assert torch.equal(again, model(view, graph.x, torch.Generator().manual_seed(2)))
    model.eval()
    assert torch.equal(model(view, graph.x, generator), model(view, graph.x))
    assert torch.equal(state, torch.get_rng_state())


def test_sparse_features_stay_sparse_and_give_what_dense_ones_give(monkeypatch):
    reports = []
    for sparse in (False, True):
        graph, labels = make_graph(sparse)
        if sparse:
            monkeypatch.setattr(SparseFeatures, "to_dense", lambda self: pytest.fail("made dense"))
        reports.append(supervised_gcn(graph, labels, make_splits(), dropout=0.0, epochs=30))
    assert reports[0].val == pytest.approx(reports[1].val)
    assert reports[0].test == pytest.approx(reports[1].test)


def test_one_epoch_is_adam_on_the_train_rows_with_decay_of_the_first_weights():
    graph, labels = make_graph()
    train, val = torch.arange(10), torch.arange(10, 20)
    model = GCNClassifier(12, 2, dropout=0.0, generator=torch.Generator().manual_seed(1))
    before = [p.detach().clone().requires_grad_() for p in model.parameters()]
    w, b, v, c = before
    dense = naive_dense(graph)
    loss = F.cross_entropy((dense @ (dense @ graph.x @ w + b).relu() @ v + c)[train], labels[train])
    (loss + 0.5 * 0.3 * w.square().sum()).backward()
    arguments = {"lr": 0.01, "weight_decay": 0.3, "patience": 1, "generator": torch.Generator()}
    SplitFit(model, graph.view(), labels, train, val, **arguments).update()
    for after, start in zip(model.parameters(), before, strict=True):
        # Adam's first step is lr g / (|g| + ε), whatever the size of g
        step = start.detach() - 0.01 * start.grad / (start.grad.abs() + 1e-8)
        torch.testing.assert_close(after.detach(), step, rtol=1e-4, atol=1e-4)


def test_test_labels_change_neither_the_epoch_nor_a_prediction():
    graph, labels = make_graph()
    split = make_splits(1)[0]
    train, val = torch.from_numpy(split.train), torch.from_numpy(split.val)
    scrambled = labels.clone()
    scrambled[split.test] = 1 - scrambled[split.test]

    def fit(target: torch.Tensor) -> tuple[int, torch.Tensor]:
        generator = torch.Generator().manual_seed(0)
        model = GCNClassifier(12, 2, generator=generator)
        split_fit = SplitFit(
            model, graph.view(), target, train, val,
            lr=0.01, weight_decay=5e-4, patience=40, generator=generator,
        )  # fmt: skip
        for _ in range(40):
            split_fit.update()
        return split_fit.best_epoch, split_fit.predictions

    epoch, predictions = fit(labels)
    other_epoch, other_predictions = fit(scrambled)
    assert epoch == other_epoch
    assert torch.equal(predictions, other_predictions)
    true, false = (supervised_gcn(graph, y, [split], epochs=40) for y in (labels, scrambled))
    assert true.val == false.val
    assert true.test[0] == pytest.approx(100 - false.test[0])


def test_the_best_validated_epoch_is_reported_and_patience_ends_training(caplog):
    graph, labels = make_graph()
    splits = make_splits(1)
    val = [supervised_gcn(graph, labels, splits, epochs=e, patience=1000).val[0] for e in (1, 5, 20, 60)]
    assert val == sorted(val)
    caplog.set_level("DEBUG", logger="rgrl")
    reports = [supervised_gcn(graph, labels, splits, epochs=e, patience=3) for e in (300, 100_000)]
    assert reports[0] == reports[1]  # a hundred thousand epochs would take minutes


def test_communities_are_learned_and_runs_repeat_whatever_stands_beside():
    graph, labels = make_graph()
    splits = make_splits(3)
    report = supervised_gcn(graph, labels, splits)
    assert report.test_mean > 75.0
    assert supervised_gcn(graph, labels, splits) == report
    assert supervised_gcn(graph, labels, splits[:1]).test == report.test[:1]
    later = supervised_gcn(graph, labels, splits[1:], seed=1)
    assert later.test == report.test[1:]


def test_splits_are_ended_side_by_side_with_what_they_have_come_to():
    graph, labels = make_graph()
    splits = make_splits(3)
    asked: list[int] = []

    def stop(epochs: int) -> bool:
        asked.append(epochs)
        return epochs == 7

    ended = supervised_gcn(graph, labels, splits, stop=stop)
    assert asked == [1, 2, 3, 4, 5, 6, 7]
    assert (ended.epochs, ended.stopped) == ((7, 7, 7), True)
    whole = supervised_gcn(graph, labels, splits, epochs=7, stop=lambda _: False)
    assert (whole.val, whole.test, whole.epochs, whole.stopped) == (ended.val, ended.test, (7, 7, 7), False)


def test_what_has_ended_by_itself_is_not_stopped():
    graph, labels = make_graph()
    splits = make_splits(2)
    alone = [supervised_gcn(graph, labels, [split], seed=s, patience=3) for s, split in enumerate(splits)]
    lengths = [report.epochs[0] for report in alone]
    assert lengths[0] != lengths[1], "the test is about splits of different lengths"
    longest, asked = max(lengths), []
    both = supervised_gcn(graph, labels, splits, patience=3, stop=lambda e: asked.append(e) or e >= longest)
    assert (list(both.epochs), both.stopped) == (lengths, False)
    assert asked == list(range(1, longest)), "nobody is asked about what is over"
    assert both.test == tuple(report.test[0] for report in alone)
    assert not supervised_gcn(graph, labels, splits, epochs=1, stop=lambda _: True).stopped, "it got all"


@pytest.mark.parametrize("sparse", [False, True])
def test_training_on_the_train_rows_graph_sees_nothing_of_the_other_nodes(sparse, monkeypatch):
    graph, labels = make_graph(sparse)
    split = SimpleNamespace(train=np.arange(38, 8, -1), val=np.arange(4), test=np.r_[4:9, 39])
    train_graph = induced_subgraph(graph, split.train)
    bare = Graph.from_edge_index(torch.empty(2, 0), x=torch.zeros(40, 12), sparse_features=sparse)
    models: list[GCNClassifier] = []

    def build(*arguments: object, **settings: object) -> GCNClassifier:
        models.append(GCNClassifier(*arguments, **settings))
        return models[-1]

    monkeypatch.setattr(sys.modules["rgrl.methods.supervised_gcn"], "GCNClassifier", build)
    reports = [
        supervised_gcn(whole, labels, [split], train_graph=seen, epochs=5)
        for whole, seen in ((graph, train_graph), (bare, train_graph), (graph, None))
    ]
    inductive, elsewhere, transductive = (list(model.parameters()) for model in models)
    assert all(map(torch.equal, inductive, elsewhere))
    assert not any(map(torch.equal, inductive, transductive))
    assert reports[0] != reports[1], "what is scored is the whole graph"


def test_one_inductive_epoch_is_adam_on_the_training_graph():
    graph, labels = make_graph()
    train = torch.tensor([12, 3, 25, 8, 30, 17])
    seen = induced_subgraph(graph, train)
    assert seen.num_edges > 0
    model = GCNClassifier(12, 2, dropout=0.0, generator=torch.Generator().manual_seed(1))
    w, b, v, c = (p.detach().clone().requires_grad_() for p in model.parameters())
    dense = naive_dense(seen)
    F.cross_entropy(dense @ (dense @ seen.x @ w + b).relu() @ v + c, labels[train]).backward()
    SplitFit(
        model, graph.view(), labels, train, torch.arange(3), train_view=seen.view(),
        lr=0.01, weight_decay=0.0, patience=1, generator=torch.Generator(),
    ).update()  # fmt: skip
    for after, start in zip(model.parameters(), (w, b, v, c), strict=True):
        step = start.detach() - 0.01 * start.grad / (start.grad.abs() + 1e-8)
        torch.testing.assert_close(after.detach(), step, rtol=1e-4, atol=1e-4)


def test_bad_input_is_named():
    graph, labels = make_graph()
    splits = make_splits(1)
    for bad, message in (
        ({"hidden": 0}, "hidden is 0"),
        ({"dropout": 1.0}, r"dropout is 1\.0"),
        ({"lr": 0.0}, r"lr is 0\.0"),
        ({"weight_decay": -1.0}, r"weight_decay is -1\.0"),
        ({"epochs": 0}, "epochs is 0"),
        ({"patience": 0}, "patience is 0"),
        ({"num_classes": 0}, "num_classes is 0"),
        ({"seed": -1}, "seed is -1"),
    ):
        with pytest.raises(ConfigError, match=message):
            supervised_gcn(graph, labels, splits, **bad)
    with pytest.raises(DataError, match="no splits"):
        supervised_gcn(graph, labels, [])
    with pytest.raises(DataError, match="one label for each of 40"):
        supervised_gcn(graph, labels[:5], splits)
    with pytest.raises(DataError, match="train_graph has 40 nodes: one for each train row is needed"):
        supervised_gcn(graph, labels, splits, train_graph=graph)
    narrow = Graph.from_edge_index([[0], [1]], x=torch.ones(splits[0].train.size, 1))
    with pytest.raises(DataError, match="train_graph has 1 features"):
        supervised_gcn(graph, labels, splits[:1], train_graph=narrow)
    with pytest.raises(DivergedError, match="lower lr"):
        supervised_gcn(graph, labels, splits, lr=1e30)


def test_cora_public_split(data_root):
    dataset = rgrl.load_dataset("cora", root=data_root)
    report = supervised_gcn(dataset.graph, dataset.labels, [dataset.public_split])
    assert 80.0 < report.test_mean < 83.0


def test_predictions_are_those_of_the_best_epoch_and_change_no_score():
    graph, labels = make_graph()
    splits = make_splits()
    plain = supervised_gcn(graph, labels, splits, epochs=20)
    report = supervised_gcn(graph, labels, splits, epochs=20, predictions=True)
    assert plain == report and plain.predictions is None
    assert report.predictions.dtype == np.int8 and report.predictions.shape == (2, 40)
    for row, split, val, test in zip(report.predictions, splits, report.val, report.test, strict=True):
        assert val == pytest.approx(100 * np.mean(row[split.val] == labels.numpy()[split.val]))
        assert test == pytest.approx(100 * np.mean(row[split.test] == labels.numpy()[split.test]))
    shares = node_accuracy(report.predictions, labels, splits)
    assert np.isnan(shares).sum() == 40 - np.union1d(*(split.test for split in splits)).size
