from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import graphs
from torch_geometric.nn import SAGEConv

from rgrl.graph import Graph
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
from rgrl.nn import PyGEncoder, SAGEEncoder


def twins(num_features: int, layers: tuple[int, ...], **choice: str) -> tuple[SAGEEncoder, PyGEncoder]:
    """GraphSAGE and the same of PyG's layers, with the same weights."""
    ours = SAGEEncoder(num_features, layers, generator=torch.Generator().manual_seed(0), **choice)
    widths = zip((num_features, *layers[:-1]), layers, strict=True)
    theirs = PyGEncoder([SAGEConv(a, b, aggr="mean") for a, b in widths], layers, **choice)
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs


@given(graph=graphs(), seed=st.integers(0, 99), drop=st.sampled_from([0.0, 0.5, 1.0]), wide=st.booleans())
@settings(max_examples=40)
def test_it_is_pygs_value_and_gradient(graph, seed, drop, wide):
    view = Compose([FeatureMask(0.3), EdgeDrop(drop)])(graph.view(), torch.Generator().manual_seed(seed))
    outputs, gradients = [], []
    for encoder in twins(5, (8 if wide else 3, 4), norm="layer"):
        outputs.append(encoder(view))
        outputs[-1].square().sum().backward()
        gradients.append([parameter.grad for parameter in encoder.parameters()])
    torch.testing.assert_close(*outputs, rtol=1e-4, atol=1e-5)
    for first, second in zip(*gradients, strict=True):
        torch.testing.assert_close(first, second, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("masked", [False, True])
def test_mean_values_are_a_mean_over_the_kept_sources(masked):
    edges = torch.tensor([[0, 1, 2, 2, 3, 3, 3], [1, 1, 1, 2, 1, 0, 0]])  # loops, and an edge twice
    view = Graph.from_edge_index(edges, x=torch.eye(5)).view()
    if masked:
        view = EdgeDrop(0.5)(view, torch.Generator().manual_seed(3))
    expected = torch.zeros(5, 5)
    for source, target in view.edge_index.T.tolist():
        expected[target, source] = 1.0
    expected /= expected.sum(1, keepdim=True).clamp_min(1)
    found = torch.zeros(5, 5)
    pattern = view.graph.pattern
    found[pattern.row.long(), pattern.col.long()] = view.mean_values
    torch.testing.assert_close(found, expected)


def test_the_same_generator_gives_the_same_weights_and_leaves_torchs_own_stream_alone():
    before = torch.get_rng_state()
    first, second = (SAGEEncoder(3, (4, 2), generator=torch.Generator().manual_seed(1)) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    assert torch.equal(before, torch.get_rng_state())


def test_twice_as_many_dimensions():
    graph = Graph.from_edge_index([[0, 1], [1, 0]], x=torch.eye(2))
    assert SAGEEncoder(2, (3,)).double()(graph.view()).dtype == torch.float64
