"""Whether nodes with few edges are classified as well as those with many."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from rgrl.errors import DataError
from rgrl.plot.accuracy_by_degree import accuracy_by_degree
from rgrl.plot.degree_bins import DegreeBins
from rgrl.plot.look import LINES, MARKERS, axes_or_new, legend, shades, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def degree_accuracy(
    degrees: Any,
    correct: Any,
    *,
    baseline: Any = None,
    min_nodes: int = 10,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw accuracy against the degree of the nodes, a line for each method.

    Below each bin of degrees stands the number of its nodes. The bars are one standard error over these
    nodes, see :func:`accuracy_by_degree`; methods are moved apart a little so that theirs can be seen.

    Args:
        degrees: Degree of each tested node, integers ``[n]``.
        correct: By the method's name, whether it classifies each of these nodes right, ``[n]``: bool, or its
            share of several splits or seeds, 0 to 1. An array alone is one method without a name.
        baseline: The same of what the methods are held against, an array or one by name; drawn in grey.
        min_nodes: Bins of the highest degrees are joined until they have as many.
        title: Above the picture.
        ax: Axes to draw in; None for a new figure.

    Raises:
        DataError: If there is no method, or degrees and what is right do not fit together.
        MissingExtraError: If matplotlib is not installed.

    Example:
        >>> figure = degree_accuracy([1, 2, 3], {"mine": [True, True, False]}, min_nodes=1)
        >>> [text.get_text().split() for text in figure.axes[0].get_xticklabels()]
        [['1', '(1)'], ['2–3', '(2)']]
    """
    methods = dict(correct) if isinstance(correct, Mapping) else {"": correct}
    if not methods:
        raise DataError("correct names no method: at least one is needed")
    against = dict(baseline) if isinstance(baseline, Mapping) else {"baseline": baseline}
    binned = {
        name: accuracy_by_degree(degrees, values, min_nodes=min_nodes) for name, values in methods.items()
    }
    grey = {
        name: accuracy_by_degree(degrees, values, min_nodes=min_nodes)
        for name, values in against.items()
        if values is not None
    }
    figure, axes = axes_or_new(ax, 2.5)
    looks = zip(shades(len(binned)), cycle(MARKERS), cycle(LINES), strict=False)
    lines = [(name, bins, *look) for (name, bins), look in zip(binned.items(), looks, strict=False)]
    lines += [(name, bins, "0.55", "x", (0, (1, 1))) for name, bins in grey.items()]
    for number, (name, bins, color, marker, line) in enumerate(lines):
        place = np.arange(len(bins.count)) + 0.08 * (number - (len(lines) - 1) / 2)
        axes.errorbar(
            place,
            bins.accuracy,
            np.nan_to_num(bins.error),  # of a single node there is none
            color=color,
            marker=marker,
            linestyle=line,
            label=name,
            linewidth=1.2,
            markersize=4.5,
            elinewidth=0.8,
            capsize=2,
        )
    bins = lines[0][1]
    _name_bins(axes, bins)
    axes.set(xlabel="degree in edges (number of nodes)", ylabel="accuracy (%)")
    titled(axes, title)
    named = len(lines) > 1 or bool(lines[0][0])
    low, high = axes.get_ylim()
    room = 0.12 * (high - low) * -(-len(lines) // 2) * named  # for the legend, below everything
    axes.set_ylim(max(low - room, -5.0), min(high, 103.0))
    if named:
        legend(axes, loc="lower left", ncols=2, handlelength=3.2, columnspacing=1.0)
    return figure


def _name_bins(axes: Axes, bins: DegreeBins) -> None:
    """Degrees, and below them the nodes; aslant and side by side where they would touch."""
    crowded = sum(map(len, bins.names)) > 34
    pairs = zip(bins.names, bins.count.tolist(), strict=True)
    names = [f"{name}{' ' if crowded else chr(10)}({count:,})" for name, count in pairs]
    axes.set_xticks(range(len(names)), names)
    if crowded:
        axes.tick_params(axis="x", labelrotation=35)
        for text in axes.get_xticklabels():
            text.set(horizontalalignment="right", rotation_mode="anchor")
