from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from strategies import graphs

from rgrl.graph import CSRPattern, Graph, SparseFeatures
from rgrl.graph.augment import Compose, FeatureMask, FeatureShuffle, shuffle_features


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def dense(graph: Graph) -> torch.Tensor:
    return graph.x.to_dense() if isinstance(graph.x, SparseFeatures) else graph.x


@given(graph=graphs(), seed=st.integers(0, 99))
def test_features_move_as_rows_and_nothing_else_moves(graph, seed):
    order = torch.randperm(graph.num_nodes, generator=generator(seed))
    before = dense(graph).clone()
    shuffled = shuffle_features(graph, generator=generator(seed))
    assert torch.equal(dense(shuffled), before[order])
    assert torch.equal(dense(graph), before)
    assert shuffled.pattern is graph.pattern
    assert isinstance(shuffled.x, SparseFeatures) == isinstance(graph.x, SparseFeatures)


@given(
    matrix=st.integers(1, 7).flatmap(
        lambda rows: st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=rows, max_size=rows)
    ),
    seed=st.integers(0, 20),
)
def test_permuted_pattern_and_its_transpose_multiply_as_the_permuted_matrix(matrix, seed):
    values = np.array(matrix) * np.arange(1.0, 4 * len(matrix) + 1).reshape(-1, 4)
    features = SparseFeatures.from_scipy(sparse.csr_matrix(values))
    order = torch.randperm(len(matrix), generator=generator(seed))
    permuted = features.permute_rows(order)
    expected = torch.from_numpy(values).float()[order]
    weight = torch.randn(4, 3, generator=generator(seed)).requires_grad_()
    out = permuted @ weight
    torch.testing.assert_close(out, expected @ weight)
    grad = torch.randn(len(matrix), 3, generator=generator(seed))
    torch.testing.assert_close(torch.autograd.grad(out, weight, grad)[0], expected.T @ grad)
    assert torch.equal(permuted.to_dense(), expected)


def test_a_symmetric_pattern_may_lose_its_symmetry():
    pattern = CSRPattern.from_scipy(sparse.csr_matrix(np.eye(3)))
    permuted, slots = pattern.permute_rows(torch.tensor([2, 0, 1]))
    assert permuted.col.tolist() == [2, 0, 1]
    assert permuted.row.tolist() == [0, 1, 2]
    assert slots.tolist() == [2, 0, 1]
    assert not permuted.symmetric
    assert permuted.col.dtype == permuted.row.dtype == permuted.transpose_col.dtype == pattern.col.dtype


def test_shuffle_keeps_masks_and_repeats_with_its_seed():
    graph = Graph.from_edge_index([[0, 1], [1, 0]], x=torch.arange(20.0).reshape(10, 2))
    augment = Compose([FeatureMask(1.0), FeatureShuffle()])
    first, second = (augment(graph.view(), generator(3)) for _ in range(2))
    assert first.feature_keep.tolist() == [False, False]
    assert torch.equal(first.graph.x, second.graph.x)
    assert not torch.equal(first.graph.x, graph.x)
    assert repr(augment) == "Compose(FeatureMask(p=1.0), FeatureShuffle())"
