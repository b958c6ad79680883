"""From the seeds' runs to one result, the object that is stored and printed."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Any

from rgrl.bench.environment import command, hardware, peak_memory_bytes, versions
from rgrl.bench.published import PUBLISHED
from rgrl.bench.seed_run import SeedRun
from rgrl.datasets import Dataset
from rgrl.evaluate import ProbeReport
from rgrl.presets import Preset

#: Raised whenever a key changes its meaning.
SCHEMA = 1


def make_result(
    dataset: Dataset,
    preset: Preset,
    runs: Sequence[SeedRun],
    raw: ProbeReport,
    *,
    seeds_asked: int,
    method: str,
    device: str,
    seconds: float,
) -> dict[str, Any]:
    """Gather everything that a table or a reader of the number needs; accuracies in per cent.

    ``docs/results.md`` describes each key.
    """
    best = [run.best.probe for run in runs]
    published = PUBLISHED.get((method, dataset.name))
    test_mean = fmean(report.test_mean for report in best)
    return {
        "schema": SCHEMA,
        "dataset": dataset.name,
        "method": method,
        "task": "classification",
        "seeds": len(runs),
        "seeds_asked": seeds_asked,
        "splits": len(dataset.splits),
        "test_mean": test_mean,
        "test_std_splits": _mean_std_over_splits(best),
        "test_std_seeds": _std([report.test_mean for report in best]),
        "val_mean": fmean(report.val_mean for report in best),
        "test_last_mean": fmean(run.last.probe.test_mean for run in runs),
        "untrained_mean": fmean(run.untrained.probe.test_mean for run in runs),
        "raw_mean": raw.test_mean,
        "converged_test_mean": fmean(run.converged_best.scores.test_mean for run in runs),
        "converged_last_mean": fmean(run.converged_last.scores.test_mean for run in runs),
        "converged_share": fmean(run.converged_best.converged_share for run in runs),
        "paper_mean": published.mean if published else None,
        "paper_std": published.std if published else None,
        "paper_source": published.source if published else None,
        "paper_gap": test_mean - published.mean if published else None,
        "seconds": seconds,
        "peak_memory_bytes": peak_memory_bytes(device),
        "parameters": runs[0].parameters,
        "config": preset.to_dict(),
        "config_hash": preset.hash,
        "fingerprint": dataset.fingerprint.to_dict(),
        "hardware": hardware(device),
        "versions": versions(),
        "command": command(),
        "runs": [_seed_record(run) for run in runs],
    }


def _seed_record(run: SeedRun) -> dict[str, Any]:
    return {
        "seed": run.seed,
        "best_update": run.best.update,
        "last_update": run.last.update,
        "test": list(run.best.probe.test),
        "val": list(run.best.probe.val),
        "test_mean": run.best.probe.test_mean,
        "val_mean": run.best.probe.val_mean,
        "test_last_mean": run.last.probe.test_mean,
        "untrained_mean": run.untrained.probe.test_mean,
        "converged_test_mean": run.converged_best.scores.test_mean,
        "converged_last_mean": run.converged_last.scores.test_mean,
        "seconds": run.seconds,
        "curve": {
            "update": [point.update for point in run.curve],
            "loss": [point.loss for point in run.curve],
            "val_mean": [point.probe.val_mean for point in run.curve],
            "test_mean": [point.probe.test_mean for point in run.curve],
        },
    }


def _mean_std_over_splits(reports: Sequence[ProbeReport]) -> float | None:
    deviations = [report.test_std for report in reports]
    return fmean(d for d in deviations if d is not None) if None not in deviations else None


def _std(values: Sequence[float]) -> float | None:
    return stdev(values) if len(values) > 1 else None
