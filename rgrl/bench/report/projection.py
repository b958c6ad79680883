"""Embeddings in two dimensions."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from rgrl.errors import ConfigError

#: Ways to two dimensions, by their names on the command line.
PROJECTIONS = ("tsne", "pca")

#: Dimensions that t-SNE looks for neighbours in, as its authors advise.
_BEFORE_TSNE = 50

FloatArray = npt.NDArray[np.floating]


def checked_projection(name: str) -> str:
    """Return a projection's name if there is one.

    Raises:
        ConfigError: If there is not; the message lists all.
    """
    if name not in PROJECTIONS:
        raise ConfigError(f"--projection is '{name}': accepted are {', '.join(PROJECTIONS)}")
    return name


def project(rows: FloatArray, *, projection: str, seed: int = 0) -> FloatArray:
    """Bring rows to two dimensions; the same rows and seed give the same places.

    Args:
        rows: ``[N, d]``, finite.
        projection: ``"tsne"`` or ``"pca"``; of fewer than five rows it is PCA.
        seed: Seed of both.

    Returns:
        Places ``[N, 2]``.

    Example:
        >>> project(np.eye(4), projection="pca").shape
        (4, 2)
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    count, width = rows.shape
    few = count < 5 or projection == "pca"
    kept = min(2 if few else _BEFORE_TSNE, count, width)
    with warnings.catch_warnings(), threadpool_limits(1):  # threads sum in the order in which they end
        warnings.simplefilter("ignore")  # such as of rows that are all the same
        places = PCA(kept, random_state=seed).fit_transform(np.asarray(rows, dtype=np.float64))
        if not few:
            perplexity = min(30.0, (count - 1) / 3)
            places = TSNE(2, perplexity=perplexity, init="random", random_state=seed).fit_transform(places)
    places = np.pad(places, ((0, 0), (0, max(0, 2 - places.shape[1]))))
    return np.nan_to_num(places)


def clusters(rows: FloatArray, *, count: int, seed: int = 0) -> npt.NDArray[np.int64]:
    """K-means of the rows, ``[N]``: to colour a map where no labels are known."""
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")  # fewer distinct rows than clusters
        found = KMeans(min(count, len(rows)), n_init=3, random_state=seed).fit_predict(rows)
    return found.astype(np.int64)
