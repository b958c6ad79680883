from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import graphs
from torch_geometric.nn.conv.gcn_conv import gcn_norm
from torch_geometric.utils import to_dense_adj

from rgrl.errors import DataError
from rgrl.graph import Graph, SparseFeatures, View
from rgrl.graph.augment import EdgeDrop, FeatureMask
from rgrl.graph.csr_matmul import csr_product


def dense(graph: Graph, values: torch.Tensor) -> torch.Tensor:
    matrix = torch.zeros(graph.pattern.shape)
    matrix[graph.pattern.row.long(), graph.pattern.col.long()] = values
    return matrix


@given(graph=graphs(), p=st.sampled_from([0.0, 0.4, 1.0]), seed=st.integers(0, 99))
@settings(deadline=None)
def test_adjacency_is_pygs_gcn_norm_of_the_kept_edges(graph, p, seed):
    view = EdgeDrop(p)(graph.view(), torch.Generator().manual_seed(seed))
    edge_index, weight = gcn_norm(view.edge_index, num_nodes=graph.num_nodes)
    expected = to_dense_adj(edge_index, edge_attr=weight, max_num_nodes=graph.num_nodes)[0].T
    torch.testing.assert_close(dense(graph, view.adjacency_values), expected)


@given(graph=graphs(), seed=st.integers(0, 99))
@settings(deadline=None)
def test_products_and_their_gradients_are_the_dense_ones(graph, seed):
    generator = torch.Generator().manual_seed(seed)
    view = EdgeDrop(0.3)(FeatureMask(0.5)(graph.view(), generator), generator)
    x = graph.x.to_dense() if isinstance(graph.x, SparseFeatures) else graph.x
    weight = torch.randn(graph.num_features, 3, generator=generator).requires_grad_()
    outer = torch.randn(graph.num_nodes, 3, generator=generator)
    ours = view.propagate(view.project(weight))
    expected = dense(graph, view.adjacency_values) @ (x * view.feature_keep) @ weight
    torch.testing.assert_close(ours, expected, rtol=1e-4, atol=1e-5)
    (grad,) = torch.autograd.grad((ours * outer).sum(), weight)
    (reference,) = torch.autograd.grad((expected * outer).sum(), weight)
    torch.testing.assert_close(grad, reference, rtol=1e-4, atol=1e-5)


@given(graph=graphs(), masked=st.booleans(), seed=st.integers(0, 99))
def test_dense_features_are_the_masked_ones_and_leave_the_graphs_alone(graph, masked, seed):
    view = FeatureMask(0.5 if masked else 0.0)(graph.view(), torch.Generator().manual_seed(seed))
    x = graph.x.to_dense() if isinstance(graph.x, SparseFeatures) else graph.x
    before = x.clone()
    keep = torch.ones(graph.num_features) if view.feature_keep is None else view.feature_keep
    assert torch.equal(view.dense_features, before @ torch.diag(keep.float()))
    assert torch.equal(graph.x.to_dense() if isinstance(graph.x, SparseFeatures) else graph.x, before)


def test_dense_features_without_a_mask_are_no_copy():
    graph = Graph.from_edge_index([[0], [1]], x=torch.eye(2), sparse_features=False)
    assert graph.view().dense_features is graph.x


def test_edge_index_runs_from_source_to_target_as_given():
    graph = Graph.from_edge_index([[0, 0, 2, 1], [1, 2, 1, 1]], x=torch.eye(3))
    assert {tuple(edge) for edge in graph.view().edge_index.T.tolist()} == {(0, 1), (0, 2), (2, 1)}


@given(graph=graphs())
@settings(deadline=None)
def test_sparse_features_round_trip(graph):
    if isinstance(graph.x, SparseFeatures):
        assert (graph.x.to_scipy().toarray() == graph.x.to_dense().numpy()).all()
        assert graph.x.shape == (graph.num_nodes, graph.num_features)


def test_a_product_of_the_wrong_size_is_refused():
    graph = Graph.from_edge_index([[0, 1], [1, 0]], x=torch.eye(2), sparse_features=True)
    with pytest.raises(DataError, match="the graph has 2 features and the encoder takes 3"):
        graph.view().project(torch.ones(3, 4))
    with pytest.raises(DataError, match=r"multiplied by \[1, 3\]"):
        graph.view().propagate(torch.ones(1, 3))


def test_masks_may_lie_in_memory_in_any_way():
    graph = Graph.from_edge_index([[0, 1, 2], [1, 2, 0]], x=torch.eye(3), sparse_features=True)
    keep = graph.pattern.row != 1
    keep[graph.diagonal] = True
    spread, columns = torch.stack([keep, keep], 1)[:, 0], torch.tensor(True).expand(3)
    view, plain = View(graph, spread, columns), View(graph, keep, torch.ones(3, dtype=torch.bool))
    assert not spread.is_contiguous()
    assert torch.equal(view.adjacency_values, plain.adjacency_values)
    assert torch.equal(view.feature_values, plain.feature_values)


@pytest.mark.parametrize("sparse", [False, True])
def test_masks_of_another_size_or_type_are_refused(sparse):
    graph = Graph.from_edge_index([[0, 1], [1, 0]], x=torch.eye(2, 3), sparse_features=sparse)
    with pytest.raises(DataError, match=r"edge_keep is torch.bool \[2\]: torch.bool \[4\] is needed"):
        View(graph, edge_keep=torch.ones(graph.num_edges, dtype=torch.bool))
    with pytest.raises(DataError, match=r"edge_keep is torch.float32 \[4\]: torch.bool \[4\] is needed"):
        View(graph, edge_keep=torch.ones(4))
    with pytest.raises(DataError, match=r"feature_keep is torch.bool \[2\]: torch.bool \[3\] is needed"):
        View(graph, feature_keep=torch.ones(2, dtype=torch.bool))


def test_masked_features_keep_their_type():
    graph = Graph.from_edge_index([[0], [1]], x=torch.eye(2), sparse_features=True)
    x = SparseFeatures(graph.x.pattern, graph.x.values.double())
    view = View(replace(graph, x=x), feature_keep=torch.tensor([True, False]))
    assert view.feature_values.dtype == torch.float64
    assert view.feature_values.tolist() == [1.0, 0.0]


def test_a_mask_without_the_diagonal_is_refused():
    graph = Graph.from_edge_index([[0, 1], [1, 0]], x=torch.eye(2))
    keep = torch.ones(4, dtype=torch.bool)
    keep[graph.diagonal[1]] = False
    with pytest.raises(DataError, match="edge_keep drops the diagonal of 1 nodes"):
        View(graph, edge_keep=keep)


def test_narrow_features_are_propagated_once_for_all_that_look(monkeypatch):
    draw = torch.Generator().manual_seed(0)
    graph = Graph.from_edge_index(
        torch.randint(9, (2, 30), generator=draw), x=torch.rand(9, 3, generator=draw)
    )
    view = View(graph, feature_keep=torch.tensor([True, False, True]))
    products = []

    def counted(*arguments, **settings):
        products.append(arguments[2].shape)
        return csr_product(*arguments, **settings)

    monkeypatch.setattr("rgrl.graph.view.csr_product", counted)
    weights = [torch.rand(3, width, generator=draw, requires_grad=True) for width in (3, 4)]
    with torch.inference_mode():
        view.propagate_features(weights[0])
    for weight in weights:
        assert view.is_narrow(weight)
        found, expected = view.propagate_features(weight), view.propagate(view.project(weight))
        torch.testing.assert_close(found, expected)
        (grad,) = torch.autograd.grad(found.square().sum(), weight)
        torch.testing.assert_close(grad, torch.autograd.grad(expected.square().sum(), weight)[0])
        twice = view.propagate_features(weight, hops=2)
        torch.testing.assert_close(twice, view.propagate(view.propagate(view.project(weight))))
    assert products == [(9, 3)] * 3  # one hop, and two
    assert "_sums" in vars(view)
    assert "_sums" not in vars(pickle.loads(pickle.dumps(view)))
    assert not view.is_narrow(torch.ones(3, 2))
