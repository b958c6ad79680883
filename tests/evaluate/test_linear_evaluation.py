from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate import linear_evaluation


def _torchs(
    train: torch.Tensor, labels: torch.Tensor, test: torch.Tensor, wanted: torch.Tensor, schedule: str
) -> float:
    """The same by autograd, torch's optimiser and torch's schedules: 10 epochs, batches of 32, rate 0.3."""
    generator = torch.Generator().manual_seed(0)
    layer = torch.nn.Linear(train.shape[1], int(labels.max()) + 1)
    torch.nn.init.normal_(layer.weight, std=0.01, generator=generator)
    torch.nn.init.zeros_(layer.bias)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.3, momentum=0.9)
    updates = -(-len(train) // 32)
    schedules = torch.optim.lr_scheduler
    if schedule == "step":
        rate = schedules.MultiStepLR(optimizer, [6 * updates, 8 * updates], gamma=0.1)
    else:
        rate = schedules.CosineAnnealingLR(optimizer, 10 * updates)
    for _ in range(10):
        for rows in torch.randperm(len(train), generator=generator).split(32):
            optimizer.zero_grad()
            F.cross_entropy(layer(train[rows]), labels[rows]).backward()
            optimizer.step()
            rate.step()
    return (layer(test).argmax(1) == wanted).float().mean().item()


@pytest.mark.parametrize("schedule", ["step", "cosine"])
def test_equals_autograd_and_torchs_optimiser(clusters: Callable, schedule: str) -> None:
    values, classes = clusters(300, 6, 4)
    values, labels = torch.from_numpy(values), torch.from_numpy(classes)
    parts = (values[:150], labels[:150], values[150:], labels[150:])
    found = linear_evaluation(*parts, epochs=10, batch_size=32, lr=0.3, schedule=schedule)
    assert found.mean("top1") == pytest.approx(_torchs(*parts, schedule), abs=1e-6)
    assert 0.6 < found.mean("top1") < 1


def test_seeds_decide_and_the_global_stream_stays(clusters: Callable) -> None:
    values, labels = clusters(200, 6, 4)
    before = torch.get_rng_state()
    reports = [linear_evaluation(values, labels, values, labels, epochs=2, lr=0.1, seed=s) for s in (0, 0, 1)]
    assert reports[0] == reports[1] != reports[2]
    assert torch.equal(before, torch.get_rng_state())


def test_a_function_gives_each_epochs_rows(clusters: Callable) -> None:
    values, labels = clusters(120, 6, 3)
    seen = []

    def drawn(epoch: int) -> np.ndarray:
        seen.append(epoch)
        return values

    arguments = {"epochs": 3, "lr": 0.1}
    found = linear_evaluation(drawn, labels, values, labels, **arguments)
    assert found == linear_evaluation(values, labels, values, labels, **arguments)
    assert seen == [1, 2, 3]


def test_five_guesses_are_scored_where_there_are_more_classes(clusters: Callable) -> None:
    values, labels = clusters(200, 6, 8)
    found = linear_evaluation(values, labels, values, labels, epochs=5, lr=0.3)
    assert found.mean("top1") < found.mean("top5") <= 1
    values, labels = clusters(60, 6, 5)
    assert list(linear_evaluation(values, labels, values, labels, epochs=1).scores) == ["top1"]


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"epochs": 0}, ConfigError, "epochs is 0"),
        ({"batch_size": 0}, ConfigError, "batch_size is 0"),
        ({"lr": -1.0}, ConfigError, "lr is -1"),
        ({"schedule": "linear"}, ConfigError, "schedule is 'linear': accepted are 'step', 'cosine'"),
        ({"test_embeddings": np.ones((3, 4))}, DataError, "train rows have 2 dimensions, test rows 4"),
        ({"train_labels": [0, 1]}, DataError, r"train: labels have shape \[2\]"),
        ({"train_embeddings": np.full((3, 2), 1e18), "lr": 1e18}, DataError, "not finite after 100 epochs"),
    ],
)
def test_what_cannot_be_used_is_refused(given: dict[str, Any], error: type, text: str) -> None:
    arguments: dict[str, Any] = {
        "train_embeddings": np.ones((3, 2)),
        "train_labels": [0, 1, 0],
        "test_embeddings": np.ones((3, 2)),
        "test_labels": [0, 1, 0],
    }
    with pytest.raises(error, match=text):
        linear_evaluation(**arguments | given)
