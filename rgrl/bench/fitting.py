"""What a method cannot do with a dataset, said before anything is computed."""

from __future__ import annotations

import torch

from rgrl.bench.methods import MERGED, SINGLE
from rgrl.datasets import Dataset
from rgrl.errors import ConfigError, DataError
from rgrl.presets import Preset, TrainingPreset
from rgrl.presets.node2vec_preset import Node2VecPreset
from rgrl.presets.supervised_preset import SupervisedPreset


def require_fitting(method: str, preset: Preset | None, dataset: Dataset) -> None:
    """Refuse a dataset that a method cannot be run on.

    Raises:
        DataError: If random walks would have to see an inductive dataset's validation and test nodes, or the
            method is one of relations that the dataset does not have.
        ConfigError: If batches of graphs are asked for where there is one graph, or a supervised GCN where a
            node has several labels.
    """
    _require_relations(method, dataset)
    labels = dataset.labels
    if isinstance(preset, SupervisedPreset) and labels is not None and labels.dtype == torch.bool:
        raise ConfigError(f"the supervised GCN takes one label a node: {dataset.name} has several")
    if isinstance(preset, Node2VecPreset) and dataset.train_graph is not None:
        raise DataError(
            f"{method} embeds only nodes that it has walked along: {dataset.name} is inductive, "
            "its validation and test nodes are not there in training"
        )
    batch_size = preset.batch_size if isinstance(preset, TrainingPreset) else None
    if batch_size is not None and dataset.graph_of_node is None:
        raise ConfigError(
            f"batch_size is {batch_size}: {dataset.name} is one graph, only a dataset of several has batches"
        )


def _require_relations(method: str, dataset: Dataset) -> None:
    if method == MERGED and not dataset.relations:
        raise DataError(f"{method} merges relations: {dataset.name} has one, on which it is the same as rgrl")
    known = [relation.lower() for relation in dataset.relations]
    if method.startswith(SINGLE) and (relation := method.removeprefix(SINGLE)) not in known:
        accepted = ", ".join(known) or "none, for the dataset has no relations"
        raise DataError(f"the method {method!r} names the relation {relation!r}: accepted are {accepted}")
