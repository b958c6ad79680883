from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rgrl.errors import DataError
from rgrl.graph import Graph
from rgrl.graph.augment import FeatureMask
from rgrl.methods import DGI, infomax_loss
from rgrl.nn import GCNEncoder


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def naive(positive, negative, weight):
    """The paper's equation 1, one node at a time; the paper maximises its negative."""
    width = positive.shape[1]
    summary = [torch.sigmoid(sum(h[j] for h in positive) / len(positive)) for j in range(width)]

    def discriminate(h):
        score = sum(h[a] * weight[a, b] * summary[b] for a in range(width) for b in range(width))
        return 1 / (1 + torch.exp(-score))

    total = sum(torch.log(discriminate(h)) for h in positive)
    total = total + sum(torch.log(1 - discriminate(h)) for h in negative)
    return -total / (len(positive) + len(negative))


@given(nodes=st.integers(1, 5), others=st.integers(1, 5), width=st.integers(1, 3), seed=st.integers(0, 20))
def test_value_and_gradient_are_the_papers(nodes, others, width, seed):
    given_ = [draw(n, width, seed=seed + n).requires_grad_() for n in (nodes, others, width)]
    ours, theirs = infomax_loss(*given_), naive(*given_)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(torch.autograd.grad(ours, given_), torch.autograd.grad(theirs, given_))


def test_extremes():
    positive, negative = torch.ones(3, 2), -torch.ones(3, 2)
    losses = [
        infomax_loss(positive, negative, scale * torch.eye(2)).item() for scale in (-9, -1, 0, 1, 9, 99)
    ]
    assert losses == sorted(losses, reverse=True)
    assert losses[2] == pytest.approx(math.log(2))
    assert losses[-1] == pytest.approx(0, abs=1e-6)


def test_large_scores_stay_finite_in_bfloat16():
    rows = (100 * draw(6, 4)).bfloat16().requires_grad_()
    weight = (100 * draw(4, 4)).float().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = infomax_loss(rows, rows.flip(1), weight)
    assert loss.dtype == torch.float32
    assert all(torch.isfinite(t).all() for t in (loss, *torch.autograd.grad(loss, [rows, weight])))


@pytest.mark.parametrize("keep_sparse", [True, False])
def test_negatives_are_nodes_of_the_graph_with_permuted_features(keep_sparse):
    generator = torch.Generator().manual_seed(0)
    edges = torch.randint(9, (2, 20), generator=generator)
    x = torch.rand(9, 5, generator=generator) * (torch.rand(9, 5, generator=generator) < 0.5)
    graph = Graph.from_edge_index(edges, x=x, sparse_features=keep_sparse)
    model = DGI(GCNEncoder(5, (4,), norm="none", generator=generator), generator=generator)
    (loss,) = model.losses(model.plan(graph), torch.Generator().manual_seed(3))

    order = torch.randperm(9, generator=torch.Generator().manual_seed(3))
    other = Graph.from_edge_index(edges, x=x[order])
    positive, negative = model.encoder(graph.view()), model.encoder(other.view())
    torch.testing.assert_close(loss, naive(positive, negative, model.weight))


def test_another_corruption_is_taken():
    graph = Graph.from_edge_index([[0, 1], [1, 0]], x=torch.eye(2))
    model = DGI(GCNEncoder(2, (4,), norm="none"), corruption=FeatureMask(1.0))
    (loss,) = model.losses(model.plan(graph))
    positive = model.encoder(graph.view())
    torch.testing.assert_close(loss, infomax_loss(positive, torch.zeros(2, 4), model.weight))


def test_graphs_that_a_permutation_leaves_as_they_are_are_refused():
    model = DGI(GCNEncoder(2, (2,), norm="none"))
    with pytest.raises(DataError, match="1 node: DGI needs at least 2"):
        model.plan(Graph.from_edge_index([[0], [0]], x=torch.ones(1, 2)))
    for edges in ([[], []], [[0, 2], [0, 2]]):
        with pytest.raises(DataError, match="3 nodes and no edge between two of them"):
            model.plan(Graph.from_edge_index(torch.tensor(edges).long(), x=torch.ones(3, 2)))


@pytest.mark.parametrize("rows", [torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("weight", [torch.bfloat16, torch.float32])
def test_types_of_rows_and_weight_may_differ(rows, weight):
    positive, negative, matrix = draw(6, 4), draw(6, 4, seed=1), draw(4, 4, seed=2)
    loss = infomax_loss(positive.to(rows), negative.to(rows), matrix.to(weight))
    assert loss.dtype == (torch.float64 if rows == torch.float64 else torch.float32)
    torch.testing.assert_close(loss.double(), naive(positive, negative, matrix), rtol=0.05, atol=0.01)


def test_shapes_that_do_not_fit_are_refused():
    rows = torch.ones(3, 2)
    with pytest.raises(DataError, match=r"rows \[0, 2\] and \[3, 2\]"):
        infomax_loss(rows[:0], rows, torch.zeros(2, 2))
    with pytest.raises(DataError, match=r"rows \[3, 2\] and \[3, 1\]"):
        infomax_loss(rows, rows[:, :1], torch.zeros(2, 2))
    with pytest.raises(DataError, match=r"weight \[2, 3\] must be \[2, 2\]"):
        infomax_loss(rows, rows, torch.zeros(2, 3))
