"""Two coordinates for each row of an embedding."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
from torch import Tensor

from rgrl.errors import ConfigError, DataError, MissingExtraError
from rgrl.evaluate.checks import checked_embeddings
from rgrl.evaluate.setting_checks import require_count
from rgrl.evaluate.unit_rows import unit_rows

MapMethod = Literal["tsne", "umap", "pca"]

Array: TypeAlias = npt.NDArray[np.float32]


def embedding_coordinates(
    embedding: Any, *, method: MapMethod = "tsne", normalize: bool = True, seed: int = 0
) -> Array:
    """Map the rows of an embedding to two dimensions.

    PCA is linear and keeps large distances; t-SNE (scikit-learn's) and UMAP keep neighbourhoods, and neither
    the distances between clusters nor their sizes mean anything there. Both begin with PCA's coordinates. The
    same seed gives the same map: they run on one thread, because more would add up in the order in which
    they end.

    Args:
        embedding: ``[N, d]``, N at least 2: a tensor, an array, a sparse matrix of scipy or torch, or
            `SparseFeatures`.
        method: ``"tsne"`` at perplexity 30 (a third of the rows, if they are few), ``"umap"`` with 15
            neighbours, or ``"pca"``.
        normalize: Whether to bring the rows to length 1 first, so that distance means cosine.
        seed: Seed of t-SNE and UMAP.

    Returns:
        float32 ``[N, 2]``.

    Raises:
        ConfigError: If the method is unknown or the seed below 0.
        DataError: If the embedding is not finite, has a single row (for UMAP fewer than 4), or all its rows
            are equal.
        MissingExtraError: UMAP, and umap-learn is not installed.

    Example:
        >>> import torch
        >>> embedding_coordinates(torch.eye(4), method="pca").shape
        (4, 2)
    """
    check_map(method, seed)
    umap = _umap() if method == "umap" else None
    rows = map_rows(embedding, normalize=normalize)
    plane = _principal(rows)
    if method == "pca":
        return plane
    start = plane / plane[:, 0].std() * 1e-4  # t-SNE's usual beginning: near together
    if umap is not None:
        return _of_umap(umap, rows, start * 1e5, seed)
    return _of_tsne(rows, start, seed)


def check_map(method: str, seed: int) -> None:
    """Refuse an unknown method and a seed below 0.

    Raises:
        ConfigError: If either is given.
    """
    if method not in get_args(MapMethod):
        accepted = ", ".join(map(repr, get_args(MapMethod)))
        raise ConfigError(f"the map's method is {method!r}: accepted are {accepted}")
    require_count("seed", seed, least=0)


def map_rows(embedding: Any, *, normalize: bool) -> Array:
    """The rows that a map is made of, dense, float32 ``[N, d]``.

    Raises:
        DataError: If they are not finite, a single one, or all equal.
    """
    features = checked_embeddings(embedding)
    if normalize:
        features = unit_rows(features)
    rows: Array = features.cpu().numpy() if isinstance(features, Tensor) else features.toarray()
    if rows.shape[0] < 2:
        raise DataError("embeddings have 1 row: a map needs at least 2")
    spread = np.abs(rows - rows[0]).max()
    if spread <= 1e-6 * np.abs(rows[0]).max():
        raise DataError(f"all {rows.shape[0]} rows are equal, a collapsed embedding: there is no map of them")
    return rows


def _principal(rows: Array) -> Array:
    from sklearn.decomposition import PCA
    from threadpoolctl import threadpool_limits

    plane = np.zeros((rows.shape[0], 2), dtype=np.float32)
    count = min(2, *rows.shape)
    with threadpool_limits(1):
        plane[:, :count] = PCA(count, svd_solver="full").fit_transform(rows)
    return plane


def _of_tsne(rows: Array, start: Array, seed: int) -> Array:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    perplexity = min(30.0, (rows.shape[0] - 1) / 3)
    with threadpool_limits(1):
        model = TSNE(perplexity=perplexity, init=start, random_state=seed, n_jobs=1)
        return model.fit_transform(rows).astype(np.float32)


def _of_umap(umap: Any, rows: Array, start: Array, seed: int) -> Array:
    if len(rows) < 4:
        raise DataError(f"embeddings have {len(rows)} rows: a UMAP map needs at least 4")
    neighbors = min(15, rows.shape[0] - 1)
    model = umap.UMAP(n_neighbors=neighbors, init=start, random_state=seed, n_jobs=1)
    return np.asarray(model.fit_transform(rows), dtype=np.float32)


def _umap() -> Any:
    try:
        import umap
    except ImportError as error:
        raise MissingExtraError(
            f"a UMAP map needs umap-learn ({error}): install it with pip install umap-learn"
        ) from None
    return umap
