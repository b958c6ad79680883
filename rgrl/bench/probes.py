"""The score that a dataset's protocol chooses and reports by."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from rgrl.bench.seed_run import Probe
from rgrl.datasets import Dataset
from rgrl.datasets.splits import MIN_NODES
from rgrl.errors import DataError
from rgrl.evaluate import ProbeReport, linear_probe, multi_label_probe

#: Decoupled decay of the probe where the protocol has one: AdamW with its default on ogbn-arxiv.
_PROBE_DECAY = {"ogbn-arxiv": 0.01}

#: A multiplex dataset has one split; its probe is drawn this often anew, so that a choice rests on more.
_DRAWS_OF_ONE_SPLIT = 10


def classification_probe(dataset: Dataset) -> Probe:
    """The paper's probe on a dataset's labels and splits; micro-F1 where a node has several labels.

    Raises:
        DataError: If there is nothing to score by: no labels, one class only, no splits.
    """
    labels, splits = dataset.labels, dataset.splits
    if labels is None:
        raise DataError(f"{dataset.name} has no labels: classification needs them, clustering does not")
    if not splits:
        raise DataError(_without_splits(dataset, labels))
    if labels.dtype == torch.bool:
        return lambda embedding: _micro_f1(embedding, labels, dataset)
    if known_classes(labels) < 2:
        raise DataError(f"{dataset.name} has one class only: classification needs at least 2")
    if dataset.relations:
        splits = splits * _DRAWS_OF_ONE_SPLIT
    decay = _PROBE_DECAY.get(dataset.name, 0.0)
    return lambda embedding: linear_probe(embedding, labels, splits, weight_decay=decay)


def known_classes(labels: Tensor) -> int:
    """Number of classes that nodes have; -1, which is unknown, is none."""
    return int(torch.unique(labels[labels >= 0]).numel())


def _without_splits(dataset: Dataset, labels: Tensor) -> str:
    nodes = dataset.graph.num_nodes
    known = int((labels >= 0).sum()) if labels.ndim == 1 else nodes
    if known == nodes:
        return f"{dataset.name} has {nodes} nodes: classification needs at least 10"
    if known < MIN_NODES:
        return (
            f"{dataset.name} has labels on {known} of {nodes} nodes, the other {nodes - known} have -1 or an "
            "empty cell: classification needs at least 10"
        )
    return f"{dataset.name} has a mask without a labelled node: classification needs them in each mask"


def _micro_f1(embedding: Any, labels: Tensor, dataset: Dataset) -> ProbeReport:
    report = multi_label_probe(embedding, labels, dataset.splits)
    return ProbeReport(
        val=tuple(100 * f1 for f1 in report.scores["val_micro_f1"]),
        test=tuple(100 * f1 for f1 in report.scores["test_micro_f1"]),
    )
