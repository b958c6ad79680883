"""Clusters to colour a map by where no labels are known."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt


def colour_clusters(
    rows: npt.NDArray[np.floating], *, count: int = 8, seed: int = 0
) -> npt.NDArray[np.int64]:
    """K-means of rows ``[N, d]``: the cluster of each, ``[N]``, the same for the same seed.

    Example:
        >>> sorted(set(colour_clusters(np.eye(3), count=3).tolist()))
        [0, 1, 2]
    """
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with warnings.catch_warnings(), threadpool_limits(1):  # threads sum in the order in which they end
        warnings.simplefilter("ignore")  # of fewer distinct rows than clusters
        found = KMeans(min(count, len(rows)), n_init=3, random_state=seed).fit_predict(rows)
    return found.astype(np.int64)
