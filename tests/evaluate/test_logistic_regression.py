from __future__ import annotations

import importlib
import json
import warnings
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate import logistic_regression
from rgrl.evaluate.logistic_batched import curvature_of, fit_dense_path, fit_strength
from rgrl.evaluate.logistic_sklearn import fit_with_sklearn
from rgrl.evaluate.probe_design import gather

module = importlib.import_module("rgrl.evaluate.logistic_regression")


def _parts(splits: list[SimpleNamespace]) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    return [(split.train, split.val, split.test) for split in splits]


def test_random_embeddings_score_the_largest_share(random_splits: Callable) -> None:
    rng = np.random.default_rng(0)
    labels = rng.choice(4, size=1500, p=[0.6, 0.2, 0.1, 0.1])
    report = logistic_regression(rng.normal(size=(1500, 32)), labels, random_splits(1500, 5))
    assert abs(report.scores.test_mean - 100 * np.bincount(labels).max() / 1500) < 5
    assert report.converged_share == 1


def test_one_hot_labels_score_100(random_splits: Callable) -> None:
    labels = np.random.default_rng(0).integers(0, 7, 700)
    report = logistic_regression(np.eye(7)[labels], labels, random_splits(700, 4))
    assert report.scores.test_mean == report.scores.val_mean == 100.0


@pytest.mark.parametrize("strength", [10.0, 0.1, 0.001])
def test_batched_solver_equals_sklearn(random_splits: Callable, clusters: Callable, strength: float) -> None:
    values, labels = clusters(1000, 12, 4, spread=3.0)
    values[:, 5] = 1000 + 0.01 * values[:, 5]  # far from zero and of another scale
    values[:, 6] = 3.5  # constant
    rows = _parts(random_splits(1000, 4))
    rows[1] = (rows[1][0][:37], *rows[1][1:])
    ours = fit_dense_path(
        torch.from_numpy(values), torch.from_numpy(labels), rows, [strength],
        num_classes=4, tolerance=1e-5, max_iter=1000,
    )  # fmt: skip
    for fit, parts in zip(ours, rows, strict=True):
        want = fit_with_sklearn(values, labels, parts, [strength], tolerance=1e-8, max_iter=5000)
        assert fit.converged
        assert fit.test == pytest.approx(
            want.test, abs=0.3
        )  # two rows of 800 may lie within rounding of a tie
        assert fit.val == pytest.approx(want.val, abs=1.01)


@pytest.mark.parametrize("strength", [1.0, 0.01])
def test_batched_weights_equal_sklearn(clusters: Callable, strength: float) -> None:
    from sklearn.linear_model import LogisticRegression

    values, labels = (torch.from_numpy(a) for a in clusters(200, 6, 3, spread=3.0))
    rows = np.arange(150)
    design, target, share = gather(values, labels, [rows], 170, 3)  # twenty rows of padding
    weights, converged = fit_strength(
        design,
        curvature_of(design, share),
        target,
        share,
        torch.zeros(1, 3, 1),
        torch.zeros(1, 3, 7),
        strength,
        tolerance=1e-6,
        max_iter=500,
    )
    model = LogisticRegression(C=1 / (strength * 150), tol=1e-10, max_iter=5000)
    model.fit(values[:150].double().numpy(), labels[:150].numpy())
    assert converged.all()
    np.testing.assert_allclose(weights[0, :, :-1].numpy(), model.coef_, atol=1e-4)
    bias = weights[0, :, -1].numpy()  # a shift of all biases changes nothing
    np.testing.assert_allclose(bias - bias.mean(), model.intercept_ - model.intercept_.mean(), atol=1e-4)


def test_strength_is_chosen_on_validation(random_splits: Callable, clusters: Callable) -> None:
    values, labels = clusters(400, 20, 3, spread=4.0)
    splits = random_splits(400, 4)
    path = (10.0, 0.1, 0.001)
    chosen = logistic_regression(values, labels, splits, strengths=path)
    each = {
        strength: logistic_regression(values, labels, splits, strengths=[strength]).scores
        for strength in path
    }
    for i, strength in enumerate(chosen.strengths):
        best = max(scores.val[i] for scores in each.values())
        assert chosen.scores.val[i] == pytest.approx(best, abs=2.6)  # one validation row of 40
        assert chosen.scores.test[i] == pytest.approx(each[strength].test[i], abs=0.7)


def test_stronger_of_equals_is_chosen(random_splits: Callable) -> None:
    labels = np.arange(200) % 2
    report = logistic_regression(
        np.eye(2)[labels], labels, random_splits(200, 3), strengths=[0.001, 0.1, 0.01]
    )
    assert report.strengths == (0.1, 0.1, 0.1)


def test_test_labels_do_not_choose(random_splits: Callable, clusters: Callable) -> None:
    values, labels = clusters(300, 10, 3, spread=3.0)
    split = random_splits(300, 1)[0]
    scrambled = labels.copy()
    scrambled[split.test] = np.random.default_rng(0).permutation(scrambled[split.test])
    first, second = (logistic_regression(values, y, [split]) for y in (labels, scrambled))
    assert first.strengths == second.strengths
    assert first.scores.val == second.scores.val
    assert first.scores.test != second.scores.test


def test_permuted_splits_permute_the_report(random_splits: Callable, clusters: Callable) -> None:
    values, labels = clusters(300, 8, 4, spread=3.0)
    splits = random_splits(300, 5)
    order = [3, 0, 1, 4, 2]
    report = logistic_regression(values, labels, splits)
    permuted = logistic_regression(values, labels, [splits[i] for i in order])
    assert permuted.scores.test == pytest.approx([report.scores.test[i] for i in order], abs=0.5)
    assert permuted.strengths == tuple(report.strengths[i] for i in order)


def test_sparse_features_stay_sparse_and_learn(
    random_splits: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 300)
    words = rng.integers(0, 20, (300, 3)) + 20 * labels[:, None]
    matrix = sparse.csr_matrix(
        (np.ones(900, np.float32), (np.repeat(np.arange(300), 3), words.ravel())), (300, 100)
    )
    monkeypatch.setattr(sparse.csr_matrix, "toarray", lambda *_: pytest.fail("made dense"))
    assert logistic_regression(matrix, labels, random_splits(300, 2)).scores.test_mean > 80


def test_wide_dense_features_work(random_splits: Callable, clusters: Callable) -> None:
    values, labels = clusters(120, 1100, 3)
    assert logistic_regression(values, labels, random_splits(120, 1), strengths=[0.1]).scores.test_mean > 80


@pytest.mark.parametrize("as_sparse", [False, True])
def test_stopped_fits_are_told_without_a_warning(random_splits: Callable, as_sparse: bool) -> None:
    rng = np.random.default_rng(0)
    matrix = sparse.random(200, 60, density=0.08, format="csr", dtype=np.float32, random_state=0)
    values = matrix if as_sparse else matrix.toarray()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = logistic_regression(
            values, rng.integers(0, 3, 200), random_splits(200, 2), max_iter=1, strengths=[1e-3]
        )
    assert report.converged == (False, False)
    assert report.converged_share == 0
    assert str(report).endswith("0 of 2 fits converged")


def test_dictionary_survives_json(random_splits: Callable) -> None:
    labels = np.arange(40) % 2
    report = logistic_regression(np.eye(2)[labels], labels, random_splits(40, 2))
    stored = json.loads(json.dumps(report.to_dict()))
    assert stored["test_mean"] == 100.0
    assert stored["converged_share"] == 1.0
    assert stored["strengths"] == [10.0, 10.0]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_odd_cases_give_percentages(data: st.DataObject) -> None:
    nodes = data.draw(st.integers(1, 10))
    width = data.draw(st.integers(1, 3))
    labels = np.array(data.draw(st.lists(st.integers(0, 4), min_size=nodes, max_size=nodes)))
    rows = st.lists(st.integers(0, nodes - 1), min_size=1, max_size=nodes).map(np.array)
    split = SimpleNamespace(train=data.draw(rows), val=data.draw(rows), test=data.draw(rows))
    values = np.random.default_rng(0).normal(size=(nodes, width))
    report = logistic_regression(values, labels, [split], strengths=[1.0, 0.01])
    seen = np.isin(labels[split.test], labels[split.train]).mean()
    assert report.converged == (True,)
    assert 0 <= report.scores.val[0] <= 100
    assert 0 <= report.scores.test[0] <= 100 * seen + 1e-9  # a class without a train row is never predicted


@pytest.mark.parametrize("as_sparse", [False, True])
def test_one_class_in_train_is_predicted_everywhere(as_sparse: bool) -> None:
    labels = np.array([1, 1, 0, 1, 0])
    split = SimpleNamespace(train=np.array([0, 1]), val=np.array([2]), test=np.array([3, 4]))
    values = sparse.eye(5, 30, format="csr") if as_sparse else np.eye(5)
    report = logistic_regression(values, labels, [split])
    assert report.scores.val == (0.0,)
    assert report.scores.test == (50.0,)
    assert report.strengths == (10.0,)


@pytest.mark.parametrize("strengths", [[], [0.0], [1.0, -1.0], [float("inf")]])
def test_bad_strengths_are_refused(strengths: list[float], random_splits: Callable) -> None:
    with pytest.raises(ConfigError, match="strengths are"):
        logistic_regression(np.ones((20, 1)), np.arange(20) % 2, random_splits(20, 1), strengths=strengths)


def test_no_iterations_are_refused(random_splits: Callable) -> None:
    with pytest.raises(ConfigError, match="max_iter is 0"):
        logistic_regression(np.ones((20, 1)), np.arange(20) % 2, random_splits(20, 1), max_iter=0)


def test_nan_is_refused(random_splits: Callable) -> None:
    values = np.ones((20, 2))
    values[7, 1] = np.nan
    with pytest.raises(DataError, match="1 of 40 values are NaN or infinite, the first in row 7"):
        logistic_regression(values, np.arange(20) % 2, random_splits(20, 1))


@pytest.mark.parametrize("width", [6, 1100])
def test_a_split_that_comes_again_is_fitted_once(
    random_splits: Callable, clusters: Callable, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    values, labels = clusters(200, width, 3, spread=3.0)
    first, second = random_splits(200, 2)
    fitted = []

    def counting(fit: Callable, rows_of: Callable) -> Callable:
        return lambda *given, **named: fitted.extend(rows_of(given)) or fit(*given, **named)

    monkeypatch.setattr(module, "fit_dense_path", counting(fit_dense_path, lambda given: given[2]))
    monkeypatch.setattr(module, "fit_with_sklearn", counting(fit_with_sklearn, lambda given: [given[2]]))
    again = SimpleNamespace(train=first.train.copy(), val=first.val.copy(), test=first.test.copy())
    report = logistic_regression(values, labels, [first, second, again, first], predictions=True)
    assert len(fitted) == 2
    once = logistic_regression(values, labels, [first, second], predictions=True)
    assert report.scores.test == tuple(once.scores.test[place] for place in (0, 1, 0, 0))
    assert report.strengths == tuple(once.strengths[place] for place in (0, 1, 0, 0))
    assert report.predictions is not None
    assert once.predictions is not None
    assert np.array_equal(report.predictions, once.predictions[[0, 1, 0, 0]])
