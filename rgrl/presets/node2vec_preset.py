"""The settings of random walks with a skip-gram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rgrl.presets.preset import Preset


@dataclass(frozen=True, kw_only=True)
class Node2VecPreset(Preset):
    """Every setting of a node2vec run; with p = q = 1 it is DeepWalk.

    Attributes:
        dimensions: d, width of the embedding.
        walk_length: Nodes of a walk.
        walks_per_node: Walks that start at each node.
        window: Nodes to each side that count as context.
        p: Return parameter; larger turns back less.
        q: In-out parameter; larger stays nearer.
        negatives: Negative samples for each positive one.
        skipgram_epochs: Passes over the walks.
    """

    method: ClassVar[str] = "node2vec"

    dimensions: int = 128
    walk_length: int = 80
    walks_per_node: int = 10
    window: int = 10
    p: float = 1.0
    q: float = 1.0
    negatives: int = 5
    skipgram_epochs: int = 1
