"""Evaluating embeddings that are already there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from rgrl.bench.environment import command, versions
from rgrl.bench.probes import classification_probe
from rgrl.datasets import Dataset
from rgrl.evaluate import check_embeddings, load_embeddings, logistic_regression


def evaluate_file(path: Path, dataset: Dataset) -> dict[str, Any]:
    """Evaluate a file of embeddings with both probes over the dataset's splits, beside the raw features.

    Rows of a table are brought into the order of the dataset's nodes by their ids. Of others, a file without
    a fingerprint is taken in the dataset's canonical order of nodes; a warning is logged.

    Returns:
        Accuracies in per cent and where they come from, see ``docs/results.md``.

    Raises:
        DataError: If the file cannot be read, has other nodes or another number of rows, is not finite, or
            carries the fingerprint of another graph; or if there is nothing to classify by.
    """
    score = classification_probe(dataset)
    loaded, nodes = load_embeddings(path), dataset.graph.num_nodes
    if loaded.node_ids is not None:
        loaded = loaded.in_order_of(dataset.node_ids or tuple(map(str, range(nodes))))
    if loaded.node_ids is None or loaded.fingerprint is not None:
        check_embeddings(loaded, num_nodes=nodes, fingerprint=dataset.fingerprint.digest)
    probe, raw = score(loaded.values), score(dataset.graph.x)
    several = dataset.labels is not None and dataset.labels.dtype == torch.bool
    converged = None if several else logistic_regression(loaded.values, dataset.labels, dataset.splits)
    return {
        "embeddings": str(path),
        "dataset": dataset.name,
        "task": "classification",
        "splits": len(dataset.splits),
        "dim": loaded.values.shape[1],
        "test_mean": probe.test_mean,
        "test_std_splits": probe.test_std,
        "val_mean": probe.val_mean,
        "converged_test_mean": None if converged is None else converged.scores.test_mean,
        "converged_share": None if converged is None else converged.converged_share,
        "raw_mean": raw.test_mean,
        "fingerprint": dataset.fingerprint.to_dict(),
        "fingerprint_checked": loaded.fingerprint is not None,
        "nodes_matched": loaded.node_ids is not None,
        "versions": versions(),
        "command": command(),
    }
