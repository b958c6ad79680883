"""What a task needs of a dataset, said before anything is trained for it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rgrl.bench.probes import classification_probe, known_classes
from rgrl.datasets import Dataset
from rgrl.errors import ConfigError, DataError

#: The most that evaluators ask for: nearest nodes of the similarity search, few-shot labels of a class.
MOST_NEAREST = 10
MOST_SHOTS = 10

#: Clusters to look for where no labels say how many there are.
_CLUSTERS_WITHOUT_LABELS = 10


def usual_clusters(dataset: Dataset) -> int:
    """As many clusters as there are classes; without labels ten, or as many as there are nodes."""
    if dataset.labels is None:
        return min(_CLUSTERS_WITHOUT_LABELS, dataset.graph.num_nodes)
    return known_classes(dataset.labels)


def require_served(task: str, dataset: Dataset, *, clusters: int | None = None) -> None:
    """Refuse a task that a dataset cannot serve.

    What link prediction needs is said where the edges are split, which comes before its own training.

    Args:
        task: The task.
        dataset: The dataset.
        clusters: Number of clusters for the clustering task, ``None`` for its usual one.

    Raises:
        DataError: If labels, edges or relations are missing, or there are too few of them.
        ConfigError: If there are fewer nodes than clusters.
    """
    if task == "classification":
        classification_probe(dataset)
    elif task == "clustering":
        if single_labels(dataset, task, needed=False) is None and not dataset.graph.num_edges:
            raise DataError(f"{dataset.name} has neither labels nor edges: clustering is held against either")
        if clusters is not None and clusters > (nodes := dataset.graph.num_nodes):
            raise ConfigError(
                f"--clusters is {clusters}: {dataset.name} has {nodes} nodes, 2 to {nodes} are accepted"
            )
    elif task == "multiplex":
        if not dataset.relations:
            raise DataError(f"{dataset.name} has one relation: the multiplex task needs several")
        single_labels(dataset, task)
    elif task in ("similarity", "few-shot"):
        _require_enough(task, single_labels(dataset, task), dataset.name)


def single_labels(dataset: Dataset, task: str, *, needed: bool = True) -> Tensor | None:
    """Labels of which a node has one; ``None`` where there are none and none are needed.

    Raises:
        DataError: If a node has several, there are none although they are needed, or there is one class.
    """
    labels = dataset.labels
    if labels is not None and labels.dtype == torch.bool:
        raise DataError(f"{dataset.name} has several labels a node: {task} needs one")
    if labels is None and needed:
        raise DataError(f"{dataset.name} has no labels: {task} needs them")
    if labels is not None and known_classes(labels) < 2:
        raise DataError(f"{dataset.name} has one class only: {task} needs at least 2")
    return labels


def _require_enough(task: str, labels: Tensor | None, name: str) -> None:
    assert labels is not None  # they are needed
    classes, counts = np.unique(labels[labels >= 0].cpu().numpy(), return_counts=True)
    if task == "few-shot" and counts.min() <= MOST_SHOTS:
        few = f"class {classes[counts.argmin()]} has {counts.min()} nodes"
        raise DataError(f"{few}: few-shot needs at least {MOST_SHOTS + 1} of each class")
    if task == "similarity" and counts.sum() <= MOST_NEAREST:
        raise DataError(
            f"{name} has {counts.sum()} nodes with a label: similarity needs at least {MOST_NEAREST + 1}"
        )
