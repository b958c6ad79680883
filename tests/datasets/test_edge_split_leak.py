"""What an encoder is trained on tells nothing of the edges that were held out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import graphs

from rgrl.datasets import load_dataset, split_edges
from rgrl.datasets.fingerprint import fingerprint
from rgrl.datasets.split_edges import training_graph
from rgrl.graph import Graph, LocalAnchors, SparseFeatures
from rgrl.graph.augment import EdgeDrop
from rgrl.graph.ppr_cache import cached_topk_ppr
from rgrl.methods import RGRL
from rgrl.nn import GCNEncoder
from rgrl.training import train


def with_edges(graph: Graph, *undirected: torch.Tensor) -> Graph:
    ends = torch.cat(undirected, dim=1)
    x = graph.x.to_scipy() if isinstance(graph.x, SparseFeatures) else graph.x
    return Graph.from_edge_index(torch.cat([ends, ends.flip(0)], dim=1), x=x, y=graph.y)


def seen_by_a_trainer(graph: Graph, folder) -> dict[str, object]:
    """Everything that training reads of a graph, and what comes of it; tensors as bytes."""
    anchors = LocalAnchors.from_graph(graph, k=4)
    cached_topk_ppr(graph, folder, k=4)
    generator = torch.Generator().manual_seed(0)
    view = EdgeDrop(0.2)
    encoder = GCNEncoder(graph.num_features, (8, 4), generator=generator)
    model = RGRL(encoder, views=(view, view), predictor_hidden=8, num_anchors=8, generator=generator)
    for _ in train(model, graph, epochs=4, learning_rate=0.01, generator=generator):
        pass
    x = graph.x.to_scipy() if isinstance(graph.x, SparseFeatures) else graph.x.numpy()
    tensors = {
        "edges": graph.edge_index,
        "columns": graph.pattern.col,
        "degree": graph.degree,
        "loops": graph.has_loop,
        "anchors": anchors.index,
        "mask": anchors.mask,
        "embedding": model.embed(graph),
    }
    return {
        "undirected": graph.is_undirected,
        "fingerprint": fingerprint(x, graph.edge_index.numpy(), None if graph.y is None else graph.y.numpy()),
        "cache": sorted(path.name for path in folder.iterdir()),
        **{name: tensor.numpy().tobytes() for name, tensor in tensors.items()},
    }


def differing(one: dict[str, object], other: dict[str, object]) -> set[str]:
    return {name for name in one if one[name] != other[name]}


@pytest.fixture
def folders(tmp_path):
    return (tmp_path / str(number) for number in range(100))


def test_nothing_that_training_sees_depends_on_what_was_held_out(folders) -> None:
    graph = load_dataset("karate").graph
    split = split_edges(graph, val=0.1, test=0.2)
    seen = seen_by_a_trainer(split.train_graph, next(folders))
    held_out = torch.cat([split.val, split.test], dim=1)
    others = torch.cat([split.negatives_random.test, split.negatives_hard.test], dim=1)
    sources = {
        "nothing held out": with_edges(graph, split.train),
        "fewer held out": with_edges(graph, split.train, split.test),
        "others held out": with_edges(graph, split.train, others),
        "more held out": with_edges(graph, split.train, held_out, others),
    }
    for name, source in sources.items():
        again = seen_by_a_trainer(training_graph(source, split.train), next(folders))
        assert differing(seen, again) == set(), name
    # A graph that never had a held-out edge is the training graph, built by another way.
    assert differing(seen, seen_by_a_trainer(sources["nothing held out"], next(folders))) == set()


@pytest.mark.parametrize("part", ["val", "test"])
def test_a_leak_would_be_noticed(folders, part: str) -> None:
    """The comparison above can fail: one held-out edge changes all that it looks at."""
    graph = load_dataset("karate").graph
    split = split_edges(graph)
    seen = seen_by_a_trainer(split.train_graph, next(folders))
    leaky = with_edges(graph, split.train, getattr(split, part)[:, :1])
    changed = differing(seen, seen_by_a_trainer(leaky, next(folders)))
    assert changed >= {"edges", "columns", "degree", "fingerprint", "cache", "anchors", "embedding"}


@given(graphs(undirected=True), st.data())
def test_training_graph_is_a_function_of_the_training_edges(graph: Graph, data: st.DataObject) -> None:
    edges = graph.edge_index[:, graph.edge_index[0] < graph.edge_index[1]]
    keep = torch.tensor([data.draw(st.booleans()) for _ in range(edges.shape[1])], dtype=torch.bool)
    found, bare = training_graph(graph, edges[:, keep]), with_edges(graph, edges[:, keep])
    assert torch.equal(found.edge_index, bare.edge_index)
    assert np.array_equal(found.degree, bare.degree)
    assert found.has_loop.sum() == 0
    assert found.x is graph.x
