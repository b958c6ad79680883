from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from rgrl.errors import DataError
from rgrl.evaluate import clustering, dmgi_evaluation, dmgi_probe, similarity_search

_SPLIT = SimpleNamespace(train=np.arange(20), val=np.arange(20, 50), test=np.arange(60, 140)[::-1])


def test_is_the_probe_and_two_tasks_on_raw_test_rows(clusters: Callable) -> None:
    values, labels = clusters(150, 6, 4, spread=2.0)
    values *= np.random.default_rng(0).uniform(1, 9, size=(150, 1)).astype(np.float32)
    labels[50:60] = -1  # in no part
    labels[_SPLIT.test] %= 3  # the fourth class is in train and validation only
    reports = dmgi_evaluation(values, labels, _SPLIT, repeats=3, steps=5, runs=2, k=4, seed=1)
    test = _SPLIT.test
    assert reports == {
        "dmgi_probe": dmgi_probe(values, labels, _SPLIT, repeats=3, steps=5, seed=1),
        "clustering": clustering(values[test], labels[test], num_clusters=4, runs=2, normalize=False, seed=1),
        "similarity_search": similarity_search(values[test], labels[test], ks=(4,)),
    }


def test_test_rows_of_one_class_are_refused() -> None:
    labels = np.r_[np.arange(50) % 2, np.zeros(100, dtype=int)]
    with pytest.raises(DataError, match="labels name 1 classes"):
        dmgi_evaluation(np.ones((150, 2)), labels, _SPLIT, repeats=1, steps=1)
