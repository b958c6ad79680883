"""The curves of a stored result, or of a list of points."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from rgrl.errors import DataError
from rgrl.short_repr import short_repr


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
        DataError: If there is no curve or no point, or a number is malformed, infinite or beyond 1e100.

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

#: No training comes near it, and an axis needs room above its numbers.
_LARGEST = 1e100


def run_points(curve: Any, chosen: Any, where: str) -> CurvePoints:
    """Read the curve of one seed as results and records store it.

    Args:
        curve: A mapping with ``update`` and, if there are any, ``loss``, ``val_mean`` and ``test_mean``.
        chosen: The seed's ``best_update``, ``None`` without one.
        where: What messages call the curve.

    Raises:
        DataError: If it is no curve or has no point, or a number is malformed, infinite or beyond 1e100.

    Example:
        >>> run_points({"update": [0, 1], "loss": [None, 2.0]}, 1, "the curve").loss
        (nan, 2.0)
    """
    if not isinstance(curve, Mapping):
        raise DataError(f"{where} is {short_repr(curve)}: a mapping with update and loss is needed")
    return _checked({name: curve.get(name, []) for name in _COLUMNS}, chosen, where)


def _of_run(run: Any, number: int) -> CurvePoints:
    curve = run.get("curve") if isinstance(run, Mapping) else None
    if not isinstance(curve, Mapping):
        raise DataError(
            f"run {number} of the result has no curve: only classification by a trained method has one"
        )
    return run_points(curve, run.get("best_update"), f"the curve of run {number}")


def _of_point(point: Any, number: int) -> Mapping[str, Any]:
    if isinstance(point, Mapping):
        return point
    if hasattr(point, "number") and hasattr(point, "loss"):
        return {"update": point.number, "loss": point.loss}
    if isinstance(point, Sequence) and len(point) == 2 and not isinstance(point, str):
        return {"update": point[0], "loss": point[1]}
    raise DataError(
        f"point {number} is {short_repr(point)}: an Update, a mapping with update and loss, or a pair is "
        "needed"
    )


def _checked(columns: Mapping[str, Any], chosen: Any, where: str) -> CurvePoints:
    update, loss, val, test = (_numbers(columns[name], f"{name} of {where}") for name in _COLUMNS)
    if not update:
        raise DataError(f"{where} is empty: at least one point is needed")
    for name, values in (("loss", loss), ("val_mean", val), ("test_mean", test)):
        if values and len(values) != len(update):
            raise DataError(f"{where} has {len(update)} updates, but {len(values)} values of {name}")
    if not all(a < b for a, b in pairwise(update)):  # false for NaN as well
        raise DataError(f"the updates of {where} do not rise: each must be larger than the one before")
    best = None if chosen is None else _number(chosen)
    if chosen is not None and (best is None or not abs(best) <= _LARGEST):
        raise DataError(
            f"best_update of {where} is {short_repr(chosen)}: the number of an update, or None, is needed"
        )
    return CurvePoints(update, loss, val, test, best)


def _numbers(values: Any, name: str) -> tuple[float, ...]:
    """Numbers, NaN for None; none at all if every one is missing."""
    if not isinstance(values, Iterable) or isinstance(values, str | bytes | Mapping):
        raise DataError(f"{name} are not all numbers: {short_repr(values)} is no list")
    numbers = []
    for place, value in enumerate(values):
        number = math.nan if value is None else _number(value)
        if number is None:
            raise DataError(f"{name} are not all numbers: entry {place} is {short_repr(value)}")
        if value is not None and not abs(number) <= _LARGEST:  # false for NaN as well
            raise DataError(
                f"{name}: entry {place} is {number}: finite numbers up to {_LARGEST:g} are needed"
            )
        numbers.append(number)
    return tuple(numbers) if any(map(math.isfinite, numbers)) else ()


def _number(value: Any) -> float | None:
    """A number as a float, infinite where it is too large for one; ``None`` for what is none."""
    if isinstance(value, str | bytes | bool | np.bool_):  # most of which `float` would take
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf
    except (TypeError, ValueError, RuntimeError):  # the last of a tensor of several numbers
        return None
