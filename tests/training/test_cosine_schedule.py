"""The learning rate over a run."""

from __future__ import annotations

import math

import pytest
import torch

import rgrl
from rgrl.errors import ConfigError
from rgrl.graph.augment import Identity
from rgrl.nn import GCNEncoder
from rgrl.training import cosine_schedule


def test_it_rises_and_falls() -> None:
    rate = cosine_schedule(2.0, epochs=100, warmup=10)
    assert [rate(update) for update in (1, 5, 10)] == pytest.approx([0.2, 1.0, 2.0])
    assert rate(55) == pytest.approx(1 + math.cos(math.pi / 2))
    assert rate(100) == pytest.approx(0.0)
    rates = [rate(update) for update in range(10, 101)]
    assert rates == sorted(rates, reverse=True)


@pytest.mark.parametrize(("peak", "warmup"), [(0.0, 0), (float("nan"), 0), (1.0, -1), (1.0, 10)])
def test_what_cannot_be_is_refused(peak: float, warmup: int) -> None:
    with pytest.raises(ConfigError):
        cosine_schedule(peak, epochs=10, warmup=warmup)


def test_a_run_without_updates_has_no_schedule() -> None:
    with pytest.raises(ConfigError, match="epochs is 0: at least 1"):
        cosine_schedule(1.0, epochs=0)


def test_training_asks_for_the_rate_of_every_update() -> None:
    """A rate of 0 leaves the weights where they are; each update asks with its own number."""
    graph = rgrl.load_dataset("karate").graph
    asked: list[int] = []

    def rate(update: int) -> float:
        asked.append(update)
        return 0.0 if update > 1 else 0.01

    generator = torch.Generator().manual_seed(0)
    model = rgrl.RGRL(
        GCNEncoder(graph.num_features, (4,), generator=generator),
        views=(Identity(), Identity()),
        num_anchors=8,
        generator=generator,
    )
    updates = rgrl.train(model, graph, epochs=3, learning_rate=rate, weight_decay=0.0, generator=generator)
    weights = [next(model.encoder.parameters()).detach().clone() for _ in updates]
    assert sorted(set(asked)) == [1, 2, 3]
    assert torch.equal(weights[0], weights[1])
    assert torch.equal(weights[1], weights[2])


def test_the_only_update_has_the_peak() -> None:
    assert cosine_schedule(0.1, epochs=1)(1) == 0.1
