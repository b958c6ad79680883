"""Stored results, side by side: method × dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from rgrl.bench.cell import Cell, cell_of
from rgrl.bench.labels import columns_of, labels_of
from rgrl.bench.stored_results import is_finished, read_results, result_identity, stored_file
from rgrl.errors import ConfigError, DataError
from rgrl.evaluate.report import LESS_IS_BETTER

#: What a task is compared by, unless another metric is asked for.
_FIRST_METRICS = {
    "classification": "accuracy",
    "clustering": "nmi",
    "similarity": "sim@5",
    "few-shot": "5-shot",
    "link": "random/cosine/auc",
    "multiplex": "micro_f1",
    "image-classification": "knn@20",
}


@dataclass(frozen=True)
class Comparison:
    """Cells by method's label and dataset, in the order in which they were stored.

    Attributes:
        task: The task compared.
        metric: Its metric.
        datasets: Datasets, one a column.
        cells: For each label the cells by dataset.
    """

    task: str
    metric: str
    datasets: tuple[str, ...]
    cells: Mapping[str, Mapping[str, Cell]]

    @property
    def less_is_better(self) -> bool:
        """Whether the lowest score of a column is its best."""
        return self.metric in LESS_IS_BETTER

    def best(self, dataset: str) -> str:
        """Label of the best method on a dataset, the first of equals."""
        scores = {label: row[dataset].mean for label, row in self.cells.items() if dataset in row}
        return (min if self.less_is_better else max)(scores, key=scores.__getitem__)

    def rank(self, label: str) -> float:
        """Mean rank over the datasets that a method was run on, 1 for the best."""
        ranks = []
        for dataset in self.datasets:
            if (own := self.cells[label].get(dataset)) is not None:
                others = [row[dataset].mean for row in self.cells.values() if dataset in row]
                better = sum(m < own.mean if self.less_is_better else m > own.mean for m in others)
                equal = sum(mean == own.mean for mean in others)
                ranks.append(better + (equal + 1) / 2)
        return fmean(ranks)


def gather(paths: Sequence[Path], *, task: str, metric: str | None) -> Comparison:
    """Read results of one task; of several with the same settings the newest finished one counts.

    Args:
        paths: Folders of results, or ``results.jsonl`` files.
        task: Task by name.
        metric: Metric of the task; its usual one where it is ``None``. Classification has ``accuracy``, by
            the paper's probe, and ``converged``.

    Raises:
        DataError: If there is no result of the task, or none that has the metric.
        ConfigError: If the task is unknown, or the metric is none of the task's.
    """
    if task not in _FIRST_METRICS:
        raise ConfigError(f"task '{task}' is unknown: accepted are {', '.join(_FIRST_METRICS)}")
    stored = newest(result for path in paths for result in read_results(stored_file(path)))
    results = [result for result in stored if result["task"] == task]
    if not results:
        raise DataError(f"no result of the task '{task}' is stored in {', '.join(map(str, paths))}")
    chosen = metric or _FIRST_METRICS[task]
    accepted = metrics_of(results)
    if chosen not in accepted and (metric is not None or task == "classification"):
        raise ConfigError(f"metric '{chosen}' is unknown: {task} has {', '.join(accepted)}")
    comparison = compared(results, task=task, metric=chosen)
    if not comparison.cells:
        raise DataError(
            f"no result of the task '{task}' has the metric '{chosen}': --metric names another"
            + ("" if task == "classification" else f" of {', '.join(accepted)}")
        )
    return comparison


def newest(stored: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One result of each identity, in the order in which these were first stored."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for result in stored:
        known = found.setdefault(result_identity(result), result)
        if is_finished(result) or not is_finished(known):
            found[result_identity(result)] = result
    return list(found.values())


def compared(results: Sequence[Mapping[str, Any]], *, task: str, metric: str) -> Comparison:
    """The results of one task by one metric, each of its own identity; without cells where none has it."""
    found = [(result, cell) for result in results if (cell := cell_of(result, metric)) is not None]
    shown = [result for result, _ in found]
    columns = columns_of(shown)
    cells: dict[str, dict[str, Cell]] = {}
    for (_, cell), label, column in zip(found, labels_of(shown), columns, strict=True):
        cells.setdefault(label, {})[column] = cell
    return Comparison(task, metric, tuple(dict.fromkeys(columns)), cells)


def metrics_of(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """The metrics of one task's results, first the one that it is usually compared by, where any has it."""
    task = results[0]["task"]
    if task == "classification":
        return ["accuracy", "converged"]
    found = dict.fromkeys(metric for result in results for metric in result["metrics"])
    return sorted(found, key=lambda metric: metric != _FIRST_METRICS.get(task))
