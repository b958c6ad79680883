from __future__ import annotations

import numpy as np
import pytest
import torch
from torch_geometric.data import Data

from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph, ppr_cache
from rgrl.graph.augment import EdgeDrop
from rgrl.methods import RGRL
from rgrl.nn import GCNEncoder
from rgrl.training import train

GRAPH = Graph.from_edge_index([[0, 1, 1, 2], [1, 0, 2, 1]], x=torch.eye(3))


def make_model() -> RGRL:
    view = EdgeDrop(0.1)
    return RGRL(
        GCNEncoder(3, (4, 2)), views=(view, view), predictor_hidden=4, num_anchors=2, num_local_anchors=2
    )


def test_updates_are_counted_and_nothing_happens_between_them():
    model = make_model()
    updates = train(model, GRAPH, epochs=3)
    first = next(updates)
    weight = model.encoder.convs[0].weight.detach().clone()
    assert first.number == 1
    assert not first.loss.requires_grad
    assert torch.equal(weight, model.encoder.convs[0].weight)
    assert [u.number for u in updates] == [2, 3]
    assert list(train(model, GRAPH, epochs=0)) == []


def test_step_is_adamw_on_every_learned_parameter():
    model, twin = make_model(), make_model()
    twin.load_state_dict(model.state_dict())
    next(train(model, GRAPH, epochs=1, learning_rate=0.01, weight_decay=0.1, generator=torch.Generator()))
    learned = [p for p in twin.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=0.01, weight_decay=0.1)
    twin.loss(twin.plan(GRAPH), torch.Generator()).backward()
    optimizer.step()
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        if theirs.requires_grad:
            torch.testing.assert_close(ours, theirs)


def test_local_anchors_are_kept_in_the_cache_and_change_nothing(tmp_path, monkeypatch):
    start = make_model().state_dict()
    weights = []
    for cache in (None, tmp_path, tmp_path):
        model = make_model()
        model.load_state_dict(start)
        for _ in train(model, GRAPH, epochs=2, generator=torch.Generator(), cache=cache):
            pass
        weights.append(model.encoder.convs[0].weight)
        assert len(list(tmp_path.iterdir())) == (cache is not None)
        if cache is not None:  # from now on nothing may be computed
            monkeypatch.setattr(ppr_cache, "topk_ppr", None)
    assert torch.equal(weights[0], weights[1])
    assert torch.equal(weights[0], weights[2])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"epochs": -1}, "epochs is -1"),
        ({"epochs": 1, "learning_rate": 0.0}, r"learning_rate is 0\.0"),
        ({"epochs": 1, "weight_decay": -0.1}, r"weight_decay is -0\.1"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ConfigError, match=message):
        train(make_model(), GRAPH, **arguments)  # at the call, and not at the first update


@pytest.mark.parametrize("norm", ["batch", "frozen", "layer"])
def test_eval_between_updates_changes_nothing(norm):
    weights = []
    for meddle in (False, True):
        generator = torch.Generator().manual_seed(0)
        encoder = GCNEncoder(3, (4, 2), norm=norm, generator=generator)
        model = RGRL(encoder, views=(EdgeDrop(0.1),) * 2, num_anchors=2, generator=generator)
        for _ in train(model, GRAPH, epochs=4, learning_rate=0.1, generator=generator):
            if meddle:
                model.eval()
                model.embed(GRAPH)
        weights.append(model.state_dict())
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_a_graph_elsewhere_or_of_another_library_is_named():
    with pytest.raises(ConfigError, match="the graph is on cpu and the model on meta: one device is needed"):
        train(make_model().to("meta"), GRAPH, epochs=1)
    with pytest.raises(DataError, match=r"the graph is a torch_geometric Data: rgrl\.as_graph makes an"):
        train(make_model(), Data(edge_index=GRAPH.edge_index, x=torch.eye(3)), epochs=1)


def test_a_number_of_numpys_is_a_number():
    assert len(list(train(make_model(), GRAPH, epochs=np.int64(2)))) == 2


def test_the_rate_of_an_update_is_asked_for_once():
    asked = []

    def rate(update):
        asked.append(update)
        return 0.01

    model = make_model()
    list(train(model, GRAPH, epochs=3, learning_rate=rate, generator=torch.Generator()))
    assert asked == [1, 2, 3]


def test_it_trains_within_no_grad_of_the_callers():
    model = make_model()
    before = model.encoder.convs[0].weight.clone()
    with torch.no_grad():
        for _ in train(model, GRAPH, epochs=2, generator=torch.Generator()):
            assert not torch.is_grad_enabled()
    assert not torch.equal(before, model.encoder.convs[0].weight)


def test_a_method_without_parameters_is_named():
    class Nothing(torch.nn.Module):
        pass

    with pytest.raises(ConfigError, match="the Nothing has no parameters"):
        train(Nothing(), GRAPH, epochs=1)
