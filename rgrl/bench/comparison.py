"""Stored results, side by side: method × dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
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

#: Metrics that a refusal names.
_MOST_NAMED = 8


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


def gather(paths: Sequence[Path], *, task: str | None, metric: str | None) -> Comparison:
    """Read results of one task; of several with the same settings the last finished one counts.

    Args:
        paths: Folders of results, or ``results.jsonl`` files.
        task: Task by name; classification where it is ``None``, or else the first that is stored.
        metric: Metric of the task; its usual one where it is ``None``, or else the first that is stored.
            Classification has ``accuracy``, by the paper's probe, and ``converged``.

    Raises:
        DataError: If there is no result of the task, or none that has the metric.
        ConfigError: If the task is unknown, or the metric is none of the task's.
    """
    if task is not None and task not in _FIRST_METRICS:
        raise ConfigError(f"task '{task}' is unknown: accepted are {', '.join(_FIRST_METRICS)}")
    stored = newest(result for path in paths for result in read_results(stored_file(path)))
    found = dict.fromkeys(result["task"] for result in stored if result["task"] in _FIRST_METRICS)
    places = ", ".join(map(str, paths))
    if not found:
        raise DataError(f"no result is stored in {places}")
    chosen_task = task or ("classification" if "classification" in found else next(iter(found)))
    if chosen_task not in found:
        raise DataError(
            f"no result of the task '{task}' is stored in {places}: there are results of {', '.join(found)}"
        )
    results = [result for result in stored if result["task"] == chosen_task]
    accepted = metrics_of(results)
    if metric is not None and metric not in accepted:
        raise ConfigError(f"metric '{metric}' is unknown: {chosen_task} has {_nearest(metric, accepted)}")
    chosen = metric or next(iter(accepted), _FIRST_METRICS[chosen_task])
    comparison = compared(results, task=chosen_task, metric=chosen)
    if not comparison.cells:
        raise DataError(f"no result of the task '{chosen_task}' has the metric '{chosen}'")
    return comparison


def _nearest(metric: str, accepted: Sequence[str]) -> str:
    """The metrics there are, those like the one that was asked for first; of many some."""
    near = [each for each in accepted if metric.lower() in each]
    near += get_close_matches(metric, accepted, n=_MOST_NAMED)
    ordered = list(dict.fromkeys([*near, *accepted]))
    others = len(ordered) - _MOST_NAMED
    return ", ".join(ordered[:_MOST_NAMED]) + (f" and {others} others" if others > 0 else "")


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
