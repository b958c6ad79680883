from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph, graph_batches, ppr_cache
from rgrl.graph.augment import EdgeDrop
from rgrl.methods import BGRL, RGRL
from rgrl.nn import GCNEncoder
from rgrl.training import cosine_schedule, train, train_on_batches

SIZES = (3, 4, 2, 5)
NUMBER = torch.repeat_interleave(torch.arange(len(SIZES)), torch.tensor(SIZES))


def paths() -> Graph:
    """Four paths; a node's one feature is its number."""
    inner = np.array([node for node in range(len(NUMBER) - 1) if NUMBER[node] == NUMBER[node + 1]])
    ends = np.stack([inner, inner + 1])
    x = torch.arange(float(len(NUMBER)))[:, None]
    return Graph.from_edge_index(np.concatenate([ends, ends[::-1]], axis=1), x=x, sparse_features=False)


GRAPH = paths()


def make_rgrl() -> RGRL:
    draw = torch.Generator().manual_seed(1)
    encoder = GCNEncoder(1, (4, 2), norm="batch", generator=draw)
    view = EdgeDrop(0.3)
    return RGRL(
        encoder,
        views=(view, view),
        predictor_hidden=4,
        num_anchors=2,
        num_local_anchors=2,
        generator=draw,
    )


def make_bgrl() -> BGRL:
    draw = torch.Generator().manual_seed(1)
    view = EdgeDrop(0.3)
    return BGRL(GCNEncoder(1, (4, 2), generator=draw), views=(view, view), generator=draw)


class Recorder:
    """A method that notes what it is given; its loss is its weight times the sum of the features."""

    def __init__(self) -> None:
        self.weight = torch.nn.Parameter(torch.ones(()))
        self.planned: list[Graph] = []
        self.steps = 0

    def plan(self, graph: Graph, *, cache: Any = None) -> Graph:
        self.planned.append(graph)
        return graph

    def losses(self, plan: Graph, generator: torch.Generator | None = None) -> Iterator[Tensor]:
        yield self.weight * plan.x.sum()

    def after_update(self) -> None:
        self.steps += 1

    def embed(self, graph: Graph) -> Tensor:
        return graph.x * self.weight

    def parameters(self) -> Iterator[torch.nn.Parameter]:
        yield self.weight

    def train(self, mode: bool = True) -> Any:
        return self


def epoch_of(batch_size: int, seed: int) -> Callable[[], Iterable[Graph]]:
    draw = torch.Generator().manual_seed(seed)
    return lambda: graph_batches(GRAPH, NUMBER, batch_size=batch_size, generator=draw)


@pytest.mark.parametrize("make", [make_rgrl, make_bgrl])
def test_one_batch_with_the_whole_graph_is_full_batch_training(make):
    whole, batched = make(), make()
    rate = cosine_schedule(0.01, epochs=4, warmup=1)
    common: dict[str, Any] = {"epochs": 4, "learning_rate": rate, "weight_decay": 0.1}
    expected = list(train(whole, GRAPH, generator=torch.Generator().manual_seed(3), **common))
    draw = torch.Generator().manual_seed(3)
    found = list(train_on_batches(batched, epoch_of(len(SIZES), 0), generator=draw, **common))
    assert [(u.number, u.loss.item()) for u in found] == [(u.number, u.loss.item()) for u in expected]
    assert len({u.loss.item() for u in found}) == 4
    for ours, theirs in zip(batched.state_dict().values(), whole.state_dict().values(), strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 9])
def test_an_epoch_has_each_graph_once(batch_size):
    method, count = Recorder(), -(-len(SIZES) // batch_size)
    updates = train_on_batches(method, epoch_of(batch_size, 5), epochs=3)
    numbers = []
    for update in updates:
        numbers.append(update.number)
        assert len(method.planned) == method.steps == update.number, "a batch is planned in its turn"
        assert update.loss == pytest.approx(float(method.planned[-1].x.sum()), rel=0.1)
    assert numbers == list(range(1, 3 * count + 1))
    for epoch in range(3):
        nodes = torch.cat([graph.x for graph in method.planned[epoch * count : (epoch + 1) * count]])
        assert sorted(nodes.ravel().tolist()) == list(range(len(NUMBER)))


def test_the_seeds_decide():
    def trained(views: int, order: int) -> Tensor:
        model = make_rgrl()
        draw = torch.Generator().manual_seed(views)
        for _ in train_on_batches(model, epoch_of(2, order), epochs=2, learning_rate=0.1, generator=draw):
            pass
        return model.encoder.convs[0].weight.detach()

    assert torch.equal(trained(0, 0), trained(0, 0))
    assert not torch.equal(trained(0, 0), trained(1, 0))
    assert not torch.equal(trained(0, 0), trained(0, 1))


def test_the_cache_changes_nothing_and_is_used(tmp_path, monkeypatch):
    losses = []
    for cache in (None, tmp_path, tmp_path):
        draw = torch.Generator().manual_seed(0)
        updates = train_on_batches(make_rgrl(), epoch_of(1, 0), epochs=3, generator=draw, cache=cache)
        losses.append([update.loss.item() for update in updates])
        assert len(list(tmp_path.iterdir())) == (0 if cache is None else len(SIZES))
        if cache is not None:
            monkeypatch.setattr(ppr_cache, "topk_ppr", None)
    assert losses[0] == losses[1] == losses[2]


def test_no_epoch_is_no_update():
    def never() -> Iterable[Graph]:
        raise AssertionError

    assert list(train_on_batches(make_rgrl(), never, epochs=0)) == []


def test_refusals():
    for arguments, message in (
        ({"epochs": -1}, "epochs is -1"),
        ({"epochs": 1, "learning_rate": 0.0}, r"learning_rate is 0\.0"),
        ({"epochs": 1, "weight_decay": -0.1}, r"weight_decay is -0\.1"),
        ({"epochs": 1, "precision": "fp8"}, "precision is 'fp8'"),
    ):
        with pytest.raises(ConfigError, match=message):
            train_on_batches(make_rgrl(), epoch_of(1, 0), **arguments)
    with pytest.raises(ConfigError, match="batches is a list: a function that gives an epoch's graphs"):
        train_on_batches(make_rgrl(), [GRAPH], epochs=1)
    once = iter([GRAPH])
    updates = train_on_batches(make_rgrl(), lambda: once, epochs=2)
    assert next(updates).number == 1
    with pytest.raises(ConfigError, match="batches gave no graph in epoch 2: each call must give"):
        next(updates)
    bare = Graph.from_edge_index([[], []], x=torch.ones(3, 1))
    with pytest.raises(DataError, match="the graph has 3 nodes and 0 edges"):
        next(train_on_batches(make_rgrl(), lambda: [bare], epochs=1))
