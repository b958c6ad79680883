from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask, Identity
from rgrl.methods import GRACE, info_nce
from rgrl.nn import GCNEncoder


def unit_rows(nodes: int, width: int = 4, seed: int = 0, dtype=torch.float64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(nodes, width, dtype=torch.float64, generator=generator)).to(dtype)


def naive(u, v, temperature):
    """The paper's equations 1 and 2, one pair at a time."""

    def pair(a, b, i):
        positive = torch.exp(a[i] @ b[i] / temperature)
        others = [k for k in range(len(a)) if k != i]
        inter = sum(torch.exp(a[i] @ b[k] / temperature) for k in others)
        intra = sum(torch.exp(a[i] @ a[k] / temperature) for k in others)
        return -torch.log(positive / (positive + inter + intra))

    return sum(pair(u, v, i) + pair(v, u, i) for i in range(len(u))) / (2 * len(u))


@given(
    nodes=st.integers(1, 6),
    temperature=st.floats(0.1, 3),
    block_rows=st.integers(1, 14),
    seed=st.integers(0, 20),
)
def test_value_and_gradient_are_the_papers(nodes, temperature, block_rows, seed):
    u, v = (unit_rows(nodes, seed=seed + offset).requires_grad_() for offset in (0, 100))
    ours = info_nce(u, v, temperature=temperature, block_rows=block_rows)
    theirs = naive(u, v, temperature)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(torch.autograd.grad(3 * ours, [u, v]), torch.autograd.grad(3 * theirs, [u, v]))
    torch.testing.assert_close(info_nce(v, u, temperature=temperature), ours)


def test_extremes():
    rows, same = torch.eye(5), torch.ones(5, 5) / math.sqrt(5)
    expected = math.log(math.exp(2) + 8) - 2  # positives at 1, the other 8 of 9 at 0
    assert info_nce(rows, rows, temperature=0.5).item() == pytest.approx(expected)
    assert info_nce(same, same, temperature=0.5).item() == pytest.approx(math.log(9))  # nothing to tell apart
    assert info_nce(rows[:1], -rows[:1], temperature=0.5).item() == 0  # no negatives
    assert info_nce(rows, rows, temperature=0.01).item() == pytest.approx(0, abs=1e-6)


def test_loss_falls_as_views_agree():
    u, other = unit_rows(8, 16), unit_rows(8, 16, seed=1)
    losses = [
        info_nce(u, F.normalize(u * share + other * (1 - share)), temperature=0.5).item()
        for share in (-1, 0, 0.25, 0.5, 0.75, 1)
    ]
    assert losses == sorted(losses, reverse=True)


@pytest.mark.parametrize("temperature", [1e-6, 1e-3, 1.0, 1e6])
def test_extreme_temperatures_stay_finite_in_bfloat16(temperature):
    u, v = (unit_rows(9, seed=seed, dtype=torch.bfloat16).requires_grad_() for seed in (0, 1))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = info_nce(u, v, temperature=temperature)
        grads = torch.autograd.grad(loss, [u, v])
    assert loss.dtype == torch.float32
    assert all(torch.isfinite(t).all() for t in (loss, *grads))


def test_bfloat16_sums_its_blocks_in_float32():
    u, v = (unit_rows(300, 8, seed=seed, dtype=torch.bfloat16).requires_grad_() for seed in (0, 1))
    exact = info_nce(u.float(), v.float(), temperature=0.5)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        close = info_nce(u, v, temperature=0.5, block_rows=1)
        ours = torch.cat(torch.autograd.grad(close, [u, v])).flatten()
    theirs = torch.cat(torch.autograd.grad(exact, [u, v])).flatten()
    torch.testing.assert_close(close, exact, rtol=0.01, atol=0)
    assert (ours - theirs).norm() < 0.01 * theirs.norm()


def test_only_one_block_of_similarities_stands_in_memory(monkeypatch):
    shapes, whole = [], F.cross_entropy

    def watched(logits, *arguments, **options):
        shapes.append(tuple(logits.shape))
        return whole(logits, *arguments, **options)

    monkeypatch.setattr(F, "cross_entropy", watched)
    info_nce(unit_rows(5), unit_rows(5, seed=1).requires_grad_(), temperature=1.0, block_rows=4)
    assert shapes == [(4, 10), (4, 10), (2, 10)]


def test_method_contrasts_normalised_projections_of_two_views():
    graph = Graph.from_edge_index([[0, 1, 1, 2], [1, 0, 2, 1]], x=torch.eye(4))
    view = Compose([FeatureMask(0.3), EdgeDrop(0.3)])
    model = GRACE(
        GCNEncoder(4, (8, 4), norm="none", generator=torch.Generator().manual_seed(0)),
        views=(view, Identity()),
        projector_hidden=6,
        temperature=0.4,
        generator=torch.Generator().manual_seed(1),
    )
    (loss,) = model.losses(model.plan(graph), torch.Generator().manual_seed(2))
    views = (view(graph.view(), torch.Generator().manual_seed(2)), graph.view())
    u, v = (F.normalize(model.projector(model.encoder(view))) for view in views)
    theirs = naive(u, v, 0.4)
    torch.testing.assert_close(loss, theirs)
    learned = list(model.parameters())
    torch.testing.assert_close(
        torch.autograd.grad(loss, learned), torch.autograd.grad(theirs, learned), rtol=1e-4, atol=1e-6
    )


def test_bad_arguments_are_named():
    rows, encoder = torch.eye(2), GCNEncoder(2, (2,), norm="none")
    pair = (Identity(), Identity())
    for bad in (0.0, -1.0, float("nan")):
        with pytest.raises(ConfigError, match=f"temperature is {bad}"):
            info_nce(rows, rows, temperature=bad)
        with pytest.raises(ConfigError, match=f"temperature is {bad}"):
            GRACE(encoder, views=pair, temperature=bad)
    with pytest.raises(ConfigError, match="block_rows is 0"):
        info_nce(rows, rows, temperature=1.0, block_rows=0)
    for other in (torch.eye(3), torch.ones(2), torch.empty(0, 2)):
        with pytest.raises(DataError, match="must share one shape"):
            info_nce(rows if len(other) else other, other, temperature=1.0)
    with pytest.raises(ConfigError, match="1 views were given: GRACE needs 2"):
        GRACE(encoder, views=pair[:1])
    with pytest.raises(ConfigError, match="projector_hidden is 0"):
        GRACE(encoder, views=pair, projector_hidden=0)
    with pytest.raises(DataError, match="1 node: GRACE needs at least 2"):
        GRACE(encoder, views=pair).plan(Graph.from_edge_index([[0], [0]], x=torch.ones(1, 2)))
