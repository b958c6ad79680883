"""A node's relations as bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rgrl.errors import DataError
from rgrl.evaluate.setting_checks import require_count
from rgrl.plot.look import PALE, SMALL, new_figure, styled, titled
from rgrl.plot.relation import Relation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Values: TypeAlias = npt.NDArray[np.float64]

#: Where the largest anchor of some row is less than so much of the tallest bar, the scale is logarithmic.
_TOO_SMALL = 0.1


def relation_picture(
    relation: Relation,
    after: Relation | None = None,
    *,
    top: int = 8,
    names: Sequence[str] | None = None,
    titles: tuple[str, str] = ("before training", "after training"),
) -> Figure:
    """Draw a node's relation to its global and its local anchors, the teacher's beside the student's.

    A bar is a probability, the softmax of the similarities. Of the global anchors those that matter most to
    teacher or student are drawn, and, apart from them, the sum of the rest; both rows have the order of the
    last teacher's probability. Where that sum would leave nothing of the others to be seen, as with hundreds
    of anchors, the probabilities of the global anchors have a logarithmic scale, from a tenth of what each
    would have if all were equal; a dotted line is that even share. Above each panel stands how far the two
    differ, the divergence that the loss draws to 0.

    Args:
        relation: From :func:`node_relation`; the upper row if there are two.
        after: The same node and anchors at another time; None for a single row.
        top: Most global anchors that are drawn, at least 1.
        names: Name of each node, in order; None for the numbers.
        titles: What the rows are called; not used for a single one.

    Raises:
        ConfigError: If ``top`` is below 1.
        DataError: If the two relations are of different nodes or anchors, or a node has no name.
        MissingExtraError: If matplotlib is not installed.

    Example:
        >>> anchors, p = torch.tensor([3, 5]), torch.tensor([0.75, 0.25], dtype=torch.float64)
        >>> figure = relation_picture(Relation(0, anchors, p, p, anchors, p, p))
        >>> [axes.get_title().splitlines() for axes in figure.axes]
        [['global anchors', 'KL 0 nats'], ['local anchors', 'KL 0 nats']]
    """
    require_count("top", top)
    if after is not None:
        _require_same(relation, after)
    rows = [relation] if after is None else [relation, after]
    first = _foremost(rows, top)
    rest = len(relation.global_anchors) - len(first)
    shared = _labels(relation, relation.global_anchors[first], names)
    shared += [f"other {rest}"] if rest else []
    own = _labels(relation, relation.local_anchors, names)
    figure = new_figure(0.7 + 1.5 * len(rows))
    widths = (len(shared), max(0.45 * len(shared), len(own)))
    panels = figure.subplots(len(rows), 2, sharex="col", sharey="col", squeeze=False, width_ratios=widths)
    wide = [(_with_rest(row.global_teacher, first), _with_rest(row.global_student, first)) for row in rows]
    even = 1 / len(relation.global_anchors)
    log = bool(rest) and _is_lost([values for pair in wide for values in pair])
    for i, row in enumerate(rows):
        left, right = (styled(axes) for axes in panels[i])
        _bars(left, *wide[i], shared, apart=bool(rest))
        _bars(right, row.local_teacher.numpy(), row.local_student.numpy(), own)
        if log:
            _logarithmic(left, even)
        titled(left, f"global anchors\nKL {_short(row.global_divergence)} nats")
        titled(right, f"local anchors\nKL {_short(row.local_divergence)} nats")
        scale = "probability (log)" if log else "probability"
        left.set_ylabel(scale if after is None else f"{titles[i]}\n{scale}")
    panels[-1, 0].set_xlabel("anchor (node)")
    panels[-1, 1].set_xlabel("anchor (node)")
    figure.align_xlabels(panels[-1])
    handles, marks = panels[0, 0].get_legend_handles_labels()
    if log:  # the line stands first there
        handles, marks = handles[1:] + handles[:1], marks[1:] + marks[:1]
    figure.legend(handles, marks, loc="outside upper center", ncols=3, fontsize=SMALL, frameon=False)
    return figure


def _short(divergence: float) -> str:
    return f"{divergence:.2f}" if divergence >= 0.1 else f"{divergence:.1g}"


def _foremost(rows: Sequence[Relation], top: int) -> Tensor:
    """Places of the anchors that are largest for anyone, ordered by the last teacher's probability."""
    everyone = [part for row in rows for part in (row.global_teacher, row.global_student)]
    first = torch.stack(everyone).amax(dim=0).argsort(descending=True, stable=True)[:top]
    return first[rows[-1].global_teacher[first].argsort(descending=True, stable=True)]


def _with_rest(relation: Tensor, first: Tensor) -> Values:
    """The foremost probabilities, and what the others add up to if there are any."""
    values = relation[first].numpy()
    if len(first) == len(relation):
        return values
    return np.append(values, max(0.0, 1.0 - values.sum()))


def _is_lost(relations: Sequence[Values]) -> bool:
    """Whether the anchors that are drawn are hardly seen in some row beside what is the tallest."""
    return min(values[:-1].max() for values in relations) < _TOO_SMALL * max(map(np.max, relations))


def _logarithmic(axes: Axes, even: float) -> None:
    """Powers of ten, from a tenth of the even share, which is marked."""
    from matplotlib.ticker import NullLocator  # is there, since the axes are

    axes.set_yscale("log")
    axes.set_ylim(even / 10, 1.5)
    axes.yaxis.set_minor_locator(NullLocator())
    axes.axhline(even, color="black", linestyle=":", linewidth=0.7, label=f"even share, 1/{round(1 / even)}")


def _bars(axes: Axes, teacher: Values, student: Values, names: Sequence[str], *, apart: bool = False) -> None:
    """Two bars a name; the last may stand apart, as the sum that it is."""
    place = np.arange(len(names), dtype=np.float64)
    if apart:
        place[-1] += 0.5
        axes.axvline(place[-1] - 0.75, color=PALE, linewidth=0.6)
        axes.annotate(
            "sum",
            (place[-1], 1),
            (0, 1),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=SMALL,
        )
    line: dict[str, Any] = {"width": 0.38, "edgecolor": "black", "linewidth": 0.5}
    axes.bar(place - 0.19, teacher, color="0.25", label="teacher", **line)
    axes.bar(place + 0.19, student, color="#9ecae1", hatch="//////", label="student", **line)
    axes.set_xticks(place, names, rotation=90)
    axes.tick_params(axis="x", length=0)
    if not names:
        axes.text(0.5, 0.5, "none", transform=axes.transAxes, ha="center", va="center", fontsize=SMALL)


def _labels(relation: Relation, anchors: Tensor, names: Sequence[str] | None) -> list[str]:
    numbers: list[int] = anchors.tolist()
    if names is not None and numbers and max(numbers) >= len(names):
        raise DataError(f"names has {len(names)} entries, but node {max(numbers)} is an anchor")
    own = {relation.node: "self"}
    return [own.get(i, str(i) if names is None else str(names[i])) for i in numbers]


def _require_same(before: Relation, after: Relation) -> None:
    if before.node != after.node:
        raise DataError(f"the relations are of nodes {before.node} and {after.node}: one node is needed")
    for kind in ("global", "local"):
        a, b = (getattr(relation, f"{kind}_anchors") for relation in (before, after))
        if not torch.equal(a, b):
            raise DataError(
                f"the relations have different {kind} anchors: "
                "pass anchors=before.global_anchors and the same graph to the second node_relation"
            )
