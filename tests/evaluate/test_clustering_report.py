"""Clusters beside their scores."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sklearn.cluster import KMeans

from rgrl.errors import DataError
from rgrl.evaluate import ClusteringReport, Report, clustering


@pytest.fixture(scope="module")
def found(clusters: Callable) -> ClusteringReport:
    values, labels = clusters(200, 8, 4, spread=3.0)
    return clustering(values, labels, runs=3, n_init=1, normalize=False, seed=5)


def test_every_runs_clusters_are_scikit_learns(found: ClusteringReport, clusters: Callable) -> None:
    values, _ = clusters(200, 8, 4, spread=3.0)
    for state, own, inertia in zip(
        np.random.SeedSequence(5).generate_state(3), found.clusters, found.inertia, strict=True
    ):
        model = KMeans(4, n_init=1, random_state=int(state)).fit(values)
        assert own.tolist() == model.labels_.tolist()
        assert inertia == pytest.approx(model.inertia_, rel=1e-5)
    assert found.clusters.dtype == np.int8


def test_the_best_run_is_the_one_of_least_inertia_whatever_it_scores() -> None:
    two = np.array([[0, 1], [1, 0], [0, 0]], dtype=np.int8)
    report = ClusteringReport("clustering", {"nmi": (0.1, 0.0, 1.0)}, inertia=(2.0, 1.0, 1.0), clusters=two)
    assert report.best_clusters.tolist() == [1, 0]


def test_many_clusters_take_two_bytes() -> None:
    report = clustering(
        np.random.default_rng(0).normal(size=(300, 2)), np.arange(300) % 150, runs=1, n_init=1
    )
    assert report.clusters.dtype == np.int16
    assert set(report.best_clusters.tolist()) == set(range(150))


def test_mini_batches_have_clusters_too() -> None:
    labels = np.arange(90) % 3
    report = clustering(np.eye(3)[labels], labels, runs=2, batch_size=16)
    assert report.clusters.shape == (2, 90)
    assert len({tuple(pair) for pair in zip(labels, report.best_clusters, strict=True)}) == 3
    assert report.inertia == pytest.approx((0.0, 0.0), abs=1e-6)


def test_clusters_go_into_json_only_when_they_are_asked_for(found: ClusteringReport) -> None:
    plain = found.to_dict()
    assert plain == Report(found.task, found.scores).to_dict()
    assert Report.from_dict(json.loads(json.dumps(plain))).scores == found.scores
    again = ClusteringReport.from_dict(json.loads(json.dumps(found.to_dict(clusters=True))))
    assert again == found and again.clusters.dtype == np.int8
    np.testing.assert_array_equal(again.clusters, found.clusters)
    with pytest.raises(DataError, match=r"no clusters: to_dict\(clusters=True\) writes them"):
        ClusteringReport.from_dict(plain)


def test_it_is_a_report_like_others(found: ClusteringReport) -> None:
    assert str(found) == str(Report(found.task, found.scores))
    assert "clusters=" not in repr(found)
    assert found.compare(Report("clustering", found.scores)) == dict.fromkeys(found.scores, 0.0)
    assert replace(found, inertia=(0.0, 0.0, 0.0)) != found
