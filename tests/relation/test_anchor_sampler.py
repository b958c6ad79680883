from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rgrl.errors import ConfigError
from rgrl.relation import AnchorSampler, inverse_degree_weights


@given(degree=st.integers(0, 10**6), alpha=st.floats(0.01, 1.0), beta=st.floats(0.0, 2.0))
def test_weights_are_the_papers_formula(degree, alpha, beta):
    weight = inverse_degree_weights(torch.tensor([degree]), alpha=alpha, beta=beta).item()
    assert weight == pytest.approx(min(1.0, alpha ** math.log(degree + 1) + beta), rel=1e-9)


def test_published_settings_of_computers_are_uniform():
    degree = torch.tensor([0, 1, 10, 1000, 2992])
    assert (inverse_degree_weights(degree, alpha=0.999, beta=0.1) == 1).all()


def test_draw_has_no_repeats_and_follows_the_weights():
    degree = torch.tensor([0] * 50 + [10_000] * 50)
    sampler = AnchorSampler(degree, num_anchors=10, alpha=0.5, beta=0.0)
    generator = torch.Generator().manual_seed(0)
    draws = [sampler(generator) for _ in range(400)]
    assert all(draw.unique().numel() == 10 for draw in draws)
    high = torch.stack(draws).ge(50).double().mean().item()
    # Sequential weighted draw without replacement, simulated by NumPy's own.
    import numpy as np

    rng, p = np.random.default_rng(0), inverse_degree_weights(degree, alpha=0.5, beta=0.0).numpy()
    expected = np.mean([(rng.choice(100, 10, replace=False, p=p / p.sum()) >= 50).mean() for _ in range(400)])
    assert high == pytest.approx(expected, abs=0.01)


def test_same_seed_same_anchors_and_global_stream_untouched():
    sampler = AnchorSampler(torch.arange(30), num_anchors=5)
    state = torch.get_rng_state()
    first = sampler(torch.Generator().manual_seed(3))
    assert torch.equal(first, sampler(torch.Generator().manual_seed(3)))
    assert torch.equal(state, torch.get_rng_state())


def test_more_anchors_than_nodes_takes_every_node():
    draw = AnchorSampler(torch.ones(4), num_anchors=10)(torch.Generator().manual_seed(0))
    assert sorted(draw.tolist()) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_anchors": 0}, "num_anchors is 0"),
        ({"num_anchors": 1, "alpha": 0.0}, r"alpha is 0\.0"),
        ({"num_anchors": 1, "alpha": 1.1}, r"alpha is 1\.1"),
        ({"num_anchors": 1, "beta": -0.1}, r"beta is -0\.1"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ConfigError, match=message):
        AnchorSampler(torch.ones(3), **arguments)
