from __future__ import annotations

import copy
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask, Identity
from rgrl.methods import BGRL, target_momentum
from rgrl.nn import GCNEncoder

GRAPH = Graph.from_edge_index([[0, 1, 1, 2, 3], [1, 0, 2, 1, 3]], x=torch.eye(5))
VIEW = Compose([FeatureMask(0.3), EdgeDrop(0.3)])
PAIR = (VIEW, Identity())


class Passing(nn.Module):
    """A predictor that gives back what it is given, times a number."""

    hidden_dim = 4

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, rows):
        return self.factor * rows


def make_model(views=PAIR, norm: str = "none", **arguments) -> BGRL:
    generator = torch.Generator().manual_seed(0)
    encoder = GCNEncoder(5, (8, 4), norm=norm, generator=generator)
    return BGRL(encoder, views=views, generator=generator, **{"predictor_hidden": 6, **arguments})


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_loss_and_gradient_are_the_papers(dtype):
    model = make_model().to(dtype)
    with torch.no_grad():
        for parameter in model.target.parameters():  # a target that lags behind
            parameter.mul_(0.7)
    parts = list(model.losses(model.plan(GRAPH), torch.Generator().manual_seed(2)))
    views = (VIEW(GRAPH.view(), torch.Generator().manual_seed(2)), GRAPH.view())
    expected = []
    for online, other in (views, views[::-1]):
        z, h = model.predictor(model.encoder(online)), model.target.module(other)
        cosines = [z[i] @ h[i] / (z[i].norm() * h[i].norm()) for i in range(5)]
        expected.append(sum(2 - 2 * cosine for cosine in cosines) / 5)
    torch.testing.assert_close(parts, expected)
    learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
    torch.testing.assert_close(
        torch.autograd.grad(sum(parts), learned),
        torch.autograd.grad(sum(expected), learned),
        rtol=1e-4,
        atol=1e-6,
    )


def test_extremes():
    model = make_model(views=(Identity(), Identity()))
    for factor, loss in ((1.0, 0.0), (7.0, 0.0), (-1.0, 4.0)):  # cosines of 1, and of -1
        model.predictor = Passing(factor)
        for part in model.losses(model.plan(GRAPH)):
            assert part.item() == pytest.approx(loss, abs=1e-5)


def test_bfloat16_is_close():
    model = make_model(views=(Identity(), Identity()))
    exact = sum(model.losses(model.plan(GRAPH)))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        close = sum(model.losses(model.plan(GRAPH)))
    assert close.dtype == torch.float32
    torch.testing.assert_close(close, exact, rtol=0.05, atol=0.02)


@given(momentum=st.floats(0, 1), total=st.integers(1, 50), update=st.integers(0, 99))
def test_momentum_rises_along_half_a_cosine(momentum, total, update):
    got = target_momentum(momentum, update=update, total_updates=total)
    angle = math.pi * min(update, total) / total
    assert got == pytest.approx(1 - (1 - momentum) * (math.cos(angle) + 1) / 2)
    assert (
        momentum - 1e-12 <= got <= target_momentum(momentum, update=update + 1, total_updates=total) + 1e-12
    )
    assert target_momentum(momentum, update=update, total_updates=None) == momentum


@pytest.mark.parametrize("total", [None, 4])
def test_target_follows_at_the_momentum_of_its_update(total):
    model = make_model(momentum=0.5, total_updates=total)
    expected = copy.deepcopy(model.target.module)
    for k in range(6):
        if k == 3:  # as after a stop: the count is part of the state
            again = make_model(momentum=0.5, total_updates=total)
            again.load_state_dict(model.state_dict())
            model = again
        with torch.no_grad():
            for parameter in model.encoder.parameters():
                parameter.add_(1.0)
        model.after_update()
        tau = 0.5 if total is None else 1 - 0.5 * (math.cos(math.pi * min(k, 4) / 4) + 1) / 2
        for target, online in zip(expected.parameters(), model.encoder.parameters(), strict=True):
            target.data = tau * target.data + (1 - tau) * online.data
        for ours, theirs in zip(model.target.parameters(), expected.parameters(), strict=True):
            torch.testing.assert_close(ours, theirs.detach())


def test_embedding_is_the_online_encoders():
    model = make_model()
    with torch.no_grad():
        model.target.module.convs[0].weight.zero_()
    with torch.no_grad():
        torch.testing.assert_close(model.embed(GRAPH), model.encoder(GRAPH.view()))


def test_bad_arguments_are_named():
    for bad, message in (
        ({"views": (VIEW,)}, "1 views were given: BGRL needs 2"),
        ({"predictor_hidden": 0}, "predictor_hidden is 0"),
        ({"total_updates": 0}, "total_updates is 0"),
        ({"momentum": 1.5}, r"momentum is 1\.5"),
        ({"momentum": -0.1}, r"momentum is -0\.1"),
    ):
        with pytest.raises(ConfigError, match=message):
            make_model(**bad)
    one = Graph.from_edge_index([[0], [0]], x=torch.ones(1, 5))
    with pytest.raises(DataError, match="1 node, and a batch norm needs 2"):
        make_model(norm="batch").plan(one)
    model = make_model(norm="layer")
    assert all(torch.isfinite(part) for part in model.losses(model.plan(one)))
