from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import graphs

from rgrl.errors import ConfigError
from rgrl.graph import Graph
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask, Identity


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def ring(nodes: int = 400) -> Graph:
    a = torch.arange(nodes)
    b = (a + 1) % nodes
    return Graph.from_edge_index(
        torch.stack([torch.cat([a, b]), torch.cat([b, a])]), x=torch.ones(nodes, 300)
    )


@given(graph=graphs(), p=st.floats(0, 1), seed=st.integers(0, 99))
@settings(deadline=None)
def test_nothing_is_changed_in_place_and_the_diagonal_stays(graph, p, seed):
    before = [t.clone() for t in (graph.pattern.crow, graph.pattern.col)]
    view = graph.view()
    augmented = Compose([FeatureMask(p), EdgeDrop(p), EdgeDrop(p)])(view, generator(seed))
    assert view.edge_keep is None
    assert view.feature_keep is None
    assert all(
        torch.equal(a, b) for a, b in zip(before, (graph.pattern.crow, graph.pattern.col), strict=True)
    )
    if p > 0:
        assert augmented.edge_keep[graph.diagonal].all()
        assert augmented.feature_keep.shape == (graph.num_features,)


def test_shares_are_the_probabilities_and_directions_fall_alone():
    graph = ring()
    view = EdgeDrop(0.3)(graph.view(), generator())
    kept = {tuple(edge) for edge in view.edge_index.T.tolist()}
    assert len(kept) / graph.num_edges == pytest.approx(0.7, abs=0.05)
    single = sum((b, a) not in kept for a, b in kept)
    assert single / len(kept) == pytest.approx(0.3, abs=0.06)
    mask = FeatureMask(0.3)(graph.view(), generator()).feature_keep
    assert mask.double().mean().item() == pytest.approx(0.7, abs=0.08)


def test_symmetric_drop_takes_both_directions():
    graph = ring()
    kept = {
        tuple(edge) for edge in EdgeDrop(0.3, symmetric=True)(graph.view(), generator()).edge_index.T.tolist()
    }
    assert len(kept) / graph.num_edges == pytest.approx(0.7, abs=0.06)
    assert all((b, a) in kept for a, b in kept)
    directed = Graph.from_edge_index([[0], [1]], x=torch.ones(2, 1))
    with pytest.raises(ConfigError, match="symmetric edge drop"):
        EdgeDrop(0.3, symmetric=True)(directed.view(), generator())


def test_extremes_and_identity():
    graph = ring(5)
    view = graph.view()
    assert EdgeDrop(0.0)(view) is view
    assert FeatureMask(0.0)(view) is view
    assert Identity()(view) is view
    assert EdgeDrop(1.0)(view, generator()).edge_index.shape == (2, 0)
    assert not FeatureMask(1.0)(view, generator()).feature_keep.any()


def test_same_seed_same_view_and_global_stream_untouched():
    augment, graph = Compose([FeatureMask(0.5), EdgeDrop(0.5)]), ring(20)
    state = torch.get_rng_state()
    first, second = (augment(graph.view(), generator(7)) for _ in range(2))
    assert torch.equal(first.edge_keep, second.edge_keep)
    assert torch.equal(first.feature_keep, second.feature_keep)
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_probabilities_are_checked(p):
    with pytest.raises(ConfigError, match="a probability from 0 to 1"):
        EdgeDrop(p)
    with pytest.raises(ConfigError, match="a probability from 0 to 1"):
        FeatureMask(p)
