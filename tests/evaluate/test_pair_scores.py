from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import sparse

from rgrl.evaluate import pair_scores
from rgrl.evaluate.pair_scores import cosine, weighted_dot


@pytest.fixture(params=["dense", "sparse"])
def case(request: pytest.FixtureRequest) -> tuple:
    """Embeddings, the same as float64, and pairs."""
    rng = np.random.default_rng(0)
    values = (rng.normal(size=(20, 6)) * (rng.random((20, 6)) < 0.4)).astype(np.float32)
    values[3] = 0
    pairs = rng.integers(0, 20, (2, 57))
    pairs[:, 0] = 3
    embeddings = torch.from_numpy(values) if request.param == "dense" else sparse.csr_matrix(values)
    return embeddings, values.astype(np.float64), pairs


@pytest.mark.parametrize("chunk", [1, 20, 10**6])
def test_scores_are_the_formulas_in_chunks_of_any_size(
    case: tuple, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pair_scores, "_CHUNK_ENTRIES", chunk)
    embeddings, z, pairs = case
    u, v = pairs
    weight = np.linspace(-1, 2, 6)
    np.testing.assert_allclose(weighted_dot(embeddings, pairs), (z[u] * z[v]).sum(1), atol=1e-12)
    expected = (z[u] * weight * z[v]).sum(1)
    np.testing.assert_allclose(weighted_dot(embeddings, pairs, weight), expected, atol=1e-12)
    norm = np.linalg.norm(z, axis=1)
    angles = [0 if 0 in (norm[a], norm[b]) else z[a] @ z[b] / (norm[a] * norm[b]) for a, b in pairs.T]
    np.testing.assert_allclose(cosine(embeddings, pairs), angles, atol=1e-6)


def test_both_directions_score_the_same_to_the_bit(case: tuple) -> None:
    embeddings, _, pairs = case
    back, weight = pairs[::-1], np.linspace(-1, 2, 6)
    assert np.array_equal(weighted_dot(embeddings, pairs), weighted_dot(embeddings, back))
    assert np.array_equal(weighted_dot(embeddings, pairs, weight), weighted_dot(embeddings, back, weight))
    assert np.array_equal(cosine(embeddings, pairs), cosine(embeddings, back))


def test_parallel_vectors_tie_and_extreme_ones_stay_finite() -> None:
    direction = torch.randn(7, generator=torch.Generator().manual_seed(0))
    parallel = torch.stack([direction * 2.0**i for i in range(8)] + [direction * 3, direction / 3])
    pairs = torch.combinations(torch.arange(10)).T.numpy()
    assert np.array_equal(np.unique(cosine(parallel, pairs)), np.ones(1))
    extreme = torch.tensor([[1e18] * 64, [-1e18] * 64, [1e-30] * 64])
    assert cosine(extreme, np.array([[0, 0, 1], [0, 1, 2]])).tolist() == [1, -1, -1]
    assert np.isfinite(weighted_dot(extreme, np.array([[0, 0], [0, 1]]))).all()
