"""Clusters of embeddings by k-means, held against labels and edges."""

from __future__ import annotations

import logging
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from rgrl.errors import ConfigError
from rgrl.evaluate.checks import IntArray, checked_classes, checked_embeddings
from rgrl.evaluate.cluster_scores import edge_scores, label_scores, undirected_edges
from rgrl.evaluate.clustering_report import ClusteringReport
from rgrl.evaluate.setting_checks import require_count
from rgrl.evaluate.smallest_integers import smallest_integers
from rgrl.evaluate.unit_rows import unit_rows

logger = logging.getLogger(__name__)


def clustering(
    embeddings: Any,
    labels: Any = None,
    *,
    num_clusters: int | None = None,
    edge_index: Any = None,
    runs: int = 10,
    n_init: int = 10,
    batch_size: int | None = None,
    normalize: bool = True,
    seed: int = 0,
) -> ClusteringReport:
    """K-means on embeddings, in the protocol of AFGRL (Lee et al. 2022): normalised rows, ten runs.

    Every run has its own random state, drawn from the seed, and keeps the best of ``n_init`` starts by
    k-means++. A run uses one thread, so that the number of threads changes no bit; the runs go side by side.

    Args:
        embeddings: ``[N, d]``: a tensor, an array, a sparse matrix of scipy or torch, or `SparseFeatures`.
        labels: Class of every node, integers ``[N]``, -1 for unknown; such nodes are clustered, but not held
            against a label. None for no labels.
        num_clusters: Number of clusters; None for as many as the labels have classes.
        edge_index: Edges ``[2, E]``, read as undirected and unweighted; None for no edges.
        runs: Number of runs.
        n_init: Starts of a run.
        batch_size: Rows of a step of mini-batch k-means, for very many nodes; None for Lloyd's algorithm on
            all nodes.
        normalize: Whether to bring the rows to length 1; DMGI's protocol does not.
        seed: Seed of the runs.

    Returns:
        One score a run: with labels ``nmi``, ``ari`` (-0.5 to 1), ``ami`` (0 by chance, to 1),
        ``homogeneity`` and ``accuracy`` under the best matching; with edges ``modularity`` (-0.5 to 1) and
        ``conductance``, of which less is better. See `label_scores` and `edge_scores`. Beside the scores
        stand the clusters of every run, ``clusters``, and those of the run of least inertia,
        ``best_clusters``; ``to_dict(clusters=True)`` alone writes them.

    Raises:
        ConfigError: If neither labels nor edges are given, without labels no ``num_clusters``, or a setting
            is out of range.
        DataError: If embeddings, labels and edges do not fit together or cannot be used.

    Example:
        >>> labels = torch.arange(12) % 3
        >>> report = clustering(torch.eye(3)[labels], labels, runs=2)
        >>> report.mean("nmi"), report.best_clusters.shape
        (1.0, (12,))
    """
    if labels is None and edge_index is None:
        raise ConfigError("clustering has neither labels nor edge_index: at least one of them is needed")
    require_count("runs", runs)
    require_count("n_init", n_init)
    require_count("seed", seed, least=0)
    if batch_size is not None:
        require_count("batch_size", batch_size)
    features = checked_embeddings(embeddings)
    nodes = features.shape[0]
    classes = None if labels is None else checked_classes(labels, nodes)
    edges = None if edge_index is None else undirected_edges(edge_index, nodes)
    if num_clusters is None:
        if classes is None:
            raise ConfigError("num_clusters is None without labels to count: a number is needed")
        num_clusters = int(np.unique(classes[classes >= 0]).size)
    if not 2 <= num_clusters <= nodes:
        raise ConfigError(f"num_clusters is {num_clusters}: 2 to {nodes}, the number of nodes, are accepted")
    if normalize:
        features = unit_rows(features)
    found = _k_means(features, num_clusters, runs=runs, n_init=n_init, batch_size=batch_size, seed=seed)
    scores: dict[str, list[float]] = {}
    for clusters, _ in found:
        run: dict[str, float] = {}
        if classes is not None:
            run |= label_scores(classes[classes >= 0], clusters[classes >= 0])
        if edges is not None:
            run |= edge_scores(edges, clusters)
        for metric, value in run.items():
            scores.setdefault(metric, []).append(value)
    report = ClusteringReport(
        "clustering",
        {metric: tuple(values) for metric, values in scores.items()},
        inertia=tuple(inertia for _, inertia in found),
        clusters=np.stack([smallest_integers(clusters, num_clusters) for clusters, _ in found]),
    )
    logger.debug("%s", report)
    return report


def _k_means(
    features: Tensor | sparse.csr_matrix,
    num_clusters: int,
    *,
    runs: int,
    n_init: int,
    batch_size: int | None,
    seed: int,
) -> list[tuple[IntArray, float]]:
    """Clusters ``[N]`` of every run, and its inertia."""
    from sklearn.cluster import KMeans, MiniBatchKMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    rows = features.cpu().numpy() if isinstance(features, Tensor) else features

    def run(random_state: int) -> tuple[IntArray, float]:
        settings = {"n_clusters": num_clusters, "n_init": n_init, "random_state": random_state}
        model = (
            KMeans(**settings) if batch_size is None else MiniBatchKMeans(batch_size=batch_size, **settings)
        )
        with threadpool_limits(1):  # more threads sum in the order in which they end
            clusters = model.fit_predict(rows).astype(np.int64)
        return clusters, float(model.inertia_)

    states = np.random.SeedSequence(seed).generate_state(runs).tolist()
    threads = torch.get_num_threads()
    with warnings.catch_warnings(), threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
        # Said below, once for all runs.
        warnings.filterwarnings("ignore", category=ConvergenceWarning)
        found = list(pool.map(run, states))
    fewest = min(np.unique(clusters).size for clusters, _ in found)
    if fewest < num_clusters:
        logger.warning("k-means found %d distinct clusters where %d were asked for", fewest, num_clusters)
    return found
