"""Relational self-supervised learning of node representations.

A sample is described by the softmax of its similarities to anchors, and a student's description must match a
momentum teacher's under augmentation (RGRL, CIKM 2022; ReSSL, NeurIPS 2021).

Example:
    >>> import rgrl
    >>> dataset = rgrl.load_dataset("karate")
    >>> dataset.graph
    Graph(num_nodes=34, num_edges=156, num_features=34, features=sparse, undirected)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rgrl.datasets import load_dataset
    from rgrl.estimator import RGRLEmbedder
    from rgrl.graph import Graph, as_graph
    from rgrl.methods import RGRL
    from rgrl.training import train
    from rgrl.vision import ReSSL

__version__ = "0.1.0"

__all__ = ["RGRL", "Graph", "RGRLEmbedder", "ReSSL", "__version__", "as_graph", "load_dataset", "train"]

_HOME = {
    "RGRL": "rgrl.methods",
    "RGRLEmbedder": "rgrl.estimator",
    "ReSSL": "rgrl.vision",
    "Graph": "rgrl.graph",
    "as_graph": "rgrl.graph",
    "load_dataset": "rgrl.datasets",
    "train": "rgrl.training",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the command answers before torch is loaded."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'rgrl' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
