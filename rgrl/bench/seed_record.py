"""What is kept of a finished seed, as JSON: a run goes on from it after an interruption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from rgrl.bench.environment import hardware, versions
from rgrl.bench.seed_run import SeedRun
from rgrl.datasets import Dataset
from rgrl.evaluate import LogisticReport, logistic_regression

#: Converged fits of wider embeddings, such as raw features, would take longer than a training.
_WIDEST_CONVERGED = 1024


def seed_record(run: SeedRun, dataset: Dataset | None) -> dict[str, Any]:
    """The numbers of a seed; ``docs/results.md`` describes each key.

    Args:
        run: The seed's run.
        dataset: Labels and splits for converged probes of the chosen and of the last embedding; ``None`` for
            a training of another task, whose curve has validation scores only.
    """
    record: dict[str, Any] = {
        "seed": run.seed,
        "best_update": run.best.update,
        "last_update": run.last.update,
        "ended_by": run.ended_by,
        "parameters": run.parameters,
        "seconds": run.seconds,
        "curve": {
            "update": [point.update for point in run.curve],
            "loss": [point.loss for point in run.curve],
        },
    }
    probes = [point.probe for point in run.curve if point.probe is not None]
    if run.best.probe is None or run.last.probe is None or run.untrained.probe is None:
        return record
    record["curve"]["val_mean"] = [probe.val_mean for probe in probes]
    if dataset is None:
        return record | {"val_mean": run.best.probe.val_mean}
    record["curve"]["test_mean"] = [probe.test_mean for probe in probes]
    has_untrained = run.untrained.update == 0 and run.parameters > 0  # raw features have no encoder
    return record | {
        "test": list(run.best.probe.test),
        "val": list(run.best.probe.val),
        "test_mean": run.best.probe.test_mean,
        "val_mean": run.best.probe.val_mean,
        "test_last_mean": run.last.probe.test_mean,
        "untrained_mean": run.untrained.probe.test_mean if has_untrained else None,
        **_converged(run, dataset),
    }


def with_origin(record: Mapping[str, Any], device: str) -> dict[str, Any]:
    """The record with where it was trained; a result may be gathered from it elsewhere, and later."""
    found = versions()
    made_with = {**hardware(device), **{package: found[package] for package in ("rgrl", "torch")}}
    return {**record, "made_with": made_with}


def _converged(run: SeedRun, dataset: Dataset) -> dict[str, float | None]:
    labels = dataset.labels
    if labels is None or labels.dtype == torch.bool or run.embedding.shape[1] > _WIDEST_CONVERGED:
        return {"converged_test_mean": None, "converged_last_mean": None, "converged_share": None}
    best = _fit(run.embedding, labels, dataset.splits)
    same = run.best is run.last
    last = best if same else _fit(run.last_embedding, labels, dataset.splits)
    return {
        "converged_test_mean": best.scores.test_mean,
        "converged_last_mean": last.scores.test_mean,
        "converged_share": best.converged_share,
    }


def _fit(embedding: Tensor, labels: Tensor, splits: Sequence[Any]) -> LogisticReport:
    return logistic_regression(embedding, labels, splits)
