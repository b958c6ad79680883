"""The downstream tasks, by their names on the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import get_close_matches

import torch
from torch import Tensor

from rgrl.bench.probes import known_classes
from rgrl.datasets import Dataset
from rgrl.errors import ConfigError, DataError
from rgrl.evaluate import Report, clustering, dmgi_evaluation, few_shot, similarity_search

TASKS: tuple[str, ...] = ("classification", "clustering", "similarity", "few-shot", "link", "multiplex")
"""All tasks; the first is run when none is named."""

#: What is reported of DMGI's evaluator.
_MULTIPLEX_METRICS = ("micro_f1", "macro_f1", "nmi", "sim@5")

#: Clusters to look for where no labels say how many there are.
_CLUSTERS_WITHOUT_LABELS = 10


def checked_tasks(names: Sequence[str]) -> tuple[str, ...]:
    """Return tasks in their usual order.

    Raises:
        ConfigError: If one is unknown; the message suggests the nearest and lists all.
    """
    for name in names:
        if name not in TASKS:
            near = get_close_matches(name, TASKS, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ";"
            raise ConfigError(f"task '{name}' is unknown{hint} accepted: {', '.join(TASKS)}")
    return tuple(task for task in TASKS if task in names)


def embedding_task(task: str) -> Callable[[Tensor, Dataset], Report]:
    """The evaluator of a task that needs nothing but the embedding that classification chose."""
    return {
        "clustering": _clustering,
        "similarity": _similarity,
        "few-shot": _few_shot,
        "multiplex": _multiplex,
    }[task]


def _clustering(embedding: Tensor, dataset: Dataset) -> Report:
    labels = _single(dataset, "clustering", needed=False)
    edges = dataset.graph.edge_index if dataset.graph.num_edges else None
    if labels is not None:
        return clustering(embedding, labels, edge_index=edges)
    if edges is None:
        raise DataError(f"{dataset.name} has neither labels nor edges: clustering is held against either")
    clusters = min(_CLUSTERS_WITHOUT_LABELS, dataset.graph.num_nodes)
    return clustering(embedding, edge_index=edges, num_clusters=clusters)


def _similarity(embedding: Tensor, dataset: Dataset) -> Report:
    return replace(similarity_search(embedding, _single(dataset, "similarity")), task="similarity")


def _few_shot(embedding: Tensor, dataset: Dataset) -> Report:
    return replace(few_shot(embedding, _single(dataset, "few-shot")), task="few-shot")


def _multiplex(embedding: Tensor, dataset: Dataset) -> Report:
    if not dataset.relations:
        raise DataError(f"{dataset.name} has one relation: the multiplex task needs several")
    reports = dmgi_evaluation(embedding, _single(dataset, "multiplex"), dataset.splits[0])
    # The three have different numbers of repetitions, so their means stand together as one.
    return Report(
        "multiplex",
        {
            metric: (report.mean(metric),)
            for report in reports.values()
            for metric in report.scores
            if metric in _MULTIPLEX_METRICS
        },
    )


def _single(dataset: Dataset, task: str, *, needed: bool = True) -> Tensor | None:
    """Labels of which a node has one."""
    labels = dataset.labels
    if labels is not None and labels.dtype == torch.bool:
        raise DataError(f"{dataset.name} has several labels a node: {task} needs one")
    if labels is None and needed:
        raise DataError(f"{dataset.name} has no labels: {task} needs them")
    if labels is not None and known_classes(labels) < 2:
        raise DataError(f"{dataset.name} has one class only: {task} needs at least 2")
    return labels
