"""The supervised ceiling: it has labels and gives no embedding."""

from __future__ import annotations

import time
from typing import Any

from rgrl.bench.probes import classification_probe
from rgrl.bench.time_limit import TimeLimit
from rgrl.datasets import Dataset
from rgrl.presets.supervised_preset import SupervisedPreset


def supervised_record(
    dataset: Dataset, preset: Any, seed: int, *, budget_minutes: float | None = None
) -> dict[str, Any]:
    """Train a supervised GCN on every split and record its scores as those of a seed.

    Args:
        dataset: What it is trained on, an inductive one's training graph, and evaluated on.
        preset: Settings.
        seed: Seed of weights and dropout.
        budget_minutes: Limit of the training of all splits, which share it evenly; ``None`` for none.

    Raises:
        DataError: If there is nothing to classify by.
    """
    from rgrl.methods.supervised_gcn import supervised_gcn

    assert isinstance(preset, SupervisedPreset)
    classification_probe(dataset)
    assert dataset.labels is not None
    start, limit = time.perf_counter(), TimeLimit(budget_minutes)
    report = supervised_gcn(
        dataset.graph,
        dataset.labels,
        dataset.splits,
        train_graph=dataset.train_graph,
        epochs=preset.epochs,
        hidden=preset.hidden,
        dropout=preset.dropout,
        lr=preset.learning_rate,
        weight_decay=preset.weight_decay,
        patience=preset.patience,
        seed=seed,
        stop=limit,
    )
    last = max(report.epochs)
    classes = int(dataset.labels.max()) + 1
    return {
        "seed": seed,
        "best_update": None,  # every split has its own
        "last_update": last,
        "ended_by": "budget" if report.stopped else "epochs" if last == preset.epochs else "patience",
        "parameters": (dataset.graph.num_features + 1) * preset.hidden + (preset.hidden + 1) * classes,
        "seconds": time.perf_counter() - start,
        "test": list(report.test),
        "val": list(report.val),
        "test_mean": report.test_mean,
        "val_mean": report.val_mean,
        "test_last_mean": None,
        "untrained_mean": None,
        "converged_test_mean": None,
        "converged_last_mean": None,
        "converged_share": None,
    }
