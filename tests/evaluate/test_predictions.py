"""Predicted classes of every node, beside the scores of the probes."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from rgrl.evaluate import ProbeReport, linear_probe, logistic_regression
from rgrl.evaluate.predict_all import predict_all

STRENGTHS = (0.1, 0.01)


def thin(values: np.ndarray) -> sparse.csr_matrix:
    """Columns of zeros beside the values, so that they stay sparse."""
    return sparse.csr_matrix(np.kron(values, np.eye(1, 12)).astype(np.float32))


def wide(values: np.ndarray) -> np.ndarray:
    return np.pad(values, ((0, 0), (0, 1030)))


def converged(*arguments: Any, **settings: Any) -> ProbeReport:
    return logistic_regression(*arguments, strengths=STRENGTHS, **settings).scores


PROBES: dict[str, tuple[Callable[..., ProbeReport], Callable[[np.ndarray], Any]]] = {
    "linear, dense": (linear_probe, np.asarray),
    "linear, sparse": (linear_probe, thin),
    "converged, batched": (converged, np.asarray),
    "converged, wide": (converged, wide),
    "converged, sparse": (converged, thin),
}


@pytest.mark.parametrize("name", PROBES)
def test_they_are_what_was_scored_and_change_no_score(
    name: str, clusters: Callable, random_splits: Callable
) -> None:
    probe, form = PROBES[name]
    values, labels = clusters(2600, 6, 5)
    splits = random_splits(2600, 3)
    plain = probe(form(values), labels, splits)
    report = probe(form(values), labels, splits, predictions=True)
    assert plain == report and plain.predictions is None
    found = report.predictions
    assert found is not None and found.dtype == np.int8 and found.shape == (3, 2600)
    for row, split, val, test in zip(found, splits, report.val, report.test, strict=True):
        assert val == pytest.approx(100 * np.mean(row[split.val] == labels[split.val]), abs=1e-9)
        assert test == pytest.approx(100 * np.mean(row[split.test] == labels[split.test]), abs=1e-9)


@pytest.mark.parametrize("name", ["converged, batched", "converged, wide", "converged, sparse"])
def test_nodes_that_were_not_scored_are_predicted_too(
    name: str, clusters: Callable, random_splits: Callable
) -> None:
    probe, form = PROBES[name]
    values, labels = clusters(3000, 6, 5)
    split = random_splits(3000, 1)[0]
    # Most nodes are in no part: those are what is predicted in blocks.
    small = SimpleNamespace(train=split.train, val=split.val[:50], test=split.test[:50])
    rows = form(values)
    report = probe(rows, labels, [small], predictions=True)
    assert report.predictions is not None
    scaler = StandardScaler(with_mean=not sparse.issparse(rows)).fit(rows[small.train])
    scores = [
        LogisticRegression(C=1 / (strength * small.train.size), max_iter=2000, tol=1e-6)
        .fit(scaler.transform(rows[small.train]), labels[small.train])
        .predict(scaler.transform(rows))
        for strength in STRENGTHS
    ]
    agreement = max(np.mean(report.predictions[0] == each) for each in scores)
    assert agreement > 0.999


def test_training_nodes_are_predicted_as_others_are(clusters: Callable, random_splits: Callable) -> None:
    values, labels = clusters(300, 6, 5)
    one, other = random_splits(300, 2)
    turned = SimpleNamespace(train=one.train, val=one.test, test=np.concatenate([one.train, one.val]))
    found = linear_probe(values, labels, [one, other], predictions=True).predictions
    again = linear_probe(values, labels, [turned], predictions=True).predictions
    assert found is not None and again is not None
    np.testing.assert_array_equal(found[0], again[0])
    assert (found[0] != found[1]).any()


@pytest.mark.parametrize("form", [wide, thin])
def test_a_split_with_one_class_to_learn_predicts_it_everywhere(form: Callable) -> None:
    labels = np.array([1, 1, 1, 0, 1, 0])
    split = SimpleNamespace(train=[0, 1], val=[2, 3], test=[4, 5])
    report = logistic_regression(form(np.eye(6, 2)), labels, [split], predictions=True)
    assert report.predictions is not None
    assert report.predictions.tolist() == [[1] * 6]


def test_many_classes_take_two_bytes() -> None:
    labels = np.arange(600) % 150
    split = SimpleNamespace(train=np.arange(300), val=np.arange(300, 450), test=np.arange(450, 600))
    report = linear_probe(np.eye(150)[labels], labels, [split], predictions=True)
    assert report.predictions is not None and report.predictions.dtype == np.int16
    np.testing.assert_array_equal(report.predictions[0], labels)


def test_they_are_in_no_json_and_not_shown(clusters: Callable, random_splits: Callable) -> None:
    values, labels = clusters(60, 4, 3)
    report = logistic_regression(values, labels, random_splits(60, 2), predictions=True)
    assert report.predictions is report.scores.predictions
    assert "predictions" not in report.to_dict() and "predictions" not in repr(report)


def test_blocks_cover_every_row_once() -> None:
    seen: list[np.ndarray] = []

    def predict(rows: np.ndarray) -> np.ndarray:
        seen.append(rows)
        return rows % 7

    parts = (np.array([5, 3]), np.array([4000, 1]))
    found = predict_all(predict, parts, num_nodes=5000, num_classes=7)
    np.testing.assert_array_equal(found, np.arange(5000) % 7)
    assert sorted(np.concatenate(seen).tolist()) == list(range(5000))
    assert [part.tolist() for part in seen[:2]] == [[5, 3], [4000, 1]]
    assert max(part.size for part in seen) <= 2048
