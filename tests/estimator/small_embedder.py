"""Small graphs and a small embedder."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt

from rgrl import RGRLEmbedder

SMALL = {
    "epochs": 4,
    "layers": (16, 8),
    "predictor_hidden": 16,
    "num_anchors": 16,
    "learning_rate": 0.01,
}


def embedder(**changes: Any) -> RGRLEmbedder:
    return RGRLEmbedder(**{**SMALL, **changes})


def club() -> nx.Graph:
    """The karate club without its weights."""
    return nx.Graph(nx.karate_club_graph().edges())


def club_edges() -> npt.NDArray[np.int64]:
    place = {node: i for i, node in enumerate(club())}
    edges = np.array([(place[a], place[b]) for a, b in club().edges()]).T
    return np.concatenate([edges, edges[::-1]], axis=1)


def rows(nodes: int = 34, width: int = 6, seed: int = 0) -> npt.NDArray[np.float32]:
    return np.random.default_rng(seed).random((nodes, width), dtype=np.float32)
