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
from rgrl.evaluate import multi_label_probe
from rgrl.evaluate.probe_fit import initial_weights


def _data(nodes: int = 120, width: int = 6, count: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    values = (rng.normal(size=(nodes, width)) * 3 + 5).astype(np.float32)
    values[:, 0] = 2.0  # a constant feature
    logits = (values - 5) @ rng.normal(size=(width, count)) + 2 * rng.normal(size=(nodes, count))
    return values, logits > 1


def _reference(
    values: np.ndarray, labels: np.ndarray, split: SimpleNamespace, start: torch.Tensor, decays: list[float]
) -> dict[str, float]:
    """One classifier at a time, by torch's own layer, loss and optimiser."""
    mean, deviation = values[split.train].mean(0), values[split.train].std(0)
    x = torch.from_numpy((values - mean) / np.where(deviation < 1e-6, 1, deviation))
    y = torch.from_numpy(labels)
    best: dict[str, float] = {"val_micro_f1": -1.0}
    for decay in decays:
        layer = torch.nn.Linear(x.shape[1], y.shape[1])
        with torch.no_grad():
            layer.weight.copy_(start[:, :-1])
            layer.bias.zero_()
        optimiser = torch.optim.AdamW(layer.parameters(), lr=0.01, weight_decay=decay)
        for _ in range(30):
            optimiser.zero_grad()
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                layer(x[split.train]), y[split.train].float()
            )
            loss.backward()
            optimiser.step()
        found = {}
        for part in ("val", "test"):
            rows = getattr(split, part)
            answer = (layer(x[rows]) > 0).numpy()
            for average in ("micro", "macro"):
                found[f"{part}_{average}_f1"] = f1_score(
                    labels[rows], answer, average=average, zero_division=0
                )
        if found["val_micro_f1"] > best["val_micro_f1"]:
            best = found
    return best


def test_equals_torch_and_scikit_learn(random_splits: Callable) -> None:
    values, labels = _data()
    splits = random_splits(120, 3)
    decays = [0.0, 0.5, 8.0]
    report = multi_label_probe(values, labels, splits, steps=30, weight_decays=decays, seed=4)
    start = initial_weights([split.train for split in splits], num_classes=5, width=6, seed=4)
    for i, split in enumerate(splits):
        want = _reference(values, labels, split, start[i], decays)
        got = {metric: scores[i] for metric, scores in report.scores.items()}
        assert got == pytest.approx(want, abs=1e-9)


def test_validation_chooses_the_weight_decay(random_splits: Callable) -> None:
    values, labels = _data()
    splits = random_splits(120, 4)
    alone = [multi_label_probe(values, labels, splits, weight_decays=[decay]) for decay in (64.0, 0.0, 1.0)]
    together = multi_label_probe(values, labels, splits, weight_decays=[64.0, 0.0, 1.0])
    for i in range(4):
        best = max(alone, key=lambda report: report.scores["val_micro_f1"][i])
        assert together.scores["test_macro_f1"][i] == best.scores["test_macro_f1"][i]
        assert together.scores["val_micro_f1"][i] == best.scores["val_micro_f1"][i]
    assert len({report.scores["test_micro_f1"] for report in alone}) > 1


def test_labels_may_be_numbers_and_embeddings_sparse(random_splits: Callable) -> None:
    values, labels = _data()
    splits = random_splits(120, 2)
    want = multi_label_probe(values, labels, splits, weight_decays=[0.0])
    assert (
        multi_label_probe(
            torch.from_numpy(values), torch.from_numpy(labels).float(), splits, weight_decays=[0.0]
        )
        == want
    )
    thin = sparse.random(120, 90, density=0.05, format="csr", dtype=np.float32, random_state=0)
    sparse_report, dense_report = (
        multi_label_probe(x, labels, splits, weight_decays=[0.0]) for x in (thin, thin.toarray())
    )
    assert sparse_report == dense_report


def test_same_seed_same_bits(random_splits: Callable) -> None:
    values, labels = _data()
    splits = random_splits(120, 2)
    first = multi_label_probe(values, labels, splits, steps=3)
    assert multi_label_probe(values, labels, splits, steps=3) == first
    assert multi_label_probe(values, labels, splits, steps=3, seed=1) != first


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"labels": np.ones(20, dtype=bool)}, r"labels have shape \[20\]: \[20, L\]"),
        ({"labels": np.ones((19, 3), dtype=bool)}, r"shape \[19, 3\]"),
        ({"labels": np.ones((20, 0), dtype=bool)}, r"shape \[20, 0\]"),
        ({"labels": np.full((20, 2), 2)}, "int64 are not all 0 or 1"),
        ({"labels": np.full((20, 2), np.nan)}, "float64 are not all 0 or 1"),
        ({"embeddings": np.full((20, 2), np.nan)}, "40 of 40 values are NaN"),
        ({"splits": []}, "no splits were given"),
    ],
)
def test_unusable_data_are_refused(given: dict[str, Any], text: str, random_splits: Callable) -> None:
    arguments = {
        "embeddings": np.ones((20, 2)),
        "labels": np.ones((20, 3), dtype=bool),
        "splits": random_splits(20, 1),
    } | given
    with pytest.raises(DataError, match=text) as caught:
        multi_label_probe(**arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"steps": -1}, "steps is -1: 0 or more"),
        ({"lr": float("nan")}, "lr is nan"),
        ({"weight_decays": []}, r"weight_decays are \[\]"),
        ({"weight_decays": [0.1, -1.0]}, r"weight_decays are \[0.1, -1.0\]"),
    ],
)
def test_settings_out_of_range_are_refused(
    settings: dict[str, Any], text: str, random_splits: Callable
) -> None:
    with pytest.raises(ConfigError, match=text):
        multi_label_probe(np.ones((20, 2)), np.ones((20, 3), dtype=bool), random_splits(20, 1), **settings)
