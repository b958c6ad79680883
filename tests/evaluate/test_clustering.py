from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.metrics import normalized_mutual_info_score

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate import clustering

_LABELS = np.arange(40) % 4


def test_runs_are_scikit_learns_on_unit_rows(clusters: Callable) -> None:
    values, labels = clusters(200, 8, 4)
    report = clustering(values, labels, runs=3, n_init=2, seed=5)
    unit = values / np.linalg.norm(values, axis=1, keepdims=True)
    for state, nmi in zip(np.random.SeedSequence(5).generate_state(3), report.scores["nmi"], strict=True):
        found = KMeans(4, n_init=2, random_state=int(state)).fit_predict(unit)
        assert nmi == pytest.approx(normalized_mutual_info_score(labels, found))


def test_same_seed_same_bits_on_any_number_of_threads(clusters: Callable) -> None:
    values, labels = clusters(400, 8, 4, spread=3.0)
    before = torch.get_num_threads()
    reports = []
    try:
        for threads in (1, 4):
            torch.set_num_threads(threads)
            reports.append(clustering(values, labels, runs=4, n_init=1))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert reports[0] == reports[1]
    assert len(set(reports[0].scores["nmi"])) > 1
    assert clustering(values, labels, runs=4, n_init=1, seed=1) != reports[0]
    fewer = clustering(values, labels, runs=2, n_init=1)
    assert fewer.scores["ari"] == reports[0].scores["ari"][:2]


def test_length_counts_only_without_normalisation() -> None:
    labels = np.arange(60) % 2
    rng = np.random.default_rng(0)
    values = (1 + 9 * labels)[:, None] * np.array([1.0, 0.0]) + 1e-3 * rng.normal(size=(60, 2))
    assert clustering(values, labels, runs=1, normalize=False).mean("nmi") == 1.0
    assert clustering(values, labels, runs=1).mean("nmi") < 0.5


def test_unknown_labels_are_clustered_but_not_scored() -> None:
    labels = np.where(np.arange(40) < 10, -1, _LABELS)
    values = np.eye(4)[_LABELS]
    values[:10] = np.eye(4)[0]  # in the wrong place, were they scored
    assert clustering(values, labels, runs=1).mean("accuracy") == 1.0


def test_edges_alone_need_no_labels() -> None:
    values = np.eye(2)[np.array([0, 0, 0, 1, 1, 1])]
    edges = np.array([[0, 1, 2, 3, 4, 2], [1, 2, 0, 4, 5, 3]])
    report = clustering(values, num_clusters=2, edge_index=edges, runs=2)
    assert set(report.scores) == {"modularity", "conductance"}
    assert report.scores["conductance"] == pytest.approx((1 / 5, 1 / 5))  # a cut of 1, volumes 7 and 5


def test_sparse_dense_and_mini_batches_agree_on_clear_clusters() -> None:
    values = np.kron(np.eye(4)[_LABELS], np.eye(1, 5))
    for given, size in ((values, None), (sparse.csr_matrix(values), None), (values, 16)):
        report = clustering(given, _LABELS, runs=1, batch_size=size, edge_index=[[0, 1], [4, 5]], seed=1)
        assert report.mean("ari") == report.mean("accuracy") == report.mean("homogeneity") == 1.0
        assert report.mean("modularity") == pytest.approx(0.5)


def test_fewer_points_than_clusters_are_said_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="rgrl"):
        report = clustering(np.ones((40, 2)), _LABELS, runs=2, edge_index=[[0, 1], [1, 2]])
    assert [record.getMessage() for record in caplog.records] == [
        "k-means found 1 distinct clusters where 4 were asked for"
    ]
    assert report.mean("nmi") == report.mean("modularity") == 0.0
    assert report.mean("conductance") == 1.0


@pytest.mark.parametrize(
    ("labels", "settings", "text"),
    [
        (None, {}, "neither labels nor edge_index"),
        (None, {"edge_index": [[0], [1]]}, "num_clusters is None"),
        (_LABELS, {"num_clusters": 1}, "num_clusters is 1: 2 to 40"),
        (_LABELS, {"num_clusters": 41}, "num_clusters is 41: 2 to 40"),
        (_LABELS, {"runs": 0}, "runs is 0"),
        (_LABELS, {"n_init": 0}, "n_init is 0"),
        (_LABELS, {"batch_size": 0}, "batch_size is 0"),
        (_LABELS, {"seed": -1}, "seed is -1"),
    ],
)
def test_settings_out_of_range_are_refused(labels: Any, settings: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text) as caught:
        clustering(np.ones((40, 2)), labels, **settings)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "labels", "text"),
    [
        (np.full((40, 2), np.nan), _LABELS, "80 of 80 values are NaN"),
        (np.ones((40, 2)), _LABELS[:39], r"shape \[39\]"),
        (np.ones((40, 2)), np.zeros(40, dtype=int), "labels name 1 classes: at least 2"),
    ],
)
def test_unusable_data_are_refused(values: Any, labels: Any, text: str) -> None:
    with pytest.raises(DataError, match=text):
        clustering(values, labels)
