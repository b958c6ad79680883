"""How good clusters are: against labels, and against edges."""

from __future__ import annotations

from typing import Any

import numpy as np

from rgrl.errors import DataError
from rgrl.evaluate.checks import IntArray
from rgrl.graph.checks import checked_edge_index


def label_scores(labels: IntArray, clusters: IntArray) -> dict[str, float]:
    """Agreement of clusters with labels, each at best 1.

    Args:
        labels: ``[n]``, int64.
        clusters: ``[n]``, int64, from 0.

    Returns:
        ``nmi`` (mutual information over the arithmetic mean of the entropies), ``ari`` (adjusted Rand index,
        0 by chance, at worst -0.5), ``ami`` (``nmi`` less what chance gives, which makes it 0 by chance, or
        a little below), ``homogeneity``, and ``accuracy``: the share of nodes whose cluster is matched with
        their label, under the one-to-one matching that makes it largest.

    Example:
        >>> label_scores(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 1]))["accuracy"]
        0.75
    """
    from scipy.optimize import linear_sum_assignment
    from sklearn import metrics
    from sklearn.metrics.cluster import contingency_matrix

    counts = contingency_matrix(labels, clusters)
    matched = counts[linear_sum_assignment(counts, maximize=True)].sum()
    nmi = metrics.normalized_mutual_info_score(labels, clusters, average_method="arithmetic")
    return {
        "nmi": float(nmi),
        "ari": float(metrics.adjusted_rand_score(labels, clusters)),
        "ami": float(metrics.adjusted_mutual_info_score(labels, clusters, average_method="arithmetic")),
        "homogeneity": float(metrics.homogeneity_score(labels, clusters)),
        "accuracy": float(matched / labels.size),
    }


def undirected_edges(edge_index: Any, num_nodes: int) -> tuple[IntArray, IntArray]:
    """Each pair of joined nodes once, whatever its directions and repetitions; a self-loop is a pair too.

    Args:
        edge_index: Integer tensor or array ``[2, E]``.
        num_nodes: Number of nodes.

    Raises:
        DataError: If there is no edge, or the index is malformed or out of range.
    """
    source, target = checked_edge_index(edge_index, num_nodes)
    if source.size == 0:
        raise DataError("edge_index has 0 edges: modularity and conductance need at least 1")
    low, high = np.minimum(source, target).astype(np.int64), np.maximum(source, target)
    pairs = np.unique(low * num_nodes + high)
    return pairs // num_nodes, pairs % num_nodes


def edge_scores(edges: tuple[IntArray, IntArray], clusters: IntArray) -> dict[str, float]:
    """Modularity and mean conductance of clusters in an undirected graph.

    With m edges, of which L_c lie within cluster c, and its volume v_c, the sum of its nodes' degrees (a
    self-loop counts 2), modularity is Σ_c L_c / m - (v_c / 2m)² (Newman 2006), between -0.5 and 1, more being
    better. The conductance of a cluster is its cut, v_c - 2 L_c, over min(v_c, 2m - v_c), between 0 and 1,
    less being better. A cluster without an edge, or with all of them, has no boundary to be judged by and
    counts 1, so that throwing all nodes together does not look perfect.

    Args:
        edges: Both ends of every edge, as `undirected_edges` gives them.
        clusters: Cluster of every node ``[N]``, int64, from 0; numbers without a node are left out.

    Example:
        >>> edges = (np.array([0, 1, 2]), np.array([1, 2, 3]))
        >>> {name: round(value, 4) for name, value in edge_scores(edges, np.array([0, 0, 1, 1])).items()}
        {'modularity': 0.1667, 'conductance': 0.3333}
    """
    first, second = clusters[edges[0]], clusters[edges[1]]
    count = int(clusters.max()) + 1
    volume = np.bincount(first, minlength=count) + np.bincount(second, minlength=count)
    within = np.bincount(first[first == second], minlength=count)
    total = first.size
    modularity = (within / total - (volume / (2 * total)) ** 2).sum()
    smaller = np.minimum(volume, 2 * total - volume)
    conductance = np.where(smaller > 0, (volume - 2 * within) / np.maximum(smaller, 1), 1.0)
    inhabited = np.bincount(clusters, minlength=count) > 0
    return {"modularity": float(modularity), "conductance": float(conductance[inhabited].mean())}
