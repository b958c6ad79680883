from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask, Identity
from rgrl.methods import CCASSG, cca_loss, standardize_columns
from rgrl.nn import GCNEncoder


def draw(nodes: int, width: int = 3, seed: int = 0) -> torch.Tensor:
    return torch.randn(nodes, width, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def naive_standardize(h):
    """Column by column: (h - mean) / (standard deviation times the root of N)."""
    columns = []
    for column in h.T:
        mean = sum(column) / len(column)
        deviation = (sum((value - mean) ** 2 for value in column) / len(column)) ** 0.5
        columns.append((column - mean) / (deviation * len(column) ** 0.5))
    return torch.stack(columns, 1)


def naive(first, second, weight):
    """The paper's equation with half the invariance term, entry by entry."""
    z1, z2 = naive_standardize(first), naive_standardize(second)
    loss = sum((a - b) ** 2 for a, b in zip(z1.flatten(), z2.flatten(), strict=True)) / 2
    for z in (z1, z2):
        for a in range(z.shape[1]):
            for b in range(z.shape[1]):
                loss = loss + weight * (sum(z[:, a] * z[:, b]) - float(a == b)) ** 2
    return loss


@given(nodes=st.integers(2, 6), width=st.integers(1, 4), weight=st.floats(0, 2), seed=st.integers(0, 20))
def test_value_and_gradient_are_the_papers(nodes, width, weight, seed):
    rows = [draw(nodes, width, seed + offset).requires_grad_() for offset in (0, 100)]
    ours, theirs = cca_loss(*rows, decorrelation_weight=weight), naive(*rows, weight)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(
        torch.autograd.grad(ours, rows), torch.autograd.grad(theirs, rows), rtol=1e-5, atol=1e-7
    )


def test_it_is_the_released_loss_up_to_the_width():
    first, second = draw(9), draw(9, seed=1)
    z1, z2 = (
        (rows - rows.mean(0)) / rows.std(0, correction=0) for rows in (first, second)
    )  # unit variance, as there
    released = -torch.diagonal(z1.T @ z2 / 9).sum()
    for z in (z1, z2):
        released = released + 0.001 * (torch.eye(3) - z.T @ z / 9).pow(2).sum()
    torch.testing.assert_close(cca_loss(first, second, decorrelation_weight=0.001) - 3, released)


@given(scale=st.floats(0.1, 9), shift=st.floats(-9, 9), seed=st.integers(0, 9))
def test_columns_may_be_scaled_and_shifted(scale, shift, seed):
    first, second = draw(7, seed=seed), draw(7, seed=seed + 10)
    moved = scale * first + shift * torch.arange(3)
    torch.testing.assert_close(
        cca_loss(moved, second, decorrelation_weight=0.1), cca_loss(first, second, decorrelation_weight=0.1)
    )
    z = standardize_columns(moved)
    torch.testing.assert_close(z.mean(0), torch.zeros(3).double())
    torch.testing.assert_close(z.std(0, correction=0), torch.full((3,), 7**-0.5).double())


def test_extremes():
    rows = torch.tensor([[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])
    assert cca_loss(rows, rows, decorrelation_weight=5.0).item() == 0  # equal and decorrelated
    assert cca_loss(rows, -rows, decorrelation_weight=5.0).item() == pytest.approx(4)  # 2 d
    collapsed = rows[:, :1].expand(4, 2)  # both off-diagonal correlations are 1, in each of two views
    assert cca_loss(collapsed, collapsed, decorrelation_weight=5.0).item() == pytest.approx(20)
    losses = [cca_loss(collapsed, rows, decorrelation_weight=w).item() for w in (0.0, 0.1, 1.0)]
    assert losses == sorted(set(losses))


@pytest.mark.parametrize("value", [0.0, 0.1, 1e4])
def test_a_constant_column_is_zero_and_takes_no_gradient(value):
    rows = draw(50).float()
    rows[:, 1] = value
    rows.requires_grad_()
    z = standardize_columns(rows)
    assert torch.equal(z[:, 1], torch.zeros(50))
    (grad,) = torch.autograd.grad(cca_loss(rows, draw(50).float(), decorrelation_weight=1.0), rows)
    assert torch.isfinite(grad).all()
    assert torch.equal(grad[:, 1], torch.zeros(50))
    assert grad[:, 0].abs().max() > 0


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_bfloat16_is_close_at_any_scale(scale):
    first, second = (scale * draw(40, seed=seed).bfloat16() for seed in (0, 1))
    exact = cca_loss(first, second, decorrelation_weight=0.1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        close = cca_loss(first, second, decorrelation_weight=0.1)
    assert close.dtype == torch.float32
    torch.testing.assert_close(close, exact, rtol=0.01, atol=0)


def test_method_compares_the_encoders_output_on_two_views():
    graph = Graph.from_edge_index([[0, 1, 1, 2], [1, 0, 2, 1]], x=torch.eye(4))
    view = Compose([FeatureMask(0.3), EdgeDrop(0.3)])
    encoder = GCNEncoder(4, (8, 3), norm="none", generator=torch.Generator().manual_seed(0)).double()
    model = CCASSG(encoder, views=(view, Identity()), decorrelation_weight=0.2)
    (loss,) = model.losses(model.plan(graph), torch.Generator().manual_seed(2))
    views = (view(graph.view(), torch.Generator().manual_seed(2)), graph.view())
    theirs = naive(*(encoder(view) for view in views), 0.2)
    torch.testing.assert_close(loss, theirs)
    learned = list(model.parameters())
    torch.testing.assert_close(torch.autograd.grad(loss, learned), torch.autograd.grad(theirs, learned))


def test_bad_arguments_are_named():
    rows, encoder, pair = torch.eye(2), GCNEncoder(2, (2,), norm="none"), (Identity(), Identity())
    for bad in (-1.0, float("nan")):
        with pytest.raises(ConfigError, match=f"decorrelation_weight is {bad}"):
            cca_loss(rows, rows, decorrelation_weight=bad)
        with pytest.raises(ConfigError, match=f"decorrelation_weight is {bad}"):
            CCASSG(encoder, views=pair, decorrelation_weight=bad)
    for other in (torch.eye(3), torch.ones(2), torch.empty(0, 2)):
        with pytest.raises(DataError, match="must share one shape"):
            cca_loss(rows if len(other) else other, other, decorrelation_weight=1.0)
    with pytest.raises(ConfigError, match="3 views were given: CCA-SSG needs 2"):
        CCASSG(encoder, views=(*pair, Identity()))
    with pytest.raises(DataError, match="1 node: CCA-SSG needs at least 2"):
        CCASSG(encoder, views=pair).plan(Graph.from_edge_index([[0], [0]], x=torch.ones(1, 2)))
