"""Whether neighbours and classes are nearer than others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rgrl.evaluate.setting_checks import require_count
from rgrl.plot.look import axes_or_new, legend, titled
from rgrl.plot.sample_similarities import sample_similarities

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Width of all bins together, at least.
_NARROWEST = 1e-3


def similarity_histogram(
    embedding: Any,
    edge_index: Any,
    labels: Any = None,
    *,
    max_pairs: int = 20000,
    bins: int | None = None,
    seed: int = 0,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw the distributions of the cosine similarity of neighbours, of one class, and of other pairs.

    The kinds exclude each other, and each is a random sample, see :func:`sample_similarities`. All have the
    same bins, and each an area of 1. The legend has the number of pairs and their median.

    Args:
        embedding: ``[N, d]``.
        edge_index: Edges ``[2, E]``, read as undirected.
        labels: Class of every node, integers ``[N]``, -1 for unknown; None for no labels.
        max_pairs: Most pairs of each kind.
        bins: Number of bins between the smallest and the largest cosine; None for the root of the rarest
            kind's number of pairs, 10 to 50.
        seed: Seed of the sample.
        title: Above the picture.
        ax: Axes to draw in; None for a new figure.

    Raises:
        ConfigError: If a number is out of range.
        DataError: If embedding, edges and labels do not fit together, or no edge joins two nodes.
        MissingExtraError: If matplotlib is not installed.

    Example:
        >>> import torch
        >>> figure = similarity_histogram(torch.eye(4)[[0, 0, 1, 2]], [[0], [1]], max_pairs=10)
        >>> figure.axes[0].get_xlabel()
        'cosine similarity'
    """
    if bins is not None:
        require_count("bins", bins)
    figure, axes = axes_or_new(ax, 2.5)
    found = sample_similarities(embedding, edge_index, labels, max_pairs=max_pairs, seed=seed)
    kinds = [
        ("neighbours", found.neighbours, "black", "-"),
        ("same class", found.same_class, "#2166ac", "--"),
        ("others" if labels is None else "other class", found.others, "#e08214", ":"),
    ]
    drawn = [(name, kind.numpy(), color, line) for name, kind, color, line in kinds if kind is not None]
    drawn = [kind for kind in drawn if kind[1].size]
    together = np.concatenate([kind[1] for kind in drawn])
    rarest = min(kind[1].size for kind in drawn)
    # Of a collapsed embedding all cosines are 1 up to rounding, with no room for bins between them.
    low, high = float(together.min()), float(together.max())
    short = max(0.0, _NARROWEST - (high - low)) / 2
    edges = np.linspace(low - short, high + short, (bins or int(np.clip(rarest**0.5, 10, 50))) + 1)
    for name, values, color, line in drawn:
        heights = np.histogram(values, edges, density=True)[0]
        median = f"{np.median(values):.2f}".replace("-", "\N{MINUS SIGN}")
        label = f"{name}\n{values.size:,} pairs, median {median}"
        axes.stairs(heights, edges, color=color, linestyle=line, linewidth=1.4, label=label)
    axes.set(xlabel="cosine similarity", ylabel="density (per unit of cosine)")
    axes.set_ylim(bottom=0)
    titled(axes, title)
    legend(axes, loc="best", labelspacing=0.7, handlelength=2.4)
    return figure
