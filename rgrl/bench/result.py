"""From the seeds' records to one result, the object that is stored and printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

import numpy as np

from rgrl.bench.environment import command, hardware, peak_memory_bytes, versions
from rgrl.bench.published import PROBES, Published, published
from rgrl.bench.run_key import RunKey
from rgrl.datasets import Dataset, Split
from rgrl.evaluate import Report

if TYPE_CHECKING:  # a run on graphs needs no images
    from rgrl.bench.image_data import ImageData

#: Raised whenever a key changes its meaning, or equal settings begin to give numbers that differ by more than
#: rounding: what was stored under another one is neither found nor gone on from.
SCHEMA = 2

#: The same of tasks whose evaluation alone has changed since.
_TASK_SCHEMAS = {"link": 4}


def schema_of(task: str) -> int:
    """The schema of a task's results."""
    return _TASK_SCHEMAS.get(task, SCHEMA)


#: Of the seeds' records, what a result has the mean of.
_MEANS = (
    "test_mean",
    "val_mean",
    "test_last_mean",
    "untrained_mean",
    "converged_test_mean",
    "converged_last_mean",
    "converged_share",
)


def classification_result(
    dataset: Dataset,
    key: RunKey,
    records: Sequence[Mapping[str, Any]],
    *,
    raw_mean: float,
    seeds_asked: int,
    device: str,
    seconds: float,
) -> dict[str, Any]:
    """Gather everything that a table or a reader of the number needs; scores in per cent.

    ``docs/results.md`` describes each key.
    """
    known = published(key.method, dataset.name, public_split=key.public_split)
    means = {name: _mean_of(records, name) for name in _MEANS}
    return {
        **result_head(key, "classification", seeds=len(records), seeds_asked=seeds_asked),
        "splits": len(dataset.splits),
        "split_sizes": split_sizes(dataset.splits),
        "test_mean": means["test_mean"],
        "test_std_splits": _mean_std_over_splits(records),
        "test_std_seeds": std_over([record["test_mean"] for record in records]),
        **means,
        "raw_mean": raw_mean,
        **_against(known, means),
        **result_tail(dataset, key, records, device=device, seconds=seconds),
        "runs": [dict(record) for record in records],
    }


def task_result(
    dataset: Dataset | ImageData,
    key: RunKey,
    records: Sequence[Mapping[str, Any]],
    reports: Sequence[Report],
    *,
    seeds_asked: int,
    device: str,
    seconds: float,
) -> dict[str, Any]:
    """The same of another task: each metric's mean over seeds and repetitions, and deviations over both."""
    task = reports[0].task
    return {
        **result_head(key, task, seeds=len(records), seeds_asked=seeds_asked),
        **({"clusters": key.clusters} if task == "clustering" else {}),
        "repetitions": reports[0].repetitions,
        "metrics": {
            metric: {
                "mean": fmean(report.mean(metric) for report in reports),
                "std_repetitions": _mean_or_none([report.std(metric) for report in reports]),
                "std_seeds": std_over([report.mean(metric) for report in reports]),
            }
            for metric in reports[0].scores
        },
        **result_tail(dataset, key, records, device=device, seconds=seconds),
        "runs": [
            {**_kept(record), "report": report.to_dict()}
            for record, report in zip(records, reports, strict=True)
        ],
    }


def split_sizes(splits: Sequence[Split]) -> list[float] | None:
    """Mean number of training, validation and test nodes; ``None`` unless the splits differ.

    Only what differs in its training nodes says how much of a difference is the luck of the split.
    """
    if all(np.array_equal(split.train, splits[0].train) for split in splits):
        return None
    return [fmean(sizes) for sizes in zip(*(split.sizes for split in splits), strict=True)]


def _against(known: Published | None, means: Mapping[str, float | None]) -> dict[str, Any]:
    """The published number, and the gap of the probe that it stands for."""
    if known is None:
        return dict.fromkeys(
            ("paper_mean", "paper_std", "paper_std_over", "paper_source", "paper_probe", "paper_gap")
        )
    ours = means[PROBES[known.probe]]
    return {
        "paper_mean": known.mean,
        "paper_std": known.std,
        "paper_std_over": known.over,
        "paper_source": known.source,
        "paper_probe": known.probe,
        "paper_gap": None if ours is None else ours - known.mean,
    }


def result_head(key: RunKey, task: str, *, seeds: int, seeds_asked: int) -> dict[str, Any]:
    """What a result begins with."""
    return {
        "schema": schema_of(task),
        "dataset": key.dataset,
        "method": key.method,
        "task": task,
        "public_split": key.public_split,
        "seeds": seeds,
        "seeds_asked": seeds_asked,
    }


def result_tail(
    dataset: Dataset | ImageData,
    key: RunKey,
    records: Sequence[Mapping[str, Any]],
    *,
    device: str,
    seconds: float,
) -> dict[str, Any]:
    """What a result ends with: time, settings, data, and where and how it was made."""
    return {
        "seconds": seconds,
        "budget_minutes": key.budget_minutes,
        "updates": [record["last_update"] for record in records],
        "peak_memory_bytes": peak_memory_bytes(device),
        "parameters": records[0]["parameters"],
        "config": key.preset.to_dict() if key.preset else {},
        "config_hash": key.config_hash,
        "fingerprint": dataset.fingerprint.to_dict(),
        "hardware": hardware(device),
        "versions": versions(),
        "command": command(),
    }


def _kept(record: Mapping[str, Any]) -> dict[str, Any]:
    names = ("seed", "best_update", "last_update", "ended_by", "seconds", "made_with")
    return {name: record[name] for name in names if name in record}


def _mean_of(records: Sequence[Mapping[str, Any]], name: str) -> float | None:
    return _mean_or_none([record.get(name) for record in records])


def _mean_or_none(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if len(known) == len(values) else None


def _mean_std_over_splits(records: Sequence[Mapping[str, Any]]) -> float | None:
    return _mean_or_none([std_over(record["test"]) for record in records])


def std_over(values: Sequence[float]) -> float | None:
    """Unbiased standard deviation; ``None`` of one value."""
    return stdev(values) if len(values) > 1 else None
