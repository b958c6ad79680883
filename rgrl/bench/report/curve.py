"""Training curves as a drawing: scores and loss over the updates, every seed, the chosen update marked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rgrl.bench.report.axis import Axis
from rgrl.bench.report.html import Html, element, joined

_WIDTH, _LEFT, _RIGHT = 360, 42, 18
#: Bins of a line: each keeps its lowest and its highest point, so that no peak is lost.
_BINS = 120
#: Colours that the style has.
COLOURS = 12

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Curve:
    """The curve of a seed.

    Attributes:
        seed: The seed.
        lines: For ``loss``, ``val_mean`` and ``test_mean``, where they are known, update and value.
        chosen: Update of the chosen embedding, ``None`` where there is none.
    """

    seed: int
    lines: Mapping[str, Points]
    chosen: float | None


def curve_of(record: Mapping[str, Any]) -> Curve | None:
    """The curve of a seed's record; ``None`` without two points of any line."""
    curve = record["curve"]
    updates = curve.get("update") if isinstance(curve, dict) else None
    if not isinstance(updates, list):
        return None
    lines: dict[str, Points] = {}
    for name in ("loss", "val_mean", "test_mean"):
        values = curve.get(name)
        if isinstance(values, list):
            pairs = zip(updates, values, strict=False)
            points = [(x, y) for x, y in pairs if _is_finite(x) and _is_finite(y)]
            if len(points) > 1:
                lines[name] = points
    chosen = record.get("best_update")
    return Curve(record["seed"], lines, chosen if _is_finite(chosen) else None) if lines else None


def curve_figure(title: str, curves: Sequence[Curve], *, score: str) -> Html:
    """A figure with a chart of the scores, one of the loss, and what the lines mean.

    Args:
        title: What was trained.
        curves: One for each seed, at least one.
        score: What the scores are, such as ``accuracy in %``.
    """
    updates = [x for curve in curves for points in curve.lines.values() for x, _ in points]
    x = Axis(min(updates), max(updates), _LEFT, _WIDTH - _RIGHT)
    scores = _chart(f"{title}: {score}", curves, ("val_mean", "test_mean"), x, score, height=190)
    loss = _chart(f"{title}: loss", curves, ("loss",), x, "loss", height=140)
    return element(
        "figure",
        element("figcaption", element("strong", title), _legend(curves)),
        scores,
        loss,
        class_="card",
    )


def thinned(points: Points, bins: int = _BINS) -> Points:
    """The points, or of many the lowest and the highest of each stretch, the first and the last.

    Example:
        >>> len(thinned([(x, 0.0) for x in range(10_000)], bins=50)) <= 102
        True
    """
    if len(points) <= 2 * bins:
        return points
    edges = [round(number * len(points) / bins) for number in range(bins + 1)]
    kept = {0, len(points) - 1}
    for first, end in pairwise(edges):
        stretch = range(first, end)
        kept |= {min(stretch, key=lambda i: points[i][1]), max(stretch, key=lambda i: points[i][1])}
    return [points[i] for i in sorted(kept)]


def _chart(
    title: str, curves: Sequence[Curve], names: Sequence[str], x: Axis, unit: str, *, height: int
) -> Html:
    shown = [(curve, name) for curve in curves for name in names if name in curve.lines]
    if not shown:
        return Html()
    points = [point for curve, name in shown for point in curve.lines[name]]
    low, high = min(p[1] for p in points), max(p[1] for p in points)
    room = 0.05 * (high - low) or 1.0
    y = Axis(low - room, high + room, height - 36, 20)
    lines = [
        element(
            "path", d=_path(thinned(curve.lines[name]), x, y), class_=f"line c{curve.seed % COLOURS} {name}"
        )
        for curve, name in shown
    ]
    marks = [_mark(curve, x, y) for curve in curves if "val_mean" in names]
    return element(
        "svg",
        element("title", title),
        _grid(x, y, height, unit),
        *lines,
        *marks,
        viewBox=f"0 0 {_WIDTH} {height}",
        width=_WIDTH,
        height=height,
        role="img",
        aria_label=title,
    )


def _grid(x: Axis, y: Axis, height: int, unit: str) -> Html:
    rows = [
        (
            element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=_short(y.at(tick)), y2=_short(y.at(tick))),
            element("text", f"{tick:g}", x=_LEFT - 6, y=_short(y.at(tick) + 4), text_anchor="end"),
        )
        for tick in y.ticks(4)
    ]
    ticks = [
        element("text", f"{tick:,g}", x=_short(x.at(tick)), y=height - 21, text_anchor="middle")
        for tick in x.ticks()
    ]
    names = (
        element("text", unit, x=4, y=12),
        element("text", "update", x=_WIDTH - _RIGHT, y=height - 5, text_anchor="end"),
    )
    return element("g", *rows, *ticks, *names, class_="grid")


def _mark(curve: Curve, x: Axis, y: Axis) -> Html:
    """A ring at the chosen update, with its scores to read."""
    at = dict(curve.lines.get("val_mean", ()))
    if curve.chosen is None or curve.chosen not in at:
        return Html()
    test = dict(curve.lines.get("test_mean", ())).get(curve.chosen)
    told = "" if test is None else f", test {test:.2f}"
    return element(
        "circle",
        element(
            "title", f"seed {curve.seed}: update {curve.chosen:g}, validation {at[curve.chosen]:.2f}{told}"
        ),
        cx=_short(x.at(curve.chosen)),
        cy=_short(y.at(at[curve.chosen])),
        r=5,
        class_=f"chosen c{curve.seed % COLOURS}",
    )


def _legend(curves: Sequence[Curve]) -> Html:
    seeds = [
        element("span", element("i", class_=f"swatch c{curve.seed % COLOURS}"), f"seed {curve.seed}")
        for curve in curves
    ]
    known = {name for curve in curves for name in curve.lines}
    meaning = []
    if "val_mean" in known:
        meaning.append("solid: validation")
    if "test_mean" in known:
        meaning.append("dashed: test")
    if any(curve.chosen is not None for curve in curves) and "val_mean" in known:
        meaning.append("ring: chosen update")
    return element("span", *seeds, joined(element("span", text) for text in meaning), class_="legend")


def _path(points: Points, x: Axis, y: Axis) -> str:
    return "M" + "L".join(f"{_short(x.at(px))} {_short(y.at(py))}" for px, py in points)


def _short(place: float) -> str:
    return f"{place:.1f}".removesuffix(".0")


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
