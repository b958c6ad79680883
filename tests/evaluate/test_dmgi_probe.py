from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.metrics import f1_score

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate import dmgi_probe
from rgrl.evaluate.probe_fit import initial_weights

_SPLIT = SimpleNamespace(train=np.arange(30), val=np.arange(30, 80), test=np.arange(80, 200))


def _reference(values: np.ndarray, labels: np.ndarray, start: torch.Tensor, steps: int) -> dict[str, float]:
    """One repeat, by torch's own layer, loss and optimiser, scored by scikit-learn after every step."""
    x, y = torch.from_numpy(values), torch.from_numpy(labels)
    layer = torch.nn.Linear(x.shape[1], start.shape[0])
    with torch.no_grad():
        layer.weight.copy_(start[:, :-1])
        layer.bias.zero_()
    optimiser = torch.optim.Adam(layer.parameters(), lr=0.01)
    curves: dict[str, list[float]] = {}
    for _ in range(steps):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(layer(x[_SPLIT.train]), y[_SPLIT.train]).backward()
        optimiser.step()
        for part in ("val", "test"):
            rows = getattr(_SPLIT, part)
            answer = layer(x[rows]).argmax(dim=1).numpy()
            for average in ("micro", "macro"):
                value = f1_score(labels[rows], answer, average=average)
                curves.setdefault(f"{part}_{average}", []).append(value)
    result = {}
    for average in ("macro", "micro"):
        best = int(np.argmax(curves[f"val_{average}"]))
        result[f"{average}_f1"] = curves[f"test_{average}"][best]
        result[f"val_{average}_f1"] = curves[f"val_{average}"][best]
    return result


def test_repeats_equal_torch_and_scikit_learn(clusters: Callable) -> None:
    values, labels = clusters(200, 6, 4, spread=2.0)
    report = dmgi_probe(values, labels, _SPLIT, repeats=5, steps=20, seed=2)
    start = initial_weights([_SPLIT.train] * 5, num_classes=4, width=6, seed=2)
    for i in range(5):
        want = _reference(values, labels, start[i], 20)
        got = {metric: scores[i] for metric, scores in report.scores.items()}
        assert got == pytest.approx(want, abs=1e-9)
    assert len(set(report.scores["macro_f1"])) > 1


def test_a_class_outside_validation_and_test_leaves_macro_f1_alone() -> None:
    labels = np.r_[np.arange(30) % 3, np.arange(170) % 2]
    values = np.tile(np.eye(3)[labels], 30)
    assert dmgi_probe(values, labels, _SPLIT, repeats=3).mean("macro_f1") == 1.0


def test_same_seed_same_bits_and_fewer_repeats_are_the_first(clusters: Callable) -> None:
    values, labels = clusters(200, 6, 4, spread=2.0)
    report = dmgi_probe(values, labels, _SPLIT, repeats=6, steps=10)
    assert dmgi_probe(values, labels, _SPLIT, repeats=6, steps=10) == report
    assert dmgi_probe(values, labels, _SPLIT, repeats=6, steps=10, seed=1) != report
    few = dmgi_probe(values, labels, _SPLIT, repeats=2, steps=10)
    assert few.scores["micro_f1"] == pytest.approx(report.scores["micro_f1"][:2], abs=0.01)


def test_sparse_equals_dense_and_unused_labels_may_be_unknown() -> None:
    matrix = sparse.random(200, 90, density=0.05, format="csr", dtype=np.float32, random_state=0)
    labels = np.arange(200) % 3
    split = SimpleNamespace(train=_SPLIT.train, val=_SPLIT.val, test=np.arange(80, 190))
    labels[190:] = -1
    dense, thin = (dmgi_probe(x, labels, split, repeats=3, steps=5) for x in (matrix.toarray(), matrix))
    assert dense == thin


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"labels": np.r_[np.full(30, 3), np.arange(170) % 2]}, "train rows are all of class 3: at least 2"),
        ({"labels": np.r_[np.arange(199) % 2, -1]}, "row 199 has -1"),
        ({"labels": np.arange(199) % 2}, r"shape \[199\]"),
        ({"embeddings": np.full((200, 2), np.nan)}, "400 of 400 values are NaN"),
        ({"embeddings": np.ones((100, 2))}, "test rows of split 0 reach from 80 to 199"),
    ],
)
def test_unusable_data_are_refused(given: dict[str, Any], text: str) -> None:
    arguments: dict[str, Any] = {"embeddings": np.ones((200, 2)), "labels": np.arange(200) % 2} | given
    with pytest.raises(DataError, match=text) as caught:
        dmgi_probe(**arguments, split=_SPLIT)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "text"),
    [({"repeats": 0}, "repeats is 0"), ({"steps": 0}, "steps is 0"), ({"lr": -1.0}, "lr is -1")],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        dmgi_probe(np.ones((200, 2)), np.arange(200) % 2, _SPLIT, **settings)
