from __future__ import annotations

import numpy as np
import pytest
import torch

from rgrl.errors import ConfigError, DataError
from rgrl.plot import accuracy_by_degree


def test_bins_double_and_zero_stands_alone():
    bins = accuracy_by_degree([0, 1, 2, 3, 4, 7, 8, 15, 16, 1000], np.ones(10, dtype=bool))
    assert bins.low.tolist() == [0, 1, 2, 4, 8, 16, 512]
    assert bins.high.tolist() == [0, 1, 3, 7, 15, 31, 1023]
    assert bins.count.tolist() == [1, 1, 2, 2, 2, 1, 1]
    assert bins.names == ["0", "1", "2–3", "4–7", "8–15", "16–31", "512–1023"]


def test_accuracy_and_its_standard_error_are_of_the_bins_nodes():
    correct = [1.0, 0.5, 0.0, 1.0, 1.0, 1.0, 0.25]
    bins = accuracy_by_degree([2, 3, 2, 3, 9, 9, 1], correct)
    group = np.array([1.0, 0.5, 0.0, 1.0])
    np.testing.assert_allclose(bins.accuracy, [25, 100 * group.mean(), 100])
    np.testing.assert_allclose(bins.error[1:], [100 * group.std(ddof=1) / 2, 0])
    assert np.isnan(bins.error[0])


def test_the_error_of_right_and_wrong_is_the_binomial_one():
    bins = accuracy_by_degree(torch.full((100,), 5), torch.arange(100) < 80)
    assert bins.error[0] == pytest.approx(100 * np.sqrt(0.8 * 0.2 / 99))


def test_the_last_bins_are_joined_until_they_have_enough():
    degrees = [1] * 5 + [2] * 4 + [4] * 2 + [40]
    correct = [1] * 9 + [1, 0] + [0]
    bins = accuracy_by_degree(degrees, correct, min_nodes=3)
    assert bins.names == ["1", "2–3", "4–63"]
    assert bins.count.tolist() == [5, 4, 3] and bins.accuracy[2] == pytest.approx(100 / 3)
    whole = accuracy_by_degree(degrees, correct, min_nodes=1000)
    assert whole.names == ["1–63"] and whole.count.tolist() == [12]


@pytest.mark.parametrize(
    ("degrees", "correct", "message"),
    [
        ([], [], "degrees are float64 of shape"),
        ([1.5], [1], "degrees are float64"),
        ([[1]], [1], r"of shape \[1, 1\]"),
        ([1, 2], [True], r"shape \[1\]: one number or bool for each of 2 degrees"),
        ([1, 2], ["a", "b"], "correct is <U1"),
        ([1, -2], [True, True], "a degree is -2"),
        ([1, 2], [1.0, float("nan")], "correct has nan in row 1"),
        ([1, 2], [2, 0], "correct has 2.0 in row 0: shares from 0 to 1"),
    ],
)
def test_what_does_not_fit_is_refused(degrees, correct, message):
    with pytest.raises(DataError, match=message):
        accuracy_by_degree(degrees, correct)


def test_min_nodes_is_checked():
    with pytest.raises(ConfigError, match="min_nodes is 0"):
        accuracy_by_degree([1], [1], min_nodes=0)
