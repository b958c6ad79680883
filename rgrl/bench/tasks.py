"""The downstream tasks, by their names on the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import partial

from torch import Tensor

from rgrl.bench.task_needs import single_labels, usual_clusters
from rgrl.datasets import Dataset
from rgrl.errors import ConfigError
from rgrl.evaluate import Report, clustering, dmgi_evaluation, few_shot, similarity_search

TASKS: tuple[str, ...] = ("classification", "clustering", "similarity", "few-shot", "link", "multiplex")
"""All tasks; the first is run when none is named."""

#: What is reported of DMGI's evaluator.
_MULTIPLEX_METRICS = ("micro_f1", "macro_f1", "nmi", "sim@5")


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


def embedding_task(task: str, *, clusters: int | None = None) -> Callable[[Tensor, Dataset], Report]:
    """The evaluator of a task that needs nothing but the embedding that classification chose.

    It is for a dataset that :func:`rgrl.bench.task_needs.require_served` has let pass.

    Args:
        task: The task.
        clusters: Number of clusters for the clustering task, ``None`` for its usual one.
    """
    evaluators: dict[str, Callable[[Tensor, Dataset], Report]] = {
        "clustering": partial(_clustering, clusters=clusters),
        "similarity": _similarity,
        "few-shot": _few_shot,
        "multiplex": _multiplex,
    }
    return evaluators[task]


def _clustering(embedding: Tensor, dataset: Dataset, *, clusters: int | None) -> Report:
    labels = single_labels(dataset, "clustering", needed=False)
    edges = dataset.graph.edge_index if dataset.graph.num_edges else None
    return clustering(embedding, labels, edge_index=edges, num_clusters=clusters or usual_clusters(dataset))


def _similarity(embedding: Tensor, dataset: Dataset) -> Report:
    return replace(similarity_search(embedding, single_labels(dataset, "similarity")), task="similarity")


def _few_shot(embedding: Tensor, dataset: Dataset) -> Report:
    return replace(few_shot(embedding, single_labels(dataset, "few-shot")), task="few-shot")


def _multiplex(embedding: Tensor, dataset: Dataset) -> Report:
    reports = dmgi_evaluation(embedding, single_labels(dataset, "multiplex"), dataset.splits[0])
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
