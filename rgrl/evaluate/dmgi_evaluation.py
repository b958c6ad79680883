"""The three tasks by which DMGI's multiplex embeddings are judged."""

from __future__ import annotations

from typing import Any

import numpy as np

from rgrl.evaluate.checks import checked_embeddings, checked_labels, checked_splits
from rgrl.evaluate.clustering import clustering
from rgrl.evaluate.dense_rows import dense_rows
from rgrl.evaluate.dmgi_probe import dmgi_probe
from rgrl.evaluate.report import Report
from rgrl.evaluate.similarity_search import similarity_search
from rgrl.evaluate.split_like import SplitLike


def dmgi_evaluation(
    embeddings: Any,
    labels: Any,
    split: SplitLike,
    *,
    repeats: int = 50,
    steps: int = 50,
    runs: int = 10,
    k: int = 5,
    seed: int = 0,
) -> dict[str, Report]:
    """The protocol of DMGI (Park et al. 2020) on one fixed split.

    `dmgi_probe`, then two tasks on the test rows alone: k-means on raw embeddings with as many clusters as
    the split has classes, and `similarity_search`.

    Args:
        embeddings: ``[N, d]``: a tensor, an array, a sparse matrix of scipy or torch, or `SparseFeatures`.
        labels: Class of every node, integers ``[N]``; nodes outside the split may have -1.
        split: An object with ``train``, ``val`` and ``test`` rows.
        repeats: Classifiers of the probe.
        steps: Updates of a classifier.
        runs: Runs of k-means.
        k: Neighbours in the search.
        seed: Seed of the probe and of k-means.

    Returns:
        The reports under their tasks' names: ``dmgi_probe``, ``clustering`` and ``similarity_search``.

    Raises:
        ConfigError: If a setting is out of range.
        DataError: If embeddings, labels and split do not fit together or cannot be used.

    Example:
        >>> import torch
        >>> from types import SimpleNamespace
        >>> labels = torch.arange(30) % 3
        >>> split = SimpleNamespace(train=range(6), val=range(6, 12), test=range(12, 30))
        >>> embeddings = torch.eye(3)[labels].repeat(1, 30)
        >>> reports = dmgi_evaluation(embeddings, labels, split, repeats=2, runs=2)
        >>> {task: next(iter(report.scores.values()))[0] for task, report in reports.items()}
        {'dmgi_probe': 1.0, 'clustering': 1.0, 'similarity_search': 1.0}
    """
    probe = dmgi_probe(embeddings, labels, split, repeats=repeats, steps=steps, seed=seed)
    features = checked_embeddings(embeddings)
    parts = checked_splits([split], features.shape[0])[0]
    classes, _ = checked_labels(labels, features.shape[0], [parts], None)
    test = parts[2]
    count = np.unique(classes[np.concatenate(parts)]).size
    clusters = clustering(
        dense_rows(features, test),
        classes[test],
        num_clusters=int(count),
        runs=runs,
        normalize=False,
        seed=seed,
    )
    search = similarity_search(features, classes, ks=(k,), rows=test)
    return {report.task: report for report in (probe, clusters, search)}
