"""What a method cannot do with a dataset, said before anything is computed."""

from __future__ import annotations

from rgrl.datasets import Dataset
from rgrl.errors import ConfigError, DataError
from rgrl.presets import Preset, TrainingPreset
from rgrl.presets.node2vec_preset import Node2VecPreset


def require_fitting(method: str, preset: Preset | None, dataset: Dataset) -> None:
    """Refuse a dataset that a method cannot be run on.

    Raises:
        DataError: If random walks would have to see an inductive dataset's validation and test nodes.
        ConfigError: If batches of graphs are asked for where there is one graph.
    """
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
