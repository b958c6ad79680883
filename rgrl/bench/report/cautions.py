"""What a reader of a page must be warned of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rgrl.bench.report.training import Training
from rgrl.bench.result import schema_of
from rgrl.bench.stored_results import is_finished


def cautions(trainings: Sequence[Training]) -> list[str]:
    """One line each: stopped runs, trainings that a budget ended, and what makes results hard to compare."""
    found: list[str] = []
    for training in trainings:
        found += [
            f"{training}, {result['task']}: stopped after {result['seeds']} of {result['seeds_asked']} seeds"
            for result in training.results
            if not is_finished(result)
        ]
        runs = max((result["runs"] for result in training.results), key=len)
        found += _of_runs(training, runs)
    results = [result for training in trainings for result in training.results]
    old = sum(result["schema"] != schema_of(result["task"]) for result in results)
    if old:
        found.append(f"{old} of {len(results)} results were made under other rules (another schema)")
    for what, names in (
        ("machines: their times cannot be compared", _different(results, "hardware", "name")),
        ("versions of rgrl", _different(results, "versions", "rgrl")),
        ("versions of torch", _different(results, "versions", "torch")),
    ):
        if len(names) > 1:
            found.append(f"results come from several {what} ({', '.join(names)})")
    return found


def _of_runs(training: Training, runs: Sequence[Mapping[str, Any]]) -> list[str]:
    found = []
    cut = [run for run in runs if run.get("ended_by") == "budget"]
    if cut:
        updates = ", ".join(str(run.get("last_update")) for run in cut)
        found.append(
            f"{training}: its budget ended the training of seed {_seeds(cut)}, after {updates} updates"
        )
    first = [run for run in runs if run.get("best_update") == 0 and run.get("last_update")]
    if first:
        found.append(f"{training}: no update was better than the untrained encoder for seed {_seeds(first)}")
    return found


def _seeds(runs: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(str(run.get("seed")) for run in runs)


def _different(results: Sequence[Mapping[str, Any]], group: str, name: str) -> list[str]:
    found = (result[group].get(name) for result in results if isinstance(result.get(group), dict))
    return list(dict.fromkeys(str(value) for value in found if value is not None))
