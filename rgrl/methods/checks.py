"""What several methods ask of their views and of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

from torch import nn

from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph
from rgrl.graph.augment import Augmentation
from rgrl.short_repr import short_repr


def checked_views(views: Sequence[Augmentation], method: str) -> tuple[Augmentation, Augmentation]:
    """Return the two views.

    Raises:
        ConfigError: If they are not two augmentations.
    """
    if not hasattr(views, "__len__"):
        raise ConfigError(
            f"views is a {type(views).__name__}: {method} needs 2 augmentations, such as (view, view)"
        )
    for view in views:
        if not callable(view):
            raise ConfigError(f"views holds {short_repr(view)}: {method} needs 2 augmentations")
    if len(views) != 2:
        raise ConfigError(f"{len(views)} views were given: {method} needs 2")
    return views[0], views[1]


def checked_width(encoder: nn.Module) -> int:
    """Return the encoder's d.

    Raises:
        ConfigError: If it does not say its d, as PyG's models do not.
    """
    width = getattr(encoder, "embedding_dim", None)
    if not isinstance(width, Integral):
        raise ConfigError(
            f"the encoder is a {type(encoder).__name__} without embedding_dim: rgrl.nn.wrap_pyg(module, "
            "embedding_dim=...) makes an encoder of a module of PyG"
        )
    return int(width)


def require_nodes(graph: Graph, encoder: nn.Module, method: str, *, at_least: int = 1) -> None:
    """Refuse a graph with too few nodes for a method, or for the batch norms of its encoder.

    Raises:
        DataError: If there are fewer than ``at_least`` nodes, or a single one before a batch norm.
    """
    if graph.num_nodes < at_least:
        raise DataError(f"the graph has {graph.num_nodes} node: {method} needs at least {at_least}")
    if graph.num_nodes == 1 and any(isinstance(m, nn.BatchNorm1d) for m in encoder.modules()):
        raise DataError(
            "the graph has 1 node, and a batch norm needs 2: norm='layer' and norm='none' take it"
        )
