from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate import few_shot

module = import_module("rgrl.evaluate.few_shot")  # the package's attribute is the function

_LABELS = np.arange(40) % 4


@pytest.mark.parametrize("width", [3, 40])  # more and fewer dimensions than the 12 nodes shown
@pytest.mark.parametrize("strength", [1.0, 0.05])
def test_weights_equal_scikit_learns(clusters: Callable, width: int, strength: float) -> None:
    values, labels = clusters(12, width, 4)
    labels = np.repeat(np.arange(4), 3)
    unit = values / np.linalg.norm(values, axis=1, keepdims=True)
    points = torch.from_numpy(unit)[None]
    got = module._fit(points, 4, strength)[0].double().numpy()
    model = LogisticRegression(C=1 / strength, tol=1e-10, max_iter=5000).fit(unit.astype(float), labels)
    np.testing.assert_allclose(got[:, :-1], model.coef_, atol=2e-3)
    difference = got[:, -1] - model.intercept_
    np.testing.assert_allclose(difference - difference.mean(), 0, atol=2e-3)  # free up to a constant


def test_scores_equal_one_draw_at_a_time(clusters: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    values, labels = clusters(300, 16, 4, spread=2.0)
    labels[:50] = -1
    labels[labels == 3] = 7  # class numbers need not be consecutive
    report = few_shot(values, labels, shots=(2, 8), draws=6, seed=3)
    monkeypatch.setattr(module, "_BLOCK_BYTES", 1)
    assert few_shot(values, labels, shots=(8,), draws=6, seed=3).scores["8-shot"] == pytest.approx(
        report.scores["8-shot"], abs=0.005
    )  # one of some 218 may lie within rounding of a tie
    unit = values / np.linalg.norm(values, axis=1, keepdims=True)
    members = [np.flatnonzero(labels == c) for c in (0, 1, 2, 7)]
    for k in (2, 8):
        for train, got in zip(
            module._draw(members, k, draws=6, seed=3), report.scores[f"{k}-shot"], strict=True
        ):
            rest = np.setdiff1d(np.flatnonzero(labels >= 0), train)
            model = LogisticRegression(tol=1e-8, max_iter=1000).fit(unit[train], labels[train])
            assert got == pytest.approx(model.score(unit[rest], labels[rest]), abs=0.005)


def test_every_draw_has_k_different_nodes_of_every_class() -> None:
    members = [np.flatnonzero(c == _LABELS) for c in range(4)]
    draws = module._draw(members, 3, draws=200, seed=0)
    assert draws.shape == (200, 12)
    assert (_LABELS[draws] == np.repeat(np.arange(4), 3)).all()
    assert all(np.unique(row).size == 12 for row in draws)
    assert np.unique(draws).size == 40
    assert np.array_equal(draws[:5], module._draw(members, 3, draws=5, seed=0))


def test_same_seed_same_bits_and_shots_do_not_meddle(clusters: Callable) -> None:
    values, labels = clusters(100, 8, 3)
    report = few_shot(values, labels, shots=(1, 3), draws=5)
    assert few_shot(values, labels, shots=(1, 3), draws=5) == report
    assert few_shot(values, labels, shots=(3,), draws=5).scores["3-shot"] == report.scores["3-shot"]
    assert few_shot(values, labels, shots=(1, 3), draws=5, seed=1) != report


def test_noise_scores_chance_and_labels_score_1() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(400) % 4
    noise = few_shot(rng.normal(size=(400, 8)), labels, shots=(1, 10), draws=30)
    assert abs(noise.mean("10-shot") - 0.25) < 0.03
    assert few_shot(np.eye(4)[labels], labels, shots=(1, 10), draws=3).mean("1-shot") == 1.0


def test_sparse_equals_dense() -> None:
    matrix = sparse.random(90, 80, density=0.05, format="csr", dtype=np.float32, random_state=0)
    labels = np.arange(90) % 3
    dense, thin = (few_shot(x, labels, shots=(5,), draws=4) for x in (matrix.toarray(), matrix))
    assert thin.scores["5-shot"] == pytest.approx(dense.scores["5-shot"], abs=0.03)


def test_fits_that_do_not_converge_are_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, clusters: Callable
) -> None:
    monkeypatch.setattr(module, "_MAX_ITER", 0)
    with caplog.at_level(logging.WARNING, logger="rgrl"):
        few_shot(*clusters(60, 8, 3), shots=(1,), draws=4)
    assert [record.getMessage() for record in caplog.records] == ["few_shot: 4 of 4 fits did not converge"]


def test_global_random_state_is_left_alone(clusters: Callable) -> None:
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    few_shot(*clusters(60, 8, 3), shots=(1,), draws=2)
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert np.array_equal(np.random.get_state()[1], numpy_state)  # noqa: NPY002


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            {"labels": np.r_[_LABELS[:39], 9]},
            "class 9 has 1 nodes: 3 shots and 1 node to classify, so 4 or more",
        ),
        ({"shots": (1, 10)}, "class 0 has 10 nodes: 10 shots"),
        ({"labels": np.zeros(40, dtype=int)}, "labels name 1 classes"),
        ({"labels": np.full(40, -1)}, "labels name 0 classes"),
        ({"labels": _LABELS[:39]}, r"shape \[39\]"),
        ({"embeddings": np.full((40, 2), np.inf)}, "80 of 80 values are NaN"),
    ],
)
def test_unusable_data_are_refused(given: dict[str, Any], text: str) -> None:
    arguments: dict[str, Any] = {"embeddings": np.ones((40, 2)), "labels": _LABELS, "shots": (1, 3)} | given
    with pytest.raises(DataError, match=text) as caught:
        few_shot(**arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"shots": ()}, "shots is empty"),
        ({"shots": (0,)}, "shots is 0"),
        ({"draws": 0}, "draws is 0"),
        ({"strength": 0.0}, "strength is 0.0"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        few_shot(np.ones((40, 2)), _LABELS, **settings)
