"""Parts of the benchmarks that figures in the documentation rest on, held against what they stand for."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy import sparse

from rgrl.bench.build import build_method
from rgrl.datasets.arxiv import read_arxiv
from rgrl.datasets.ppi import read_ppi
from rgrl.datasets.reddit import read_reddit
from rgrl.graph import Graph
from rgrl.methods import RGRL
from rgrl.presets import RGRLPreset, load_preset
from rgrl.relation import AnchorSampler
from rgrl.training import train

_BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a benchmark by its name."""
    monkeypatch.syspath_prepend(str(_BENCHMARKS))
    return import_module


def small_graph(*, is_sparse: bool = True) -> Graph:
    """40 nodes, 30 features, a node without an edge."""
    x = sparse.random(40, 30, density=0.2, format="csr", rng=np.random.default_rng(0), dtype=np.float32)
    ends = np.random.default_rng(1).integers(39, size=(2, 90))
    edges = np.concatenate([ends, ends[::-1]], axis=1)
    return Graph.from_edge_index(edges, x=x if is_sparse else x.toarray())


def small_preset() -> RGRLPreset:
    """As on Coauthor CS, narrower."""
    return load_preset("rgrl-cs").replace(
        {
            "layers": (16, 8),
            "predictor_hidden": 12,
            "num_anchors": 10,
            "num_local_anchors": 3,
            "precision": "fp32",
        }
    )


@pytest.mark.parametrize("is_sparse", [True, False])
def test_a_training_is_the_straightforward_one(
    is_sparse: bool, benchmark: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six updates from the same weights with the same views and anchors, batch norm's first one included."""
    reference, graph, preset = benchmark("reference"), small_graph(is_sparse=is_sparse), small_preset()
    generator = torch.Generator().manual_seed(0)
    model = build_method(preset, graph.num_features, generator)
    assert isinstance(model, RGRL)
    step = reference.ReferenceStep(preset, model.plan(graph))
    for encoder in (step.encoder, step.teacher):
        for conv, layer in zip(encoder.convs, model.encoder.convs, strict=True):
            conv.lin.weight.data.copy_(layer.weight.t())
    for linear, own in (
        (step.predictor[0], model.predictor.first),
        (step.predictor[2], model.predictor.second),
    ):
        linear.load_state_dict(own.state_dict())
    views, anchors = [], []
    model.views = tuple(recorded(augment, views) for augment in model.views)
    monkeypatch.setattr(AnchorSampler, "__call__", recorded(AnchorSampler.__call__, anchors))
    for update in train(model, graph, epochs=6, learning_rate=preset.learning_rate, generator=generator):
        for encoder in (step.encoder, step.teacher):
            encoder.train(update.number == 1)
        straightforward = [
            reference.ReferenceView(v.dense_features, v.edge_index, torch.ones(v.edge_index.shape[1]))
            for v in views[-2:]
        ]
        torch.testing.assert_close(step.update(straightforward, anchors[-1]), update.loss, rtol=1e-5, atol=0)
        if update.number == 1:  # biases before a batch norm in train mode: Adam's step goes by rounding
            for encoder, own in ((step.encoder, model.encoder), (step.teacher, model.teacher.module)):
                for conv, layer in zip(encoder.convs, own.convs, strict=True):
                    conv.bias.data.copy_(layer.bias)
    for own, theirs in zip(model.encoder.convs, step.encoder.convs, strict=True):
        torch.testing.assert_close(own.weight.t(), theirs.lin.weight, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(own.bias, theirs.bias, rtol=1e-4, atol=1e-5)
    assert len(views) == 12
    step.encoder.eval()
    whole = reference.ReferenceView(
        graph.view().dense_features, graph.edge_index, torch.ones(graph.num_edges)
    )
    embedded = step.encoder(whole.x, whole.edge_index, whole.edge_weight)
    torch.testing.assert_close(model.embed(graph), embedded, rtol=1e-4, atol=1e-5)


def recorded(function: Any, into: list[Any]) -> Any:
    """The function, which keeps what it returns."""

    def call(*arguments: Any) -> Any:
        into.append(function(*arguments))
        return into[-1]

    return call


def test_the_straightforward_step_is_the_same_with_sparse_features(benchmark: Any) -> None:
    split_draws, reference = benchmark("split_draws"), benchmark("reference")
    graph, preset = small_graph(), small_preset()
    plan = build_method(preset, graph.num_features, torch.Generator()).plan(graph)
    found = []
    for kind in (reference.ReferenceStep, split_draws.SparseReferenceStep):
        torch.manual_seed(0)
        step = kind(preset, plan)
        losses = torch.stack([step.step() for _ in range(3)])
        found.append((losses, step.encoder.convs[0].lin.weight.detach()))
    (losses, weight), (sparse_losses, sparse_weight) = found
    assert losses[0] != losses[2]
    torch.testing.assert_close(sparse_losses, losses)
    torch.testing.assert_close(sparse_weight, weight)


@pytest.mark.parametrize(
    ("name", "read", "scale", "nodes", "edges"),
    [
        ("ogbn-arxiv", read_arxiv, 0.01, 909 + 297 + 486, 2 * 11577),
        ("reddit", read_reddit, 0.01, 1534 + 238 + 557, 2 * 573079),
        ("ppi", read_ppi, 0.1, 4490 + 651 + 552, 2 * 79363),
    ],
)
def test_made_up_files_are_read_with_the_sizes_asked_for(
    name: str, read: Any, scale: float, nodes: int, edges: int, benchmark: Any, tmp_path: Path
) -> None:
    found = read(benchmark("made_up").write(name, tmp_path, scale=scale))
    assert (found.num_nodes, found.edge_index.shape[1]) == (nodes, edges)
    assert [len(rows) > 0 for rows in found.splits[0]] == [True] * 3


def test_made_up_ppi_of_a_few_nodes_is_refused(benchmark: Any, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="too many for 449 nodes"):
        benchmark("made_up").write("ppi", tmp_path, scale=0.01)
