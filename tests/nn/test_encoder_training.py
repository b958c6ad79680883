"""Each encoder in RGRL: it trains, the same twice, and on real data it learns something."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch_geometric.nn.models import GraphSAGE

import rgrl
from rgrl.evaluate import linear_probe
from rgrl.graph import Graph
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
from rgrl.nn import draw_from, make_encoder, wrap_pyg

NAMES = ("gcn", "sage", "gat", "gin", "sgc", "own")
VIEW = Compose([FeatureMask(0.3), EdgeDrop(0.4)])


def build(name: str, num_features: int, layers: tuple[int, int], generator: torch.Generator) -> nn.Module:
    if name != "own":
        return make_encoder(name, num_features, layers, generator=generator)
    with draw_from(generator):
        model = GraphSAGE(num_features, layers[0], num_layers=2, out_channels=layers[1], norm="batch_norm")
    return wrap_pyg(model, embedding_dim=layers[1])


def run(name: str, graph: Graph, epochs: int, layers: tuple[int, int], **settings: object) -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    model = rgrl.RGRL(
        build(name, graph.num_features, layers, generator), views=(VIEW, VIEW), generator=generator
    )
    before = model.embed(graph)
    losses = [u.loss for u in rgrl.train(model, graph, epochs=epochs, generator=generator, **settings)]
    return [before, model.embed(graph), torch.stack(losses)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_three_updates_on_karate_are_the_same_twice(name, precision):
    graph = rgrl.load_dataset("karate").graph
    state = torch.get_rng_state()
    first, second = (run(name, graph, 3, (16, 8), precision=precision) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    untrained, trained, losses = first
    assert torch.isfinite(losses).all() and torch.isfinite(trained).all()
    assert not torch.equal(untrained, trained)
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_thirty_updates_on_cora_beat_the_untrained_encoder(name, data_root: Path):
    dataset = rgrl.load_dataset("cora", root=data_root)
    untrained, trained, _ = run(name, dataset.graph, 30, (128, 64))
    accuracies = [
        linear_probe(embedding, dataset.graph.y, dataset.splits[:5]).test_mean
        for embedding in (untrained, trained)
    ]
    assert accuracies[1] > accuracies[0] + 1.0
