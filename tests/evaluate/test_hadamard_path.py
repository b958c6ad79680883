from __future__ import annotations

import logging

import numpy as np
import pytest
import torch
from scipy import sparse

from rgrl.evaluate import hadamard_path as module
from rgrl.evaluate.hadamard_path import hadamard_path

PATH = [1.0, 0.1, 0.01]


def make(width: int = 5, nodes: int = 60) -> tuple[torch.Tensor, np.ndarray, np.ndarray]:
    """Embeddings and pairs that two of the dimensions tell apart, noisily."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(nodes, width)).astype(np.float32)
    z[:, 0] += 5  # far from standardised
    pairs = rng.integers(0, nodes, (2, 900))
    product = z[pairs[0]] * z[pairs[1]]
    is_edge = product[:, 1] - 2 * product[:, 2] + rng.normal(size=900) > 0
    return torch.from_numpy(z), pairs[:, is_edge], pairs[:, ~is_edge]


def fit(
    embeddings: object, positive: np.ndarray, negative: np.ndarray, **changes: object
) -> list[np.ndarray]:
    arguments = {"tolerance": 1e-6, "max_iter": 1000, "draw": np.random.RandomState(0), **changes}
    return hadamard_path(embeddings, positive, negative, PATH, **arguments)  # type: ignore[arg-type]


def test_weights_minimise_the_objective() -> None:
    """The gradient of mean cross-entropy + strength / 4 ‖w σ‖², which two softmax rows come to, is zero."""
    z, positive, negative = make()
    pairs = np.concatenate([positive, negative], axis=1)
    x = (z.numpy()[pairs[0]] * z.numpy()[pairs[1]]).astype(np.float64)
    deviation = x.std(axis=0)
    x = (x - x.mean(axis=0)) / deviation
    label = (np.arange(x.shape[0]) < positive.shape[1]).astype(float)
    for strength, weights in zip(PATH, fit(z, positive, negative), strict=True):
        w = weights * deviation
        scores, bias = x @ w, 0.0
        for _ in range(50):  # the bias by Newton's method
            p = 1 / (1 + np.exp(-scores - bias))
            bias -= (p - label).mean() / (p * (1 - p)).mean()
        gradient = x.T @ (p - label) / label.size + strength / 2 * w
        assert np.abs(gradient).max() < 1e-5


def test_sparse_and_very_wide_embeddings_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    z, positive, negative = make()
    batched = fit(z, positive, negative)
    monkeypatch.setattr(module, "WIDEST_BATCHED", 4)
    for other in (z, sparse.csr_matrix(z.numpy())):
        for ours, theirs in zip(batched, fit(other, positive, negative), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-3 * np.abs(ours).max())


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    z, positive, negative = make()
    whole = fit(z, positive, negative)
    monkeypatch.setattr(module, "_ROWS", 7)
    monkeypatch.setattr(module, "_COLUMNS", 2)
    for one, other in zip(whole, fit(z, positive, negative), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4)


def test_too_many_pairs_are_thinned_by_the_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    z, positive, negative = make()
    seen = []
    standardise = module.standardise

    def spy(rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        seen.append(rows.shape[0])
        return standardise(rows)

    monkeypatch.setattr(module, "standardise", spy)
    monkeypatch.setattr(module, "_MOST_ENTRIES", 2 * 6 * 100)
    first, same, other = (
        fit(z, positive, negative, draw=np.random.RandomState(seed))[-1] for seed in (0, 0, 1)
    )
    assert seen == [200] * 3
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


def test_one_hot_embeddings_of_which_all_products_are_zero() -> None:
    pairs = np.array([[0, 1], [1, 2]])
    for embeddings in (torch.eye(4), sparse.csr_matrix(np.eye(4, dtype=np.float32))):
        assert not np.any(fit(embeddings, pairs, pairs[:, :1]))


def test_a_fit_that_ends_early_is_said(caplog: pytest.LogCaptureFixture) -> None:
    z, positive, negative = make()
    for embeddings in (z, sparse.csr_matrix(z.numpy())):
        caplog.clear()
        with caplog.at_level(logging.WARNING, logger="rgrl"):
            fit(embeddings, positive, negative, max_iter=1)
        assert "did not converge at strength 1" in caplog.text
