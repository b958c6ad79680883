"""How a training went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rgrl.plot.curve_points import CurvePoints, curve_points
from rgrl.plot.look import legend, new_figure, styled, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def training_curve(result: Any, *, score: str = "accuracy (%)", title: str | None = None) -> Figure:
    """Draw the training loss, and below it the probe's validation and test scores, over the updates.

    Of several seeds each has a thin line, and the thick one is their mean at the updates that all have. A
    circle marks the update that validation chose, of each seed. Losses are drawn where the encoder was
    evaluated, as they are stored: one update's loss, not a mean of several. Without scores there is the loss
    alone.

    Args:
        result: The object that ``rgrl-bench run`` or ``rgrl-bench image`` prints or stores, or a list of
            points: :class:`rgrl.training.Update` objects, mappings with ``update``, ``loss`` and, if there
            are any, ``val_mean`` and ``test_mean``, or pairs of update and loss.
        score: What the scores are, with their unit.
        title: Above the picture.

    Raises:
        DataError: If there is no curve or no point, or a number is malformed, infinite or beyond 1e100.
        MissingExtraError: If matplotlib is not installed.

    Example:
        >>> figure = training_curve([(1, 0.5), (2, 0.25)])
        >>> [axes.get_ylabel() for axes in figure.axes]
        ['training loss']
    """
    curves = curve_points(result)
    scored = any(curve.val or curve.test for curve in curves)
    figure = new_figure(3.2 if scored else 2.0)
    from matplotlib.ticker import MaxNLocator  # is there, since the figure is

    panels = [styled(axes) for axes in np.ravel(figure.subplots(1 + scored, sharex=True))]
    _draw(panels[0], curves, lambda curve: curve.loss, "0.2", "-", None)
    panels[0].set_ylabel("training loss")
    if scored:
        _draw(panels[1], curves, lambda curve: curve.val, "#2d1e6b", "-", "validation")
        _draw(
            panels[1], curves, lambda curve: curve.test, "#fdae61", "--", "test"
        )  # seen on the other's line
        _mark_chosen(panels[1], curves)
        panels[1].set_ylabel(score)
        legend(panels[1], loc="lower right")
    titled(panels[0], title)
    panels[-1].set_xlabel("updates")
    panels[-1].xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True))
    figure.align_ylabels(panels)
    return figure


def _draw(
    axes: Axes,
    curves: Sequence[CurvePoints],
    column: Callable[[CurvePoints], Sequence[float]],
    color: str,
    line: Any,
    name: str | None,
) -> None:
    """One line a seed, and their mean where there are several."""
    curves = [curve for curve in curves if column(curve)]
    if not curves:
        return
    several = len(curves) > 1
    # A line of one point would not be seen.
    style = {"color": color, "linestyle": line, "marker": "." if len(curves[0].update) == 1 else None}
    for curve in curves:
        thin = {"linewidth": 0.6, "alpha": 0.45} if several else {"linewidth": 1.2, "label": name}
        axes.plot(curve.update, column(curve), **style, **thin)
    if several:
        values = [dict(zip(curve.update, column(curve), strict=True)) for curve in curves]
        shared = sorted(set.intersection(*map(set, values)))
        means = [np.mean([each[update] for each in values]) for update in shared]
        label = None if name is None else f"{name}, mean of {len(curves)} seeds"
        axes.plot(shared, means, **style, linewidth=1.6, label=label)


def _mark_chosen(axes: Axes, curves: Sequence[CurvePoints]) -> None:
    places = [
        (curve.chosen, curve.val[curve.update.index(curve.chosen)])
        for curve in curves
        if curve.val and curve.chosen in curve.update
    ]
    if places:
        name = f"chosen: update {places[0][0]:.0f}" if len(places) == 1 else "chosen, of each seed"
        axes.plot(
            *zip(*places, strict=True),
            linestyle="none",
            marker="o",
            markersize=6,
            markerfacecolor="white",
            markeredgecolor="black",
            markeredgewidth=1.1,
            clip_on=False,
            zorder=4,
            label=name,
        )
