from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from rgrl.errors import DataError
from rgrl.evaluate import linear_probe, node_accuracy

SPLITS = [SimpleNamespace(train=[0], val=[1], test=test) for test in ([2, 3], [3])]
LABELS = np.array([0, 0, 1, 1])


def test_shares_are_counted_over_the_splits_that_test_a_node(random_splits: Callable) -> None:
    rng = np.random.default_rng(0)
    splits, labels = random_splits(50, 6), rng.integers(3, size=50)
    found = rng.integers(3, size=(6, 50)).astype(np.int8)
    shares = node_accuracy(torch.from_numpy(found), torch.from_numpy(labels), splits)
    for node in range(50):
        right = [row[node] == labels[node] for row, s in zip(found, splits, strict=True) if node in s.test]
        assert shares[node] == pytest.approx(np.mean(right))


def test_a_node_that_nobody_tests_has_none_and_needs_no_label() -> None:
    shares = node_accuracy(np.ones((2, 4), dtype=np.int8), np.array([-1, 5, 1, 0]), SPLITS)
    np.testing.assert_array_equal(shares, [np.nan, np.nan, 1, 0])


def test_the_mean_over_nodes_is_the_probes_accuracy(clusters: Callable, random_splits: Callable) -> None:
    values, labels = clusters(200, 6, 4)
    splits = random_splits(200, 1)
    report = linear_probe(values, labels, splits, predictions=True)
    shares = node_accuracy(report.predictions, labels, splits)
    assert 100 * np.nanmean(shares) == pytest.approx(report.test_mean)
    assert np.isnan(shares).sum() == 200 - splits[0].test.size


@pytest.mark.parametrize(
    ("predictions", "labels", "message"),
    [
        (None, LABELS, r"predictions are None: .*predictions=True"),
        (np.zeros((1, 4), dtype=int), LABELS, r"shape \[1, 4\]: integers, one row for each of 2 splits"),
        (np.zeros(4, dtype=int), LABELS, r"shape \[4\]"),
        (np.zeros((2, 4)), LABELS, "predictions are float64"),
        (np.zeros((2, 3), dtype=int), LABELS, "test rows of split 0 reach from 2 to 3"),
        (np.zeros((2, 4), dtype=int), LABELS[:3], r"labels have shape \[3\]"),
        (np.zeros((2, 4), dtype=int), np.array([0, 0, -1, 1]), "row 2 has -1"),
    ],
)
def test_what_does_not_fit_is_refused(predictions: Any, labels: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        node_accuracy(predictions, labels, SPLITS)
    assert "\n" not in str(caught.value)
