"""Of how many nodes an update of a training can take anchors."""

from __future__ import annotations

import torch

from rgrl.datasets import Dataset
from rgrl.presets import Preset, TrainingPreset


def nodes_at_once(dataset: Dataset, preset: Preset) -> int:
    """Number of nodes that an update sees: of the training graph, or of the largest batch of graphs.

    Example:
        >>> from rgrl.datasets import load_dataset
        >>> from rgrl.presets import load_preset
        >>> nodes_at_once(load_dataset("karate"), load_preset("rgrl-karate"))
        34
    """
    numbers = dataset.train_graph_of_node
    size = preset.batch_size if isinstance(preset, TrainingPreset) else None
    if size is None or numbers is None:
        return (dataset.train_graph or dataset.graph).num_nodes
    return int(torch.unique(numbers, return_counts=True)[1].sort(descending=True).values[:size].sum())
