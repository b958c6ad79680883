"""The curves of a stored result, or of a list of points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from rgrl.errors import DataError


@dataclass(frozen=True)
class CurvePoints:
    """One training, evaluation by evaluation.

    Attributes:
        update: Number of each point's update, rising, at least one.
        loss: Training loss, NaN where there is none (before the first update).
        val: Validation score in per cent, NaN where there is none; empty if never evaluated.
        test: The same of the test nodes.
        chosen: The update whose embedding was chosen, or ``None``; in a list of points the one of best
            validation, the earliest at a tie.
    """

    update: tuple[float, ...]
    loss: tuple[float, ...]
    val: tuple[float, ...] = ()
    test: tuple[float, ...] = ()
    chosen: float | None = None


def curve_points(result: Any) -> list[CurvePoints]:
    """Read what :func:`training_curve` accepts.

    Args:
        result: The object of ``rgrl-bench run`` or ``rgrl-bench image``, or a list of points: objects with
            ``number`` and ``loss`` (:class:`rgrl.training.Update`), mappings with ``update``, ``loss`` and,
            if there are any, ``val_mean`` and ``test_mean``, or pairs of update and loss.

    Returns:
        One a seed.

    Raises:
        DataError: If there is no curve or no point, or one is malformed or infinite.

    Example:
        >>> curve_points([(1, 0.5), (2, 0.25)])
        [CurvePoints(update=(1.0, 2.0), loss=(0.5, 0.25), val=(), test=(), chosen=None)]
    """
    if isinstance(result, Mapping):
        runs = result.get("runs")
        if not isinstance(runs, Sequence) or not runs:
            raise DataError(
                "the result has no runs: an object that rgrl-bench run printed or stored is needed"
            )
        return [_of_run(run, number) for number, run in enumerate(runs)]
    if not isinstance(result, Sequence) or isinstance(result, str):
        raise DataError(
            f"the result is a {type(result).__name__}: a stored result or a list of points is needed"
        )
    points = [_of_point(point, number) for number, point in enumerate(result)]
    columns = {name: [point.get(name) for point in points] for name in _COLUMNS}
    curve = _checked(columns, None, "the list of points")
    if not curve.val:
        return [curve]
    best = max(range(len(curve.val)), key=lambda i: -math.inf if math.isnan(curve.val[i]) else curve.val[i])
    return [replace(curve, chosen=curve.update[best])]


_COLUMNS = ("update", "loss", "val_mean", "test_mean")


def _of_run(run: Any, number: int) -> CurvePoints:
    curve = run.get("curve") if isinstance(run, Mapping) else None
    where = f"the curve of run {number}"
    if not isinstance(curve, Mapping):
        raise DataError(f"run {number} of the result has no curve: only results of a training have one")
    columns = {name: curve.get(name, []) for name in _COLUMNS}
    return _checked(columns, run.get("best_update"), where)


def _of_point(point: Any, number: int) -> Mapping[str, Any]:
    if isinstance(point, Mapping):
        return point
    if hasattr(point, "number") and hasattr(point, "loss"):
        return {"update": point.number, "loss": point.loss}
    if isinstance(point, Sequence) and len(point) == 2 and not isinstance(point, str):
        return {"update": point[0], "loss": point[1]}
    raise DataError(
        f"point {number} is {point!r}: an Update, a mapping with update and loss, or a pair is needed"
    )


def _checked(columns: Mapping[str, Sequence[Any]], chosen: Any, where: str) -> CurvePoints:
    update, loss, val, test = (_numbers(columns[name], f"{name} of {where}") for name in _COLUMNS)
    if not update:
        raise DataError(f"{where} is empty: at least one point is needed")
    for name, values in (("loss", loss), ("val_mean", val), ("test_mean", test)):
        if values and len(values) != len(update):
            raise DataError(f"{where} has {len(update)} updates, but {len(values)} values of {name}")
    if not all(a < b for a, b in pairwise(update)):  # false for NaN as well
        raise DataError(f"the updates of {where} do not rise: each must be larger than the one before")
    return CurvePoints(update, loss, val, test, None if chosen is None else float(chosen))


def _numbers(values: Sequence[Any], name: str) -> tuple[float, ...]:
    """Numbers, NaN for None; none at all if every one is missing."""
    try:
        numbers = tuple(math.nan if value is None else float(value) for value in values)
    except (TypeError, ValueError):
        raise DataError(f"{name} are not all numbers") from None
    for place, (value, number) in enumerate(zip(values, numbers, strict=True)):
        if value is not None and not math.isfinite(number):
            raise DataError(f"{name}: entry {place} is {number}: finite numbers are needed")
    return numbers if any(map(math.isfinite, numbers)) else ()
