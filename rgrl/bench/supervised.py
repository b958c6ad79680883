"""The supervised ceiling: it has labels and gives no embedding."""

from __future__ import annotations

import time
from typing import Any

from rgrl.bench.probes import classification_probe
from rgrl.datasets import Dataset
from rgrl.errors import ConfigError
from rgrl.presets.supervised_preset import SupervisedPreset


def supervised_record(dataset: Dataset, preset: Any, seed: int) -> dict[str, Any]:
    """Train a supervised GCN on every split and record its scores as those of a seed.

    Raises:
        DataError: If there is nothing to classify by.
        ConfigError: If a node has several labels.
    """
    from rgrl.methods.supervised_gcn import supervised_gcn

    assert isinstance(preset, SupervisedPreset)
    classification_probe(dataset)
    if dataset.labels is None or dataset.labels.is_floating_point() or dataset.labels.ndim > 1:
        raise ConfigError(f"the supervised GCN takes one label a node: {dataset.name} has several")
    start = time.perf_counter()
    report = supervised_gcn(
        dataset.graph,
        dataset.labels,
        dataset.splits,
        epochs=preset.epochs,
        hidden=preset.hidden,
        dropout=preset.dropout,
        lr=preset.learning_rate,
        weight_decay=preset.weight_decay,
        patience=preset.patience,
        seed=seed,
    )
    classes = int(dataset.labels.max()) + 1
    return {
        "seed": seed,
        "best_update": None,  # every split has its own, and ends when its patience does
        "last_update": None,
        "ended_by": None,
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
