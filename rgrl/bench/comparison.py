"""Stored results, side by side: method × dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from rgrl.bench.result_folder import read_results, result_identity
from rgrl.errors import ConfigError, DataError

#: What a task is compared by, unless another metric is asked for.
_FIRST_METRICS = {
    "classification": "accuracy",
    "clustering": "nmi",
    "similarity": "sim@5",
    "few-shot": "5-shot",
    "link": "random/cosine/auc",
    "multiplex": "micro_f1",
}


@dataclass(frozen=True)
class Cell:
    """What one method gave on one dataset.

    Attributes:
        mean: Mean over seeds and repetitions.
        std: Unbiased deviation over splits or repetitions, averaged over seeds.
        std_seeds: Unbiased deviation over seeds.
        seeds: Number of seeds.
        splits: Test score of each split, a mean over seeds; empty where repetitions are not paired.
        paper: The published number, where one is known.
        paper_gap: Ours less that, by the probe that it stands for.
        updates: Fewest updates of a seed.
        budget_minutes: Limit of a seed's training.
        command: The command that made it.
    """

    mean: float
    std: float | None
    std_seeds: float | None
    seeds: int
    splits: tuple[float, ...]
    paper: float | None
    paper_gap: float | None
    updates: int
    budget_minutes: float | None
    command: str


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

    def rank(self, label: str) -> float:
        """Mean rank over the datasets that a method was run on, 1 for the best."""
        ranks = []
        for dataset in self.datasets:
            if (own := self.cells[label].get(dataset)) is not None:
                others = [row[dataset].mean for row in self.cells.values() if dataset in row]
                better = sum(mean > own.mean for mean in others)
                equal = sum(mean == own.mean for mean in others)
                ranks.append(better + (equal + 1) / 2)
        return fmean(ranks)


def gather(paths: Sequence[Path], *, task: str, metric: str | None) -> Comparison:
    """Read results of one task; of several with the same settings the newest counts.

    Args:
        paths: Folders of results, or ``results.jsonl`` files.
        task: Task by name.
        metric: Metric of the task; its usual one where it is ``None``. Classification has ``accuracy``, by
            the paper's probe, and ``converged``.

    Raises:
        DataError: If there is no result of the task.
        ConfigError: If the metric is none of the task's.
    """
    if task not in _FIRST_METRICS:
        raise ConfigError(f"task '{task}' is unknown: accepted are {', '.join(_FIRST_METRICS)}")
    newest: dict[tuple[str, ...], dict[str, Any]] = {}
    for path in paths:
        file = path / "results.jsonl" if path.is_dir() else path
        if not file.is_file():
            raise DataError(f"{path} holds no results.jsonl: a folder of results is needed")
        for result in read_results(file):
            if result["task"] == task:
                newest[result_identity(result)] = result
    if not newest:
        raise DataError(f"no result of the task '{task}' is stored in {', '.join(map(str, paths))}")
    chosen = metric or _FIRST_METRICS[task]
    accepted = ["accuracy", "converged"] if task == "classification" else list(_metrics(newest))
    if chosen not in accepted:
        raise ConfigError(f"metric '{chosen}' is unknown: {task} has {', '.join(accepted)}")
    cells: dict[str, dict[str, Cell]] = {}
    datasets: list[str] = []
    for result in newest.values():
        if result["dataset"] not in datasets:
            datasets.append(result["dataset"])
        cells.setdefault(label_of(result), {})[result["dataset"]] = _cell(result, chosen)
    return Comparison(task, chosen, tuple(datasets), cells)


def label_of(result: Mapping[str, Any]) -> str:
    """Method of a result, with the settings in which it differs from the package's preset."""
    from rgrl.bench.methods import preset_of

    method = str(result["method"])
    try:
        preset = preset_of(method, result["dataset"])
    except ConfigError:
        return method
    own = {} if preset is None else preset.to_dict()
    changed = [
        f"{name}={_plain(value)}"
        for name, value in result["config"].items()
        if name in own and name != "precision" and _plain(own[name]) != _plain(value)
    ]
    if result.get("public_split"):
        changed.append("public split")
    return f"{method} ({', '.join(changed)})" if changed else method


def _metrics(results: Mapping[tuple[str, ...], Mapping[str, Any]]) -> dict[str, None]:
    return dict.fromkeys(metric for result in results.values() for metric in result["metrics"])


def _cell(result: Mapping[str, Any], metric: str) -> Cell:
    shared = {
        "seeds": result["seeds"],
        "updates": min(result.get("updates") or [run["last_update"] for run in result["runs"]]),
        "budget_minutes": result.get("budget_minutes"),
        "command": result["command"],
    }
    if metric == "converged":
        runs = [run["converged_test_mean"] for run in result["runs"]]
        mean = result["converged_test_mean"]
        if mean is None:
            raise DataError(f"the result of {result['method']} on {result['dataset']} has no converged probe")
        spread = stdev(runs) if len(runs) > 1 else None
        paper, gap = result["paper_mean"], result["paper_gap"]
        return Cell(mean, None, spread, splits=(), paper=paper, paper_gap=gap, **shared)
    if result["task"] == "classification":
        return Cell(
            mean=result["test_mean"],
            std=result["test_std_splits"],
            std_seeds=result["test_std_seeds"],
            splits=tuple(
                fmean(scores) for scores in zip(*(run["test"] for run in result["runs"]), strict=True)
            ),
            paper=result["paper_mean"],
            paper_gap=result["paper_gap"],
            **shared,
        )
    scores = result["metrics"].get(metric)
    if scores is None:
        raise DataError(f"the result of {result['method']} on {result['dataset']} has no metric '{metric}'")
    return Cell(
        mean=100 * scores["mean"],
        std=None if scores["std_repetitions"] is None else 100 * scores["std_repetitions"],
        std_seeds=None if scores["std_seeds"] is None else 100 * scores["std_seeds"],
        splits=(),
        paper=None,
        paper_gap=None,
        **shared,
    )


def _plain(value: Any) -> str:
    return str(list(value)) if isinstance(value, tuple) else str(value)
