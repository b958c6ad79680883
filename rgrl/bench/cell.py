"""What one method gave on one dataset, by one metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from rgrl.bench.labels import changed_settings
from rgrl.bench.result import schema_of

#: Of the paper's random splits; results of the first schema do not hold the sizes of theirs.
_PAPERS_SIZES = (0.1, 0.1, 0.8)


@dataclass(frozen=True)
class Cell:
    """What one method gave on one dataset.

    Attributes:
        mean: Mean over seeds and repetitions.
        std: Unbiased deviation over splits or repetitions, averaged over seeds.
        std_seeds: Unbiased deviation over seeds.
        seeds: Number of seeds.
        seeds_asked: Number that was asked for, more than that if the run was stopped.
        updates: Mean number of updates over seeds, ``None`` where none is stored.
        budget_minutes: Limit of a seed's training, ``None`` for none.
        splits: Test score of each split, a mean over seeds; empty where they are not paired.
        split_sizes: Training, validation and test nodes of the splits, or their shares.
        other_rules: Whether it was made under another schema than today's.
        paper: The published number, where one is known and the settings are the package's preset.
        paper_gap: Ours less that, by the probe that it stands for.
        paper_probe: The probe that it stands for, a key of :data:`rgrl.bench.published.PROBES`.
    """

    mean: float
    std: float | None
    std_seeds: float | None
    seeds: int
    seeds_asked: int
    updates: float | None = None
    budget_minutes: float | None = None
    splits: tuple[float, ...] = ()
    split_sizes: tuple[float, float, float] = _PAPERS_SIZES
    other_rules: bool = False
    paper: float | None = None
    paper_gap: float | None = None
    paper_probe: str = "paper"


def cell_of(result: Mapping[str, Any], metric: str) -> Cell | None:
    """The cell of a result; ``None`` if it does not have the metric.

    Args:
        result: A stored result.
        metric: ``"accuracy"`` or ``"converged"`` of classification, or a metric of the result's task.
    """
    made: dict[str, Any] = {
        "seeds": result["seeds"],
        "seeds_asked": result.get("seeds_asked", result["seeds"]),
        "updates": _mean_updates(result),
        "budget_minutes": result.get("budget_minutes"),
        "other_rules": result["schema"] != schema_of(result["task"]),
    }
    if result["task"] == "classification":
        return _classification(result, metric, made)
    scores = result["metrics"].get(metric)
    if scores is None:
        return None
    mean, std, std_seeds = (
        None if scores[name] is None else 100 * scores[name]
        for name in ("mean", "std_repetitions", "std_seeds")
    )
    assert mean is not None
    return Cell(mean, std, std_seeds, **made)


def _classification(result: Mapping[str, Any], metric: str, made: Mapping[str, Any]) -> Cell | None:
    published: dict[str, Any] = {}
    if not changed_settings(result):  # a number was published for none but the published ones
        published = {
            "paper": result["paper_mean"],
            "paper_gap": result["paper_gap"],
            "paper_probe": result.get("paper_probe") or "paper",
        }
    if metric == "converged":
        mean = result["converged_test_mean"]
        if mean is None:
            return None
        runs = [run["converged_test_mean"] for run in result["runs"]]
        return Cell(mean, None, stdev(runs) if len(runs) > 1 else None, **made, **published)
    sizes = result.get("split_sizes", _PAPERS_SIZES)
    return Cell(
        mean=result["test_mean"],
        std=result["test_std_splits"],
        std_seeds=result["test_std_seeds"],
        splits=() if sizes is None else _over_seeds([run["test"] for run in result["runs"]]),
        split_sizes=_PAPERS_SIZES if sizes is None else tuple(sizes),
        **made,
        **published,
    )


def _over_seeds(tests: Sequence[Sequence[float]]) -> tuple[float, ...]:
    return tuple(fmean(scores) for scores in zip(*tests, strict=True))


def _mean_updates(result: Mapping[str, Any]) -> float | None:
    updates = result.get("updates")
    if not isinstance(updates, list) or not updates:
        return None
    return fmean(updates) if all(type(each) in (int, float) for each in updates) else None
