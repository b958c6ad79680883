from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy import sparse

from rgrl.errors import ConfigError, DataError, MissingExtraError
from rgrl.plot import embedding_coordinates


def blobs(count: int = 60) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    centres = torch.eye(3).repeat_interleave(count // 3, dim=0)
    return centres + 0.05 * torch.randn(count, 3, generator=generator)


def test_pca_keeps_the_distances_of_a_plane():
    generator = torch.Generator().manual_seed(0)
    plane = (
        torch.randn(20, 2, generator=generator)
        @ torch.linalg.qr(torch.randn(5, 5, generator=generator))[0][:2]
    )
    found = torch.from_numpy(embedding_coordinates(plane, method="pca", normalize=False))
    torch.testing.assert_close(torch.cdist(found, found), torch.cdist(plane, plane), rtol=1e-4, atol=1e-4)
    assert found[:, 0].var() >= found[:, 1].var()


def test_normalised_rows_lose_their_length():
    rows = blobs()
    scaled = rows * torch.linspace(1, 100, len(rows)).unsqueeze(1)
    kept, lost = (embedding_coordinates(x, method="pca") for x in (rows, scaled))
    np.testing.assert_allclose(kept, lost, atol=1e-4)
    assert not np.allclose(kept, embedding_coordinates(scaled, method="pca", normalize=False), atol=1)


def test_tsne_keeps_blobs_apart_and_is_the_same_again():
    found = embedding_coordinates(blobs(), seed=3)
    distance = np.linalg.norm(found[:, None] - found[None], axis=2) + 1e9 * np.eye(60)
    assert (distance.argmin(1) // 20 == np.arange(60) // 20).all()
    np.testing.assert_array_equal(found, embedding_coordinates(blobs(), seed=3))


def test_global_random_states_stay():
    states = np.random.get_state()[1].copy(), torch.get_rng_state()  # noqa: NPY002
    embedding_coordinates(blobs(), method="tsne")
    np.testing.assert_array_equal(np.random.get_state()[1], states[0])  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), states[1])


@pytest.mark.parametrize("method", ["pca", "tsne"])
@pytest.mark.parametrize("rows", [torch.eye(2), torch.eye(3), torch.tensor([[0.0], [1.0], [3.0], [4.0]])])
def test_few_rows_and_a_single_column_have_a_map(method, rows):
    found = embedding_coordinates(rows, method=method, normalize=False)
    assert found.shape == (len(rows), 2) and np.isfinite(found).all()


def test_sparse_rows_are_those_that_they_stand_for():
    rows = torch.eye(30)[:, :20] + torch.eye(30, 20).flip(0)
    dense = embedding_coordinates(rows, method="pca")
    np.testing.assert_allclose(
        embedding_coordinates(sparse.csr_matrix(rows.numpy()), method="pca"), dense, atol=1e-5
    )


def test_umap_gets_the_seed_and_begins_with_pca(monkeypatch):
    given: dict[str, Any] = {}

    class Stub:
        def __init__(self, **settings: Any) -> None:
            given.update(settings)

        def fit_transform(self, rows: Any) -> Any:
            return rows[:, :2] * 2

    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=Stub))
    found = embedding_coordinates(torch.eye(5), method="umap", seed=7)
    np.testing.assert_array_equal(found, 2 * np.eye(5, 2))
    assert given["random_state"] == 7 and given["n_neighbors"] == 4 and given["init"].shape == (5, 2)


def test_umap_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(MissingExtraError, match=r"^a UMAP map needs umap-learn .*pip install umap-learn$"):
        embedding_coordinates(torch.eye(5), method="umap")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (torch.eye(1), "embeddings have 1 row: a map needs at least 2"),
        (torch.ones(4, 3), "all 4 rows are equal, a collapsed embedding"),
        (torch.zeros(4, 3), "all 4 rows are equal"),
        (torch.tensor([[1.0], [float("nan")]]), "1 of 2 values are NaN or infinite, the first in row 1"),
        (torch.ones(4), r"shape \[4\]"),
    ],
)
def test_rows_without_a_map_are_refused(rows, message):
    with pytest.raises(DataError, match=message):
        embedding_coordinates(rows, method="pca")


def test_settings_are_checked():
    with pytest.raises(ConfigError, match="method is 'lda': accepted are 'tsne', 'umap', 'pca'"):
        embedding_coordinates(torch.eye(4), method="lda")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="seed is -1"):
        embedding_coordinates(torch.eye(4), seed=-1)
