"""Augmentations: each takes a view and a generator and returns another view; nothing is changed in place."""

from rgrl.graph.augment.augmentation import Augmentation
from rgrl.graph.augment.compose import Compose
from rgrl.graph.augment.edge_drop import EdgeDrop, drop_edges
from rgrl.graph.augment.feature_mask import FeatureMask, mask_features
from rgrl.graph.augment.feature_shuffle import FeatureShuffle, shuffle_features
from rgrl.graph.augment.identity import Identity

__all__ = [
    "Augmentation",
    "Compose",
    "EdgeDrop",
    "FeatureMask",
    "FeatureShuffle",
    "Identity",
    "drop_edges",
    "mask_features",
    "shuffle_features",
]
