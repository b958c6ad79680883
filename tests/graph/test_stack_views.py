"""Views side by side against the views one by one."""

from __future__ import annotations

from dataclasses import replace

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rgrl.graph import Graph, SparseFeatures
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask, Identity
from rgrl.graph.stack_views import repeat_graph, stack_views
from rgrl.nn import GCNEncoder
from tests.graph.strategies import graphs

VIEW = Compose([FeatureMask(0.4), EdgeDrop(0.4)])


@given(graph=graphs(), augmentations=st.lists(st.sampled_from([VIEW, Identity()]), min_size=1, max_size=3))
@settings(deadline=None)
def test_an_encoder_gives_what_it_gives_on_each(graph: Graph, augmentations: list) -> None:
    dense = graph.x.to_dense() if isinstance(graph.x, SparseFeatures) else graph.x
    graph = Graph.from_edge_index(graph.edge_index, x=dense, sparse_features=True)
    generator = torch.Generator().manual_seed(0)
    views = [augment(graph.view(), generator) for augment in augmentations]
    encoder = GCNEncoder(graph.num_features, (4, 3), norm="layer", generator=generator)
    stacked = stack_views(views, repeat_graph(graph, len(views)))
    together, alone = encoder(stacked), torch.cat([encoder(view) for view in views])
    torch.testing.assert_close(together, alone, rtol=1e-5, atol=1e-6)
    outer = torch.randn(alone.shape, generator=generator)
    for ours, theirs in zip(
        torch.autograd.grad((together * outer).sum(), list(encoder.parameters())),
        torch.autograd.grad((alone * outer).sum(), list(encoder.parameters())),
        strict=True,
    ):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


@given(graph=graphs(), times=st.integers(1, 3))
@settings(deadline=None)
def test_a_repeated_graph_is_its_copies(graph: Graph, times: int) -> None:
    dense = graph.x.to_dense() if isinstance(graph.x, SparseFeatures) else graph.x
    once = Graph.from_edge_index(graph.edge_index, x=dense, sparse_features=True)
    repeated = repeat_graph(once, times)
    shifted = torch.cat([once.edge_index + i * once.num_nodes for i in range(times)], dim=1)
    built = Graph.from_edge_index(shifted, x=dense.repeat(times, 1), sparse_features=True)
    for part in ("crow", "col", "row", "transpose_crow", "transpose_col", "transpose_order"):
        assert torch.equal(getattr(repeated.pattern, part), getattr(built.pattern, part))
    assert torch.equal(repeated.diagonal, built.diagonal)
    assert torch.equal(repeated.has_loop, built.has_loop)
    assert torch.equal(repeated.x.to_dense(), built.x.to_dense())


def test_entries_that_are_0_are_entries() -> None:
    graph = Graph.from_edge_index([[0], [1]], x=torch.eye(2), sparse_features=True)
    graph = replace(graph, x=SparseFeatures(graph.x.pattern, torch.tensor([0.0, 2.0])))
    stacked = stack_views([graph.view(), graph.view()], repeat_graph(graph, 2))
    assert stacked.project(torch.eye(2)).tolist() == [[0.0, 0.0], [0.0, 2.0]] * 2
