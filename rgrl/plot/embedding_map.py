"""An embedding as a map of points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate.setting_checks import require_count
from rgrl.plot.embedding_coordinates import (
    Array,
    MapMethod,
    check_map,
    embedding_coordinates,
    map_rows,
)
from rgrl.plot.look import COLUMN, MARKERS, PALE, axes_or_new, legend, shades, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NAMES = {"tsne": "t-SNE", "umap": "UMAP", "pca": "PCA"}

#: Points are drawn in so many turns, so that no class lies above all others.
_TURNS = 12


def embedding_map(
    embedding: Any,
    labels: Any = None,
    *,
    method: MapMethod = "tsne",
    seed: int = 0,
    normalize: bool = True,
    names: Sequence[str] | None = None,
    max_points: int = 5000,
    max_classes: int = 12,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw an embedding in two dimensions, a mark for each class.

    Each class has a marker and a shade of its own; of many classes the largest have, and the others share a
    small grey dot. Of many nodes a random part is drawn, and the title says so. How the map is made:
    :func:`embedding_coordinates`.

    Args:
        embedding: ``[N, d]``, N at least 2.
        labels: Class or cluster of every node, integers ``[N]``, -1 for unknown; None for none.
        method: ``"tsne"``, ``"umap"`` or ``"pca"``.
        seed: Seed of the map and of the part that is drawn.
        normalize: Whether to bring the rows to length 1 first.
        names: Name of each class, in order of the numbers; None for the numbers.
        max_points: Most nodes that are mapped and drawn, at least 2.
        max_classes: Most classes that have marks of their own, 1 to 12 (one for each marker).
        title: Above the picture.
        ax: Axes to draw in; None for a new figure.

    Raises:
        ConfigError: If the method is unknown, or a number out of range.
        DataError: If embedding, labels and names do not fit together or cannot be mapped.
        MissingExtraError: If matplotlib, or for UMAP umap-learn, is not installed.

    Example:
        >>> import torch
        >>> figure = embedding_map(torch.eye(4), [0, 0, 1, 1], method="pca")
        >>> figure.axes[0].get_xlabel()
        'PCA 1 (33 % of the variance)'
    """
    check_map(method, seed)
    require_count("max_points", max_points, least=2)
    if not 1 <= max_classes <= len(MARKERS):
        raise ConfigError(f"max_classes is {max_classes}: 1 to {len(MARKERS)} are accepted")
    figure, axes = axes_or_new(ax, COLUMN * 1.1)
    rows = map_rows(embedding, normalize=normalize)
    nodes = rows.shape[0]
    classes = np.zeros(nodes, dtype=np.int64) if labels is None else _checked(labels, nodes, names)
    rng = np.random.default_rng(seed)
    if nodes > max_points:
        drawn = np.sort(rng.choice(nodes, max_points, replace=False))
        rows, classes = rows[drawn], classes[drawn]
    points = embedding_coordinates(rows, method=method, normalize=False, seed=seed)
    groups = _groups(classes, names, max_classes)
    _scatter(axes, points, groups, rng)
    _describe(axes, rows, points, method)
    part = f"{len(points):,} of {nodes:,} nodes" if len(points) < nodes else ""
    titled(axes, f"{title} ({part})" if title and part else title or part)
    if labels is not None:
        widest = max(len(group.name) for group in groups)
        legend(
            axes,
            loc="upper center",
            bbox_to_anchor=(0.5, -0.2 if method == "pca" else -0.09),
            ncols=max(1, min(len(groups), int(35 / (3.4 + 0.55 * widest)))),
            handletextpad=0.1,
            columnspacing=0.8,
        )
    return figure


@dataclass(frozen=True, eq=False)
class _Group:
    """Points that share a mark."""

    name: str
    members: npt.NDArray[np.bool_]
    marker: str
    color: Any


def _checked(labels: Any, nodes: int, names: Sequence[str] | None) -> npt.NDArray[np.int64]:
    array = labels.detach().cpu().numpy() if isinstance(labels, Tensor) else np.asarray(labels)
    if array.dtype.kind not in "iu" or array.shape != (nodes,):
        raise DataError(
            f"labels are {array.dtype} of shape {list(array.shape)}: "
            f"one integer for each of {nodes} rows is needed"
        )
    if array.min() < -1:
        raise DataError(f"labels reach down to {array.min()}: 0 and up, or -1, are accepted")
    if names is not None and len(names) <= array.max():
        raise DataError(f"names has {len(names)} entries, but labels reach up to {array.max()}")
    return array.astype(np.int64)


def _groups(classes: npt.NDArray[np.int64], names: Sequence[str] | None, most: int) -> list[_Group]:
    """The classes with marks of their own by their numbers; then all others, and the unknown."""
    found, counts = np.unique(classes[classes >= 0], return_counts=True)
    own = np.sort(found[np.argsort(-counts, kind="stable")[:most]])
    groups = [
        _Group(str(names[c] if names is not None else c), classes == c, MARKERS[i], color)
        for i, (c, color) in enumerate(zip(own, shades(len(own)), strict=True))
    ]
    others = len(found) - len(own)
    if others:
        members = (classes >= 0) & ~np.isin(classes, own)
        groups.append(_Group(f"{others} other{'s' if others > 1 else ''}", members, ".", PALE))
    if (classes < 0).any():
        groups.append(_Group("unknown", classes < 0, "x", PALE))
    return groups


def _scatter(axes: Axes, points: Array, groups: Sequence[_Group], rng: np.random.Generator) -> None:
    size = float(np.clip(20000 / len(points), 7, 40))
    turns = rng.integers(_TURNS, size=len(points))
    for turn in range(_TURNS):
        for group in groups:
            chosen = group.members & (turns == turn)
            axes.scatter(
                points[chosen, 0],
                points[chosen, 1],
                s=size,
                color=group.color,
                marker=group.marker,
                linewidths=0.3,
                rasterized=True,
            )
    for group in groups:  # a mark for the legend, large enough to be told apart
        axes.scatter([], [], s=26, color=group.color, marker=group.marker, linewidths=0.6, label=group.name)


def _describe(axes: Axes, rows: Array, points: Array, method: MapMethod) -> None:
    axes.set_aspect("equal", adjustable="datalim")
    if method == "pca":
        shares = 100 * points.var(axis=0) / rows.var(axis=0).sum()
        labels = [f"PCA {i + 1} ({share:.0f} % of the variance)" for i, share in enumerate(shares)]
    else:
        axes.set(xticks=[], yticks=[])  # the scale means nothing
        axes.spines[["top", "right"]].set(visible=True, linewidth=axes.spines["left"].get_linewidth())
        labels = [f"{_NAMES[method]} {i} (arbitrary unit)" for i in (1, 2)]
    axes.set(xlabel=labels[0], ylabel=labels[1])
